/** All days of the demo, by Daymill from nothing and by the plain script: the same results, and the processor time of each, in turns. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalFirestore } from '../src/emulators/start-firestore.ts';
import { openFirestore } from '../src/google/firestore-client.ts';
import { resultDays } from '../src/google/mill/paths.ts';
import { writeArtifact } from '../src/mill/execution/artifact-writer.ts';
import { type Ran, runNode } from './process-tree.ts';

const FROM = '2001-01-01';
/** The last day of the flights' file: 182 days. */
const TO = '2001-07-01';
const ROUNDS = 3;
const PROJECT = 'daymill-local';

interface Round {
  readonly plain: Ran;
  readonly daymill: Ran;
  readonly results: number;
}

export async function benchPlain({ quick }: { readonly quick: boolean }): Promise<void> {
  const rounds: Round[] = [];
  for (let round = 0; round < (quick ? 1 : ROUNDS); round++) rounds.push(await measure());
  const out = [
    `| ${FROM} … ${TO}, from nothing | results | processor s | : plain | wall s |`,
    '|---|--:|--:|--:|--:|',
    ...rounds.flatMap(({ plain, daymill, results }) => [
      `| the plain script | ${results} | ${plain.cpuSeconds.toFixed(1)} | 1 | ${plain.wallSeconds.toFixed(1)} |`,
      `| Daymill | ${results}, the same | ${daymill.cpuSeconds.toFixed(1)} | ${(daymill.cpuSeconds / plain.cpuSeconds).toFixed(2)} | ${daymill.wallSeconds.toFixed(1)} |`,
    ]),
    '',
    '| process of Daymill | processor s |',
    '|---|--:|',
    ...[...(rounds.at(-1)?.daymill.cpuByName ?? [])].map(([name, seconds]) => `| ${name} | ${seconds.toFixed(1)} |`),
  ];
  process.stdout.write(`${out.join('\n')}\n`);
}

async function measure(): Promise<Round> {
  const home = mkdtempSync(join(tmpdir(), 'daymill-bench-'));
  const files = mkdtempSync(join(tmpdir(), 'daymill-plain-'));
  try {
    const plain = await runNode([join(import.meta.dirname, 'plain-script.ts'), FROM, TO, files]);
    const daymill = await runNode(
      [join(import.meta.dirname, '../src/cli/main.ts'), 'run', '--json', '--from', FROM, '--date', TO],
      { ...process.env, DAYMILL_HOME: home },
    );
    return { plain, daymill, results: await compare(join(home, 'state.sqlite'), files) };
  } finally {
    rmSync(home, { recursive: true, force: true });
    rmSync(files, { recursive: true, force: true });
  }
}

/** How many results there are. @throws {Error} on one that only one of both has, or that has another content. */
async function compare(state: string, files: string): Promise<number> {
  const cloud = await startLocalFirestore({ file: state, projectId: PROJECT });
  Object.assign(process.env, cloud.env);
  const db = openFirestore({ projectId: PROJECT, databaseId: undefined });
  let results = 0;
  try {
    for (const computation of readdirSync(files)) {
      const days = await db
        .collection(resultDays(computation))
        .where('status', '==', 'COMPLETED')
        .select('artifact.hash', 'artifact.keyed')
        .get();
      const stored = new Map(days.docs.map((day) => [day.id, day]));
      for (const name of readdirSync(join(files, computation))) {
        const date = name.slice(0, -'.json'.length);
        const day = stored.get(date);
        const value: unknown = JSON.parse(readFileSync(join(files, computation, name), 'utf8'));
        const made = await writeArtifact(value, day?.get('artifact.keyed') === true, ({ first, last, count }, index) =>
          Promise.resolve({ first, last, count, id: String(index) }),
        );
        if (made.hash !== day?.get('artifact.hash')) throw new Error(`${computation}@${date} differs`);
        stored.delete(date);
        results++;
      }
      if (stored.size > 0)
        throw new Error(`the script did not make ${computation} of ${[...stored.keys()].join(', ')}`);
    }
  } finally {
    await db.terminate();
    await cloud.close();
  }
  return results;
}

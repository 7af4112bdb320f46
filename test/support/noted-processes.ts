/** Which processes of Node a command starts, its own among them, and which packages it loads. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { siblingUrl } from '../../src/process/sibling.ts';

export const NOTES_VARIABLE = 'DAYMILL_TEST_NOTES';

export type ProcessNote =
  | { readonly event: 'started'; readonly argv: readonly string[] }
  | { readonly event: 'ended'; readonly argv: readonly string[]; readonly packages: readonly string[] };

const PACKAGE = resolve(import.meta.dirname, '../../package.json');

export interface Noted<T> {
  readonly answer: T;
  /** What each process was started with. */
  readonly processes: readonly (readonly string[])[];
  /** Dependencies of ours that those loaded which ended by themselves, as commands do and functions do not. */
  readonly packages: readonly string[];
}

/** `run` gives its processes the environment that it is called with. */
export async function notedProcesses<T>(run: (env: Readonly<Record<string, string>>) => Promise<T>): Promise<Noted<T>> {
  const folder = mkdtempSync(join(tmpdir(), 'daymill-notes-'));
  const file = join(folder, 'notes');
  try {
    const answer = await run({
      [NOTES_VARIABLE]: file,
      NODE_OPTIONS: `--import ${siblingUrl('./note-process', import.meta.url).href}`,
    });
    const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
    const notes = lines.map((line) => JSON.parse(line) as ProcessNote);
    const { dependencies, peerDependencies } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as Record<string, object>;
    const ours = new Set(Object.keys({ ...dependencies, ...peerDependencies }));
    return {
      answer,
      processes: notes.filter(({ event }) => event === 'started').map(({ argv }) => argv.slice(1)),
      packages: [...new Set(notes.flatMap((note) => (note.event === 'ended' ? note.packages : [])))]
        .filter((name) => ours.has(name))
        .sort(),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

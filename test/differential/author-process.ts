/**
 * A process that does with a project what a worker and a build would: imports a computation's module in Node and calls its function,
 * then makes the manifest. What the project's code leaves behind in the realm is taken away, or the process says that it cannot.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildManifest } from '../../src/mill/manifest/build-manifest.ts';
import { isComputation } from '../../src/mill/model/computation.ts';
import { fingerprintHash } from '../../src/mill/model/vector.ts';
import { realm } from './realm.ts';

export interface Job {
  readonly root: string;
  readonly module: string;
  readonly computation: string;
  /** Whether a manifest is made; its fingerprints are of no use to a test of other hashes. */
  readonly manifest: boolean;
}

export interface Answer {
  /** What the computation makes of each of the days; or what loading it throws. */
  readonly output: string;
  readonly loads: boolean;
  readonly fingerprint?: string;
  /** Why its code cannot be known, in the manifest's words. */
  readonly untrusted?: string;
  /** Why there is no manifest. */
  readonly refused?: string;
  /** The realm could not be put back: this process is of no more use. */
  readonly spoilt: boolean;
}

/** What a form's `d` is, day by day: the order matters where a module remembers. */
const DAYS = [
  { v: 7, name: 'gbp', at: '2024-08-25T23:30:00-05:00', list: [3, 1, 2], rates: { usd: 2 } },
  { v: 0.5, name: ' EUR ', at: '2024-02-29T12:00:00Z', list: [], rates: {} },
  { v: -3, name: 'usd', at: '2023-12-31T23:59:59Z', list: [5, 5, -1, 8], rates: { usd: 1, gbp: 3 } },
] as const;

const { stringify } = JSON;
const { is } = Object;

/** JSON, and what it would lose. */
const shown = (value: unknown): string =>
  stringify(value, (_, each: unknown) => {
    if (each === undefined) return 'undefined!';
    if (typeof each === 'bigint' || typeof each === 'function' || typeof each === 'symbol') return `${typeof each}!`;
    if (typeof each === 'number' && (!Number.isFinite(each) || is(each, -0))) return is(each, -0) ? '-0!' : `${each}!`;
    return each;
  });

const nameOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.name : typeof thrown);

async function outputOf({ root, module, computation }: Job): Promise<Pick<Answer, 'output' | 'loads'>> {
  let exported: unknown[];
  try {
    exported = Object.values((await import(pathToFileURL(join(root, module)).href)) as object);
  } catch (thrown) {
    return {
      output: `loading throws ${nameOf(thrown)}: ${thrown instanceof Error ? thrown.message : ''}`,
      loads: false,
    };
  }
  const found = exported.find((each) => isComputation(each) && each.name === computation);
  if (!isComputation(found) || found.work.shape !== 'compute') return { output: 'no such computation', loads: false };
  const outputs: string[] = [];
  for (const d of DAYS) {
    try {
      outputs.push(shown(await found.work.compute({ d: structuredClone(d), other: 5 }, { date: '2024-08-25' })));
    } catch (thrown) {
      outputs.push(`throws ${nameOf(thrown)}`);
    }
  }
  return { output: outputs.join('\n'), loads: true };
}

async function fingerprintOf({
  root,
  computation,
}: Job): Promise<Pick<Answer, 'fingerprint' | 'untrusted' | 'refused'>> {
  try {
    const { computations } = await buildManifest({ root, directory: 'computations' });
    const found = computations.find(({ name }) => name === computation);
    if (found === undefined) return { refused: 'the computation is not in the manifest' };
    const { fingerprint, untrusted } = found;
    return { fingerprint: fingerprintHash(fingerprint), ...(untrusted === undefined ? {} : { untrusted }) };
  } catch (thrown) {
    return { refused: thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown) };
  }
}

const asAtStart = realm();

async function answer(job: Job): Promise<Answer> {
  const output = await outputOf(job);
  const hashed = job.manifest ? await fingerprintOf(job) : {};
  return { ...output, ...hashed, spoilt: !asAtStart.restore() };
}

process.on('message', (job: Job) => {
  void answer(job).then((answered) => process.send?.(answered));
});
process.send?.('ready');

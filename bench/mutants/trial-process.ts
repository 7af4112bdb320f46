/** A process of its own for one computation's edited versions: code that loops or eats the memory is ended with it. */
import { mkdirSync } from 'node:fs';
import { openTrials, type Seen, type Subject, type Trial } from './trial.ts';
import type { Variant } from './variant.ts';

export interface TrialJob {
  /** An empty folder. */
  readonly root: string;
  readonly subject: Subject;
  readonly variants: readonly Variant[];
  /** What is known of the first of them already, from a process that did not end. */
  readonly known: readonly Seen[];
}

export type TrialMessage =
  | { readonly kind: 'looked'; readonly seen: Seen }
  /** This one of the variants runs outside of a sandbox; undefined: none does. */
  | { readonly kind: 'running'; readonly at?: number }
  | { readonly kind: 'done'; readonly trials: readonly Trial[] }
  | { readonly kind: 'failed'; readonly reason: string };

/** Versions that share a sandbox: what it counts grows with the modules that it has loaded. */
const BATCH = 30;

const tell = (message: TrialMessage): void => void process.send?.(message);

async function run({ root, subject, variants, known }: TrialJob): Promise<void> {
  mkdirSync(root, { recursive: true });
  const trials = await openTrials(root, subject);
  const looked = [];
  for (const [at, variant] of variants.entries()) {
    const each = await trials.look(variant, at, known[at]);
    looked.push(each);
    if (known[at] === undefined) tell({ kind: 'looked', seen: { judged: each.judged, seen: each.seen } });
  }
  const done: Trial[] = [];
  for (let from = 0; from < looked.length; from += BATCH) {
    const onRun = (at: number): void => tell(at === -1 ? { kind: 'running' } : { kind: 'running', at: from + at });
    done.push(...(await trials.verdictsOn(looked.slice(from, from + BATCH), onRun)));
    onRun(-1);
  }
  tell({ kind: 'done', trials: done });
}

process.on('disconnect', () => process.exit());
process.on('message', (job: TrialJob) => {
  run(job).catch((thrown: unknown) =>
    tell({ kind: 'failed', reason: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) }),
  );
});

/** Runs trials in processes, some at once; what does not end is ended, and counts as changed. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENDLESS, type Seen, type Subject, type Trial } from './trial.ts';
import type { TrialJob, TrialMessage } from './trial-process.ts';
import type { Variant } from './variant.ts';

export interface Batch {
  readonly subject: Subject;
  readonly variants: readonly Variant[];
}

export interface TrialOptions {
  /** Processes at once. */
  readonly lanes: number;
  /** After each batch. */
  readonly onBatch?: (batch: Batch, trials: readonly Trial[]) => void;
  /** How long one version may be looked at. */
  readonly lookMs?: number;
}

/** Of silence. A loaded machine is slow, and a sandbox that hangs takes half a minute by itself. */
const LOOK_MS = 300_000;

/** Of Node's heap: what fills it is a version that never ends. */
const HEAP_MB = 2_000;

/** In the order of the batches. @throws {Error} when an original cannot be tried. */
export async function runTrials(
  batches: readonly Batch[],
  { lanes, onBatch, lookMs = LOOK_MS }: TrialOptions,
): Promise<(readonly Trial[])[]> {
  const results: (readonly Trial[])[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < batches.length) {
      const at = next++;
      const batch = batches[at] as Batch;
      const trials = await trialsOf(batch, lookMs);
      results[at] = trials;
      onBatch?.(batch, trials);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}

async function trialsOf({ subject, variants }: Batch, lookMs: number): Promise<readonly Trial[]> {
  const known: Seen[] = [];
  for (;;) {
    const root = mkdtempSync(join(tmpdir(), 'daymill-mutants-'));
    try {
      const ended = await once({ root: join(root, 'p'), subject, variants, known }, known, lookMs);
      if ('trials' in ended) return ended.trials;
      const at = known.length < variants.length ? known.length : ended.running;
      // What was called endless is not run outside of a sandbox: it is the sandbox then, or a defect of the bench.
      if (at === undefined || known[at]?.seen === ENDLESS)
        throw new Error(`the verdicts on ${subject.computation} do not end`);
      known[at] = { judged: 'changed', seen: ENDLESS };
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  }
}

/** What was tried, or which of the variants ran outside of a sandbox when it was ended. */
type Ended = { readonly trials: readonly Trial[] } | { readonly running: number | undefined };

/** Adds to `known` what was seen. */
async function once(job: TrialJob, known: Seen[], lookMs: number): Promise<Ended> {
  const child = fork(new URL('./trial-process.ts', import.meta.url), {
    execArgv: [`--max-old-space-size=${HEAP_MB}`, '--max-semi-space-size=64', '--disable-warning=ExperimentalWarning'],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  // One that loops does not hear that nobody listens any more.
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const { promise, resolve, reject } = Promise.withResolvers<Ended>();
  let running: number | undefined;
  const lost = (): void => resolve({ running });
  let timer = setTimeout(lost, lookMs);
  child.on('message', (message: TrialMessage) => {
    clearTimeout(timer);
    timer = setTimeout(lost, lookMs);
    if (message.kind === 'running') running = message.at;
    if (message.kind === 'looked') known.push(message.seen);
    if (message.kind === 'done') resolve({ trials: message.trials });
    if (message.kind === 'failed') reject(new Error(`${job.subject.computation}: ${message.reason}`));
  });
  child.once('exit', lost);
  child.send({ ...job, known: [...known] });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    await ended(child);
    process.off('exit', kill);
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

/**
 * Simulates computations on threads of their own, since author code may loop for ever, end its process or spoil what all code
 * shares. A thread goes from one computation to the next while all is well; after trouble a fresh one takes over.
 */
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { speaksOfMemory } from '../errors.ts';
import { MAX_THREADS, SIMULATION_BUDGET_MS, SIMULATION_HEAP_MB } from './limits.ts';
import type { SimulationAnswer, SimulationJob, ThreadAnswer, ThreadData } from './simulation-job.ts';

export interface SimulatorOptions {
  /** The project's folder. */
  readonly root: string;
  /** For one computation. */
  readonly budgetMs?: number;
  readonly threads?: number;
}

/** In the order of the jobs. What cannot be simulated is an answer; nothing is thrown. */
export async function simulateAll(
  jobs: readonly SimulationJob[],
  { root, budgetMs = SIMULATION_BUDGET_MS, threads = Math.max(1, availableParallelism() - 1) }: SimulatorOptions,
): Promise<SimulationAnswer[]> {
  const answers: SimulationAnswer[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    let thread: Worker | undefined;
    try {
      while (next < jobs.length) {
        const index = next++;
        thread ??= startThread({ root });
        const { answer, spoilt } = await ask(thread, jobs[index] as SimulationJob, budgetMs);
        answers[index] = answer;
        if (!spoilt) continue;
        await thread.terminate();
        thread = undefined;
      }
    } finally {
      await thread?.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(threads, MAX_THREADS, jobs.length) }, lane));
  return answers;
}

function startThread(data: ThreadData): Worker {
  // With a compile cache V8 counts functions from the cache less precisely: https://nodejs.org/api/module.html#module-compile-cache
  const { NODE_COMPILE_CACHE: _, NODE_V8_COVERAGE: __, ...env } = process.env;
  const thread = new Worker(new URL('./simulation-thread.ts', import.meta.url), {
    workerData: data,
    execArgv: [],
    env: { ...env, NODE_DISABLE_COMPILE_CACHE: '1' },
    resourceLimits: { maxOldGenerationSizeMb: SIMULATION_HEAP_MB },
    // What author code prints is not for the log of whoever simulates it.
    stdout: true,
    stderr: true,
  });
  thread.stdout.resume();
  thread.stderr.resume();
  return thread;
}

/** The thread's answer, or what became of it instead. */
async function ask(thread: Worker, job: SimulationJob, budgetMs: number): Promise<ThreadAnswer> {
  const over = new AbortController();
  const { signal } = over;
  const lost = (reason: string): ThreadAnswer => ({ answer: { kind: 'not-simulated', reason }, spoilt: true });
  const answer = once(thread, 'message', { signal }).then(
    ([message]) => message as ThreadAnswer,
    (error: Error) =>
      lost(
        speaksOfMemory(error.message)
          ? `its simulation took more than ${SIMULATION_HEAP_MB} MB`
          : `it broke the thread of its simulation: ${error.message}`,
      ),
  );
  const end = once(thread, 'exit', { signal }).then(() => lost('it ended its process (process.exit)'));
  const late = delay(budgetMs, lost(`its simulation did not end within ${budgetMs / 1_000} s`), { signal });
  thread.postMessage(job);
  try {
    return await Promise.race([answer, end, late]);
  } finally {
    over.abort();
    await Promise.allSettled([answer, end, late]);
  }
}

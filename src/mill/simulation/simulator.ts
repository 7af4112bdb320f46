/**
 * Simulates computations in sandboxes. A sandbox goes from one computation to the next while all is well; after trouble a fresh
 * one takes over.
 */
import { availableParallelism } from 'node:os';
import type { Hash } from '../../values/hash.ts';
import {
  JOBS_A_SANDBOX,
  MAX_SANDBOXES,
  SIMULATION_BUDGET_MS,
  SIMULATION_IDLE_MS,
  SIMULATOR_BUDGET_MS,
} from './limits.ts';
import { openSandbox, type Sandbox, type SandboxOptions } from './sandbox.ts';
import type { SimulationAnswer, SimulationJob } from './simulation-job.ts';

export interface SimulatorOptions {
  /** The project's folder. */
  readonly root: string;
  /** See `SandboxOptions`. */
  readonly files?: Readonly<Record<string, Hash>>;
  /** Processor time for one computation. */
  readonly budgetMs?: number;
  /** How long that may go on without a second of processor time. */
  readonly idleMs?: number;
  /** After which no other computation is begun. */
  readonly totalMs?: number;
  readonly sandboxes?: number;
}

/**
 * In the order of the jobs; undefined for those that there was no time left for. What cannot be simulated is an answer.
 * @throws {Error} when no sandbox could be opened
 */
export async function simulateAll(
  jobs: readonly SimulationJob[],
  {
    root,
    files = {},
    budgetMs = SIMULATION_BUDGET_MS,
    idleMs = SIMULATION_IDLE_MS,
    totalMs = SIMULATOR_BUDGET_MS,
    sandboxes = Math.max(1, availableParallelism() - 1),
  }: SimulatorOptions,
): Promise<(SimulationAnswer | undefined)[]> {
  const answers = Array.from(jobs, (): SimulationAnswer | undefined => undefined);
  const startedMs = performance.now();
  let next = 0;
  const lane = async (): Promise<void> => {
    const host = new SandboxHost({ root, budgetMs, idleMs, files });
    try {
      while (next < jobs.length && performance.now() - startedMs < totalMs) {
        const index = next++;
        answers[index] = await host.simulate(jobs[index] as SimulationJob);
      }
    } finally {
      await host.close();
    }
  };
  await Promise.all(
    Array.from({ length: Math.min(sandboxes, MAX_SANDBOXES, Math.ceil(jobs.length / JOBS_A_SANDBOX)) }, lane),
  );
  return answers;
}

/** One sandbox at a time. */
class SandboxHost {
  readonly #options: SandboxOptions;
  #sandbox: Sandbox | undefined;

  constructor(options: SandboxOptions) {
    this.#options = options;
  }

  /** Trouble is tried again in a fresh sandbox: what an earlier computation left behind may have made it. */
  async simulate(job: SimulationJob): Promise<SimulationAnswer> {
    for (;;) {
      const fresh = this.#sandbox === undefined;
      this.#sandbox ??= await openSandbox(this.#options);
      const { answer, state } = await this.#sandbox.run(job);
      if (state !== 'fine') await this.close();
      if (state !== 'spoilt' || fresh) return answer;
    }
  }

  async close(): Promise<void> {
    await this.#sandbox?.close();
    this.#sandbox = undefined;
  }
}

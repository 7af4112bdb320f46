/**
 * A process for simulations. Author code may loop for ever, fill the memory, crash, or reach for files, processes and the network:
 * Node's permissions refuse the last, and whoever opened the sandbox ends it for the others.
 */
import type { ChildProcess } from 'node:child_process';
import type { Hash } from '../../values/hash.ts';
import { COLOR_VARIABLES } from '../../process/author-code.ts';
import { forkLeashed } from '../../process/leash.ts';
import { processUsage } from '../../process/process-usage.ts';
import { siblingFile } from '../../process/sibling.ts';
import { SANDBOX_CPU_SECONDS, SANDBOX_HEAP_MB, SANDBOX_MEMORY_MB, SIMULATION_IDLE_CPU_MS } from './limits.ts';
import type { PlannedFiles, SandboxAnswer, SimulationJob } from './simulation-job.ts';

export interface SandboxOptions {
  /** The project's folder. */
  readonly root: string;
  /** Processor time for one computation. */
  readonly budgetMs: number;
  /** How long it may go on without a second of processor time. */
  readonly idleMs: number;
  /** The manifest's: what is simulated is the code that it hashed. */
  readonly files: Readonly<Record<string, Hash>>;
}

export interface Sandbox {
  /** One at a time. What becomes of the process is an answer. */
  run(job: SimulationJob): Promise<SandboxAnswer>;
  close(): Promise<void>;
}

/** How often memory and time are looked at: a busy process takes some 50 MB in between. */
const CHECK_MS = 25;

/** https://nodejs.org/api/permissions.html. The inspector counts what runs, and is of this process alone: no signal opens it to others. */
const PERMISSIONS = [
  '--permission',
  '--allow-fs-read=*',
  '--allow-inspector',
  '--disable-sigusr1',
  '--disable-warning=SecurityWarning',
];

/** V8 ends a process so when its heap is full. */
const OUT_OF_HEAP = new Set<unknown>(['SIGABRT', 'SIGTRAP', 'SIGILL', 134]);

/** @throws {Error} when the process did not begin: that says nothing about any computation. */
export async function openSandbox({ root, budgetMs, idleMs, files }: SandboxOptions): Promise<Sandbox> {
  // With a compile cache V8 counts functions from the cache less precisely: https://nodejs.org/api/module.html#module-compile-cache
  const { NODE_COMPILE_CACHE: _, NODE_V8_COVERAGE: __, ...env } = process.env;
  for (const name of COLOR_VARIABLES) delete env[name];
  const child = forkLeashed(
    [...PERMISSIONS, `--max-heap-size=${SANDBOX_HEAP_MB}`, siblingFile('./simulation-process', import.meta.url), root],
    {
      env: { ...env, NODE_DISABLE_COMPILE_CACHE: '1' },
      serialization: 'advanced',
      // What author code prints is not for the log of whoever simulates it.
      stdio: ['ignore', 'ignore', 'ignore'],
      cpuSeconds: SANDBOX_CPU_SECONDS,
    },
  );
  const exited = new Promise<string | number | null>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? code));
    child.once('error', (error) => resolve(error.message));
  });
  const begun = new Promise<undefined>((resolve) => child.once('message', () => resolve(undefined)));
  const early = await Promise.race([begun, exited]);
  if (early !== undefined) throw new Error(`the process of the simulation ended with ${early} before it began`);
  child.send({ files } satisfies PlannedFiles);
  return {
    run: (job) => ask(child, job, { budgetMs, idleMs }, exited),
    async close() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** The process's answer, or what became of it instead. */
async function ask(
  child: ChildProcess,
  job: SimulationJob,
  { budgetMs, idleMs }: Pick<SandboxOptions, 'budgetMs' | 'idleMs'>,
  exited: Promise<string | number | null>,
): Promise<SandboxAnswer> {
  const lost = (reason: string, state: SandboxAnswer['state'] = 'spoilt'): SandboxAnswer => ({
    answer: { kind: 'not-simulated', reason },
    state,
  });
  const late = (what: string, limitMs: number): SandboxAnswer =>
    lost(`its simulation ${what} ${limitMs / 1_000} s`, 'hung');
  const { promise, resolve } = Promise.withResolvers<SandboxAnswer>();
  child.once('message', resolve);
  void exited.then((how) => resolve(lost(OUT_OF_HEAP.has(how) ? TOO_LARGE : `it ended its process (${how})`)));
  const startedCpuMs = processUsage(child.pid)?.cpuMs ?? 0;
  let busy = { atMs: performance.now(), cpuMs: startedCpuMs };
  const timer = setInterval(() => {
    const { residentMB = 0, cpuMs = startedCpuMs } = processUsage(child.pid) ?? {};
    if (residentMB > SANDBOX_MEMORY_MB) resolve(lost(TOO_LARGE));
    if (cpuMs - startedCpuMs > budgetMs) resolve(late('did not end within', budgetMs));
    const nowMs = performance.now();
    if (cpuMs - busy.cpuMs >= SIMULATION_IDLE_CPU_MS) busy = { atMs: nowMs, cpuMs };
    if (nowMs - busy.atMs > idleMs) resolve(late('stood still for', idleMs));
  }, CHECK_MS);
  child.send(job);
  try {
    return await promise;
  } finally {
    clearInterval(timer);
    child.off('message', resolve);
  }
}

const TOO_LARGE = `its simulation took more than ${SANDBOX_MEMORY_MB} MB`;

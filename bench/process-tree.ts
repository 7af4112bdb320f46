/** What a process and all below it take, by `/proc`: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html. Linux only; elsewhere all is 0. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { timesOf } from './processor-time.ts';

/** Between two looks at what runs. */
const SAMPLE_MS = 50;

export interface Ran {
  readonly printed: string;
  readonly wallSeconds: number;
  /** Of user and system, in all processes that were begun, those that ended meanwhile as well. */
  readonly cpuSeconds: number;
  /** By what runs in each, as it was seen last. */
  readonly cpuByName: ReadonlyMap<string, number>;
}

/** Runs a program of Node to its end. One at a time. @throws {Error} when it fails, with what it was called with. */
export async function runNode(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Ran> {
  const before = ofChildren();
  const startedMs = performance.now();
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString('utf8');
  });
  const seen = new Map<number, { name: string; ms: number }>();
  const timer = setInterval(() => look(child.pid ?? 0, seen), SAMPLE_MS);
  const code = await ended(child);
  clearInterval(timer);
  if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${code}`);
  const cpuByName = new Map<string, number>();
  for (const { name, ms } of seen.values()) cpuByName.set(name, (cpuByName.get(name) ?? 0) + ms / 1_000);
  return {
    printed,
    wallSeconds: (performance.now() - startedMs) / 1_000,
    cpuSeconds: (ofChildren() - before) / 1_000,
    cpuByName,
  };
}

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => {
    child.once('close', resolve);
  });

export function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

function look(pid: number, seen: Map<number, { name: string; ms: number }>): void {
  const ms = timesOf(String(pid))?.own;
  // Between its fork and its exec a process still has its parent's name.
  if (ms !== undefined) seen.set(pid, { name: nameOf(pid) ?? seen.get(pid)?.name ?? '', ms });
  for (const child of childrenOf(pid)) look(child, seen);
}

/** A function's target, or the program. */
function nameOf(pid: number): string | undefined {
  try {
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    const target = args.find((arg) => arg.startsWith('--target='))?.slice('--target='.length);
    return (
      target ??
      args
        .find((arg) => /\.[jt]s$/.test(arg))
        ?.split('/')
        .at(-1)
    );
  } catch {
    return undefined;
  }
}

/** Of all that this process has waited for, with all that these waited for. */
const ofChildren = (): number => timesOf('self')?.ofEnded ?? 0;

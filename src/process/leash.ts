/**
 * A child process that never outlives its parent, whatever either does at the time: one that loops does not hear that nobody listens
 * any more, and a parent that is killed cannot say so. A shell waits beside the child at the end of a pipe that only the parent
 * holds: the system closes that with the parent, and the shell ends the child. It takes nothing but a POSIX shell.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';

export interface LeashedOptions {
  readonly cwd?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of the child's input, output and errors. */
  readonly stdio: readonly [StdioOption, StdioOption, StdioOption];
  /** Processor time, in seconds, after which the system ends the child. */
  readonly cpuSeconds?: number;
  /** See https://nodejs.org/api/child_process.html#advanced-serialization */
  readonly serialization?: 'json' | 'advanced';
}
type StdioOption = 'ignore' | 'inherit';

/** Descriptors of the child, after the three of every process: the channel to its parent, and the leash. */
const CHANNEL = 3;
const LEASH = 4;

/** What is said when the child is gone and there is nothing left to end: its number may be another's by then. */
const LET_GO = 'gone\n';

/** `exec` keeps the number of the process, which `$$` is; the shell beside it keeps none of its streams open. */
const LEASHED = `{ trap '' HUP INT TERM; read -r _ <&${LEASH} || kill -KILL $$; } < /dev/null > /dev/null 2>&1 ${CHANNEL}>&- &
exec "$0" "$@" ${LEASH}>&-`;

/** Runs Node with these arguments and a channel for messages, until it ends or this process does, however that is ended. */
export function forkLeashed(
  args: readonly string[],
  { cwd, env, stdio, cpuSeconds, serialization = 'json' }: LeashedOptions,
): ChildProcess {
  const script = cpuSeconds === undefined ? LEASHED : `ulimit -t ${cpuSeconds}\n${LEASHED}`;
  const child = spawn('/bin/sh', ['-c', script, process.execPath, ...args], {
    cwd,
    env,
    stdio: [...stdio, 'ipc', 'pipe'],
    serialization,
  });
  const leash = child.stdio[LEASH] as unknown as (Duplex & { unref(): void }) | null | undefined;
  // Only held: neither a reason to live on, nor one to fail.
  leash?.on('error', () => {});
  leash?.unref();
  child.once('exit', () => leash?.end(LET_GO));
  return child;
}

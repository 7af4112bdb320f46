/** The command line as a process of its own. */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { PATIENCE_MS } from './patience.ts';

export const MAIN = resolve(import.meta.dirname, '../../src/cli/main.ts');

/** For runs whose workers die: dead attempts are noticed soon. */
export const HASTE = { DAYMILL_LEASE_SECONDS: '2', DAYMILL_HEARTBEAT_SECONDS: '0.5' };

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The last line of standard output, parsed. */
  readonly json: <T>() => T;
}

/** Runs `daymill ARGS` in the project's folder, until it ends. */
export async function daymill(
  project: { readonly root: string },
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input?: string,
): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: project.root,
    env: { PATH: process.env['PATH'], TMPDIR: process.env['TMPDIR'], HOME: project.root, ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    // What still runs then is killed, and its test fails.
    timeout: PATIENCE_MS,
    killSignal: 'SIGKILL',
  });
  child.stdin?.end(input);
  const exited = new Promise<Pick<Ended, 'code' | 'signal'>>((done) => {
    child.once('exit', (code, signal) => done({ code, signal }));
  });
  const [stdout, stderr, exit] = await Promise.all([
    text(child.stdout as Readable),
    text(child.stderr as Readable),
    exited,
  ]);
  return { ...exit, stdout, stderr, json: <T>() => JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as T };
}

/** The real command line as a child process that a test listens to, speaks to and stops. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import type { ShopProject } from './shop-project.ts';

const REPOSITORY = resolve(import.meta.dirname, '../..');
const NODE = join(REPOSITORY, 'node_modules/.bin/node');
const MAIN = join(REPOSITORY, 'src/cli/main.ts');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The last line of standard output. @throws when it is no JSON. */
  readonly json: <T>() => T;
}

export interface DaymillProcess {
  readonly child: ChildProcessWithoutNullStreams;
  /** Resolves once what was printed matches, from where the last call left off; rejects when the process ends before. */
  printed(pattern: RegExp): Promise<string>;
  readonly ended: Promise<Ended>;
}

export function startDaymill(
  project: ShopProject,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): DaymillProcess {
  const child = spawn(NODE, [MAIN, ...args], {
    cwd: project.root,
    // Whoever runs the tests in colour gets no colours from their processes.
    env: { ...process.env, ...env, FORCE_COLOR: undefined, DAYMILL_HOME: project.home },
  });
  let [stdout, stderr, both, read] = ['', '', '', 0];
  const listeners = new Set<() => void>();
  const hear = (text: string): void => {
    both += text;
    for (const listener of listeners) listener();
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    hear(text);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    hear(text);
  });
  const ended = once(child, 'close').then(([code]): Ended => ({
    code: code as number | null,
    stdout,
    stderr,
    json: <T>() => JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as T,
  }));
  return {
    child,
    ended,
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = pattern.exec(both.slice(read));
          if (found === null) return;
          read += found.index + found[0].length;
          listeners.delete(look);
          resolve(found[0]);
        };
        listeners.add(look);
        void ended.then(() => reject(new Error(`it ended and never printed ${String(pattern)}:\n${both}`)));
        look();
      }),
  };
}

export const daymill = (...asked: Parameters<typeof startDaymill>): Promise<Ended> => startDaymill(...asked).ended;

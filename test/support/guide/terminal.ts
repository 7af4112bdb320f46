/** A terminal of 80 columns without colours, whose folder and variables stay from one command to the next. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { bins } from '../packed.ts';
import { PATIENCE_MS } from '../patience.ts';

export const COLUMNS = 80;

export interface Terminal {
  /** Types the command and waits for its end. What it printed, as a terminal shows it. `kill %1` ends what was kept first. */
  run(command: string): Promise<{ readonly printed: string; readonly code: number | null }>;
  /** Types it and keeps it running; resolves, with what it printed, when that is enough. @throws when it ends before, or nothing comes. */
  keep(command: string, isEnough: (printed: string) => boolean): Promise<string>;
  /** Ctrl-C for what is kept, the last first. */
  close(): Promise<void>;
}

/** Ends what is kept, as it is numbered from 1. */
const JOB = /^kill %(\d+)$/;

/** What is typed lies in a file, so that no quoting changes it. Folder and variables, exported or not, are written down however it ends. */
const script = (state: string, command: string): string => `
set -a
[ ! -f ${state} ] || . ${state}
trap '{ export -p; printf "cd %q\\n" "$PWD"; } >${state}' EXIT
${command}
`;

export function terminal(cwd: string, variables: Readonly<Record<string, string>> = {}): Terminal {
  const folder = mkdtempSync(join(tmpdir(), 'daymill-terminal-'));
  const state = join(folder, 'state');
  const { NODE_ENV: _, VITEST: __, NODE_OPTIONS: ___, DAYMILL_LONG: ____, ...inherited } = process.env;
  const env = {
    ...inherited,
    ...variables,
    PATH: [bins['24'], process.env['PATH']].join(delimiter),
    TERM: 'dumb',
    NO_COLOR: '1',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
    npm_config_prefer_offline: 'true',
  };
  const kept: ChildProcess[] = [];
  const file = (command: string): string => {
    const path = join(folder, 'typed.sh');
    writeFileSync(path, script(state, command));
    return path;
  };
  return {
    async run(command) {
      const job = kept.at(-Number(JOB.exec(command)?.[1] ?? Infinity));
      if (job !== undefined) {
        await stopped(job);
        return { printed: '', code: 0 };
      }
      // util-linux's: a terminal for a command, and its exit code.
      const typed = `stty cols ${COLUMNS} rows 50 -onlcr; exec bash ${file(command)}`;
      const child = spawn('script', ['-qefc', typed, '/dev/null'], {
        cwd: existsSync(state) ? '/' : cwd,
        env,
        stdio: ['ignore', 'pipe', 'inherit'],
        timeout: PATIENCE_MS,
      });
      const exited = new Promise<number | null>((done) => child.once('close', done));
      return { printed: await text(child.stdout), code: await exited };
    },
    async keep(command, isEnough) {
      const child = spawn('bash', [file(`exec 2>&1\n${command}`)], {
        cwd: existsSync(state) ? '/' : cwd,
        env,
        stdio: ['ignore', 'pipe', 'inherit'],
        detached: true,
      });
      kept.unshift(child);
      return await enough(child, isEnough);
    },
    async close() {
      for (const child of kept) await stopped(child);
    },
  };
}

/** Until something that is kept running has printed what is waited for. */
const SOON_MS = 120_000;

function enough(child: ChildProcess, isEnough: (printed: string) => boolean): Promise<string> {
  let printed = '';
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      reject(new Error(`waited in vain; it printed:\n${printed}`));
    }, SOON_MS);
    child.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      if (!isEnough(printed)) return;
      clearTimeout(late);
      resolve(printed);
    });
    child.once('close', (code) => {
      clearTimeout(late);
      reject(new Error(`it ended with ${code} and should be kept running; it printed:\n${printed}`));
    });
  });
}

/** With all that it started. */
async function stopped(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const { pid } = child;
  const closed = new Promise((done) => child.once('close', done));
  process.kill(-pid, 'SIGINT');
  const late = setTimeout(() => process.kill(-pid, 'SIGKILL'), 20_000);
  await closed;
  clearTimeout(late);
}

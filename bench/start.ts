/**
 * Starts: what a person waits for where nothing has changed. A plan and a run of the sample on a warm state as whole
 * processes: wall time, and processor time of the command with all that it started and waited for.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { medianOf } from './planning-case.ts';

const REPOSITORY = resolve(import.meta.dirname, '..');
const RUNS = 5;

/** `sysconf(_SC_CLK_TCK)`: 100 on every Linux that Node runs on. */
const TICKS_A_SECOND = 100;

interface Start {
  readonly wallMs: number;
  /** User and system, of the process and of all its descendants that it waited for. */
  readonly cpuMs: number;
}

interface Case {
  readonly name: string;
  readonly command: readonly string[];
  /** What a quiet machine with two cores may take. */
  readonly goalMs?: number;
}

const BUILT = 'dist/src/cli/main.js';
const SOURCE = ['--import', './.ci/compile-cache.mjs', 'src/cli/main.ts'];

const CASES: readonly Case[] = [
  { name: 'Node alone', command: [process.execPath, '--eval', '0'] },
  { name: 'npm alone', command: ['npm', '--version'] },
  { name: 'npm start, nothing changed', command: ['npm', 'start'], goalMs: 1_000 },
  { name: 'run, from source', command: [process.execPath, ...SOURCE, 'run'] },
  { name: 'run, built', command: [process.execPath, BUILT, 'run'] },
  { name: 'plan, from source', command: [process.execPath, ...SOURCE, 'plan'], goalMs: 500 },
  { name: 'plan, built', command: [process.execPath, BUILT, 'plan'], goalMs: 500 },
  { name: 'plan --help, built', command: [process.execPath, BUILT, 'plan', '--help'] },
];

export async function benchStart(): Promise<void> {
  const built = spawnSync(process.execPath, ['.ci/build.ts'], { cwd: REPOSITORY, stdio: 'inherit' });
  if (built.status !== 0) throw new Error('npm run build failed');
  const home = mkdtempSync(join(tmpdir(), 'daymill-start-'));
  try {
    print(`${cpus()[0]?.model ?? ''}, ${cpus().length} cores, Node ${process.version}; load ${load()}`);
    print(`medians of ${RUNS} processes each, warm\n`);
    print('| | wall, ms | goal | processor, ms |\n|---|--:|--:|--:|');
    // To each of the two the other's code is another: each has a state of its own, which its first run makes.
    const homeOf = (command: readonly string[]): string => join(home, command.includes(BUILT) ? 'built' : 'source');
    for (const main of [SOURCE, [BUILT]]) await start([process.execPath, ...main, 'run'], homeOf(main));
    for (const { name, command, goalMs } of CASES) {
      // Fills the compile cache, and what is kept of files and of the manifest.
      await start(command, homeOf(command));
      const starts: Start[] = [];
      for (let at = 0; at < RUNS; at += 1) starts.push(await start(command, homeOf(command)));
      const median = (of: keyof Start): string => medianOf(starts.map((one) => one[of])).toFixed(0);
      print(`| ${name} | ${median('wallMs')} | ${goalMs ?? ''} | ${median('cpuMs')} |`);
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

const load = (): string =>
  loadavg()
    .map((one) => one.toFixed(1))
    .join(' ');

async function start([program = '', ...args]: readonly string[], home: string): Promise<Start> {
  const before = waitedForMs();
  const startedMs = performance.now();
  const child = spawn(program, args, {
    cwd: REPOSITORY,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DAYMILL_HOME: home },
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  const wallMs = performance.now() - startedMs;
  if (code !== 0) throw new Error(`${[program, ...args].join(' ')} ended with ${String(code)}`);
  return { wallMs, cpuMs: waitedForMs() - before };
}

/** Of all processes that this one has started and that have ended: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function waitedForMs(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(13, 15)
    .map(Number);
  return (((user ?? 0) + (system ?? 0)) * 1_000) / TICKS_A_SECOND;
}

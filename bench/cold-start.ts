/** Cold starts: each function from its process's start until it listens, as it is packaged, beside an empty function and one that has Google's Firestore client. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import { cpus, loadavg, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const REPOSITORY = resolve(import.meta.dirname, '..');
const RUNS = 7;
const TARGETS = ['dispatch', 'index', 'preflight', 'reconcile', 'work'] as const;

/** `sysconf(_SC_CLK_TCK)`: 100 on every Linux that Node runs on. */
const TICKS_A_SECOND = 100;

interface Start {
  readonly wallMs: number;
  /** Of the process, user and system. */
  readonly cpuMs: number;
  readonly rssMB: number;
}

export async function benchColdStart(): Promise<void> {
  const built = spawnSync(process.execPath, ['.ci/build.ts'], { cwd: REPOSITORY, stdio: 'inherit' });
  if (built.status !== 0) throw new Error('npm run build failed');
  // Below the repository, so that packages are found.
  const folder = mkdtempSync(join(REPOSITORY, 'dist/cold-start-'));
  try {
    print(
      `${cpus()[0]?.model ?? ''}, ${cpus().length} cores, Node ${process.version}; load ${loadavg()
        .map((one) => one.toFixed(1))
        .join(' ')}`,
    );
    print(`median of ${RUNS} processes each, with Node's compile cache and without\n`);
    print(
      '| function | wall, ms | processor, ms | … : empty | RSS, MB | cached: wall, ms | processor, ms |\n|---|--:|--:|--:|--:|--:|--:|',
    );
    const empty = source(folder, 'empty', '');
    const client = source(folder, 'client', "import { Firestore } from '@google-cloud/firestore';\nFirestore.name;\n");
    const main = join(REPOSITORY, 'dist/functions/main.js');
    const floor = await row('an empty one', 'probe', empty, undefined);
    await row("an empty one that imports Google's Firestore client", 'probe', client, floor);
    for (const target of TARGETS) await row(target, target, main, floor);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

function source(folder: string, name: string, imports: string): string {
  const file = join(folder, `${name}.mjs`);
  writeFileSync(
    file,
    `import { http } from '@google-cloud/functions-framework';\n${imports}http('probe', (_, response) => void response.end());\n`,
  );
  return file;
}

async function row(name: string, target: string, file: string, floor: Start | undefined): Promise<Start> {
  const cold = await median(() => start(target, file, {}));
  const cache = mkdtempSync(join(tmpdir(), 'daymill-cold-start-'));
  try {
    await start(target, file, { NODE_COMPILE_CACHE: cache });
    const cached = await median(() => start(target, file, { NODE_COMPILE_CACHE: cache }));
    const ratio = floor === undefined ? '' : (cold.cpuMs / floor.cpuMs).toFixed(1);
    print(
      `| ${name} | ${cold.wallMs.toFixed(0)} | ${cold.cpuMs.toFixed(0)} | ${ratio} | ${cold.rssMB.toFixed(0)} | ${cached.wallMs.toFixed(0)} | ${cached.cpuMs.toFixed(0)} |`,
    );
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
  return cold;
}

async function median(run: () => Promise<Start>): Promise<Start> {
  const runs: Start[] = [];
  for (let index = 0; index < RUNS; index++) runs.push(await run());
  return runs.sort((a, b) => a.cpuMs - b.cpuMs)[Math.floor(RUNS / 2)] as Start;
}

async function start(target: string, file: string, env: Readonly<Record<string, string>>): Promise<Start> {
  const port = await freePort();
  const framework = join(
    dirname(createRequire(import.meta.url).resolve('@google-cloud/functions-framework')),
    'main.js',
  );
  const startedMs = performance.now();
  const child = spawn(process.execPath, [framework, `--source=${file}`, `--port=${port}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { PATH: process.env['PATH'], FUNCTION_TARGET: target, NODE_ENV: 'production', ...env },
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    await listens(port, child);
    return { wallMs: performance.now() - startedMs, ...usageOf(child.pid ?? 0) };
  } finally {
    // In order, so that the compile cache is written.
    child.kill('SIGTERM');
    await ended;
  }
}

async function listens(port: number, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const isUp = await new Promise<boolean>((resolve) => {
      const socket = connect({ port, host: '127.0.0.1' });
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (isUp) return;
    await delay(2);
  }
  throw new Error('the function ended before it listened');
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function usageOf(pid: number): Pick<Start, 'cpuMs' | 'rssMB'> {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  const rss = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return { cpuMs: (((user ?? 0) + (system ?? 0)) * 1_000) / TICKS_A_SECOND, rssMB: Number(rss) / 1_024 };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

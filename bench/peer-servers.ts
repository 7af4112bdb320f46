/** A PostgreSQL, a Redis and a Firestore of the bench's own, in a temporary folder, as durable as they can be; started and stopped here. */
import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const START_MS = 30_000;

export interface PeerServer {
  readonly url: string;
  /** Its name and version. */
  readonly version: string;
  /** What all its processes descend from; undefined where there is none. */
  readonly pid: number | undefined;
  /** How it keeps what it has answered. */
  readonly durability: string;
  close(): Promise<void>;
}

/** Undefined where PostgreSQL is not installed. */
export async function startPostgres(): Promise<PeerServer | undefined> {
  const program = find('postgres');
  const initdb = find('initdb');
  if (program === undefined || initdb === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'daymill-bench-postgres-'));
  const port = await freePort();
  // It refuses to run as root.
  const as = process.getuid?.() === 0 ? nobody() : undefined;
  if (as !== undefined) chownSync(folder, as.uid, as.gid);
  const data = join(folder, 'data');
  execFileSync(initdb, ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8'], {
    ...as,
    stdio: 'ignore',
    cwd: '/',
  });
  const settings = { fsync: 'on', synchronous_commit: 'on', shared_buffers: '512MB', max_wal_size: '4GB' };
  const child = spawn(
    program,
    [
      '-D',
      data,
      '-p',
      String(port),
      '-k',
      folder,
      ...Object.entries(settings).flatMap(([k, v]) => ['-c', `${k}=${v}`]),
    ],
    { ...as, stdio: 'ignore', cwd: '/' },
  );
  return serve(child, folder, {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    version: versionOf(program),
    durability: 'write-ahead log, fsync of each commit',
    // `fast`: disconnects its clients.
    signal: 'SIGINT',
    isReady: async () => isReady(data),
  });
}

/** Undefined where Redis is not installed. */
export async function startRedis(): Promise<PeerServer | undefined> {
  const program = find('redis-server');
  if (program === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'daymill-bench-redis-'));
  const port = await freePort();
  const child = spawn(
    program,
    [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--dir',
      folder,
      '--save',
      '',
      '--appendonly',
      'yes',
      '--appendfsync',
      'always',
    ],
    { stdio: 'ignore' },
  );
  return serve(child, folder, {
    url: `redis://127.0.0.1:${port}`,
    version: versionOf(program),
    durability: 'append-only file, fsync always',
    signal: 'SIGTERM',
    isReady: () => isOpen(port),
  });
}

/** The local cloud's, as `daymill run` keeps its state, in a process of its own. */
export async function startFirestoreServer(): Promise<PeerServer> {
  const folder = mkdtempSync(join(tmpdir(), 'daymill-bench-firestore-'));
  const child = fork(FIRESTORE_PROCESS, [join(folder, 'state.sqlite')], { execArgv: [] });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return serve(child, folder, {
    url: `http://127.0.0.1:${port}`,
    version: OUR_FIRESTORE,
    durability: OUR_DURABILITY,
    signal: 'SIGTERM',
    isReady: async () => true,
  });
}

const FIRESTORE_PROCESS = join(import.meta.dirname, '../test/support/firestore-process.ts');

/** How the local cloud keeps what it has answered: see src/emulators/state.ts. */
export const OUR_DURABILITY = 'SQLite, WAL, synchronous=FULL: fsync of each group commit';
export const OUR_FIRESTORE = `emulated Firestore on SQLite ${process.versions['sqlite']}`;

interface Starting extends Pick<PeerServer, 'url' | 'version' | 'durability'> {
  /** That ends it in good order. */
  readonly signal: NodeJS.Signals;
  readonly isReady: () => Promise<boolean>;
}

async function serve(
  child: ChildProcess,
  folder: string,
  { signal, isReady, ...server }: Starting,
): Promise<PeerServer> {
  const exited = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  const stopWithUs = (): void => void child.kill(signal);
  process.once('exit', stopWithUs);
  const close = async (): Promise<void> => {
    process.removeListener('exit', stopWithUs);
    child.kill(signal);
    await exited;
    rmSync(folder, { recursive: true, force: true });
  };
  const deadline = performance.now() + START_MS;
  while (!(await isReady())) {
    if (child.exitCode !== null || performance.now() > deadline) {
      child.kill('SIGKILL');
      await close();
      throw new Error(`${child.spawnfile} did not start; run it by hand to see why`);
    }
    await delay(50);
  }
  return { ...server, pid: child.pid, close };
}

/** As it tells it: `postgres (PostgreSQL) 15.18`, `Redis server v=7.0.15`. */
function versionOf(program: string): string {
  const said = execFileSync(program, ['--version'], { encoding: 'utf8' });
  const name = said.startsWith('Redis') ? 'Redis' : 'PostgreSQL';
  return `${name} ${/\d+(?:\.\d+)+/.exec(said)?.[0] ?? said.trim()}`;
}

/** On the PATH, or where Debian keeps PostgreSQL's. */
function find(program: string): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).map((version) => join(debian, version, 'bin')) : [];
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...versions];
  return folders.map((folder) => join(folder, program)).find((file) => existsSync(file));
}

/** Its port is open before it takes connections; how it is stands in the eighth line of this file. */
function isReady(data: string): boolean {
  const file = join(data, 'postmaster.pid');
  return existsSync(file) && readFileSync(file, 'utf8').split('\n')[7]?.trim() === 'ready';
}

function nobody(): { uid: number; gid: number } {
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

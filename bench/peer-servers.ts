/** A PostgreSQL and a Redis of the bench's own, in a temporary folder, as durable as they can be; started and stopped here. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const START_MS = 30_000;

export interface PeerServer {
  readonly url: string;
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
  return serve(child, folder, port, {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    durability: 'fsync of each commit',
    // `fast`: disconnects its clients.
    signal: 'SIGINT',
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
  return serve(child, folder, port, {
    url: `redis://127.0.0.1:${port}`,
    durability: 'append-only file, fsync always',
    signal: 'SIGTERM',
  });
}

async function serve(
  child: ChildProcess,
  folder: string,
  port: number,
  { url, durability, signal }: { url: string; durability: string; signal: NodeJS.Signals },
): Promise<PeerServer> {
  const exited = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  const stopWithUs = (): void => void child.kill(signal);
  process.once('exit', stopWithUs);
  const close = async (): Promise<void> => {
    process.removeListener('exit', stopWithUs);
    if (child.exitCode === null) child.kill(signal);
    await exited;
    rmSync(folder, { recursive: true, force: true });
  };
  const deadline = performance.now() + START_MS;
  while (!(await isOpen(port))) {
    if (child.exitCode !== null || performance.now() > deadline) {
      child.kill('SIGKILL');
      await close();
      throw new Error(`${child.spawnfile} did not start on port ${port}; run it by hand to see why`);
    }
    await delay(50);
  }
  return { url, durability, close };
}

/** On the PATH, or where Debian keeps PostgreSQL's. */
function find(program: string): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).map((version) => join(debian, version, 'bin')) : [];
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...versions];
  return folders.map((folder) => join(folder, program)).find((file) => existsSync(file));
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

/** Durable job engines on the same no-op jobs: installed into bench/peers on demand, each a process of its own beside its server. */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type PeerServer, startPostgres, startRedis } from './peer-servers.ts';

const FOLDER = join(import.meta.dirname, 'peers');

/** The slowest takes ten seconds a round on a busy machine. */
const PEER_MS = 60_000;

const PEERS = [
  { name: 'graphile-worker, counter row', script: 'graphile-worker.mjs', server: 'postgres', env: {} },
  { name: 'pg-boss flow()', script: 'pg-boss.mjs', server: 'postgres', env: {} },
  {
    name: 'pg-boss flow(), resolved every 20 ms',
    script: 'pg-boss.mjs',
    server: 'postgres',
    env: { PGBOSS_FORCED: '1' },
  },
  { name: 'BullMQ flows', script: 'bullmq.mjs', server: 'redis', env: {} },
] as const;

export interface PeerCase {
  readonly cells: number;
  readonly layers: number;
  readonly rounds: number;
}

export interface PeerResult {
  readonly name: string;
  readonly durability: string;
  /** Seconds, round by round. */
  readonly fan: readonly number[];
  readonly layers: readonly number[];
}

/** What could not be measured is said to `say`, and left out. Each peer has a fresh database. */
export async function measurePeers(what: PeerCase, say: (line: string) => void): Promise<PeerResult[]> {
  const results: PeerResult[] = [];
  for (const { name, script, server, env } of PEERS) {
    let started: PeerServer | undefined;
    try {
      install();
      started = await (server === 'postgres' ? startPostgres() : startRedis());
      if (started === undefined) {
        say(`${name}: left out, ${server === 'postgres' ? 'PostgreSQL' : 'Redis'} is not installed here.`);
        continue;
      }
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [join(FOLDER, script), JSON.stringify({ ...what, url: started.url })],
        { timeout: PEER_MS, env: { ...process.env, ...env } },
      );
      const { fan, layers } = JSON.parse(stdout) as Pick<PeerResult, 'fan' | 'layers'>;
      results.push({ name, durability: started.durability, fan, layers });
    } catch (error) {
      say(`${name}: left out, ${(error as Error).message.trim()}`);
    } finally {
      await started?.close();
    }
  }
  return results;
}

/** With the npm that runs this, or the one on the PATH, under this Node: an older one would silently install older peers. Not by `npm ci`, which
 * refuses a lock that lacks other platforms' binaries, as some registries do. */
function install(): void {
  if (existsSync(join(FOLDER, 'node_modules/.package-lock.json'))) return;
  const PATH = [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter);
  execFileSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: FOLDER,
    env: { ...process.env, PATH },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/**
 * Durable job engines on the same cells as Daymill, and floors: plain scripts without an engine. Each is a process of its own beside a server of
 * its own with an empty database; what they need is installed into bench/peers on demand.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { askedProcess } from './asked-process.ts';
import { LAYERS, type Shape } from './cells-project.ts';
import type { Contender, Timing } from './in-turns.ts';
import { type PeerServer, startFirestoreServer, startPostgres, startRedis } from './peer-servers.ts';
import { type ProcessorTimes, processorTimes, spentBetween } from './processor-time.ts';

const FOLDER = join(import.meta.dirname, 'peers');

const CLIENT = '@google-cloud/firestore';

interface Peer {
  readonly name: string;
  readonly script: string;
  /** What it is made with, by whose versions it is told. */
  readonly packages: readonly string[];
  readonly start: () => Promise<PeerServer | undefined>;
  readonly env?: Readonly<Record<string, string>>;
}

const PEERS: readonly Peer[] = [
  {
    name: 'graphile-worker',
    script: 'graphile-worker.mjs',
    packages: ['graphile-worker', 'pg'],
    start: startPostgres,
  },
  { name: 'pg-boss flow()', script: 'pg-boss.mjs', packages: ['pg-boss', 'pg'], start: startPostgres },
  {
    name: 'pg-boss flow(), resolved every 20 ms',
    script: 'pg-boss.mjs',
    packages: ['pg-boss', 'pg'],
    start: startPostgres,
    env: { PGBOSS_FORCED: '1' },
  },
  { name: 'BullMQ flows', script: 'bullmq.mjs', packages: ['bullmq', 'ioredis'], start: startRedis },
  {
    name: 'plain script, our Firestore',
    script: 'floor-firestore.mjs',
    packages: [CLIENT],
    start: startFirestoreServer,
  },
  {
    name: 'the same, reading nothing that it wrote or read',
    script: 'floor-firestore.mjs',
    packages: [CLIENT],
    start: startFirestoreServer,
    env: { FLOOR_REMEMBERS: '1' },
  },
  { name: 'plain script, PostgreSQL', script: 'floor-postgres.mjs', packages: ['pg'], start: startPostgres },
  {
    name: 'plain script, no store',
    script: 'floor-memory.mjs',
    packages: [],
    start: async () => ({ url: 'none:', version: '', durability: 'nothing', pid: undefined, close: async () => {} }),
  },
];

/** `computations` on each of `days` days, of which the first is for warming up. */
export interface PeerCase {
  readonly shape: Exclude<Shape, 'scans'>;
  readonly computations: number;
  readonly days: number;
}

/** What cannot be measured is said to `say`, and left out. */
export async function startPeers(what: PeerCase, say: (line: string) => void): Promise<Contender[]> {
  const contenders: Contender[] = [];
  for (const peer of PEERS) {
    try {
      install();
      const server = await peer.start();
      if (server === undefined) say(`${peer.name}: left out, its server is not installed here.\n`);
      else contenders.push(await startPeer(peer, server, what));
    } catch (error) {
      say(`${peer.name}: left out, ${(error as Error).message.trim()}\n`);
    }
  }
  return contenders;
}

async function startPeer({ script, env = {}, ...peer }: Peer, server: PeerServer, what: PeerCase): Promise<Contender> {
  const argument = { ...what, layers: LAYERS, url: server.url };
  const started = askedProcess<Answer>(join(FOLDER, script), argument, { env, isHalted: true });
  const asked = await started.catch(async (error: unknown) => {
    await server.close();
    throw error;
  });
  const roots = [asked.pid, server.pid].filter((pid) => pid !== undefined);
  const look = (): ProcessorTimes => processorTimes(roots, (one) => (one === asked.pid ? 'script' : SERVER));
  return {
    name: peer.name,
    versions: [...peer.packages.map(versionOf), server.version].filter((one) => one !== '').join(', '),
    durability: server.durability,
    server: [SERVER],
    async round(first, days): Promise<Timing> {
      const before = look();
      const begun = performance.now();
      const { cells = NaN } = await asked.ask({ first, days });
      const seconds = (performance.now() - begun) / 1_000;
      const processor = spentBetween(before, look());
      const { bytes } = await asked.ask({ first, days, check: true });
      return { cells, seconds, processor, bytes };
    },
    async close() {
      await asked.close();
      await server.close();
    },
  };
}

/** All its processes. */
const SERVER = 'server';

interface Answer {
  readonly cells?: number;
  /** A cell, as it is stored. */
  readonly bytes?: number;
}

/** Of a package of the peers, or our own. */
export function versionOf(name: string): string {
  const folder = [FOLDER, join(FOLDER, '../..')].find((one) => existsSync(join(one, 'node_modules', name)));
  const { version } = JSON.parse(readFileSync(join(folder ?? '', 'node_modules', name, 'package.json'), 'utf8')) as {
    version: string;
  };
  return `${name} ${version}`;
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

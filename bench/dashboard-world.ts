/** A grid as a bench serves it: synthetic cells behind the page's own files and packing, and changes told as the live stream tells them. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { pack } from '../src/http/pack.ts';
import { pageFiles } from '../src/http/page-files.ts';
import { type GridAnswer, type GridChange, REASONS } from '../src/mill/answers/grid.ts';
import { packGrid } from '../src/mill/answers/pack-grid.ts';
import { STANDS } from '../src/mill/planning/report.ts';
import { addDays } from '../src/values/date.ts';

const FROM = '2022-01-01';
/** The share of cells that are not as the others. */
const NOISY = 0.01;

/** How a cell may stand, with the reason that it mostly has then. */
const NOISE = (
  [
    ['run', 'NEW'],
    ['rerun', 'DATA'],
    ['failed', 'FAILED'],
    ['upstreamFailed', 'FAILED'],
    ['blocked', 'WAITING_FOR'],
    ['impossible', 'NO_DATA'],
    ['stable', 'EARLY_CUTOFF'],
  ] as const
).map(([stand, reason]) => STANDS.indexOf(stand) | (REASONS.indexOf(reason) << 4));

export interface World {
  readonly url: string;
  /** Tells every page that is open. */
  tell(changes: readonly GridChange[]): void;
  close(): void;
}

/** How far a mishap reaches: days that it lasts at most, and computations that it takes along. */
export interface Reach {
  readonly days: number;
  readonly computations: number;
}

/** The worst for who packs it: cells at random. */
export const SCATTER: Reach = { days: 1, computations: 1 };
/** As nights go wrong. */
export const MISHAPS: Reach = { days: 7, computations: 4 };

/** Nearly all of it up to date; of the rest each mishap has one stand, and the reason that goes with it. */
export function noisyGrid(rows: number, days: number, reach: Reach = SCATTER): GridAnswer {
  const random = lehmer(7);
  const upTo = (most: number): number => Math.floor(random() * most);
  const states = new Uint8Array(rows * days).fill(STANDS.indexOf('upToDate'));
  for (let left = rows * days * NOISY; left > 0;) {
    const [row, day, byte] = [upTo(rows), upTo(days), NOISE[upTo(NOISE.length)] ?? 0];
    const [last, end] = [
      Math.min(rows, row + 1 + upTo(reach.computations)),
      Math.min(days, day + 1 + upTo(reach.days)),
    ];
    for (let at = row; at < last; at++) states.fill(byte, at * days + day, at * days + end);
    left -= (last - row) * (end - day);
  }
  const computations = Array.from({ length: rows }, (_, row) => `computation-${String(row).padStart(4, '0')}`);
  return { sequence: 1, from: FROM, to: addDays(FROM, days - 1), computations, states };
}

/** The same numbers each time. Lehmer, 1951, with the modulus and factor of Park and Miller, 1988. */
function lehmer(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** Bytes of its answer, as a client takes it that says `encoding`. */
export async function bytesOf(grid: GridAnswer, encoding: string): Promise<number> {
  const bytes = packGrid(grid);
  return (await pack(bytes, { 'accept-encoding': encoding }))?.bytes.length ?? bytes.length;
}

export async function dashboardWorld(grid: GridAnswer): Promise<World> {
  const page = pageFiles(resolve(import.meta.dirname, '../dist/dashboard'));
  if (page.build === '') throw new Error('The page is not built: npm run build:dashboard');
  const bytes = packGrid(grid);
  const open = new Set<ServerResponse>();
  let { sequence } = grid;
  const server = createServer((request, response) => {
    if (page.serve(request, response)) return;
    const path = new URL(request.url ?? '/', 'http://bench').pathname;
    if (path === '/api/mill/project') void send(projectOf(grid, page.build), 'application/json', request, response);
    else if (path === '/api/mill/grid') void send(bytes, 'application/octet-stream', request, response);
    else if (path === '/api/mill/live') {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      open.add(response);
      response.once('close', () => open.delete(response));
    } else response.writeHead(404).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tell(changes) {
      const data = JSON.stringify({ sequence: ++sequence, changes });
      for (const response of open) response.write(`id: ${sequence}\nevent: grid\ndata: ${data}\n\n`);
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function send(body: Uint8Array, type: string, { headers }: IncomingMessage, response: ServerResponse) {
  const packed = await pack(body, headers);
  response.writeHead(200, { 'content-type': type, 'daymill-sequence': '1', ...packed?.headers });
  response.end(packed?.bytes ?? body);
}

const projectOf = ({ from, to, computations }: GridAnswer, page: string): Uint8Array =>
  new TextEncoder().encode(
    JSON.stringify({
      name: 'bench',
      version: '0',
      page,
      from,
      date: to,
      today: addDays(to, 1),
      target: 'local',
      organization: 'demo',
      organizations: ['demo'],
      subject: 'bench',
      role: 'viewer',
      tiers: [],
      // A hundred groups, as of passes and categories.
      computations: computations.map((name, at) => ({
        name,
        category: `category ${Math.floor((at * 100) / computations.length) % 10}`,
        pass: 1 + Math.floor((at * 10) / computations.length),
        keyed: false,
        needs: [],
      })),
      datasets: [],
    }),
  );

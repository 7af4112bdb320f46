/**
 * The page's grid: a thousand computations over a thousand days as bytes, packed as they are served, taken apart as the page does, and one
 * change of it; beside JSON of the same, a word a cell. `calm`: a night like others; `noisy`: one cell in a hundred has failed or never
 * ran, wherever it is.
 */
import { cpus } from 'node:os';
import { pack } from '../src/http/pack.ts';
import { type GridAnswer, type GridChange, gridChanges, gridOf } from '../src/mill/answers/grid.ts';
import { packGrid } from '../src/mill/answers/pack-grid.ts';
import type { Settled } from '../src/mill/model/cell.ts';
import type { Manifest } from '../src/mill/model/manifest.ts';
import { daySetOf, daySpan, subtract } from '../src/mill/planning/day-set.ts';
import { type Plan, plan } from '../src/mill/planning/plan.ts';
import { bookId, Shelf } from '../src/mill/planning/shelf.ts';
import { NO_DATASET, needsHash, type Standing, unknownStanding } from '../src/mill/planning/standing.ts';
import { STANDS } from '../src/mill/planning/report.ts';
import { addDays, type Day, daysAfter, fromOrdinal, toOrdinal } from '../src/values/date.ts';
import { graph } from '../test/support/graph.ts';
import { medianOf } from './planning-case.ts';

/** Without its types, which are a browser's. */
const { decodeGrid, applyChanges } = (await import(
  new URL('../src/dashboard/grid/decode.ts', import.meta.url).href
)) as {
  readonly decodeGrid: (buffer: ArrayBufferLike) => { readonly states: Uint8Array };
  readonly applyChanges: (grid: unknown, changes: readonly GridChange[]) => number;
};

const COMPUTATIONS = 1_000;
const DAYS = 1_000;
const FROM: Day = '2024-01-01';
const TO = addDays(FROM, DAYS - 1);

/** Share of cells that stand in another way than their neighbours. */
const NOISE = 0.01;

/** Bytes that a noisy grid may take on its way. */
const GOAL_BYTES = 16_000;

const ROUNDS = 9;

export async function benchGrid(): Promise<void> {
  print(`${cpus()[0]?.model ?? ''}, Node ${process.version}; ${COMPUTATIONS} computations x ${DAYS} days\n`);
  print('| grid | packed | brotli | gzip | fill | pack | decode | JSON | JSON, brotli | of JSON | one patch |');
  print('|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|');
  const manifest = graph(
    ...Array.from({ length: COMPUTATIONS }, (_, at) => `c${String(at).padStart(4, '0')}: dataset d`),
  );
  await measure('calm', manifest, 0);
  const noisy = await measure('noisy', manifest, NOISE);
  print(`\nA noisy grid takes ${noisy} bytes of ${GOAL_BYTES}: ${noisy <= GOAL_BYTES ? 'within' : 'OVER'} the goal.`);
}

/** Answers the bytes of brotli. */
async function measure(name: string, manifest: Manifest, noise: number): Promise<number> {
  const made = planOf(manifest, noise);
  const request = { plan: made, manifest, open: [], sequence: 1, from: FROM, to: TO };
  const [grid, encodeMs] = timed(() => gridOf(request));
  const [packed, packMs] = timed(() => packGrid(grid));
  const [shown, decodeMs] = timed(() => decodeGrid(packed.slice().buffer));
  if (Buffer.compare(shown.states, grid.states) !== 0) throw new Error('the page sees another grid');
  const json = Buffer.from(JSON.stringify(inWords(grid)));
  const [brotli, gzip, jsonBrotli] = await Promise.all([
    bytesAs('br', packed),
    bytesAs('gzip', packed),
    bytesAs('br', json),
  ]);
  print(
    `| ${name} | ${packed.length} | ${brotli} | ${gzip} | ${encodeMs.toFixed(1)} ms | ${packMs.toFixed(1)} ms | ${decodeMs.toFixed(2)} ms | ` +
      `${json.length} | ${jsonBrotli} | ${(brotli / jsonBrotli).toFixed(3)} | ${onePatch(grid, packed)} |`,
  );
  return brotli;
}

async function bytesAs(encoding: string, bytes: Uint8Array): Promise<number> {
  const found = await pack(bytes, { 'accept-encoding': encoding });
  if (found === undefined) throw new Error(`${encoding} packs nothing`);
  return found.bytes.length;
}

/** A day of every computation comes to be done: found, sent and put in. */
function onePatch(before: GridAnswer, packed: Uint8Array): string {
  const states = Uint8Array.from(before.states);
  for (let row = 0; row < COMPUTATIONS; row++) states[row * DAYS + DAYS - 1] = STANDS.indexOf('run');
  const after = { ...before, sequence: 2, states };
  const [changes, findMs] = timed(() => gridChanges(before, after));
  if (changes === undefined) throw new Error('a column is no patch');
  const shown = decodeGrid(packed.slice().buffer);
  const started = performance.now();
  applyChanges(shown, changes);
  const applyMs = performance.now() - started;
  if (Buffer.compare(shown.states, states) !== 0) throw new Error('the patch makes another grid');
  const bytes = Buffer.byteLength(JSON.stringify({ sequence: 2, changes }));
  return `${changes.length} rows, ${bytes} B, found in ${findMs.toFixed(1)} ms, put in ${applyMs.toFixed(2)} ms`;
}

const inWords = ({ computations, states }: GridAnswer): Record<string, string[]> =>
  Object.fromEntries(
    computations.map((name, row) => [
      name,
      Array.from(states.subarray(row * DAYS, (row + 1) * DAYS), (byte) => STANDS[byte & 15] ?? 'running'),
    ]),
  );

/** Everything is settled and at rest, but for the newest day, and scattered cells: of those one half failed, the other never ran. */
function planOf(manifest: Manifest, noise: number): Plan {
  const random = mulberry32(1);
  const first = toOrdinal(FROM);
  const all = daySpan(first, daysAfter(first, DAYS - 2));
  const standings = new Map<string, Standing>();
  const books = new Map<string, Map<Day, Settled>>();
  for (const entry of manifest.computations) {
    const [failed, open] = [[], []] as [number[], number[]];
    for (let at = 0; at < DAYS - 1; at++) if (random() < noise) (random() < 0.5 ? failed : open).push(at);
    const dayOf = (at: number) => daysAfter(first, at);
    const failedDays = daySetOf(failed.map(dayOf));
    const made = subtract(subtract(all, failedDays), daySetOf(open.map(dayOf)));
    standings.set(entry.name, {
      ...unknownStanding(made, failedDays),
      fingerprint: entry.fingerprint,
      needs: needsHash(entry),
      rest: [{ reason: { why: 'UNCHANGED' }, days: made }],
    });
    for (let year = Number(FROM.slice(0, 4)); year <= Number(TO.slice(0, 4)); year++)
      books.set(bookId(entry.name, `${year}-01-01`), new Map());
    for (const day of failed.map((at) => fromOrdinal(dayOf(at)))) books.get(bookId(entry.name, day))?.set(day, FAILED);
  }
  const days = daySpan(first, toOrdinal(TO));
  return plan({
    manifest,
    from: FROM,
    to: TO,
    mode: 'forecast',
    state: {
      sequence: 0,
      standings,
      datasets: new Map([['d', { ...NO_DATASET, days }]]),
      equivalents: new Map(),
      distrusted: new Map(),
      shelf: new Shelf({ books, data: new Map([['d', new Map()]]) }),
      inFlight: new Map(),
    },
  });
}

const FAILED: Settled = {
  status: 'FAILED',
  error: { code: 'COMPUTE_FAILED', message: 'no' },
  dispatchId: 'earlier',
};

/** The median of several rounds, and what the last one made. */
function timed<T>(act: () => T): [made: T, ms: number] {
  const times: number[] = [];
  let made: T;
  do {
    const started = performance.now();
    made = act();
    times.push(performance.now() - started);
  } while (times.length < ROUNDS);
  return [made, medianOf(times)];
}

/** Numbers from 0 to 1 that are the same each time. https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

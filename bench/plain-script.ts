/**
 * The script that somebody would write who had no Daymill: `node bench/plain-script.ts FROM TO OUT` reads the demo's two files with the
 * library that Daymill reads them with, once and day by day, calls the same author functions, and writes each result as a file of JSON,
 * `OUT/NAME/DATE.json`. It checks nothing, keeps all in memory, remembers nothing between two runs, and makes everything each time.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asyncBufferFromFile } from 'hyparquet/src/node.js';
import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { type Flight, flights } from '../src/computations/flights/flights.ts';
import { type Prices, sp500 } from '../src/computations/market/sp500.ts';
import type { Dated, Needs } from '../src/index.ts';
import type { Computation } from '../src/mill/model/computation.ts';

const ROOT = join(import.meta.dirname, '..');
const FOLDERS = ['flights', 'market'];

type ByDay<T> = Map<string, T>;

/** Values of the days before one, oldest first. */
function windowOf<T>(values: ByDay<T> | undefined, date: string, days: number): Dated<T>[] {
  const found: Dated<T>[] = [];
  for (let back = days; back > 0; back--) {
    const day = new Date(Date.parse(date) - back * 86_400_000).toISOString().slice(0, 10);
    const value = values?.get(day);
    if (value !== undefined) found.push({ date: day, value });
  }
  return found;
}

/** Rows as they come in the file, which is sorted by time: a day is handed on when the next one begins. */
async function* flightsByDay(from: string, to: string): AsyncGenerator<readonly [date: string, rows: Flight[]]> {
  const { file: name, parse } = flights.source as { file: string; parse: (row: Record<string, unknown>) => Flight };
  const file = await asyncBufferFromFile(join(ROOT, name));
  const metadata = await parquetMetadataAsync(file);
  let rowStart = 0;
  let date = '';
  let startMs = Infinity;
  let rows: Flight[] = [];
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    for (const row of await parquetReadObjects({ file, metadata, compressors, rowStart, rowEnd })) {
      const sinceStart = (row['date'] as Date).getTime() - startMs;
      if (!(sinceStart >= 0 && sinceStart < 86_400_000)) {
        if (date >= from && date <= to) yield [date, rows];
        date = (row['date'] as Date).toISOString().slice(0, 10);
        startMs = Date.parse(date);
        rows = [];
      }
      rows.push(parse(row));
    }
    rowStart = rowEnd;
  }
  if (date >= from && date <= to) yield [date, rows];
}

function pricesByDay(): ByDay<Prices> {
  const { file, parse } = sp500.source as { file: string; parse: (row: Record<string, string>) => Prices };
  const [header = '', ...lines] = readFileSync(join(ROOT, file), 'utf8').trim().split(/\r?\n/);
  const names = header.split(',');
  return new Map(
    lines.map((line) => {
      const cells = line.split(',');
      const row = Object.fromEntries(names.map((name, at) => [name, cells[at] ?? '']));
      return [row['date'] ?? '', parse(row)];
    }),
  );
}

/** What comes before what reads it. */
async function computationsInOrder(): Promise<Computation[]> {
  const found = new Map<string, Computation>();
  const take = (one: Computation): void => {
    for (const need of Object.values(one.needs))
      if ('of' in need && need.of.kind === 'computation' && need.of.name !== one.name) take(need.of);
    found.set(one.name, one);
  };
  for (const folder of FOLDERS) {
    for (const name of readdirSync(join(ROOT, 'src/computations', folder)).sort()) {
      const module = (await import(`../src/computations/${folder}/${name}`)) as Record<string, { kind?: string }>;
      for (const one of Object.values(module)) if (one.kind === 'computation') take(one as Computation);
    }
  }
  return [...found.values()];
}

/** Undefined on a day on which something is not there. */
function inputsOf(
  needs: Needs,
  date: string,
  own: ByDay<unknown>,
  of: (name: string) => ByDay<unknown> | undefined,
  before: string | undefined,
): Record<string, unknown> | undefined {
  const inputs: Record<string, unknown> = {};
  for (const [key, need] of Object.entries(needs)) {
    if (need.kind === 'dependency' || need.kind === 'document') {
      inputs[key] = of(need.of.name)?.get(date);
      if (inputs[key] === undefined) return undefined;
    } else if (need.kind === 'history') inputs[key] = windowOf(of(need.of.name), date, need.days);
    else if (need.kind === 'previous') {
      const result = before === undefined ? undefined : own.get(before);
      const { seed } = need;
      inputs[key] =
        seed === undefined
          ? result
          : { result, seed: result === undefined ? windowOf(of(seed.of.name), date, seed.days) : [] };
    } else if (need.kind !== 'dataset') throw new Error(`no computation of the demo reads a ${need.kind}`);
  }
  return inputs;
}

/** Keys in order, so that those who add up what others found do so in one order. */
const inOrder = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

async function main(from: string, to: string, out: string): Promise<void> {
  const computations = await computationsInOrder();
  const prices = pricesByDay();
  const results = new Map<string, ByDay<unknown>>(computations.map(({ name }) => [name, new Map()]));
  const last = new Map<string, string>();
  const of = (name: string): ByDay<unknown> | undefined => (name === sp500.name ? prices : results.get(name));
  for (const { name } of computations) mkdirSync(join(out, name), { recursive: true });

  for await (const [date, rows] of flightsByDay(from, to)) {
    for (const { name, needs, work } of computations) {
      const own = results.get(name) ?? new Map<string, unknown>();
      const inputs = inputsOf(needs, date, own, of, last.get(name));
      if (inputs === undefined) continue;
      let value: unknown;
      if (work.shape === 'compute') value = await work.compute(inputs, { date });
      else if (work.shape === 'reduce') {
        const { init, add, finish } = work.reduce;
        const context = { date, id: '', inputs };
        const accumulator = init(context);
        for (const row of rows) add(accumulator, row, context);
        value = finish(accumulator, context);
      } else throw new Error(`no computation of the demo is ${work.shape}`);
      value = inOrder(value);
      own.set(date, value);
      last.set(name, date);
      writeFileSync(join(out, name, `${date}.json`), JSON.stringify(value));
    }
  }
}

const [from = '', to = '', out = ''] = process.argv.slice(2);
await main(from, to, out);

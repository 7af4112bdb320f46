/**
 * Fourteen versions of one public price history, loaded in order: exactly the cells run whose inputs mean something else than
 * before. What those are is worked out here from the prices alone, by the graph's definition and without the planner.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ports } from '../../src/compose.ts';
import { canonicalJson } from '../../src/values/canonical.ts';
import type { Computation } from '../../src/mill/model/computation.ts';
import type { ManifestComputation } from '../../src/mill/model/manifest.ts';
import type { TaskMessage } from '../../src/mill/model/message.ts';
import { dispatch } from '../../src/mill/steps/dispatch/dispatch.ts';
import { readWhole } from '../../src/mill/ports/read-whole.ts';
import { work } from '../../src/mill/steps/work/work.ts';
import { load } from '../support/load-file.ts';
import { localPorts, type LocalPorts } from '../support/local-ports.ts';

const FOLDER = resolve(import.meta.dirname, '../fixtures/brent-revisions');
const VERSIONS = readdirSync(FOLDER).filter((name) => name.endsWith('.csv.gz'));

interface Grid {
  readonly from: string;
  readonly to: string;
}

/** Whole files are loaded, back to 1987. The grid is the months around each revision: quiet years between them would only cost time. */
const GRIDS: readonly (Grid & { readonly through: string })[] = [
  { through: '003', from: '2018-09-03', to: '2019-01-31' },
  { through: '047', from: '2022-08-29', to: '2023-03-06' },
  { through: '090', from: '2024-12-02', to: '2024-12-31' },
];

/** Its place among the grids. */
const gridOf = (version: string): number =>
  GRIDS.findIndex(({ through }) => version.slice(0, through.length) <= through);

/** Calendar days that the mean looks back. */
const WINDOW = 6;

const GRAPH = {
  'computations/datasets.ts': `
import { z } from 'zod';
import { defineDocument, number } from 'daymill';
export const brent = defineDocument({
  name: 'brent', document: z.object({ price: z.number().positive() }),
  source: { dateColumn: 'Date', parse: (row) => ({ price: number(row, 'Price') }) },
});`,
  'computations/brent.ts': `
import { z } from 'zod';
import { defineComputation, dependency, document, history, previous } from 'daymill';
import { brent } from './datasets.ts';

export const change = defineComputation({
  name: 'change', category: 'oil', needs: { today: document(brent), before: previous() },
  output: z.object({ price: z.number(), change: z.number() }),
  compute: ({ today: { price }, before }) => ({ price, change: price / (before?.price ?? price) - 1 }),
});
export const mean = defineComputation({
  name: 'mean', category: 'oil', needs: { today: document(brent), past: history(brent, ${WINDOW}) }, output: z.number(),
  compute: ({ today, past }) => [...past.map(({ value }) => value.price), today.price].reduce((a, b) => a + b) / (past.length + 1),
});
export const regime = defineComputation({
  name: 'regime', category: 'oil', needs: { today: document(brent), mean: dependency(mean) }, output: z.enum(['above', 'below']),
  compute: ({ today, mean }) => (today.price >= mean ? 'above' : 'below'),
});
export const spell = defineComputation({
  name: 'spell', category: 'oil', needs: { regime: dependency(regime), before: previous() },
  output: z.object({ regime: z.string(), days: z.number() }),
  compute: ({ regime, before }) => ({ regime, days: before?.regime === regime ? before.days + 1 : 1 }),
});`,
};

type Prices = ReadonlyMap<string, number>;

/** A file as its publisher means it: numbers, whatever their format, and no line without a day. */
function pricesIn(version: string): Prices {
  const lines = gunzipSync(readFileSync(join(FOLDER, version)))
    .toString('utf8')
    .trim()
    .split('\n')
    .slice(1);
  const fields = lines.map((line) => line.split(',')).filter(([date]) => date !== '');
  return new Map(fields.map(([date = '', price]) => [date, Number(price)]));
}

/** What a cell reads and what it makes. */
interface Cell {
  readonly inputs: unknown;
  readonly value: unknown;
}

const daysBetween = (a: string, b: string): number => (Date.parse(b) - Date.parse(a)) / 86_400_000;

/** Every cell of the grid by `computation@date`, from the prices; chains go on from where the `earlier` grid ended. */
function cellsFor(prices: Prices, { from, to }: Grid, earlier: ReadonlyMap<string, Cell>): Map<string, Cell> {
  const cells = new Map<string, Cell>();
  const all = [...prices].sort(([a], [b]) => (a < b ? -1 : 1));
  const lastOf = (computation: string): unknown => {
    const names = [...earlier.keys()].filter((name) => name.startsWith(`${computation}@`));
    return earlier.get(names.sort().at(-1) ?? '')?.value;
  };
  let changeBefore = lastOf('change') as { price: number; change: number } | undefined;
  let spellBefore = lastOf('spell') as { regime: string; days: number } | undefined;
  for (const [index, [date, price]] of all.entries()) {
    if (date < from || date > to) continue;
    const change = { price, change: price / (changeBefore?.price ?? price) - 1 };
    cells.set(`change@${date}`, { inputs: [price, changeBefore ?? null], value: change });
    changeBefore = change;

    const past = all.slice(Math.max(0, index - WINDOW), index).filter(([day]) => daysBetween(day, date) <= WINDOW);
    const mean = [...past.map(([, one]) => one), price].reduce((a, b) => a + b) / (past.length + 1);
    cells.set(`mean@${date}`, { inputs: [price, past], value: mean });

    const regime = price >= mean ? 'above' : 'below';
    cells.set(`regime@${date}`, { inputs: [price, mean], value: regime });

    const spell = { regime, days: spellBefore?.regime === regime ? spellBefore.days + 1 : 1 };
    cells.set(`spell@${date}`, { inputs: [regime, spellBefore ?? null], value: spell });
    spellBefore = spell;
  }
  return cells;
}

const isNew = (name: string, now: Cell, before: ReadonlyMap<string, Cell>): boolean => {
  const then = before.get(name);
  return then === undefined || canonicalJson(then.inputs) !== canonicalJson(now.inputs);
};

const dayIn = (name: string): string => name.slice(name.indexOf('@') + 1);

/** The author's code, which notes down that it ran. */
function watched(computation: Computation, ran: string[]): Computation {
  const { work: itsWork, name } = computation;
  if (itsWork.shape !== 'compute') return computation;
  const { compute } = itsWork;
  return {
    ...computation,
    work: {
      shape: 'compute',
      compute: (inputs, context) => {
        ran.push(`${name}@${context.date}`);
        return compute(inputs, context);
      },
    },
  };
}

describe('fourteen versions of the price of oil', () => {
  let local: LocalPorts;
  let ports: Ports;
  let sent: TaskMessage[] = [];
  const ran: string[] = [];
  /** By grid: what the last version of it should have made. */
  const made = new Map<number, ReadonlyMap<string, Cell>>();
  const ranFor = new Map<string, readonly string[]>();

  beforeAll(async () => {
    local = await localPorts(GRAPH);
    const opened = local.open();
    ports = {
      ...opened,
      queue: { publish: async (messages) => void sent.push(...messages) },
      definitions: {
        ...opened.definitions,
        computation: async (entry: ManifestComputation) => watched(await opened.definitions.computation(entry), ran),
      },
    };
  });
  afterAll(() => local.close());

  /** One day's pipeline, as workflows/pipeline.yaml drives it. */
  const runPipeline = async ({ from, to }: Grid): Promise<void> => {
    for (let pass = 1; pass <= ports.manifest.passes; pass++) {
      while ((await dispatch({ date: to, from, pass }, ports)).dispatched > 0) {
        const wave = sent;
        sent = [];
        await Promise.all(wave.map((message) => work(message, ports)));
      }
    }
  };

  /** Loads the file as the whole truth, runs the grid, and says what ran and what should have. */
  const next = async (file: string, prices: Prices, index: number) => {
    const grid = GRIDS[index] ?? { from: '', to: '' };
    const before = made.get(index) ?? new Map<string, Cell>();
    const cells = cellsFor(prices, grid, made.get(index - 1) ?? new Map());
    ran.splice(0);
    const report = await load(ports, 'brent', file, { mode: 'replace' });
    await runPipeline(grid);
    made.set(index, cells);
    const expected = [...cells].filter(([name, cell]) => isNew(name, cell, before)).map(([name]) => name);
    return { report, ran: ran.toSorted(), expected: expected.toSorted() };
  };

  test.each(VERSIONS)('%s runs the cells whose inputs mean something else, each once', async (version) => {
    const prices = pricesIn(version);
    const done = await next(join(FOLDER, version), prices, gridOf(version));
    expect(done.report).toMatchObject({ rows: prices.size, rejected: 0 });
    expect([...(await ports.rootData.days('brent')).keys()].sort()).toEqual([...prices.keys()].sort());
    expect(done.ran).toEqual(done.expected);
    ranFor.set(version.slice(0, '000'.length), done.ran);
  });

  test('another number format runs nothing: of the days that 002 has, none ran for 003', () => {
    const days = new Set(ranFor.get('003')?.map(dayIn));
    expect(days.size).toBeGreaterThan(0);
    expect([...days].filter((date) => date <= '2019-01-03')).toEqual([]);
  });

  test('early cutoff: the revised 2023-01-30 is on the same side of its mean, so its spell did not run for 043', () => {
    const names = ranFor.get('043')?.filter((name) => name.endsWith('@2023-01-30'));
    expect(names).toEqual(['change@2023-01-30', 'mean@2023-01-30', 'regime@2023-01-30']);
  });

  test('a day long past, revised by a cent, is followed as far as results differ', async () => {
    const prices = new Map(pricesIn(VERSIONS.at(-1) ?? ''));
    prices.set('2022-12-01', (prices.get('2022-12-01') ?? 0) + 0.01);
    const lines = [...prices].map(([date, price]) => `${date},${price}`);
    local.project.write({ 'revised.csv': `Date,Price\n${lines.join('\n')}\n` });
    const done = await next(join(local.project.root, 'revised.csv'), prices, gridOf('047'));
    expect(done.report.days).toMatchObject({ new: 0, changed: 1, removed: 0 });
    expect(done.ran).toEqual(done.expected);
    // The chain of changes ends where a change is again what it was; a spell would only run if a regime turned.
    const week = ['2022-12-01', '2022-12-02', '2022-12-05', '2022-12-06', '2022-12-07'];
    expect(done.ran).toEqual([
      ...week.slice(0, 3).map((date) => `change@${date}`),
      ...week.map((date) => `mean@${date}`),
      ...week.map((date) => `regime@${date}`),
    ]);
  });

  test('every result is what the last version of its months alone would have made', async () => {
    const cells = [...made.values()].flatMap((one) => Array.from(one));
    const places = cells.map(([name]) => {
      const [computation = '', date = ''] = name.split('@');
      return { kind: 'cell', computation, date } as const;
    });
    const stored = await local.open().artifacts.read(places);
    const values = await Promise.all(
      stored.map(async (artifact) => (artifact === undefined ? undefined : readWhole(artifact))),
    );
    expect(values).toEqual(cells.map(([, { value }]) => value));
  });
});

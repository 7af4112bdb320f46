/** Days that a function makes: when they are made and made again, what is refused of them, and a night over them. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { join } from 'node:path';
import type { Ports } from '../../../../src/compose.ts';
import { foresee } from '../../../../src/mill/answers/foresee.ts';
import { explainAnswer } from '../../../../src/mill/answers/explain.ts';
import type { Entry } from '../../../../src/mill/model/artifact.ts';
import { computationIn, type ManifestComputation } from '../../../../src/mill/model/manifest.ts';
import { generated, type GeneratedOptions } from '../../../../src/mill/model/dataset.ts';
import { coverage, sourceDays } from '../../../../src/mill/sources/read-source.ts';
import { indexRootData } from '../../../../src/mill/steps/load/index-root-data.ts';
import { DAYS } from '../../../support/fixture-project.ts';
import { load } from '../../../support/load-file.ts';
import { loadFiles, localPorts, type LocalPorts } from '../../../support/local-ports.ts';
import { runDay } from '../../../support/run-day.ts';

const [FRI, SAT, SUN, MON] = DAYS;

/** Nothing trades on Sunday, and on Saturday nobody is in a mood. */
const FILES = {
  'computations/datasets.ts': `
import { z } from 'zod';
import { defineDataset, defineDocument, generated } from 'daymill';
export const trades = defineDataset({
  name: 'trades', entity: z.object({ user: z.string(), amount: z.number() }), id: ({ user }) => user,
  source: generated({
    first: '${FRI}',
    days: (date) => date !== '${SUN}',
    rows: function* (date) { for (const user of ['adam', 'zoe']) yield { user, amount: Number(date.slice(-2)) + user.length }; },
  }),
});
export const mood = defineDocument({
  name: 'mood', document: z.string(),
  source: generated({ first: '${FRI}', last: '${SUN}', rows: async function* (date) { if (date !== '${SAT}') yield 'good on ' + date; } }),
});`,
  'computations/turnover.ts': `
import { z } from 'zod';
import { dataset, defineComputation, document } from 'daymill';
import { mood, trades } from './datasets.ts';
export const turnover = defineComputation({
  name: 'turnover', category: 'tests', needs: { trades: dataset(trades) }, output: z.number(),
  reduce: { init: () => ({ sum: 0 }), add: (all, { amount }) => void (all.sum += amount), finish: ({ sum }) => sum },
});
export const said = defineComputation({
  name: 'said', category: 'tests', needs: { mood: document(mood) }, output: z.string(), compute: ({ mood }) => mood,
});`,
};

type Trade = Record<string, unknown>;

let local: LocalPorts;
let ports: Ports;
beforeEach(async () => {
  local = await localPorts(FILES);
  ports = local.open();
});
afterEach(() => local.close());

/** As if the dataset's module had this generator: another one has another hash. */
function making(dataset: string, options: Partial<GeneratedOptions<unknown>>, loader = 'f'.repeat(16)): Ports {
  const datasets = ports.manifest.datasets.map((entry) => (entry.name === dataset ? { ...entry, loader } : entry));
  return {
    ...ports,
    manifest: { ...ports.manifest, datasets },
    definitions: {
      ...ports.definitions,
      dataset: async (entry) => {
        const found = await ports.definitions.dataset(entry);
        if (found.name !== dataset) return found;
        return { ...found, source: generated({ first: FRI, rows: () => [], ...options }) };
      },
    },
  };
}

const trading = (rows: GeneratedOptions<Trade>['rows'], loader?: string): Ports => making('trades', { rows }, loader);

const entries = async (dataset: string, date: string): Promise<readonly Entry[] | undefined> => {
  const [day] = await local.open().artifacts.read([{ kind: 'root', dataset, date }]);
  return day === undefined ? undefined : (await Array.fromAsync(day.parts())).flatMap((part) => part.entries());
};

const daysOf = async (dataset: string): Promise<string[]> => [...(await ports.rootData.days(dataset)).keys()].sort();

const hours = { adam: 1, zoe: 2 };
const twoTrades = function* (date: string): Generator<Trade> {
  for (const [user, hour] of Object.entries(hours)) yield { user, amount: date.length + hour };
};

describe('generated days', () => {
  test('are made once, as far as the target or the last one, and only those that there are', async () => {
    expect(await loadFiles(SAT, ports)).toEqual([
      { dataset: 'mood', days: 1, rows: 1 },
      { dataset: 'trades', days: 2, rows: 4 },
    ]);
    expect((await loadFiles(SAT, ports)).map(({ days }) => days)).toEqual([0, 0]);
    expect((await loadFiles(MON, ports)).map(({ days }) => days)).toEqual([1, 1]);
    expect((await loadFiles(MON, ports)).map(({ days }) => days)).toEqual([0, 0]);
    expect(await daysOf('trades')).toEqual([FRI, SAT, MON]);
    expect(await daysOf('mood')).toEqual([FRI, SUN]);
    expect(await entries('trades', SAT)).toEqual([
      ['adam', { user: 'adam', amount: 6 }],
      ['zoe', { user: 'zoe', amount: 5 }],
    ]);
  });

  test('of a target before the first there are none, and later ones are made when they are wanted', async () => {
    const later = making('trades', { first: SUN, rows: twoTrades });
    expect((await loadFiles(FRI, later)).at(-1)).toEqual({ dataset: 'trades', days: 0, rows: 0 });
    expect((await loadFiles(MON, later)).at(-1)).toEqual({ dataset: 'trades', days: 2, rows: 4 });
  });

  test('are all made again by other code, and what comes out the same is not written', async () => {
    await loadFiles(MON, trading(twoTrades, '1'.repeat(16)));
    await indexRootData(ports);
    const written = local.usage().writes;
    expect((await loadFiles(MON, trading(twoTrades, '2'.repeat(16)))).at(-1)?.days).toBe(DAYS.length);
    // Only the mark.
    expect(local.usage().writes - written).toBe(1);
    const otherwise = trading(
      (date) => (date === SAT ? [{ user: 'adam', amount: 0 }] : twoTrades(date)),
      '3'.repeat(16),
    );
    await loadFiles(MON, otherwise);
    expect((await indexRootData(ports)).changed).toEqual({ trades: 1 });
    expect(await entries('trades', SAT)).toEqual([['adam', { user: 'adam', amount: 0 }]]);
  });

  test('that other code has nothing for any more are gone', async () => {
    await loadFiles(MON, trading(twoTrades, '1'.repeat(16)));
    await loadFiles(
      MON,
      trading((date) => (date === SUN ? [] : twoTrades(date)), '2'.repeat(16)),
    );
    expect(await daysOf('trades')).toEqual([FRI, SAT, MON]);
    await loadFiles(
      MON,
      making('trades', { rows: twoTrades, days: (date) => date === FRI || date === SUN }, '3'.repeat(16)),
    );
    expect(await daysOf('trades')).toEqual([FRI, SUN]);
  });

  test('of more than fits a document lie in parts, and are read as one day', async () => {
    const rows = function* (): Generator<Trade> {
      for (let user = 0; user < 12_000; user++) yield { user: String(user).padStart(6, '0'), amount: Math.sin(user) };
    };
    expect((await loadFiles(FRI, trading(rows, '1'.repeat(16)))).at(-1)).toMatchObject({ days: 1, rows: 12_000 });
    const found = await entries('trades', FRI);
    expect(found?.map(([, value]) => value)).toEqual([...rows()]);
  });
});

describe('a day is not written, and those before it are,', () => {
  const good = { user: 'adam', amount: 1 };
  const onSunday =
    (rows: (date: string) => unknown) =>
    (date: string): Iterable<Trade> =>
      (date === SUN ? rows(date) : [good]) as Iterable<Trade>;

  test.each<[what: string, rows: (date: string) => unknown, says: string]>([
    [
      'whose ids do not ascend',
      () => [{ user: 'zoe', amount: 1 }, good],
      `trades on ${SUN}, row 2: its id "adam" comes after "zoe" of row 1. Let it make entities in ascending order of their ids.`,
    ],
    ['that has an id twice', () => [good, good], `trades on ${SUN}, row 2: it has the id "adam", as row 1 has.`],
    [
      'with a row that does not fit the schema',
      () => [good, { user: 'zoe', amount: 'much' }],
      `trades: its generator, row 2, of ${SUN}: amount: Invalid input: expected number, received string.`,
    ],
    [
      'with what JSON has no word for',
      () => [{ user: 'adam', amount: NaN }],
      `trades: its generator, row 1, of ${SUN}: amount: Invalid input: expected number, received NaN.`,
    ],
    ['with nothing for a row', () => [null], `trades: its generator, row 1, of ${SUN}: Invalid input: expected object`],
    [
      'whose generator throws',
      function* () {
        yield good;
        throw new Error('the exchange is closed');
      },
      `trades: its generator, row 2, of ${SUN}: the exchange is closed.`,
    ],
    [
      'whose generator rejects before the first row',
      async function* () {
        yield await Promise.reject(new Error('503: try later!'));
      },
      `trades: its generator, row 1, of ${SUN}: 503: try later!`,
    ],
    [
      'of which a promise is given',
      () => Promise.resolve([good]),
      `trades: its generator, row 1, of ${SUN}: it gives no rows to go through.`,
    ],
  ])('%s', async (_, rows, says) => {
    const failing = trading(onSunday(rows));
    await expect(loadFiles(MON, failing)).rejects.toMatchObject({
      code: 'BAD_SOURCE',
      message: expect.stringContaining(says) as string,
    });
    await expect(loadFiles(MON, failing)).rejects.toThrow(
      `Nothing of this day and later ones was loaded; the 2 days before it, ${FRI} … ${SAT}, were.`,
    );
    expect(await daysOf('trades')).toEqual([FRI, SAT]);
    // Repaired, it is loaded whole: no mark says that it was.
    expect(
      (
        await loadFiles(
          MON,
          trading(() => [good]),
        )
      ).at(-1)?.days,
    ).toBe(DAYS.length);
    expect(await daysOf('trades')).toEqual(DAYS);
  });

  test('with a second document', async () => {
    const twice = making('mood', { rows: (date) => (date === SAT ? ['good', 'bad'] : ['good']) });
    await expect(loadFiles(MON, twice)).rejects.toThrow(
      `mood on ${SAT}, row 2: a document is one a day, and row 1 is of the same day.`,
    );
    expect(await daysOf('mood')).toEqual([FRI]);
  });

  test('nor any other, when it cannot be told which days there are', async () => {
    const days = (): boolean => {
      throw new Error('no calendar');
    };
    await expect(loadFiles(MON, making('trades', { days }))).rejects.toMatchObject({
      code: 'BAD_SOURCE',
      message: `trades: its generator, days(${FRI}): no calendar.`,
    });
    expect(await daysOf('trades')).toEqual([]);
  });

  test('and the generator is told to let go of what it holds, whatever that throws', async () => {
    const ended: string[] = [];
    const rows = function* (date: string): Generator<Trade> {
      try {
        yield { user: 'zoe', amount: 1 };
        yield { user: 'adam', amount: 1 };
      } finally {
        ended.push(date);
        // oxlint-disable-next-line no-unsafe-finally -- that is what is tried
        throw new Error('it would not close');
      }
    };
    await expect(loadFiles(MON, trading(rows))).rejects.toThrow('its id "adam" comes after "zoe"');
    expect(ended).toEqual([FRI]);
  });
});

test('a plan foresees generated days, a night reads them, and a cell without them says why', async () => {
  const days = { from: FRI, date: MON };
  const asked = { ...ports, coverage, sourceDays, simulate: false };
  expect((await foresee(days, asked)).loads).toEqual([
    { dataset: 'mood', days: 3, first: FRI, last: SUN, from: 'generator', again: false },
    { dataset: 'trades', days: 3, first: FRI, last: MON, from: 'generator', again: false },
  ]);
  await loadFiles(MON, ports);
  await indexRootData(ports);
  expect((await foresee(days, asked)).loads).toEqual([]);
  await runDay(days, ports, 'night');
  const [monday] = await local.open().artifacts.read([{ kind: 'cell', computation: 'turnover', date: MON }]);
  expect((await Array.fromAsync(monday?.parts() ?? []))[0]?.value()).toBe(4 + 4 + 4 + 3);

  const why = async (computation: string, date: string): Promise<string | undefined> =>
    (
      await explainAnswer(
        { computation: computationIn(ports.manifest, computation) as ManifestComputation, date, from: FRI },
        asked,
      )
    ).causes.at(-1)?.text;
  expect(await why('turnover', SUN)).toBe(
    `no data for ${SUN}: its generator starts on ${FRI}, and has nothing on this day`,
  );
  expect(await why('said', MON)).toBe(`no data for ${MON}: its generator holds ${FRI} … ${SUN}, after it ends`);

  const changed = { ...making('trades', { rows: twoTrades }), coverage, sourceDays, simulate: false };
  expect((await foresee(days, changed)).loads).toMatchObject([{ dataset: 'trades', from: 'generator', again: true }]);
});

test('a generated dataset is loaded from no file; one that was is made whole, and nobody has to load it again', async () => {
  local.project.write({ 'trades.ndjson': `{"date": "${FRI}", "user": "eve", "amount": 7}\n` });
  const path = join(local.project.root, 'trades.ndjson');
  await expect(load(ports, 'trades', path)).rejects.toThrow(
    'trades is not loaded from files: its generator makes it, and daymill run loads what that makes.',
  );
  // As it was before it was generated.
  const byHand: Ports = {
    ...ports,
    definitions: {
      ...ports.definitions,
      dataset: async (entry) => ({
        ...(await ports.definitions.dataset(entry)),
        source: { file: 'trades.csv', dateColumn: 'date' },
      }),
    },
  };
  await load(byHand, 'trades', path);
  expect(await entries('trades', FRI)).toEqual([['eve', { user: 'eve', amount: 7 }]]);
  await loadFiles(MON, trading(twoTrades));
  expect(await daysOf('trades')).toEqual(DAYS);
  expect(await ports.rootData.loadsByHand(['trades'])).toEqual(new Map([['trades', []]]));
});

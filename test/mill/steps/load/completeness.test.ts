/** A date opens when its root data is whole, and closes when it no longer is. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Ports } from '../../../../src/compose.ts';
import { buildManifest } from '../../../../src/mill/manifest/build-manifest.ts';
import { type Completeness, describeMissing, missingFrom } from '../../../../src/mill/model/completeness.ts';
import { expectedDays } from '../../../../src/mill/model/expected-days.ts';
import type { ManifestDataset } from '../../../../src/mill/model/manifest.ts';
import type { Log } from '../../../../src/process/ports.ts';
import { daysFrom } from '../../../../src/values/date.ts';
import { checkRow } from '../../../../src/mill/execution/check-row.ts';
import { dayWriter } from '../../../../src/mill/steps/load/day-writer.ts';
import { type IndexReport, indexRootData } from '../../../../src/mill/steps/load/index-root-data.ts';
import { DAYS, fixtureProject, IMPORTS } from '../../../support/fixture-project.ts';
import { localPorts, type LocalPorts } from '../../../support/local-ports.ts';

const [MONDAY, TUESDAY, WEDNESDAY] = DAYS;

const FILES = {
  'computations/datasets.ts': `
import { z } from 'zod';
import { defineDataset, defineDocument } from 'daymill';
export const closed = defineDocument({ name: 'closed', document: z.object({ by: z.string() }) });
export const visits = defineDataset({
  name: 'visits', entity: z.object({ user: z.string(), pages: z.number() }), id: ({ user }) => user,
  complete: { canaries: ['robot', 'ann'], closingMarker: 'END', minimumCount: 4 },
});
export const orders = defineDataset({
  name: 'orders', entity: z.object({ total: z.number() }), complete: { closingMarker: closed, minimumCount: 2 },
});
export const weather = defineDocument({
  name: 'weather', document: z.record(z.string(), z.number()), complete: { canaries: ['LHR'], minimumCount: 2 },
});`,
  'computations/uses.ts': `${IMPORTS}
export const uses = defineComputation({
  name: 'uses', category: 'tests', needs: { visits: dataset(visits), weather: document(weather) }, output: z.record(z.string(), z.number()),
  perEntity: ({ pages }) => pages,
});`,
};

let local: LocalPorts;
let ports: Ports;
beforeEach(async () => {
  local = await localPorts(FILES);
  ports = local.open();
});
afterEach(() => local.close());

async function put(name: string, date: string, rows: readonly unknown[]): Promise<void> {
  const entry = ports.manifest.datasets.find((dataset) => dataset.name === name);
  if (entry === undefined) throw new Error(`no dataset ${name}`);
  const dataset = await ports.definitions.dataset(entry);
  const writer = dayWriter(dataset, await ports.rootData.days(name), ports);
  const checked = rows.map((row, index) => {
    const found = checkRow(dataset, row);
    if ('reason' in found) throw new Error(found.reason);
    return { ...found, where: `row ${index}` };
  });
  await writer.put(date, checked);
  await writer.finish();
}

const visits = (...users: string[]) => users.map((user) => ({ user, pages: 1 }));
const WHOLE = visits('ann', 'ben', 'robot', 'END');

const openDays = async (name: string): Promise<string[]> => {
  const { planning } = local.open();
  const snapshot = await planning.load();
  await planning.fetch(snapshot, { books: new Set(), data: new Set([name]) });
  return [...(snapshot.books.data.get(name)?.keys() ?? [])].sort();
};

const lacks = (report: IndexReport, name: string): Record<string, string> =>
  Object.fromEntries((report.waiting[name] ?? []).map(({ date, missing }) => [date, describeMissing(missing)]));

test('a night without data that it should have says so, whether it is quiet or not', async () => {
  const entry = ports.manifest.datasets.find(({ name }) => name === 'visits');
  const expected = expectedDays('visits', { except: [TUESDAY] });
  const datasets = [{ ...(entry as ManifestDataset), expected }];
  const warnings: string[] = [];
  const expecting = (): Ports => {
    const opened = local.open();
    const log = { ...opened.log, warn: (_: unknown, text: string) => void warnings.push(text) } as Log;
    return { ...opened, manifest: { ...opened.manifest, datasets }, log };
  };
  await put('visits', MONDAY, WHOLE);
  expect(await indexRootData(expecting(), TUESDAY)).toMatchObject({ missing: {} });
  expect(await indexRootData(expecting(), WEDNESDAY)).toMatchObject({ missing: { visits: [WEDNESDAY] } });
  // There, and not whole: it waits, and that is another word.
  await put('visits', WEDNESDAY, visits('ann'));
  expect(await indexRootData(expecting(), WEDNESDAY)).toMatchObject({ missing: {}, waitingDays: { visits: 1 } });
  expect(warnings).toEqual([`visits has no data on ${WEDNESDAY}, which it should have`]);
});

describe('an entity dataset', () => {
  test('opens the days that are whole, and names what the others lack', async () => {
    await put('visits', MONDAY, WHOLE);
    await put('visits', TUESDAY, visits('ben', 'END'));
    await put('visits', WEDNESDAY, visits('ann', 'ben', 'carl', 'robot'));
    const report = await indexRootData(ports);
    expect(report.changed).toEqual({ visits: 1 });
    expect(lacks(report, 'visits')).toEqual({
      [TUESDAY]: 'canaries ann, robot; 2 of at least 4',
      [WEDNESDAY]: 'closing marker END',
    });
    expect(report.waitingDays).toEqual({ visits: 2 });
    expect(await openDays('visits')).toEqual([MONDAY]);
    // What waits is said again, though nothing has changed.
    expect(lacks(await indexRootData(local.open()), 'visits')).toEqual(lacks(report, 'visits'));
  });

  test('opens when the rest arrives, and closes when it is loaded again without', async () => {
    await put('visits', MONDAY, visits('ann', 'ben', 'robot'));
    expect((await indexRootData(ports)).changed).toEqual({});
    expect(await openDays('visits')).toEqual([]);

    await put('visits', MONDAY, WHOLE);
    expect(await indexRootData(ports)).toMatchObject({ changed: { visits: 1 }, waiting: {}, waitingDays: {} });
    expect(await openDays('visits')).toEqual([MONDAY]);

    await put('visits', MONDAY, visits('ann', 'ben', 'carl', 'END'));
    const report = await indexRootData(ports);
    expect(report.changed).toEqual({ visits: 1 });
    expect(lacks(report, 'visits')).toEqual({ [MONDAY]: 'canary robot' });
    expect(await openDays('visits')).toEqual([]);

    await ports.rootData.removeDays('visits', [MONDAY]);
    expect(await indexRootData(ports)).toMatchObject({ changed: {}, waiting: {} });
  });

  test('other rules are asked of all days, and no rule opens them all', async () => {
    await put('visits', MONDAY, WHOLE);
    await put('visits', TUESDAY, visits('ann', 'ben', 'robot'));
    await indexRootData(ports);
    const under = (complete: Completeness | undefined) => {
      const datasets = ports.manifest.datasets.map(({ complete: before, ...rest }) => {
        const rule = rest.name === 'visits' ? complete : before;
        return rule === undefined ? rest : { ...rest, complete: rule };
      });
      return indexRootData({ ...ports, manifest: { ...ports.manifest, datasets } });
    };
    expect(lacks(await under({ canaries: ['carl'] }), 'visits')).toEqual({
      [MONDAY]: 'canary carl',
      [TUESDAY]: 'canary carl',
    });
    expect(await openDays('visits')).toEqual([]);
    expect(await under(undefined)).toMatchObject({ changed: { visits: 2 }, waiting: {} });
    expect(await openDays('visits')).toEqual([MONDAY, TUESDAY]);
  });
});

describe('a closing document', () => {
  test('opens the day when it arrives, and closes it when it goes', async () => {
    await put('orders', MONDAY, [{ total: 1 }, { total: 2 }]);
    await put('orders', TUESDAY, [{ total: 1 }]);
    const before = await indexRootData(ports);
    expect(lacks(before, 'orders')).toEqual({
      [MONDAY]: 'closing document in closed',
      [TUESDAY]: '1 of at least 2; closing document in closed',
    });

    await put('closed', MONDAY, [{ by: 'ann' }]);
    await put('closed', TUESDAY, [{ by: 'ann' }]);
    const after = await indexRootData(ports);
    expect(after.changed).toEqual({ closed: 2, orders: 1 });
    expect(lacks(after, 'orders')).toEqual({ [TUESDAY]: '1 of at least 2' });

    await ports.rootData.removeDays('closed', [MONDAY]);
    const gone = await indexRootData(ports);
    expect(gone.changed).toEqual({ closed: 1, orders: 1 });
    expect(lacks(gone, 'orders')[MONDAY]).toBe('closing document in closed');
    expect(await openDays('orders')).toEqual([]);
  });
});

describe('a document', () => {
  test('is whole by its own fields', async () => {
    await put('weather', MONDAY, [{ LHR: 10, JFK: 12 }]);
    await put('weather', TUESDAY, [{ JFK: 12 }]);
    const report = await indexRootData(ports);
    expect(await openDays('weather')).toEqual([MONDAY]);
    expect(lacks(report, 'weather')).toEqual({ [TUESDAY]: 'canary LHR; 1 of at least 2' });
  });
});

test('checking costs one read for a day whose ids count, none for its number or a marker elsewhere, and nothing when quiet', async () => {
  for (const date of DAYS) {
    await put('visits', date, WHOLE);
    await put('orders', date, [{ total: 1 }, { total: 2 }]);
  }
  const cost = async (): Promise<number> => {
    const before = local.usage().reads;
    await indexRootData(ports);
    return local.usage().reads - before;
  };
  const datasets = 4;
  // A look for any change, and after the planner's state one for all: what is remembered, and a query that costs one read at least.
  const [any, all] = [2 * datasets, 2 * datasets - 2 + 2 * DAYS.length];
  // And, since there was no state, one look for books that are older than it.
  expect(await cost()).toBe(any + 2 + all + DAYS.length);
  await put('closed', MONDAY, [{ by: 'ann' }]);
  // Firestore's clock is not waited for: what was written in the last seconds is looked at again, and found unchanged.
  expect(await cost()).toBeLessThanOrEqual(any + 1 + all + 1);
});

test('of many days that wait, the newest twenty are named and all are counted', async () => {
  const dates = daysFrom('2024-01-01', '2024-01-25');
  for (const date of dates) await put('visits', date, visits('ann'));
  const report = await indexRootData(ports);
  expect(report.waitingDays).toEqual({ visits: 25 });
  expect(report.waiting['visits']?.map(({ date }) => date)).toEqual(dates.slice(5));
});

test.each([
  [
    'canaries without ids',
    `defineDataset({ name: 'a', entity: z.string(), complete: { canaries: ['x'] } })`,
    /what an entity's id is/,
  ],
  [
    'a minimum of none',
    `defineDataset({ name: 'a', entity: z.string(), complete: { minimumCount: 0 } })`,
    /minimumCount is 0/,
  ],
  [
    'a closing document that nobody exports',
    `defineDataset({ name: 'a', entity: z.string(), complete: { closingMarker: defineDocument({ name: 'b', document: z.string() }) } })`,
    /"b" that closes the days of a is exported by no module/,
  ],
])('%s is refused', async (_, definition, message) => {
  const project = fixtureProject({
    'computations/datasets.ts': `import { z } from 'zod'; import { defineDataset, defineDocument } from 'daymill';\nexport const a = ${definition};`,
  });
  try {
    const built = buildManifest({ root: project.root, directory: 'computations' });
    await expect(built).rejects.toThrow(
      expect.objectContaining({ name: 'UserError', message: expect.stringMatching(message) }),
    );
  } finally {
    project.remove();
  }
});

test('many missing canaries are counted, and a few named', () => {
  const canaries = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const missing = missingFrom({ canaries }, { count: 0, found: new Set(['b']) });
  expect(describeMissing(missing)).toBe('canaries a, c, d, e, f and 1 more');
});

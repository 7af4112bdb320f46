/** Root data: loaded once, again when its file changes, and indexed as often as anybody likes. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Ports } from '../../../../src/compose.ts';
import { indexRootData } from '../../../../src/mill/steps/load/index-root-data.ts';
import { dayCount } from '../../../../src/mill/planning/day-set.ts';
import { mortal } from '../../../support/mortal.ts';
import { DAYS, IMPORTS, visitsCsv, VISITORS, weatherCsv } from '../../../support/fixture-project.ts';
import { loadFiles, localPorts, type LocalPorts } from '../../../support/local-ports.ts';

const COMPUTATIONS = {
  'computations/uses.ts': `${IMPORTS}
export const uses = defineComputation({
  name: 'uses', category: 'tests', needs: { visits: dataset(visits), weather: document(weather) }, output: z.record(z.string(), z.number()),
  perEntity: ({ pages }) => pages,
});`,
};

const LAST = DAYS[3];

/** As if each dataset said so of its source. */
const allowEmpty =
  ({ definitions }: Ports): Ports['definitions']['dataset'] =>
  async (entry) => {
    const dataset = await definitions.dataset(entry);
    return dataset.source === undefined ? dataset : { ...dataset, source: { ...dataset.source, allowEmpty: true } };
  };

describe('root data', () => {
  let local: LocalPorts;
  let ports: Ports;
  beforeEach(async () => {
    local = await localPorts(COMPUTATIONS);
    ports = local.open();
  });
  afterEach(() => local.close());

  const load = (to: string = LAST) => loadFiles(to, ports);
  const hashes = async (dataset: string): Promise<ReadonlyMap<string, string> | undefined> => {
    const { planning } = local.open();
    const snapshot = await planning.load();
    await planning.fetch(snapshot, { books: new Set(), data: new Set([dataset]) });
    return snapshot.books.data.get(dataset);
  };

  test('is loaded once, and indexed once, however often that is asked for', async () => {
    expect(await load()).toEqual([
      { dataset: 'visits', days: DAYS.length, rows: DAYS.length * VISITORS },
      { dataset: 'weather', days: DAYS.length, rows: DAYS.length },
    ]);
    expect(await indexRootData(ports)).toEqual({
      passes: 1,
      missing: {},
      trouble: null,
      changed: { visits: DAYS.length, weather: DAYS.length },
      waiting: {},
      waitingDays: {},
      lost: {},
    });
    const { sequence } = await ports.planning.load();

    expect((await load()).map(({ days }) => days)).toEqual([0, 0]);
    expect((await indexRootData(ports)).changed).toEqual({});
    expect((await indexRootData(local.open())).changed).toEqual({});
    // Nothing was written either: what planners remember stays true.
    expect((await ports.planning.load()).sequence).toBe(sequence);
    expect([...((await hashes('weather'))?.keys() ?? [])]).toEqual(DAYS);
  });

  test('of more days than one commit takes is indexed in several, whoever dies between them', async () => {
    await load();
    const { sequence: empty } = await ports.planning.load();
    for (let at = 1, done = false; !done; at++) {
      const dying = mortal({ ...local.open(), daysACommit: 1 } as Ports, { at, when: 'after' });
      const work = indexRootData(dying.ports).then(() => undefined);
      const last = await Promise.race([dying.died, work]);
      await indexRootData({ ...ports, daysACommit: 1 });
      expect({ last, days: [...((await hashes('weather'))?.keys() ?? [])] }).toEqual({ last, days: DAYS });
      expect([...((await hashes('visits'))?.keys() ?? [])]).toEqual(DAYS);
      const { sequence, datasets } = await ports.planning.load();
      if (at === 1) expect(sequence).toBe(empty + 2);
      expect([...datasets.values()].map(({ days }) => dayCount(days))).toEqual([DAYS.length, DAYS.length]);
      done = last === undefined;
      // The next is a new day.
      local.project.write({
        'weather.csv': weatherCsv((day) => day * at),
        'visits.csv': visitsCsv((_, day) => day * at),
      });
      await load();
    }
  });

  test('is loaded as far as the target, and onwards from there', async () => {
    expect((await load(DAYS[1])).map(({ days }) => days)).toEqual([2, 2]);
    expect((await indexRootData(ports)).changed).toEqual({ visits: 2, weather: 2 });
    expect((await load(LAST)).map(({ days }) => days)).toEqual([2, 2]);
    expect((await indexRootData(ports)).changed).toEqual({ visits: 2, weather: 2 });
  });

  test('after its file changed, exactly the days whose content differs are new', async () => {
    await load();
    await indexRootData(ports);
    const before = await hashes('visits');
    local.project.write({
      'visits.csv': visitsCsv((visitor, day) => (visitor === 5 && day === 2 ? 99 : (visitor % 7) + day)),
    });
    expect((await load()).map(({ days }) => days)).toEqual([DAYS.length, 0]);
    expect((await indexRootData(ports)).changed).toEqual({ visits: 1 });
    const after = await hashes('visits');
    expect(DAYS.filter((date) => before?.get(date) !== after?.get(date))).toEqual([DAYS[2]]);
    const [day] = await local.open().artifacts.read([{ kind: 'root', dataset: 'visits', date: DAYS[2] }]);
    const part = await day?.partWith('0000005');
    expect(new Map(part?.entries()).get('0000005')).toEqual({
      user: 'user-5',
      pages: 99,
    });
  });

  test('days that left the file are gone, and come back with it', async () => {
    await load();
    await indexRootData(ports);
    const [, , , last] = DAYS;
    const shorter = weatherCsv()
      .split('\n')
      .filter((line) => !line.startsWith(DAYS[1]))
      .join('\n');
    local.project.write({ 'weather.csv': shorter });
    await load(DAYS[0]);
    expect((await indexRootData(ports)).changed).toEqual({ weather: 1 });
    expect([...((await hashes('weather'))?.keys() ?? [])]).toEqual([DAYS[0], DAYS[2], last]);
    expect(await local.open().artifacts.read([{ kind: 'root', dataset: 'weather', date: DAYS[1] }])).toEqual([
      undefined,
    ]);

    local.project.write({ 'weather.csv': weatherCsv() });
    await load();
    expect((await indexRootData(ports)).changed).toEqual({ weather: 1 });
    expect((await hashes('weather'))?.size).toBe(DAYS.length);
  });

  test('is read again when the code that parses it has changed', async () => {
    await load();
    const datasets = ports.manifest.datasets.map((dataset) =>
      dataset.name === 'weather' ? { ...dataset, loader: 'f'.repeat(16) } : dataset,
    );
    const changed = { ...ports, manifest: { ...ports.manifest, datasets } };
    expect((await loadFiles(LAST, changed)).map(({ days }) => days)).toEqual([0, DAYS.length]);
    expect((await loadFiles(LAST, changed)).map(({ days }) => days)).toEqual([0, 0]);
  });

  test('of a file that is not in order nothing is written, and it says what to do', async () => {
    const [, ...rows] = weatherCsv().trim().split('\n');
    const [a, b, c, d] = rows;
    local.project.write({ 'weather.csv': ['date,degrees', ...rows.toReversed()].join('\n') });
    await expect(load()).rejects.toThrow(
      `weather.csv begins with ${DAYS[3]} and ends with ${DAYS[0]}. Sort the file by "date"`,
    );
    // Half of the first day comes before the others, and half of it after.
    local.project.write({ 'weather.csv': ['date,degrees', a, b, `${DAYS[0]},99`, c, d].join('\n') });
    await expect(load()).rejects.toThrow(`weather.csv, line 4: ${DAYS[0]} comes after ${DAYS[1]}, so sort`);
    expect((await ports.rootData.days('weather')).size).toBe(0);
    // A day that could only be seen behind the target.
    local.project.write({ 'weather.csv': ['date,degrees', a, d, b].join('\n') });
    await expect(load(DAYS[1])).rejects.toThrow(`line 4: ${DAYS[1]} comes after ${DAYS[3]}, so sort`);
    local.project.write({ 'weather.csv': weatherCsv() });
    expect((await load()).map(({ days }) => days)).toEqual([0, DAYS.length]);
  });

  test('that a changed file only has after the target is gone before it', async () => {
    await load(DAYS[1]);
    local.project.write({ 'weather.csv': weatherCsv().replaceAll('2024-03', '2024-04') });
    expect(await load(DAYS[1])).toMatchObject([{ days: 0 }, { dataset: 'weather', days: 0 }]);
    expect((await ports.rootData.days('weather')).size).toBe(0);
    expect(await load('2024-04-02')).toMatchObject([{ days: 2 }, { dataset: 'weather', days: 2 }]);
  });

  test('of a file without rows is refused, and what is there stays, unless it is allowed', async () => {
    await load();
    for (const nothing of ['', 'date,degrees\n']) {
      local.project.write({ 'weather.csv': nothing });
      await expect(load()).rejects.toThrow('weather.csv has no rows, as a download that failed has none.');
    }
    expect((await ports.rootData.days('weather')).size).toBe(DAYS.length);
    const allowing = { ...ports, definitions: { ...ports.definitions, dataset: allowEmpty(ports) } };
    expect(await loadFiles(LAST, allowing)).toMatchObject([{ days: 0 }, { dataset: 'weather', days: 0 }]);
    expect((await ports.rootData.days('weather')).size).toBe(0);
    expect((await loadFiles(LAST, allowing)).map(({ days }) => days)).toEqual([0, 0]);
    local.project.write({ 'weather.csv': weatherCsv() });
    expect((await loadFiles(LAST, allowing)).map(({ days }) => days)).toEqual([0, DAYS.length]);
  });

  test('a file written again with the same content changes nothing', async () => {
    await load();
    await indexRootData(ports);
    local.project.write({ 'weather.csv': `${weatherCsv()}\n` });
    expect((await load()).map(({ days }) => days)).toEqual([0, DAYS.length]);
    expect((await indexRootData(ports)).changed).toEqual({});
  });

  test('two that index at once: both end, and the index is right', async () => {
    await load();
    const answers = await Promise.allSettled([indexRootData(ports), indexRootData(local.open())]);
    expect(answers.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThanOrEqual(1);
    const refused = answers.filter((answer) => answer.status === 'rejected');
    for (const { reason } of refused) expect(reason).toMatchObject({ name: 'RetryableError', code: 'CONTENTION' });
    expect((await indexRootData(ports)).changed).toEqual({});
    for (const dataset of ['visits', 'weather']) expect((await hashes(dataset))?.size).toBe(DAYS.length);
  });

  test('a change that becomes visible after a later one was seen is seen by the next index', async () => {
    await load();
    await indexRootData(ports);
    const late = local.holdCommits((name) => name.endsWith(`/datasets/weather/days/${DAYS[1]}`));
    const removing = ports.rootData.removeDays('weather', [DAYS[1]]);
    await late.caught;
    await ports.rootData.removeDays('weather', [DAYS[2]]);
    expect((await indexRootData(local.open())).changed).toEqual({ weather: 1 });
    late.release();
    await removing;
    expect((await indexRootData(local.open())).changed).toEqual({ weather: 1 });
    expect([...((await hashes('weather'))?.keys() ?? [])]).toEqual([DAYS[0], LAST]);
  });

  test('a row that does not fit names its place, and the days before it stay', async () => {
    local.project.write({ 'weather.csv': `date,degrees\n${DAYS[0]},10\n${DAYS[1]},warm\n` });
    await expect(load()).rejects.toThrow(
      expect.objectContaining({
        name: 'UserError',
        code: 'BAD_SOURCE',
        message: expect.stringMatching(
          /^weather: weather\.csv, line 3, of 2024-03-02: degrees: .* Nothing of this day and later ones was loaded; 2024-03-01, before it, was\.$/,
        ),
      }),
    );
    // What was told as loaded is there, and its readers run.
    expect([...(await ports.rootData.days('weather')).keys()]).toEqual([DAYS[0]]);
    expect((await indexRootData(ports)).changed).toMatchObject({ weather: 1 });
    local.project.write({ 'weather.csv': weatherCsv() });
    expect((await load()).map(({ days }) => days)).toEqual([0, DAYS.length]);
  });
});

/** Loading a file: whole days or none of them, whatever is in it, and however often. */
import { hash } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Ports } from '../../src/compose.ts';
import { daysFrom } from '../../src/model/date.ts';
import { readWhole } from '../../src/steps/load-inputs.ts';
import { IMPORTS } from '../support/fixture-project.ts';
import { load, type Loaded } from '../support/load-file.ts';
import { loadFiles, localPorts, type LocalPorts } from '../support/local-ports.ts';

const FILES = {
  'computations/datasets.ts': `
import { z } from 'zod';
import { defineDataset, defineDocument } from 'daymill';
export const visits = defineDataset({
  name: 'visits', entity: z.object({ user: z.string(), pages: z.number().int().nonnegative() }), id: ({ user }) => user,
  complete: { canaries: ['robot'] },
  source: { dateColumn: 'day', parse: ({ user, pages }) => ({ user: String(user), pages: Number(pages) }) },
});
export const clicks = defineDataset({ name: 'clicks', entity: z.strictObject({ to: z.string() }) });
export const weather = defineDocument({
  name: 'weather', document: z.object({ degrees: z.number() }),
  source: { file: 'weather.csv', format: 'csv', dateColumn: 'date', parse: ({ degrees }) => ({ degrees: Number(degrees) }) },
});`,
  'computations/uses.ts': `${IMPORTS}
export const uses = defineComputation({
  name: 'uses', category: 'tests', needs: { visits: dataset(visits), weather: document(weather) }, output: z.record(z.string(), z.number()),
  perEntity: ({ pages }) => pages,
});`,
};

const [FIRST, SECOND, THIRD] = ['2024-03-01', '2024-03-02', '2024-03-03'];

let local: LocalPorts;
let ports: Ports;
beforeEach(async () => {
  local = await localPorts(FILES);
  ports = local.open();
});
afterEach(() => local.close());

function loadText(
  dataset: string,
  name: string,
  lines: readonly string[],
  mode?: 'merge' | 'replace',
): Promise<Loaded> {
  local.project.write({ [name]: `${lines.join('\n')}\n` });
  return load(ports, dataset, join(local.project.root, name), mode === undefined ? {} : { mode });
}

const visits = (...rows: string[]) => ['day,user,pages', ...rows];

async function value(dataset: string, date: string): Promise<unknown> {
  const [stored] = await local.open().artifacts.read([{ kind: 'root', dataset, date }]);
  return stored === undefined ? undefined : readWhole(stored);
}

const none = { new: 0, changed: 0, same: 0, removed: 0, held: 0 };

describe('days of a file', () => {
  const UNSORTED = visits(`${SECOND},ann,1`, `${FIRST},robot,2`, `${SECOND},robot,3`, `${FIRST},ben,4`);

  test('are loaded whole from rows in any order, and loaded again they are the same and cost no write', async () => {
    const first = await loadText('visits', 'a.csv', UNSORTED);
    expect(first).toMatchObject({ rows: 4, rejected: 0, days: { ...none, new: 2 }, index: { changed: { visits: 2 } } });
    expect(await value('visits', FIRST)).toEqual({
      ben: { user: 'ben', pages: 4 },
      robot: { user: 'robot', pages: 2 },
    });

    const writes = local.usage().writes;
    const [head = '', ...rows] = UNSORTED;
    const again = await loadText('visits', 'b.csv', [head, ...rows.reverse()]);
    expect(again).toMatchObject({ days: { ...none, same: 2 }, index: { changed: {} } });
    // The indexer's own note of how far it has seen, at most.
    expect(local.usage().writes - writes).toBeLessThanOrEqual(1);
  });

  test('take the place of those that are there, and leave the others alone', async () => {
    await loadText('visits', 'a.csv', UNSORTED);
    const report = await loadText('visits', 'b.csv', visits(`${SECOND},robot,9`, `${THIRD},robot,1`));
    expect(report).toMatchObject({ days: { ...none, new: 1, changed: 1 }, index: { changed: { visits: 2 } } });
    expect(await value('visits', SECOND)).toEqual({ robot: { user: 'robot', pages: 9 } });
    expect((await ports.rootData.days('visits')).size).toBe(3);
  });

  test('merged, are laid over those that are there by id: a canary that comes later opens its day', async () => {
    const early = await loadText('visits', 'a.csv', visits(`${FIRST},ann,1`, `${FIRST},ben,2`));
    expect(early.index).toMatchObject({ changed: {}, waitingDays: { visits: 1 } });
    const late = await loadText('visits', 'b.csv', visits(`${FIRST},robot,0`, `${FIRST},ann,7`), 'merge');
    expect(late).toMatchObject({ days: { ...none, changed: 1 }, index: { changed: { visits: 1 }, waiting: {} } });
    expect(await value('visits', FIRST)).toMatchObject({ ann: { pages: 7 }, ben: { pages: 2 }, robot: { pages: 0 } });
    const nameless = loadText('clicks', 'c.ndjson', [`{"date":"${FIRST}","to":"a"}`], 'merge');
    await expect(nameless).rejects.toThrow(/its entities have no ids/);
  });

  test('that a file as the whole truth does not have are taken away', async () => {
    await loadText('visits', 'a.csv', visits(`${FIRST},robot,1`, `${SECOND},robot,1`, `${THIRD},robot,1`));
    const report = await loadText('visits', 'b.csv', visits(`${FIRST},robot,1`, `${THIRD},robot,many`), 'replace');
    expect(report).toMatchObject({ days: { ...none, same: 1, removed: 1, held: 1 }, held: [THIRD], kept: 0 });
    expect([...(await ports.rootData.days('visits')).keys()]).toEqual([FIRST, THIRD]);
    const empty = loadText('visits', 'c.csv', visits(), 'replace');
    await expect(empty).rejects.toThrow(/no good rows, so --replace would take all days/);
  });
});

describe('wrong rows', () => {
  test('are set aside with their line, column and reason, and their day stays as it was', async () => {
    await loadText('visits', 'a.csv', visits(`${FIRST},robot,1`));
    const report = await loadText(
      'visits',
      'b.csv',
      visits(
        `${FIRST},robot,2`,
        `${SECOND},robot,3`,
        `${FIRST},ann,few`,
        `${THIRD},ann,4`,
        `${THIRD},robot,5`,
        `${THIRD},ann,6`,
      ),
    );
    expect(report).toMatchObject({ rows: 6, rejected: 2, days: { ...none, new: 1, held: 2 }, held: [FIRST, THIRD] });
    expect(report.rejects).toEqual([
      {
        line: 4,
        date: FIRST,
        column: 'pages',
        reason: expect.stringContaining('expected number'),
        row: { day: FIRST, user: 'ann', pages: 'few' },
      },
      {
        line: 7,
        date: THIRD,
        column: '',
        reason: 'it has the id "ann", as line 5 has',
        row: { user: 'ann', pages: 6 },
      },
    ]);
    expect(await value('visits', FIRST)).toEqual({ robot: { user: 'robot', pages: 1 } });
    expect(await value('visits', THIRD)).toBeUndefined();
  });

  test('without a day hold the days of their neighbours back, and no day is taken away because of them', async () => {
    await loadText('visits', 'a.csv', visits(`${SECOND},robot,1`));
    const days = ['2024-03-04', '2024-03-05', '2024-03-06', '2024-03-07'];
    const rows = [
      `${days[0]},robot,1`,
      `${days[1]},robot,1`,
      'someday,ann,1',
      `${days[2]},robot,1`,
      `${days[3]},robot,1`,
    ];
    const report = await loadText('visits', 'b.csv', visits(...rows), 'replace');
    expect(report).toMatchObject({
      rejected: 1,
      days: { ...none, new: 2, held: 2 },
      held: [days[1], days[2]],
      kept: 1,
    });
    expect([...(await ports.rootData.days('visits')).keys()]).toEqual([SECOND, days[0], days[3]]);
  });

  test('of a document: a second one of the same day', async () => {
    const report = await loadText('weather', 'w.ndjson', [
      `{"date":"${FIRST}","degrees":1}`,
      `{"date":"${FIRST}","degrees":2}`,
      `{"date":"${SECOND}","degrees":3}`,
    ]);
    expect(report).toMatchObject({ days: { ...none, new: 1, held: 1 } });
    expect(report.rejects).toMatchObject([
      { line: 2, reason: 'a document is one a day, and line 1 is of the same day' },
    ]);
  });
});

test('days are committed within what Firestore takes at once, and a large one in shards', async () => {
  // Base64 packs to three quarters: about 800 KB an entity.
  const noise = (seed: number): string =>
    Buffer.concat(Array.from({ length: 12_500 }, (_, index) => hash('sha512', `${seed} ${index}`, 'buffer'))).toString(
      'base64',
    );
  const dates = daysFrom('2024-01-01', '2024-01-15');
  const large = '2024-01-15';
  const rows = [...dates, large].map((date, index) => JSON.stringify({ date, to: noise(index) }));
  expect(await loadText('clicks', 'c.ndjson', rows)).toMatchObject({ days: { ...none, new: 15 } });
  expect(await value('clicks', large)).toEqual({ '0000000': { to: noise(14) }, '0000001': { to: noise(15) } });
  const writes = local.usage().writes;
  expect(await loadText('clicks', 'c.ndjson', rows)).toMatchObject({ days: { ...none, same: 15 } });
  expect(local.usage().writes - writes).toBeLessThanOrEqual(1);
});

test('an NDJSON record is the entity, without the day unless the schema has a place for it', async () => {
  expect(await loadText('clicks', 'c.ndjson', [`{"date":"${FIRST}","to":"a"}`])).toMatchObject({ days: { new: 1 } });
  expect(await value('clicks', FIRST)).toEqual({ '0000000': { to: 'a' } });
});

test('a bundled file is left alone once its dataset was loaded by hand', async () => {
  await loadFiles(THIRD, ports);
  const before = await value('weather', SECOND);
  await loadText('weather', 'w.csv', ['date,degrees', `${FIRST},99`]);
  expect((await loadFiles('2024-03-04', ports)).map(({ days }) => days)).toEqual([0]);
  expect(await value('weather', FIRST)).toEqual({ degrees: 99 });
  expect(await value('weather', SECOND)).toEqual(before);
});

test('a load that stops half-way leaves whole days, and done again it is as if it had not', async () => {
  const rows = visits(`${FIRST},robot,1`, `${SECOND},robot,1`, `${THIRD},robot,1`);
  local.project.write({ 'a.csv': rows.join('\n') });
  const path = join(local.project.root, 'a.csv');
  const stopped = load(ports, 'visits', path, {
    onDay: (done) => {
      if (done === 2) throw new Error('stopped');
    },
  });
  await expect(stopped).rejects.toThrow('stopped');
  expect((await load(ports, 'visits', path)).index.changed).toEqual({ visits: 3 });
  expect((await load(local.open(), 'visits', path)).days).toEqual({ ...none, same: 3 });
});

/** Loading a file: whole days or none of them, whatever is in it, and however often. */
import { hash } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Ports } from '../../../../src/compose.ts';
import { daysFrom } from '../../../../src/values/date.ts';
import { readWhole } from '../../../../src/mill/ports/read-whole.ts';
import { IMPORTS } from '../../../support/fixture-project.ts';
import { load, type Loaded } from '../../../support/load-file.ts';
import { loadFiles, localPorts, type LocalPorts } from '../../../support/local-ports.ts';

const FILES = {
  'computations/datasets.ts': `
import { z } from 'zod';
import { defineDataset, defineDocument, number } from 'daymill';
export const visits = defineDataset({
  name: 'visits', entity: z.object({ user: z.string(), pages: z.number().int().nonnegative() }), id: ({ user }) => user,
  complete: { canaries: ['robot'] },
  source: { dateColumn: 'day', parse: ({ user, pages }) => ({ user: String(user), pages: Number(pages) }) },
});
export const clicks = defineDataset({ name: 'clicks', entity: z.strictObject({ to: z.string() }) });
export const levels = defineDocument({ name: 'levels', document: z.object({ level: z.coerce.number() }) });
export const prices = defineDocument({
  name: 'prices', document: z.object({ v: z.number() }), source: { dateColumn: 'date', parse: (row) => ({ v: number(row, 'v') }) },
});
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
    await expect(empty).rejects.toThrow(/has no rows, as a download that failed/);
    const wrong = loadText('visits', 'c.csv', visits(`${FIRST},robot,many`), 'replace');
    await expect(wrong).rejects.toThrow(/no good rows, so --replace would take all days/);
  });
});

describe('a file without rows', () => {
  test.each([
    ['visits', 'a.csv', ''],
    ['visits', 'a.csv', 'day,user,pages\n'],
    ['visits', 'a.csv', 'day,user,pages\n,,\n'],
    ['clicks', 'a.ndjson', '\n'],
  ])('is refused as a download that failed (%s, %s, %j), and changes nothing', async (dataset, name, text) => {
    await loadText('visits', 'b.csv', visits(`${FIRST},robot,1`));
    await expect(loadText(dataset, name, [text])).rejects.toMatchObject({
      code: 'BAD_SOURCE',
      message: expect.stringMatching(
        /has no rows, as a download that failed.*Nothing was changed.*--allow-empty.*allowEmpty: true/,
      ),
    });
    expect([...(await ports.rootData.days('visits')).keys()]).toEqual([FIRST]);
  });

  test('changes nothing where it is allowed, and never takes all days away', async () => {
    await loadText('visits', 'b.csv', visits(`${FIRST},robot,1`));
    local.project.write({ 'a.csv': 'day,user,pages\n' });
    const path = join(local.project.root, 'a.csv');
    expect(await load(ports, 'visits', path, { allowEmpty: true })).toMatchObject({ rows: 0, days: none });
    const whole = load(ports, 'visits', path, { allowEmpty: true, mode: 'replace' });
    await expect(whole).rejects.toThrow(/no good rows, so --replace would take all days/);
    expect([...(await ports.rootData.days('visits')).keys()]).toEqual([FIRST]);
  });
});

describe('values that would be made up', () => {
  test('are wrong: numbers of NDJSON that are more than a number holds, where the schema keeps them', async () => {
    const report = await loadText('levels', 'l.ndjson', [
      `{"date":"${FIRST}","level":9007199254740993}`,
      `{"date":"${SECOND}","level":1,"id":9007199254740993}`,
      `{"date":"${THIRD}","level":0.1}`,
    ]);
    expect(report).toMatchObject({ days: { ...none, new: 2, held: 1 }, held: [FIRST] });
    expect(report.rejects).toMatchObject([
      {
        line: 1,
        column: 'level',
        reason:
          '9007199254740993 has more digits than a number holds (it would be 9007199254740992). Have it sent as a string: "9007199254740993"',
      },
    ]);
    expect(await value('levels', SECOND)).toEqual({ level: 1 });
    expect(await value('levels', THIRD)).toEqual({ level: 0.1 });
  });

  test('are wrong: blanks, which z.coerce.number() would make 0', async () => {
    const report = await loadText('levels', 'l.csv', [
      'date,level,open',
      `${FIRST},,`,
      `2024-02-01, ,true`,
      `2024-02-02,9007199254740993,true`,
      `${SECOND},5,true`,
    ]);
    expect(report.rejects).toMatchObject([
      { line: 2, column: 'level', reason: 'it is blank, of which z.coerce.number() would make 0' },
      { line: 3, column: 'level', reason: 'it is blank, of which z.coerce.number() would make 0' },
      { line: 4, column: 'level', reason: expect.stringMatching(/more digits than a number holds/) },
    ]);
    expect(await value('levels', SECOND)).toEqual({ level: 5 });
    const nulls = await loadText('levels', 'l.ndjson', [`{"date":"${THIRD}","level":null}`]);
    expect(nulls.rejects).toMatchObject([{ column: 'level', reason: expect.stringMatching(/^it is null, of which/) }]);
  });

  test('are wrong: blanks where parse calls number(), and days with an offset are those of UTC', async () => {
    const report = await loadText('prices', 'p.csv', [
      'date, v',
      '2024-01-05T23:30:00-05:00,5',
      '2024-01-05, 6',
      '2024-01-04,',
      '2024-01-03T,7',
    ]);
    expect(report.rejects).toMatchObject([
      { line: 4, reason: 'v: it is blank, and no number. Where blanks may be, say what they are' },
      { line: 5, column: 'date', reason: expect.stringMatching(/what stands behind 2024-01-03 is no time/) },
    ]);
    expect(await value('prices', '2024-01-06')).toEqual({ v: 5 });
    expect(await value('prices', '2024-01-05')).toEqual({ v: 6 });
  });
});

test('a load that ends at a day that is too large leaves those before it, and says so', async () => {
  const noise = Buffer.concat(
    Array.from({ length: 25_000 }, (_, index) => hash('sha512', `${index}`, 'buffer')),
  ).toString('base64');
  const rows = [FIRST, SECOND, THIRD].map((date) => JSON.stringify({ date, to: date === THIRD ? noise : 'a' }));
  await expect(loadText('clicks', 'c.ndjson', rows)).rejects.toThrow(
    new RegExp(
      `above .* Nothing of this day and later ones was loaded; the 2 days before it, ${FIRST} … ${SECOND}, were\\.`,
    ),
  );
  expect([...(await ports.rootData.days('clicks')).keys()]).toEqual([FIRST, SECOND]);
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

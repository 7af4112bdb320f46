/** `daymill load` as people and programs meet it. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { daysFrom } from '../../src/values/date.ts';
import { startEmulators } from '../../src/emulators/start.ts';
import { daymill } from '../support/daymill-process.ts';
import { DAYS, fixtureProject, type FixtureProject, IMPORTS, weatherCsv } from '../support/fixture-project.ts';

const WARMTH = `${IMPORTS}
export const warmth = defineComputation({
  name: 'warmth', category: 'climate', needs: { weather: document(weather), visits: dataset(visits) }, output: z.number(),
  reduce: { init: () => 0, add: () => {}, finish: (_, { inputs: { weather } }) => weather.degrees },
});`;

const BARE = `
import { z } from 'zod';
import { defineDataset, defineDocument } from 'daymill';
export const visits = defineDataset({ name: 'visits', entity: z.object({ user: z.string() }), id: ({ user }) => user, complete: { minimumCount: 2 } });
export const weather = defineDocument({
  name: 'weather', document: z.object({ degrees: z.number() }), expected: { on: ['friday'], except: ['2024-03-08'] },
  source: { dateColumn: 'date', parse: ({ degrees }) => ({ degrees: Number(degrees) }) },
});`;

describe('daymill load', () => {
  let project: FixtureProject;
  beforeAll(() => {
    project = fixtureProject({ 'computations/datasets.ts': BARE, 'computations/warmth.ts': WARMTH });
  });
  afterAll(() => project.remove());

  const rejects = (): string => join(project.home, 'rejected/weather.wrong.csv.rejected.ndjson');

  test('loads good days, lists wrong rows, says where all of them are, and exits with 1', async () => {
    const WRONG = 25;
    project.write({ 'wrong.csv': weatherCsv().replace(`${DAYS[1]},11\n`, `${DAYS[1]},warm\n`.repeat(WRONG)) });
    const { code, stdout, stderr } = await daymill(project, ['load', 'weather', 'wrong.csv']);
    expect(stderr).toMatch(/^line 3: degrees: .*expected number.*$/mu);
    expect(stderr.match(/^line \d+:/gmu)).toHaveLength(20);
    expect(stderr).toContain('… and 5 more');
    expect(stderr).toContain('25 rows set aside in .daymill/rejected/weather.wrong.csv.rejected.ndjson');
    expect(stderr).toContain(`1 day not touched: ${DAYS[1]}`);
    expect(stdout).toContain('weather: 28 rows; days: 3 new, 0 changed, 0 the same, 0 removed, 1 not touched');
    expect(code).toBe(1);
    const [line = '', ...others] = project
      .read('.daymill/rejected/weather.wrong.csv.rejected.ndjson')
      .trim()
      .split('\n');
    expect(others).toHaveLength(WRONG - 1);
    expect(JSON.parse(line)).toMatchObject({ line: 3, date: DAYS[1], column: 'degrees', row: { degrees: 'warm' } });
  });

  test('a corrected file loads what was left, and leaves no list behind', async () => {
    project.write({ 'wrong.csv': weatherCsv() });
    const { code, json } = await daymill(project, ['load', 'weather', 'wrong.csv', '--json']);
    expect(json()).toMatchObject({
      dataset: 'weather',
      rows: 4,
      rejected: 0,
      days: { new: 1, changed: 0, same: 3, removed: 0, held: 0 },
      rejectsFile: null,
      waiting: {},
      firestore: { reads: expect.any(Number), writes: expect.any(Number) },
    });
    expect(code).toBe(0);
    expect(existsSync(rejects())).toBe(false);
  });

  test('several files are one load: a day may be in more than one, and a wrong row names its file', async () => {
    project.write({
      'part-1.csv': 'date,user\n2024-02-01,ann\n2024-02-02,bob\n',
      'part-2.csv': 'date,user\n2024-02-01,zoe\n2024-02-02,bob\n',
    });
    const { code, stdout, stderr, json } = await daymill(project, ['load', 'visits', 'part-*.csv', '--json']);
    expect(stderr).toContain('part-2.csv, line 3: it has the id "bob", as part-1.csv, line 3 has');
    expect(json()).toMatchObject({
      rows: 4,
      days: { new: 1, held: 1 },
      rejects: [{ file: 'part-2.csv', line: 3, date: '2024-02-02' }],
    });
    expect({ code, stdout: stdout.length > 0 }).toEqual({ code: 1, stdout: true });
  });

  test('standard input is a file like any other, with other delimiters too', async () => {
    const loaded = await daymill(
      project,
      ['load', 'weather', '-', '--format', 'csv', '--delimiter', ';'],
      {},
      'date;degrees\n2023-12-31;3\n',
    );
    expect(loaded).toMatchObject({ code: 0, stdout: expect.stringContaining('weather: 1 row; days: 1 new') });
    const list = JSON.stringify([{ date: '2023-12-31', degrees: 3 }]);
    const again = await daymill(project, ['load', 'weather', '-', '--format', 'json'], {}, list);
    expect(again.stdout).toContain('days: 0 new, 0 changed, 1 the same');
  });

  test('what was loaded is planned with at once, and a day that is not whole is not', async () => {
    const rows = DAYS.flatMap((date, day) =>
      (day === 3 ? ['a'] : ['a', 'b']).map((user) => JSON.stringify({ date, user })),
    );
    project.write({ 'visits.ndjson': rows.join('\n') });
    const loaded = await daymill(project, ['load', 'visits', 'visits.ndjson']);
    expect(loaded.stdout).toContain(`not whole yet: visits ${DAYS[3]}: 1 of at least 2`);
    const { json } = await daymill(project, ['plan', '--json']);
    // Fridays between the last day of 2023, which standard input had, and the first of March.
    const fridays = daysFrom('2024-01-01', '2024-02-29').filter((date) => new Date(date).getUTCDay() === 5);
    expect(json()).toMatchObject({
      cells: { RUN: 3, IMPOSSIBLE: 1 },
      missing: [{ dataset: 'weather', days: fridays }],
    });
    const report = await daymill(project, ['report']);
    expect(report.stdout).toContain(
      'weather has no data on 2024-01-05, 2024-01-12 and 6 more days, which it should have.',
    );
  });

  test.each([
    ['a dataset that is not there', ['load', 'wether', 'wrong.csv'], /no dataset "wether"\. Did you mean "weather"/],
    ['a file that is not there', ['load', 'weather', 'none.csv'], /none\.csv is no file/],
    [
      'a file that says nothing by its name',
      ['load', 'weather', 'LICENSE'],
      /Add --format csv, ndjson, json or parquet/,
    ],
    ['a pattern that nothing fits', ['load', 'weather', 'none-*.csv'], /No file fits none-\*\.csv/],
    ['typed rows and text at once', ['load', 'weather', 'wrong.csv', 'more.ndjson'], /cannot be one load/],
    ['a file twice', ['load', 'weather', 'wrong.csv', 'wrong.csv'], /wrong\.csv is named twice/],
    ['standard input without a format', ['load', 'weather', '-'], /Standard input does not say by its name/],
    ['a delimiter that is none', ['load', 'weather', 'wrong.csv', '--delimiter', '::'], /"::" is no delimiter/],
    ['two ways at once', ['load', 'weather', 'wrong.csv', '--replace', '--merge'], /--replace or --merge, not both/],
    [
      'a column that is not there',
      ['load', 'weather', 'wrong.csv', '--date-column', 'day'],
      /no column "day". It has: date, degrees/,
    ],
  ])('%s is wrong use', async (_, args, message) => {
    const { code, stderr } = await daymill(project, args);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });

  test.each<[what: string, name: string, content: Uint8Array | string, says: RegExp]>([
    [
      'bytes of Latin-1',
      'latin.csv',
      Buffer.from('date,degrees\n2024-03-01,caf\xe9\n', 'latin1'),
      /latin\.csv, line 2: the byte 0xE9 is no UTF-8/,
    ],
    ['UTF-16', 'utf16.csv', Buffer.from('\uFEFFdate,degrees\n', 'utf16le'), /utf16\.csv is text in UTF-16/],
    ['gzip under another name', 'gz.csv', gzipSync('date,degrees\n2024-03-01,99\n'), /gz\.csv is gzip/],
    ['no gzip', 'none.csv.gz', 'date,degrees\n2024-03-01,99\n', /none\.csv\.gz ends in \.gz and is no gzip/],
    ['a page', 'page.csv', '<!DOCTYPE html><title>502</title>', /page\.csv is an HTML page/],
    ['nothing', 'empty.csv', '', /empty\.csv has no rows.*--allow-empty/],
    ['a header alone', 'header.csv', 'date,degrees\n', /header\.csv has no rows.*Nothing was changed/],
    ['half a line', 'cut.ndjson', '{"date":"2024-03-01","degrees":99}\n{"date":"2024-', /cut off in line 2/],
  ])('a file of %s is refused whole', async (_, name, content, says) => {
    writeFileSync(join(project.root, name), content);
    const { code, stdout, stderr } = await daymill(project, ['load', 'weather', name]);
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  test('--allow-empty takes a file without rows as right; what was loaded before such files is there', async () => {
    project.write({ 'empty.csv': 'date,degrees\n' });
    const { code, stdout } = await daymill(project, ['load', 'weather', 'empty.csv', '--allow-empty']);
    expect(stdout).toContain('weather: 0 rows; days: 0 new, 0 changed, 0 the same, 0 removed');
    expect(code).toBe(0);
    const again = await daymill(project, ['load', 'weather', 'wrong.csv']);
    expect(again.stdout).toContain('days: 0 new, 0 changed, 4 the same');
  });

  test('--cloud loads into the Firestore that is named', async () => {
    const cloud = await startEmulators({ file: ':memory:', projectId: 'acme' });
    try {
      const env = { FIRESTORE_EMULATOR_HOST: cloud.env['FIRESTORE_EMULATOR_HOST'] ?? '' };
      const where = ['--cloud', '--project', 'acme', '--region', 'europe-west1'];
      const { code, json } = await daymill(project, ['load', 'weather', 'wrong.csv', ...where, '--json'], env);
      expect(json()).toMatchObject({ days: { new: 4 }, firestore: null });
      expect(code).toBe(0);
      expect(cloud.firestore.counters().writes).toBeGreaterThanOrEqual(DAYS.length);
    } finally {
      await cloud.close();
    }
  });
});

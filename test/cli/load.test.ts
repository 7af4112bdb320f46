/** `daymill load` as people and programs meet it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
  name: 'weather', document: z.object({ degrees: z.number() }),
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

  test('what was loaded is planned with at once, and a day that is not whole is not', async () => {
    const rows = DAYS.flatMap((date, day) =>
      (day === 3 ? ['a'] : ['a', 'b']).map((user) => JSON.stringify({ date, user })),
    );
    project.write({ 'visits.ndjson': rows.join('\n') });
    const loaded = await daymill(project, ['load', 'visits', 'visits.ndjson']);
    expect(loaded.stdout).toContain(`not whole yet: visits ${DAYS[3]}: 1 of at least 2`);
    const { json } = await daymill(project, ['plan', '--json']);
    expect(json()).toMatchObject({ cells: { RUN: 3, IMPOSSIBLE: 1 } });
  });

  test.each([
    ['a dataset that is not there', ['load', 'wether', 'wrong.csv'], /no dataset "wether"\. Did you mean "weather"/],
    ['a file that is not there', ['load', 'weather', 'none.csv'], /none\.csv is no file/],
    [
      'a file that says nothing by its name',
      ['load', 'weather', 'package.json'],
      /Add --format csv or --format ndjson/,
    ],
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

  test('--cloud loads into the Firestore that the environment names', async () => {
    const cloud = await startEmulators({ file: ':memory:', projectId: 'acme' });
    try {
      const env = { FIRESTORE_EMULATOR_HOST: cloud.env['FIRESTORE_EMULATOR_HOST'] ?? '', GOOGLE_CLOUD_PROJECT: 'acme' };
      const { code, json } = await daymill(project, ['load', 'weather', 'wrong.csv', '--cloud', '--json'], env);
      expect(json()).toMatchObject({ days: { new: 4 }, firestore: null });
      expect(code).toBe(0);
      expect(cloud.firestore.counters().writes).toBeGreaterThanOrEqual(DAYS.length);
    } finally {
      await cloud.close();
    }
  });
});

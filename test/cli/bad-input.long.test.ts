/** Wrong use: each a message that says what to do, exit code 2, and no stack trace. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { daymill } from './start-daymill.ts';
import { type ShopProject, shopProject } from './shop-project.ts';

const SETTINGS = { computations: 'computations', from: '2024-01-01', date: '2024-01-04' };

describe('a command line that is wrong', () => {
  let project: ShopProject;
  beforeAll(() => {
    project = shopProject();
  });
  afterAll(() => project.remove());

  test.for<[args: string[], says: RegExp]>([
    [['run', '--date', '2024-13-45'], /"2024-13-45" is not a day of the calendar\. Write it as YYYY-MM-DD/],
    [['run', '--date', '2999-01-01'], /2999-01-01 is not over yet.*Choose that or an earlier one/],
    [['run', '--date', '2023-12-31'], /2023-12-31 is before 2024-01-01, where the grid starts/],
    [['plan', '--date', '1999-01-02', '--from', '1999-01-01'], /no data on 1999-01-02 or before: orders starts on/],
    [['plan', '--select', '+in-euro'], /no computation "in-euro"\. Did you mean "in-euros"\?/],
    [['plan', '--select', 'tga:sales'], /no selection method "tga"\. Did you mean "tag"\?/],
    [['paln'], /no command "paln"\. Did you mean "plan"\?/],
    [['plan', '--dat', '2024-01-01'], /no option --dat\. Did you mean --date\?/],
    [['explain', 'best-dya', '2024-01-01'], /no computation "best-dya"\. Did you mean "best-day"\?/],
    [['explain', 'best-day'], /DATE is missing/],
    [
      ['explain', 'best-day', '2023-12-01'],
      /before 2024-01-01, where the grid starts, so nothing of it is ever planned/,
    ],
    [['results', 'total-day', '2024-01-01', '--entity', 'x'], /one result a day and no entities\. Leave --entity out/],
    [['results', 'shop-day', '2024-01-01', '--limit', 'many'], /--limit takes a number/],
    [['runs', '--limit', '-1'], /--limit takes a number from 0 on \(0 for all\), and "-1" is none/],
    [['runs', '--limit'], /--limit needs a value behind it/],
    [['runs', '--json=3'], /--json takes no value/],
    [['runs', 'show'], /ID is missing\.\n\ndaymill run show ID/],
    [['plan', '--select', 'shop-day, total-day'], /a comma with nothing beside it.*a space adds/],
    [['run', '2024-01-01'], /"2024-01-01" is one word too many/],
    [['graph', '--format', 'png'], /"png" is no graph format\. Choose mermaid/],
    [['emulators', '--firestore-port', '70000'], /--firestore-port takes a number from 0 to 65535/],
  ])('daymill %j', async ([args, says]) => {
    const { code, stderr, stdout } = await daymill(project, args);
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  test('is not made by asking for help, of a command or of one under it', async () => {
    const { code, stdout } = await daymill(project, ['help', 'run', 'show']);
    expect(stdout).toMatch(/^daymill run show ID/);
    expect(code).toBe(0);
    const direct = await daymill(project, ['runs', 'show', '--help']);
    expect(direct.stdout).toBe(stdout);
    expect((await daymill(project, ['help'])).stdout).toContain('daymill help COMMAND');
  });

  test('is told to programs too', async () => {
    const { code, json } = await daymill(project, ['run', '--date', 'soon', '--json']);
    expect(code).toBe(2);
    expect(json()).toMatchObject({ error: { code: 'BAD_DATE' } });
  });
});

describe('a project that is wrong', () => {
  test.for<[what: string, break_: (project: ShopProject) => void, says: RegExp]>([
    [
      'a setting that does not exist',
      (project) => project.write('package.json', JSON.stringify({ daymill: { ...SETTINGS, form: '2024-01-01' } })),
      /package\.json: daymill: nothing is called form here; did you mean from\?/,
    ],
    [
      'a setting that is no date',
      (project) => project.write('package.json', JSON.stringify({ daymill: { ...SETTINGS, from: 'monday' } })),
      /package\.json: daymill\.from: /,
    ],
    ['a package.json that is no JSON', (project) => project.write('package.json', '{ "daymill": '), /is no JSON/],
    [
      'a dataset whose file is missing',
      (project) => rmSync(join(project.root, 'data/rates.csv')),
      /rates is read from data\/rates\.csv, which is not there/,
    ],
    [
      'a row that does not fit its schema',
      (project) => project.edit('data/orders.csv', 'south,40', 'south,forty'),
      /orders: data\/orders\.csv, line 7, of 2024-01-04: amount: .* Nothing of this day and later ones was loaded; the 3 days before it, 2024-01-01 … 2024-01-03, were\./,
    ],
    [
      'a file with the newest day first',
      (project) => project.write('data/rates.csv', 'day,rate\n2024-01-05,5\n2024-01-01,2\n'),
      /data\/rates\.csv begins with 2024-01-05 and ends with 2024-01-01\. Sort the file by "day"/,
    ],
    [
      'a file that was not downloaded',
      (project) => project.write('data/rates.csv', 'day,rate\n'),
      /data\/rates\.csv has no rows, as a download that failed has none/,
    ],
    [
      'an output that cannot be stored as what it is',
      (project) => project.edit('computations/data.ts', 'z.number()', 'z.date()'),
      /computations\/data\.ts:\d+: .* is z\.date\(\), which is not stored as what it is\. Store its text/,
    ],
    [
      'a folder without computations',
      (project) => rmSync(join(project.root, 'computations'), { recursive: true }),
      /no folder .*computations to look for computations in/,
    ],
    [
      'a state file that is none',
      (project) => {
        mkdirSync(project.home);
        writeFileSync(join(project.home, 'state.sqlite'), 'x'.repeat(5_000));
      },
      /not a readable state file.*Move it away/,
    ],
    [
      'a state file of a newer version',
      (project) => {
        mkdirSync(project.home);
        const db = new DatabaseSync(join(project.home, 'state.sqlite'));
        db.exec('PRAGMA user_version = 1000');
        db.close();
      },
      /written by a newer Daymill.*Update Daymill/,
    ],
  ])('%s', async ([, breakIt, says], { onTestFinished }) => {
    const project = shopProject();
    onTestFinished(() => project.remove());
    breakIt(project);
    const { code, stderr } = await daymill(project, ['run']);
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(code).toBe(2);
    expect(project.processes()).toEqual([]);
  });
});

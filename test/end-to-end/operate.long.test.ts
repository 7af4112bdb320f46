/** A deployed night, seen and steered by `--cloud` alone. */
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunSummary } from '../../src/mill/answers/run-summary.ts';
import { daymill, type Ended } from '../support/daymill-process.ts';
import { deployed, type Deployed, NAME, PROJECT, REGION } from '../support/deployed.ts';
import { DAYS, fixtureProject, type FixtureProject, IMPORTS, VISITORS } from '../support/fixture-project.ts';

const LAST = DAYS[3];

const PAGES = `${IMPORTS}
export const pages = defineComputation({
  name: 'pages', category: 'tests', needs: { visits: dataset(visits) }, output: z.number(),
  reduce: { init: () => ({ sum: 0 }), add: (all, { pages }) => { all.sum += pages; }, finish: ({ sum }) => sum },
});
export const twice = defineComputation({
  name: 'twice', category: 'tests', needs: { pages: dependency(pages) }, output: z.number(),
  compute: ({ pages }) => { if (pages === 0) throw new Error('nobody came'); return pages * 2; },
});`;

const SETTINGS = {
  computations: 'computations',
  from: DAYS[0],
  date: LAST,
  simulate: false,
  audit: { nightly: 0 },
  tiers: [{ name: 'standard', memoryMB: 1_024, topic: `${NAME}-computation-tasks` }],
  cloud: { project: PROJECT, region: REGION, name: NAME },
};

let project: FixtureProject;
let shop: Deployed;

beforeAll(async () => {
  project = fixtureProject({
    'package.json': JSON.stringify({ type: 'module', daymill: SETTINGS }),
    'computations/pages.ts': PAGES,
  });
  shop = await deployed(project);
});
afterAll(async () => {
  await shop.close();
  project.remove();
});

/** A shell's own project is not taken for the deployed one. */
const cloud = (...args: readonly string[]): Promise<Ended> =>
  daymill(project, [...args, '--cloud'], { ...shop.env, GOOGLE_CLOUD_PROJECT: 'another-project' });

describe('a deployed project, by --cloud', () => {
  test('is planned before anything is there', async () => {
    const { stdout, code } = await cloud('plan');
    expect(stdout.split('\n')[0]).toBe(`Google Cloud: ${NAME} in ${PROJECT}, ${REGION} (database ${NAME})`);
    expect(stdout).toMatch(/pages +run /);
    expect(code).toBe(0);
  });

  test('runs on its own workers, with the days that the project bundles', async () => {
    const { stdout, stderr, code } = await cloud('run', '--json');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as RunSummary).toMatchObject({
      completed: 2 * DAYS.length,
      failed: 0,
    });
    // The laptop has no state of its own of it.
    expect(existsSync(`${project.home}/state.sqlite`)).toBe(false);
  });

  test('has its results, and says why they are as they are', async () => {
    const answer = (await cloud('results', 'twice', LAST, '--json')).json<{ value: number }>();
    expect(answer.value).toBeGreaterThan(VISITORS);
    const { stdout } = await cloud('explain', 'twice', LAST);
    expect(stdout).toContain('Now   up to date: nothing that it reads has changed');
  });

  test('lists its runs and attempts, and reports that it adds up', async () => {
    const { runs } = (await cloud('runs', '--json')).json<{ runs: { id: string; state: string }[] }>();
    expect(runs.map(({ state }) => state)).toEqual(runs.map(() => 'COMPLETED'));
    expect((await cloud('run', 'show', runs[0]?.id ?? '')).stdout).toContain('COMPLETED');
    expect((await cloud('attempts', 'twice', LAST, '--json')).stdout).toContain(`${NAME}-work-standard-00001/`);
    expect((await cloud('report')).code).toBe(0);
  });

  test('pauses, resumes, and makes again', async () => {
    expect((await cloud('pause', 'twice', '--because', 'a look')).stdout).toContain('a look');
    expect((await cloud('resume', 'twice')).stdout).toContain('Nothing is paused.');
    const again = await cloud('rerun', 'twice', '--date', LAST, '--json');
    expect(again.json<RunSummary>()).toMatchObject({ completed: 1 });
  });

  test('takes rows that are loaded into it, and runs what reads them', async () => {
    project.write({ 'more.csv': `date,user,pages\n${LAST},user-0,0\n` });
    const loaded = await cloud('load', 'visits', 'more.csv');
    expect(loaded.stderr).toBe('');
    expect((await cloud('run')).code).toBe(1);
    expect((await cloud('explain', 'twice', LAST)).stdout).toContain('nobody came');
    const { deadLetters } = (await cloud('dead-letters', '--json')).json<{ deadLetters: unknown[] }>();
    expect(deadLetters).toEqual([]);
  });
});

test('what is not said, or not deployed, is said', async () => {
  const bare = fixtureProject({ 'computations/pages.ts': PAGES });
  try {
    const nowhere = await daymill(bare, ['plan', '--cloud'], shop.env);
    expect(nowhere.stderr).toContain("Which project? Say --project my-project, or cloud: { project: 'my-project' }");
    expect(nowhere.code).toBe(2);
    const absent = await daymill(bare, ['run', '--cloud', '--project', PROJECT, '--region', REGION], shop.env);
    expect(absent.stderr).toContain('nothing of that name is deployed there');
    expect(absent.code).toBe(2);
    const local = await daymill(bare, ['plan'], { ...shop.env, GOOGLE_CLOUD_PROJECT: PROJECT });
    expect(local.stdout).toMatch(/pages +run /);
    expect(local.stdout).not.toContain('Google Cloud');
  } finally {
    bare.remove();
  }
});

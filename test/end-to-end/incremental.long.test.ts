/** One project through its life: what changes runs again, and nothing else. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunSummary } from '../../src/mill/answers/run-summary.ts';
import { daymill } from '../support/daymill-process.ts';
import {
  DAYS,
  fixtureProject,
  type FixtureProject,
  IMPORTS,
  pagesOf,
  VISITORS,
  weatherCsv,
} from '../support/fixture-project.ts';
import { inspect } from '../support/left-behind.ts';

const PAGES = `${IMPORTS}
export const pages = defineComputation({
  name: 'pages', category: 'traffic', description: 'Pages of every visitor',
  needs: { visits: dataset(visits) }, output: z.record(z.string(), z.number()),
  perEntity: ({ pages }) => pages,
});`;

const PAGES_DRESSED_UP = `${IMPORTS}
/** Pages that a visitor looked at. */
type Pages = number;

export const pages = defineComputation({
  name: 'pages',
  category: 'moved',
  description: 'How many pages each of the visitors looked at',
  needs: { visits: dataset(visits) }, // one scan
  output: z.record(z.string(), z.number()),
  perEntity: ({ pages }: { pages: number }): Pages => pages,
});
`;

const TOTAL = (sum: string): string => `${IMPORTS}import { pages } from './pages.ts';
export const total = defineComputation({
  name: 'total', category: 'traffic', needs: { pages: dependency(pages) }, output: z.number(),
  compute: ({ pages }) => ${sum},
});`;

const ADDED_UP = 'Object.values(pages).reduce((sum, one) => sum + one, 0)';
const COUNTED_ONE_MORE = 'Object.values(pages).reduce((sum, one) => sum + one, 1)';
const COUNTED_BY_NAME =
  '{ const counts = Object.values(pages); return counts.reduce((sum, one) => { return one + sum; }, 1); }';
/** No rearrangement, and with a result that no input leads to: that it does the same is not proven by running it. */
const COUNTED_WITH_CARE =
  '{ let sum = 1; for (const one of Object.values(pages)) sum += one; return Math.sin(sum) > 1 ? -1 : sum; }';

const REST = {
  'computations/busy.ts': `${IMPORTS}import { total } from './total.ts';
export const busy = defineComputation({
  name: 'busy', category: 'traffic', needs: { total: dependency(total) }, output: z.boolean(),
  compute: ({ total }) => total > 500,
});
export const report = defineComputation({
  name: 'report', category: 'traffic', needs: { busy: dependency(busy) }, output: z.string(),
  compute: ({ busy }, { date }) => date + (busy ? ' was busy' : ' was quiet'),
});`,
  'computations/warmth.ts': `${IMPORTS}
export const warmth = defineComputation({
  name: 'warmth', category: 'climate', needs: { weather: document(weather) }, output: z.number(),
  compute: ({ weather }) => weather.degrees,
});
export const heat = defineComputation({
  name: 'heat', category: 'climate', needs: { warmth: dependency(warmth), before: previous() }, output: z.number(),
  compute: ({ warmth, before }) => (before ?? 0) + warmth,
});`,
};

const COMPUTATIONS = 6;
const CELLS = COMPUTATIONS * DAYS.length;

const pagesOn = (day: number): number =>
  Array.from({ length: VISITORS }, (_, visitor) => pagesOf(visitor, day)).reduce((sum, one) => sum + one);
const counts = { RUN: 0, RERUN: 0, SKIP: 0, STABLE: 0, BLOCKED: 0, FAILED_DEPENDENCY: 0, IMPOSSIBLE: 0 };

describe('a project through its life', () => {
  let project: FixtureProject;
  beforeAll(() => {
    project = fixtureProject(
      { 'computations/pages.ts': PAGES, 'computations/total.ts': TOTAL(ADDED_UP), ...REST },
      { simulate: true },
    );
  });
  afterAll(() => project.remove());

  test('the first run makes every cell', async () => {
    const { code, json } = await daymill(project, ['run', '--json']);
    expect(json<RunSummary>()).toMatchObject({ cells: { ...counts, RUN: CELLS }, completed: CELLS, failed: 0 });
    expect(code).toBe(0);
    await inspect(project, async ({ value, runs, tasks }) => {
      for (const [day, date] of DAYS.entries()) {
        expect(await value('total', date)).toBe(pagesOn(day));
        expect(await value('report', date)).toBe(`${date} was ${pagesOn(day) > 500 ? 'busy' : 'quiet'}`);
      }
      expect(await value('heat', DAYS[3])).toBe(10 + 11 + 12 + 13);
      for (const run of runs) expect(run).toMatchObject({ remainingTasks: 0, status: 'COMPLETED' });
      for (const task of tasks) expect(task).toMatchObject({ status: 'COMPLETED', attempts: 1 });
      expect(runs.reduce((sum, { totalTasks }) => sum + totalTasks, 0)).toBe(tasks.length);
    });
  });

  test('comments, layout, types, a description and another category run nothing, and results stay where they are', async () => {
    project.write({ 'computations/pages.ts': PAGES_DRESSED_UP });
    const { code, json } = await daymill(project, ['run', '--json']);
    expect(json<RunSummary>()).toMatchObject({ runs: 0, cells: { ...counts, SKIP: CELLS }, completed: 0, failed: 0 });
    expect(code).toBe(0);
    const shown = await daymill(project, ['results', 'pages', DAYS[1], '--json']);
    expect(shown.code).toBe(0);
  });

  test('one changed computation runs again, and what reads it, as far as results differ', async () => {
    project.write({ 'computations/total.ts': TOTAL(COUNTED_ONE_MORE) });
    const { json } = await daymill(project, ['run', '--json']);
    // `busy` reads another total and says the same of it, so `report` has nothing new to read.
    expect(json<RunSummary>()).toMatchObject({
      cells: { ...counts, RERUN: 2 * DAYS.length, SKIP: CELLS - 2 * DAYS.length },
    });
    await inspect(project, async ({ value, cell }) => {
      expect(await value('total', DAYS[1])).toBe(pagesOn(1) + 1);
      expect((await cell('total', DAYS[1]))?.record?.reason).toMatch(/^RERUN: changed: code/u);
      expect((await cell('busy', DAYS[1]))?.record?.reason).toMatch(/^RERUN: changed: dependency:total/u);
    });
  });

  test('other code that provably does the same runs nothing but an audit', async () => {
    project.write({ 'computations/total.ts': TOTAL(COUNTED_BY_NAME) });
    const { json } = await daymill(project, ['run', '--json']);
    expect(json<RunSummary>()).toMatchObject({
      runs: 1,
      completed: 0,
      cells: { ...counts, STABLE: DAYS.length, SKIP: CELLS - DAYS.length },
    });
  });

  test('other code with the same results runs alone where that is not proven', async () => {
    project.write({ 'computations/total.ts': TOTAL(COUNTED_WITH_CARE) });
    const { json } = await daymill(project, ['run', '--json']);
    expect(json<RunSummary>()).toMatchObject({ cells: { ...counts, RERUN: DAYS.length, SKIP: CELLS - DAYS.length } });
  });

  test('a changed day of root data runs exactly its readers', async () => {
    project.write({ 'weather.csv': weatherCsv((day) => (day === 2 ? 30 : 10 + day)) });
    const { json } = await daymill(project, ['run', '--json']);
    // `warmth` of that day, and `heat` of that day and the next, which adds up.
    expect(json<RunSummary>()).toMatchObject({ cells: { ...counts, RERUN: 3, SKIP: CELLS - 3 } });
    await inspect(project, async ({ value }) => {
      expect(await Promise.all(DAYS.map((date) => value('heat', date)))).toEqual([10, 21, 51, 64]);
    });
  });
});

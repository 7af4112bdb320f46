/** The nightly watch as people meet it: told by the plan, done once a day, counted by the report. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PlanAnswer } from '../../src/mill/answers/plan.ts';
import type { RunSummary } from '../../src/mill/answers/run-summary.ts';
import { daymill } from '../support/daymill-process.ts';
import { DAYS, fixtureProject, type FixtureProject, IMPORTS } from '../support/fixture-project.ts';
import { inspect } from '../support/left-behind.ts';

const COMPUTATIONS = {
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

const CELLS = 2 * DAYS.length;
/** Longer ago than any midnight that the test may pass. */
const LONG_AGO = '2000-01-01';

describe('the nightly watch', () => {
  let project: FixtureProject;
  beforeAll(async () => {
    project = fixtureProject(COMPUTATIONS, { nightly: 8 });
    await daymill(project, ['run']);
  });
  afterAll(() => project.remove());

  test('is told by the plan, with its price, when it is due', async () => {
    await inspect(project, async ({ ports }) => {
      // Nobody has looked on the day on which everything was made, and nobody will.
      expect((await ports.planning.load()).watched).toBeDefined();
      expect(await ports.planning.commit(await ports.planning.load(), { watched: LONG_AGO })).toBeDefined();
    });
    const { stdout } = await daymill(project, ['plan']);
    expect(stdout).toMatch(
      /^Nightly watch: 8 settled cells will be made again in shadow, up to \d+ reads, \d+ writes, .* s and \$0\.000/mu,
    );
  });

  test('is on the next run, which makes nothing, and on no other that day', async () => {
    const first = await daymill(project, ['run']);
    expect(first.stdout).toMatch(/8 skipped cells audited[^]*Nothing ran\. \S+: 8 up to date/u);
    expect([first.code, first.stderr]).toEqual([0, '']);
    const second = await daymill(project, ['run', '--json']);
    expect(second.json<RunSummary>()).toMatchObject({ runs: 0, completed: 0, cells: { SKIP: CELLS } });
    expect((await daymill(project, ['plan', '--json'])).json<PlanAnswer>().watch).toEqual([]);
  });

  test('is counted by the report, over all skips, with how sure that is', async () => {
    const { stdout } = await daymill(project, ['report']);
    expect(stdout).toMatch(
      /^Skips: 8 cells now; 8 made again in shadow since \d{4}-\d\d-\d\d, none wrong \(0 %; at most 31 %, with 95 % confidence\)\.$/mu,
    );
  });
});

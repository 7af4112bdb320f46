/** The code that reads a dataset's files changes after they were loaded: what stands by the older code is named, or read again. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { daymill } from '../support/daymill-process.ts';
import { DAYS, fixtureProject, type FixtureProject, weatherCsv } from '../support/fixture-project.ts';

const datasets = (degrees: string): string => `
import { z } from 'zod';
import { defineDocument } from 'daymill';
export const weather = defineDocument({
  name: 'weather', document: z.object({ degrees: z.number() }),
  source: { dateColumn: 'date', parse: (row) => ({ degrees: ${degrees} }) },
});`;
const HEAT = `
import { z } from 'zod';
import { defineComputation, document } from 'daymill';
import { weather } from './datasets.ts';
export const heat = defineComputation({
  name: 'heat', category: 'tests', needs: { weather: document(weather) }, output: z.number(),
  compute: ({ weather }) => weather.degrees,
});`;

describe('a file that was loaded by hand, and a parse that changed since', () => {
  let project: FixtureProject;
  beforeAll(async () => {
    project = fixtureProject({
      'computations/datasets.ts': datasets('Number(row.degrees)'),
      'computations/heat.ts': HEAT,
      'weather.csv': weatherCsv(),
    });
    await daymill(project, ['load', 'weather', 'weather.csv']);
    project.write({ 'computations/datasets.ts': datasets('Number(row.degrees) * 10') });
  });
  afterAll(() => project.remove());

  const OTHERS = { dataset: 'weather', days: DAYS.length, first: DAYS[0], last: DAYS.at(-1), file: 'weather.csv' };

  test('plan and report name the dataset, its days and what to do', async () => {
    const plan = await daymill(project, ['plan']);
    expect(plan.stdout).toContain(
      `4 days of weather (${DAYS[0]} … ${DAYS[3]}) were loaded by other code than reads its files now`,
    );
    expect(plan.stdout).toContain('daymill load weather weather.csv loads them again');
    const report = await daymill(project, ['report', '--json']);
    expect(report.json()).toMatchObject({ loadedOtherwise: [OTHERS] });
  });

  test('so does a load of some of them, until all were loaded again', async () => {
    project.write({ 'late.csv': `date,degrees\n${DAYS[3]},13\n` });
    const some = await daymill(project, ['load', 'weather', 'late.csv']);
    expect(some.stderr).toContain(`3 days of weather (${DAYS[0]} … ${DAYS[2]}) were loaded by other code`);
    const all = await daymill(project, ['load', 'weather', 'weather.csv']);
    expect(all.stderr).not.toContain('other code');
    expect(all.stdout).toContain('days: 0 new, 3 changed, 1 the same');
    const plan = await daymill(project, ['plan', '--json']);
    expect(plan.json()).toMatchObject({ loadedOtherwise: [] });
  });
});

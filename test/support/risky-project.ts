/** The fixture project with one computation that does something terrible, and others at work beside it. */
import { expect } from 'vitest';
import { DAYS, fixtureProject, type FixtureProject, IMPORTS } from './fixture-project.ts';
import type { Left } from './left-behind.ts';

/** A computation that reads weather, and does as told on the day of eleven degrees. */
export const onTheSecondDay = (name: string, act: string, more = ''): string => `
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
${IMPORTS}
// From outside: what would end the process from inside is refused.
const kill = (signal: string, id: number): void => void execFileSync('kill', ['-s', signal, String(id)]);
const second = (): boolean => {
  const marker = import.meta.dirname + '/../${name}-was-here';
  if (existsSync(marker)) return true;
  writeFileSync(marker, '');
  return false;
};
export const ${name} = defineComputation({
  name: '${name}', category: 'tests', needs: { weather: document(weather) }, output: z.number(), ${more}
  compute: ({ weather }) => {
    if (weather.degrees === 11) { ${act} }
    return weather.degrees;
  },
});
export const after${name} = defineComputation({
  name: 'after-${name}', category: 'tests', needs: { of: dependency(${name}) }, output: z.number(),
  compute: ({ of }) => of + 1,
});`;

/** Others at work beside it, in the same processes. */
const BYSTANDERS = {
  'computations/bystanders.ts': `${IMPORTS}
export const pages = defineComputation({
  name: 'pages', category: 'tests', needs: { visits: dataset(visits) }, output: z.record(z.string(), z.number()),
  perEntity: ({ pages }) => pages,
});
export const heat = defineComputation({
  name: 'heat', category: 'tests', needs: { weather: document(weather), before: previous() }, output: z.number(),
  compute: ({ weather, before }) => (before ?? 0) + weather.degrees,
});`,
};

/** All cells of the project, with one risky computation. */
export const CELLS = 4 * DAYS.length;

export const riskyProject = (files: Readonly<Record<string, string>>): FixtureProject =>
  fixtureProject({ ...BYSTANDERS, ...files });

/** Every run is counted down to exactly zero, by as many tasks as it has. */
export function expectExactCounts({ runs, tasks }: Left): void {
  for (const run of runs) {
    expect(run).toMatchObject({ remainingTasks: 0, status: 'COMPLETED' });
    expect(tasks.filter(({ runId }) => runId === run.id)).toHaveLength(run.totalTasks);
  }
  expect(tasks.filter(({ status }) => status !== 'COMPLETED' && status !== 'FAILED')).toEqual([]);
}

/** The risky computation's cells, their readers' and the bystanders'. */
export async function expectEverythingMade(left: Left, name: string): Promise<void> {
  expect(await Promise.all(DAYS.map((date) => left.value(`after-${name}`, date)))).toEqual([11, 12, 13, 14]);
  expect(await Promise.all(DAYS.map((date) => left.value('heat', date)))).toEqual([10, 21, 33, 46]);
  for (const date of DAYS) expect((await left.cell('pages', date))?.status).toBe('COMPLETED');
}

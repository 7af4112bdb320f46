/** Hazard 26: a worker that imports code which was edited after the plan stores nothing under the planned code's name. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunSummary } from '../../src/mill/answers/run-summary.ts';
import { daymill, type Ended } from '../support/daymill-process.ts';
import { DAYS, fixtureProject, type FixtureProject, IMPORTS } from '../support/fixture-project.ts';

const factor = (by: number): string => `export const by = ${by};`;

/** Reads another computation through helpers: one by a static import, one while it runs. */
const top = (name: string, head: string, by: string): string => `${IMPORTS}
import { base } from './base.ts';
${head}
export const ${name} = defineComputation({
  name: '${name}', category: 'tests', needs: { base: dependency(base) }, output: z.number(),
  compute: async ({ base }) => base * ${by},
});`;

/** In pass 1, and in its first cell it edits what pass 2 imports, as somebody at a keyboard may. */
const BASE = `${IMPORTS}
import { writeFileSync } from 'node:fs';
export const base = defineComputation({
  name: 'base', category: 'tests', needs: { weather: document(weather) }, output: z.number(),
  compute: ({ weather }) => {
    if (process.env.EDIT === '1') {
      writeFileSync(process.env.PROJECT + '/lib/still.ts', ${JSON.stringify(factor(1000))});
      writeFileSync(process.env.PROJECT + '/lib/late.ts', ${JSON.stringify(factor(1000))});
    }
    return weather.degrees;
  },
});`;

describe('edited while pass 1 runs, and taken back afterwards', () => {
  let project: FixtureProject;
  let edited: Ended;
  let restored: Ended;

  beforeAll(async () => {
    project = fixtureProject({
      'computations/base.ts': BASE,
      'computations/still.ts': top('still', "import { by } from '../lib/still.ts';", 'by'),
      'computations/late.ts': top('late', '', "(await import('../lib/late.ts')).by"),
      'computations/other.ts': top('other', '', '2'),
      'lib/still.ts': factor(1),
      'lib/late.ts': factor(1),
    });
    edited = await daymill(project, ['run', '--json'], { EDIT: '1', PROJECT: project.root });
    project.write({ 'lib/still.ts': factor(1), 'lib/late.ts': factor(1) });
    restored = await daymill(project, ['run', '--json'], { PROJECT: project.root });
  }, 240_000);
  afterAll(() => project.remove());

  test('nothing is stored of what would have been made with other code, and the reason says which file', () => {
    expect(edited.code).toBe(1);
    expect(edited.json<RunSummary>()).toMatchObject({ completed: 2 * DAYS.length, failed: 2 * DAYS.length });
    expect(edited.stderr).toMatch(/failed {2}still@\S+: CODE_CHANGED: lib\/still\.ts is not what was planned/);
    expect(edited.stderr).toMatch(/failed {2}late@\S+: CODE_CHANGED: lib\/late\.ts is not what was planned/);
  });

  test('the next run makes it with the code that it planned', async () => {
    expect(restored.code).toBe(0);
    expect(restored.json<RunSummary>()).toMatchObject({ failed: 0 });
    for (const name of ['still', 'late']) {
      const stored = await daymill(project, ['results', name, DAYS[1], '--json']);
      expect(stored.json()).toMatchObject({ value: 11 });
    }
  });
});

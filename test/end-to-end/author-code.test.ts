/** Author code that would end its worker, leaves promises and timers behind, or asks where and in which language it runs. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunSummary } from '../../src/mill/answers/run-summary.ts';
import { daymill, type Ended, HASTE } from '../support/daymill-process.ts';
import { DAYS, type FixtureProject, IMPORTS } from '../support/fixture-project.ts';
import { inspect, type Left } from '../support/left-behind.ts';
import { CELLS, expectExactCounts, onTheSecondDay, riskyProject } from '../support/risky-project.ts';

/** Read with `pages` of the bystanders, in one scan of one task. */
const FUSED = `${IMPORTS}
export const exits = defineComputation({
  name: 'exits', category: 'tests', needs: { visits: dataset(visits) }, output: z.record(z.string(), z.number()),
  perEntity: ({ pages }, { id }) => (id === '0000100' ? process.exit(0) : pages),
});`;

const LEAVES = `${IMPORTS}
export const leaves = defineComputation({
  name: 'leaves', category: 'tests', needs: { weather: document(weather) }, output: z.array(z.string()),
  compute: async ({ weather }) => {
    void Promise.reject(new Error('nobody waits'));
    setTimeout(() => { throw new Error('too late'); }, 1);
    await new Promise((done) => setTimeout(done, 20));
    return [new Date(2024, 2, 1).toISOString(), (weather.degrees * 1_000.5).toLocaleString(), ['z', 'ä', 'b'].toSorted((a, b) => a.localeCompare(b)).join('')];
  },
});`;

/** The sixth line of its file prints: bare, through the language's formatting, and from a timer of its own. */
const TALKS = `${IMPORTS}
export const talks = defineComputation({
  name: 'talks', category: 'tests', needs: { weather: document(weather) }, output: z.number(),
  compute: async ({ weather }) => {
    console.log('warm', weather); process.stdout.write('raw'); await new Promise((done) => setTimeout(() => { console.error('late'); done(0); }, 1));
    return weather.degrees;
  },
});`;

/** A laptop far from Greenwich, in a country with other numbers and letters. */
const ELSEWHERE = { TZ: 'Pacific/Auckland', LC_ALL: 'sv_SE.UTF-8', LANG: 'sv_SE.UTF-8' };

describe('author code in a worker', () => {
  let project: FixtureProject;
  let run: Ended;
  beforeAll(async () => {
    project = riskyProject({
      'computations/quits.ts': onTheSecondDay('quits', 'process.exit(0);'),
      'computations/exits.ts': FUSED,
      'computations/leaves.ts': LEAVES,
      'computations/talks.ts': TALKS,
    });
    run = await daymill(project, ['run', '--json'], { ...HASTE, ...ELSEWHERE });
  });
  afterAll(() => project.remove());
  const see = (look: (left: Left) => Promise<void>): Promise<void> => inspect(project, look);

  test('that calls process.exit fails its cell at once, by name, and takes nothing else with it', async () => {
    // All days of `exits`, and one of `quits`, whose reader waits; all days of `leaves` and `talks` come on top.
    expect(run.json<RunSummary>()).toMatchObject({
      completed: CELLS - 2 + 2 * DAYS.length,
      failed: 1 + DAYS.length,
      cells: { FAILED_DEPENDENCY: 1 },
    });
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(`quits@${DAYS[1]}: failed: REFUSED: quits@${DAYS[1]} called process.exit(0), which`);
    await see(async (left) => {
      expectExactCounts(left);
      for (const date of DAYS) {
        expect((await left.cell('pages', date))?.status).toBe('COMPLETED');
        expect((await left.cell('exits', date))?.status).toBe('FAILED');
      }
      expect(new Set(left.tasks.map(({ attempts, resources }) => `${attempts} ${resources}`))).toEqual(
        new Set(['1 standard']),
      );
    });
  });

  test('is told of what it left behind, by its cell, and lives on', async () => {
    for (const what of ['nobody waits', 'too late'])
      expect(run.stderr).toMatch(new RegExp(`leaves@2024-03-0\\d: left something behind that threw.*: ${what}`));
    await see(async (left) => {
      for (const date of DAYS) expect((await left.cell('leaves', date))?.status).toBe('COMPLETED');
    });
  });

  test('is heard: what it prints is shown with cell and line, and kept with the attempt', async () => {
    const line = TALKS.split('\n').findIndex((text) => text.includes('console.log')) + 1;
    for (const text of ['warm { degrees: 10 }', 'raw', 'late'])
      expect(run.stderr).toMatch(new RegExp(`^talks@${DAYS[0]} computations/talks\\.ts:${line}:\\d+: ${text}$`, 'm'));
    expect(run.stdout.trimEnd().split('\n')).toHaveLength(1);
    const answer = await daymill(project, ['attempts', 'talks', DAYS[1]]);
    expect(answer.stdout).toMatch(
      new RegExp(`talks@${DAYS[1]} computations/talks\\.ts:${line}:\\d+: warm \\{ degrees: 11 \\}`),
    );
    await see((left) => {
      const lines = left.tasks.flatMap((task) => task.history?.flatMap(({ printed }) => printed?.lines ?? []) ?? []);
      expect(lines.filter(({ cell }) => cell === `talks@${DAYS[2]}`).map(({ text }) => text)).toEqual([
        'warm { degrees: 12 }',
        'raw',
        'late',
      ]);
      return Promise.resolve();
    });
  });

  test('runs in the time zone and the locale of a deployed worker', async () => {
    await see(async (left) => {
      expect(await left.value('leaves', DAYS[0])).toEqual(['2024-03-01T00:00:00.000Z', '10,005', 'äbz']);
    });
  });

  test('is refused the same in diff, which says that its locale is another', async () => {
    const { code, stderr } = await daymill(project, ['diff', 'quits', DAYS[1]], ELSEWHERE);
    expect(stderr).toContain(`quits@${DAYS[1]} called process.exit(0)`);
    expect(stderr).toContain('The locale here is sv-SE, that of workers en-US');
    expect(code).toBe(1);
  });
});

test('a module that ends its process while it is loaded is named', async () => {
  const project = riskyProject({ 'computations/quits.ts': `process.exit(0);` });
  const { code, stderr } = await daymill(project, ['plan']).finally(() => project.remove());
  expect(stderr).toMatch(/computations\/quits\.ts(:1)?: importing this module failed: .*called process\.exit\(0\)/);
  expect(code).toBe(2);
});

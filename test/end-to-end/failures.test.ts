/** Computations that fail in every way that they can: each is named, nothing else suffers, and the next run heals them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunSummary } from '../../src/mill/answers/run-summary.ts';
import { daymill, type Ended } from '../support/daymill-process.ts';
import {
  DAYS,
  fixtureProject,
  type FixtureProject,
  IMPORTS,
  pagesOf,
  VISITORS,
  weatherCsv,
} from '../support/fixture-project.ts';
import { inspect, type OpenLeft, openLeft } from '../support/left-behind.ts';

/** `compute` over the day's weather. */
const computing = (name: string, compute: string, more = ''): string => `${IMPORTS}
export const ${name} = defineComputation({
  name: '${name}', category: 'tests', needs: { weather: document(weather) }, output: z.number(), ${more}
  compute: ${compute},
});`;

/** `perEntity` over the day's visits. */
const eachVisit = (name: string, perEntity: string): string => `${IMPORTS}
export const ${name} = defineComputation({
  name: '${name}', category: 'tests', needs: { visits: dataset(visits) }, output: z.record(z.string(), z.number()),
  perEntity: ${perEntity},
});`;

const reader = (of: string): string => `import { ${of} } from './${of}.ts';
export const after${of} = defineComputation({
  name: 'after-${of}', category: 'tests', needs: { of: dependency(${of}) }, output: z.number(),
  compute: () => 1,
});`;

const BROKEN = {
  'computations/poisoned.ts': eachVisit(
    'poisoned',
    `({ user, pages }) => { if (user === 'user-7') throw new Error('no pages for ' + user); return pages; }`,
  ),
  'computations/spoiled.ts': eachVisit(
    'spoiled',
    `({ user, pages }) => { if (user.endsWith('3')) throw new Error('no pages for ' + user); if (user.endsWith('4')) return NaN; return pages; }`,
  ),
  'computations/throwing.ts': computing(
    'throwing',
    `({ weather }) => { if (weather.degrees > 0) throw new TypeError('no such thing'); return 1; }`,
  ),
  'computations/misshapen.ts': computing('misshapen', `() => 'a word' as unknown as number`),
  'computations/unending.ts': computing('unending', `() => new Promise<number>(() => {})`, 'timeoutSeconds: 1,'),
};

const HEALTHY = {
  'computations/readers.ts': `${IMPORTS}${reader('poisoned')}\n${reader('spoiled')}\n${reader('throwing')}`,
  'computations/warmth.ts': `${computing('warmth', '({ weather }) => weather.degrees')}\n${reader('warmth').replace("import { warmth } from './warmth.ts';", '')}`,
  // Fails on a day of eleven degrees, and each day reads the one before.
  'computations/heat.ts': `${IMPORTS}
export const heat = defineComputation({
  name: 'heat', category: 'tests', needs: { weather: document(weather), before: previous() }, output: z.number(),
  compute: ({ weather, before }) => {
    if (weather.degrees === 11) throw new RangeError('eleven degrees');
    return (before ?? 0) + weather.degrees;
  },
});`,
  // 6,000 entities whose values do not compress.
  'crowd.csv': `date,name\n${Array.from({ length: 6_000 }, (_, index) => `${DAYS[0]},${index}`).join('\n')}\n`,
  'computations/crowd.ts': `
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { dataset, defineComputation, defineDataset, dependency } from 'daymill';
export const crowd = defineDataset({
  name: 'crowd', entity: z.object({ name: z.string() }),
  source: { file: 'crowd.csv', format: 'csv', dateColumn: 'date', parse: ({ name }) => ({ name: String(name) }) },
});
export const faces = defineComputation({
  name: 'faces', category: 'tests', needs: { crowd: dataset(crowd) }, output: z.record(z.string(), z.string()),
  perEntity: ({ name }) => createHash('shake256', { outputLength: 200 }).update(name).digest('hex'),
});
export const seen = defineComputation({
  name: 'seen', category: 'tests', needs: { faces: dependency(faces) }, output: z.number(),
  compute: ({ faces }) => new Set(Object.values(faces)).size,
});`,
};

const CURED = {
  'computations/spoiled.ts': eachVisit('spoiled', '({ pages }) => pages'),
  'computations/throwing.ts': computing('throwing', '() => 1'),
  'computations/misshapen.ts': computing('misshapen', '() => 2'),
  'computations/unending.ts': computing('unending', '() => Promise.resolve(3)', 'timeoutSeconds: 1,'),
  'weather.csv': weatherCsv((day) => (day === 1 ? 15 : 10 + day)),
};

describe('computations that fail', () => {
  let project: FixtureProject;
  let run: Ended;
  beforeAll(async () => {
    project = fixtureProject({ ...BROKEN, ...HEALTHY });
    run = await daymill(project, ['run', '--json']);
  });
  afterAll(() => project.remove());

  describe('leave', () => {
    let left: OpenLeft;
    beforeAll(async () => {
      left = await openLeft(project);
    });
    afterAll(() => left.close());

    test('a run that ends with 1, and everything else completes', async () => {
      expect(run.code).toBe(1);
      const days = DAYS.length;
      const { cells, completed, failed } = run.json<RunSummary>();
      // spoiled, throwing, misshapen and unending on every day, heat on the second.
      expect(failed).toBe(4 * days + 1);
      // after-spoiled and after-throwing, and heat's last two days.
      expect(cells.FAILED_DEPENDENCY).toBe(2 * days + 2);
      // poisoned, after-poisoned, warmth and after-warmth; heat's first day, faces and seen.
      expect(completed).toBe(4 * days + 3);
      // The crowd came on one day only.
      expect(cells.IMPOSSIBLE).toBe(2 * (days - 1));
      const { runs, tasks, ports } = left;
      for (const { remainingTasks, status } of runs)
        expect({ remainingTasks, status }).toEqual({ remainingTasks: 0, status: 'COMPLETED' });
      expect(tasks.filter(({ attempts }) => attempts !== 1).map(({ id }) => id)).toEqual([]);
      expect(runs.reduce((sum, { totalTasks }) => sum + totalTasks, 0)).toBe(tasks.length);
      expect((await ports.planning.load()).open.filter(({ run: { remainingTasks } }) => remainingTasks > 0)).toEqual(
        [],
      );
    });

    test('a poisoned entity is left out and named; the cell completes', async () => {
      const { cell, value } = left;
      expect(await cell('poisoned', DAYS[0])).toMatchObject({
        status: 'COMPLETED',
        record: {
          entities: VISITORS,
          failedEntities: 1,
          errors: [
            {
              id: '0000007',
              message: expect.stringMatching(
                /^no pages for user-7 \(at .*computations\/poisoned\.ts:\d+:\d+\)\)$/,
              ) as string,
            },
          ],
        },
      });
      const pages = (await value('poisoned', DAYS[1])) as Record<string, number>;
      expect(Object.keys(pages)).toHaveLength(VISITORS - 1);
      expect(pages['0000008']).toBe(pagesOf(8, 1));
    });

    test('too many of them open the breaker, and what reads the cell does not run', async () => {
      const { cell, value, tasks } = left;
      const spoiled = await cell('spoiled', DAYS[0]);
      expect(spoiled).toMatchObject({ status: 'FAILED', error: { code: 'QUALITY_CIRCUIT_BREAKER' } });
      expect(spoiled?.error?.message).toMatch(
        /^20 of 100 entities failed, above 10 %; the first, 0000003: no pages for user-3/u,
      );
      expect(await value('spoiled', DAYS[0])).toBeUndefined();
      expect(tasks.filter(({ computation }) => computation === 'after-spoiled')).toEqual([]);
    });

    test.each([
      ['throwing', 'COMPUTE_FAILED', /throwing: TypeError: no such thing .*throwing\.ts/u],
      ['misshapen', 'OUTPUT_INVALID', /expected number, received string/u],
      ['unending', 'TIMEOUT', /did not end within 1 s/u],
      ['heat', 'COMPUTE_FAILED', /heat: RangeError: eleven degrees/u],
    ])('%s fails with %s, at the first attempt', async (computation, code, message) => {
      const { cell, tasks } = left;
      const found = await cell(computation, DAYS[1]);
      expect(found).toMatchObject({ status: 'FAILED', error: { code } });
      expect(found?.error?.message).toMatch(message);
      for (const task of tasks.filter((one) => one.computation === computation))
        expect(task).toMatchObject({ status: 'FAILED', attempts: 1 });
    });

    test('a chain stops at its failed day: the days before stay, those after are not tried', async () => {
      const { tasks, value } = left;
      const chain = tasks.find(({ computation }) => computation === 'heat');
      expect(DAYS.map((date) => chain?.outcomes[`heat@${date}`]?.status)).toEqual([
        'COMPLETED',
        'FAILED',
        'NOT_TRIED',
        'NOT_TRIED',
      ]);
      expect(await value('heat', DAYS[0])).toBe(10);
    });

    test('more than 5,000 entities are stored in shards and read back whole', async () => {
      const { value, ports, cell } = left;
      expect(await value('seen', DAYS[0])).toBe(6_000);
      expect((await cell('faces', DAYS[0]))?.summary).toMatchObject({ keyed: true, count: 6_000 });
      const place = { kind: 'cell', computation: 'faces', date: DAYS[0] } as const;
      const [artifact] = await ports.artifacts.read([place]);
      const counts: number[] = [];
      for await (const part of artifact?.parts() ?? []) counts.push(part.count);
      expect(counts.reduce((sum, count) => sum + count)).toBe(6_000);
      expect(counts.length).toBeGreaterThan(1);
    });
  });

  test('the next run heals what was corrected, and runs nothing that was well', async () => {
    project.write(CURED);
    const healed = await daymill(project, ['run', '--json']);
    const days = DAYS.length;
    const summary = healed.json<RunSummary>();
    expect(summary).toMatchObject({ failed: 0, cells: { FAILED_DEPENDENCY: 0, BLOCKED: 0 } });
    expect(healed.code).toBe(0);
    // The four, what waited for two of them, heat from its second day on, and the corrected day of warmth and its reader.
    expect(summary.completed).toBe(4 * days + 2 * days + 3 + 2);
    await inspect(project, async ({ value, cell }) => {
      expect(await Promise.all(DAYS.map((date) => value('heat', date)))).toEqual([10, 25, 37, 50]);
      const [throwing, poisoned] = [await cell('throwing', DAYS[2]), await cell('poisoned', DAYS[2])];
      expect(throwing).toMatchObject({ status: 'COMPLETED', error: undefined });
      expect(poisoned?.record?.reason).toBe('RUN: never ran');
    });
  });
});

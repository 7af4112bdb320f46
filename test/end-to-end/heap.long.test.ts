/** A heap that V8 finds full ends the process at once: the attempt is known for one that ran out of memory, at its first death. */
import { afterEach, describe, expect, test } from 'vitest';
import { heapOf } from '../../src/deploy/services.ts';
import type { RunSummary } from '../../src/mill/answers/run-summary.ts';
import { DAYS, type FixtureProject } from '../support/fixture-project.ts';
import { daymill, HASTE } from '../support/daymill-process.ts';
import { inspect } from '../support/left-behind.ts';
import {
  CELLS,
  expectEverythingMade,
  expectExactCounts,
  onTheSecondDay,
  riskyProject,
} from '../support/risky-project.ts';

/** Objects, which lie in the heap, until it is full. */
const grow = (objects: number): string => `
      const held: object[] = [];
      for (let made = 0; made < ${objects}; made++) held.push({ made, also: [made] });
      if (held.length === 0) throw new Error('nothing was held');`;

describe('a heap that is full', () => {
  let project: FixtureProject | undefined;
  afterEach(() => project?.remove());

  test('is moved up after one death', async () => {
    project = riskyProject({ 'computations/hungry.ts': onTheSecondDay('hungry', grow(4_000_000)) });
    const standardMB = 400;
    const memory = { ...HASTE, DAYMILL_TIERS: `standard=${standardMB} high-mem=1500` };
    const { code, json, stderr } = await daymill(project, ['run', '--json'], memory);
    expect(json<RunSummary>()).toMatchObject({ completed: CELLS, failed: 0 });
    expect(code).toBe(0);
    expect(stderr).toContain(
      `work: JavaScript heap out of memory: V8 ended it at its limit of ${heapOf({ memoryMB: standardMB })} MiB`,
    );
    await inspect(project, async (left) => {
      expectExactCounts(left);
      await expectEverythingMade(left, 'hungry');
      const task = left.tasks.find(({ computation, cells }) => computation === 'hungry' && cells[0]?.date === DAYS[1]);
      expect(task).toMatchObject({ status: 'COMPLETED', resources: 'high-mem', attempts: 2 });
      expect(task?.history?.map(({ end }) => end)).toEqual(['OUT_OF_MEMORY', 'COMPLETED']);
    });
  });

  test('on the largest tier is named once, and the sweep leaves it alone', async () => {
    project = riskyProject({ 'computations/hungry.ts': onTheSecondDay('hungry', grow(1e9)) });
    const memory = { ...HASTE, DAYMILL_TIERS: 'standard=300 high-mem=400' };
    const { code, json } = await daymill(project, ['run', '--json'], memory);
    expect(json<RunSummary>()).toMatchObject({ completed: CELLS - 2, failed: 1, cells: { FAILED_DEPENDENCY: 1 } });
    expect(code).toBe(1);
    await inspect(project, (left) => {
      expectExactCounts(left);
      const dead = left.tasks.filter(({ computation, status }) => computation === 'hungry' && status === 'FAILED');
      expect(dead).toHaveLength(1);
      expect(dead[0]).toMatchObject({ attempts: 2, lastError: { code: 'OUT_OF_TIERS' } });
      expect(dead[0]?.lastError?.message).toMatch(/standard: .*heap.*; high-mem: .*heap/u);
      return Promise.resolve();
    });
  });
});

/** Workers that die in the middle of their tasks: everything is made in the end, and counted once. */
import { afterEach, describe, expect, test } from 'vitest';
import type { RunSummary } from '../../src/mill/answers/run-summary.ts';
import { daymill, HASTE } from '../support/daymill-process.ts';
import {
  CELLS,
  expectEverythingMade,
  expectExactCounts,
  onTheSecondDay,
  riskyProject,
} from '../support/risky-project.ts';
import { DAYS, type FixtureProject } from '../support/fixture-project.ts';
import { inspect } from '../support/left-behind.ts';

describe('workers that die', () => {
  const projects: FixtureProject[] = [];
  const open = (files: Readonly<Record<string, string>>): FixtureProject => {
    const project = riskyProject(files);
    projects.push(project);
    return project;
  };
  afterEach(() => {
    for (const project of projects.splice(0)) project.remove();
  });

  test('a worker killed in the middle of its tasks: another makes them, once', async () => {
    const project = open({
      'computations/victim.ts': onTheSecondDay('victim', `if (!second()) kill('KILL', process.pid);`),
    });
    const { code, json } = await daymill(project, ['run', '--json'], HASTE);
    expect(json<RunSummary>()).toMatchObject({ completed: CELLS, failed: 0, cells: { RUN: CELLS } });
    expect(code).toBe(0);
    await inspect(project, async (left) => {
      expectExactCounts(left);
      await expectEverythingMade(left, 'victim');
      // The task that died was halved, or tried again when it held nothing else.
      const tasks = left.tasks.filter(({ cells }) => cells.some(({ computation }) => computation === 'victim'));
      expect(tasks.every(({ status }) => status === 'COMPLETED')).toBe(true);
      expect(tasks.length > 1 || tasks.some(({ attempts }) => attempts === 2)).toBe(true);
    });
  });

  test('a loop without an end is stopped by the watchdog, and takes nothing else with it', async () => {
    const project = open({ 'computations/loop.ts': onTheSecondDay('loop', 'for (;;);', 'timeoutSeconds: 1,') });
    const { code, json } = await daymill(project, ['run', '--json'], HASTE);
    expect(json<RunSummary>()).toMatchObject({ completed: CELLS - 2, failed: 1, cells: { FAILED_DEPENDENCY: 1 } });
    expect(code).toBe(1);
    await inspect(project, async (left) => {
      expectExactCounts(left);
      expect(await left.cell('loop', DAYS[1])).toBeUndefined();
      const task = left.tasks.find(({ status }) => status === 'FAILED');
      expect(task).toMatchObject({ computation: 'loop', attempts: 1, lastError: { code: 'TIMEOUT' } });
      expect(task?.lastError?.message).toMatch(/loop did not end within 1 s and held its worker/u);
    });
  });

  test('a computation that needs more memory than the standard tier has completes on the larger one', async () => {
    const grab = `
      const held: Buffer[] = [];
      for (let megabytes = 0; megabytes < 500; megabytes += 10) held.push(Buffer.alloc(10 * 1_048_576, 1));
      const until = Date.now() + 1_000;
      while (Date.now() < until);
      if (held.length === 0) throw new Error('nothing was held');`;
    const project = open({ 'computations/hungry.ts': onTheSecondDay('hungry', grab) });
    const memory = { ...HASTE, DAYMILL_TIERS: 'standard=400 high-mem=1500' };
    const { code, json } = await daymill(project, ['run', '--json'], memory);
    expect(json<RunSummary>()).toMatchObject({ completed: CELLS, failed: 0 });
    expect(code).toBe(0);
    await inspect(project, async (left) => {
      expectExactCounts(left);
      await expectEverythingMade(left, 'hungry');
      const task = left.tasks.find(({ computation, cells }) => computation === 'hungry' && cells[0]?.date === DAYS[1]);
      expect(task).toMatchObject({ status: 'COMPLETED', resources: 'high-mem' });
      expect(task?.attempts).toBeGreaterThan(1);
    });
  });
});

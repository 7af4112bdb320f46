/** Processes that die in the middle of their work: everything is made in the end, and counted once. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { RunSummary } from '../../src/cli/run-summary.ts';
import { daymill } from '../support/daymill-process.ts';
import { DAYS, fixtureProject, type FixtureProject, IMPORTS } from '../support/fixture-project.ts';
import { inspect, type Left } from '../support/left-behind.ts';

/** A computation that reads weather, and does as told on the day of eleven degrees. */
const onTheSecondDay = (name: string, act: string, more = ''): string => `
import { existsSync, writeFileSync } from 'node:fs';
${IMPORTS}
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

const CELLS = 4 * DAYS.length;

/** Every run is counted down to exactly zero, by as many tasks as it has. */
function expectExactCounts({ runs, tasks }: Left): void {
  for (const run of runs) {
    expect(run).toMatchObject({ remainingTasks: 0, status: 'COMPLETED' });
    expect(tasks.filter(({ runId }) => runId === run.id)).toHaveLength(run.totalTasks);
  }
  expect(tasks.filter(({ status }) => status !== 'COMPLETED' && status !== 'FAILED')).toEqual([]);
}

async function expectEverythingMade(left: Left, name: string): Promise<void> {
  expect(await Promise.all(DAYS.map((date) => left.value(`after-${name}`, date)))).toEqual([11, 12, 13, 14]);
  expect(await Promise.all(DAYS.map((date) => left.value('heat', date)))).toEqual([10, 21, 33, 46]);
  for (const date of DAYS) expect((await left.cell('pages', date))?.status).toBe('COMPLETED');
}

describe('processes that die', () => {
  const projects: FixtureProject[] = [];
  const open = (files: Readonly<Record<string, string>>): FixtureProject => {
    const project = fixtureProject({ ...BYSTANDERS, ...files });
    projects.push(project);
    return project;
  };
  afterEach(() => {
    for (const project of projects.splice(0)) project.remove();
  });

  test('a worker killed in the middle of its tasks: another makes them, once', async () => {
    const project = open({
      'computations/victim.ts': onTheSecondDay('victim', `if (!second()) process.kill(process.pid, 'SIGKILL');`),
    });
    const { code, json } = await daymill(project, ['run', '--json']);
    expect(json<RunSummary>()).toMatchObject({ completed: CELLS, failed: 0, cells: { RUN: CELLS } });
    expect(code).toBe(0);
    await inspect(project, async (left) => {
      expectExactCounts(left);
      await expectEverythingMade(left, 'victim');
      const task = left.tasks.find(({ computation, cells }) => computation === 'victim' && cells[0]?.date === DAYS[1]);
      expect(task).toMatchObject({ status: 'COMPLETED', attempts: 2 });
    });
  });

  test('a loop without an end is stopped by the watchdog, and takes nothing else with it', async () => {
    const project = open({ 'computations/loop.ts': onTheSecondDay('loop', 'for (;;);', 'timeoutSeconds: 1,') });
    const { code, json } = await daymill(project, ['run', '--json']);
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
    const memory = { DAYMILL_STANDARD_MEMORY_MB: '400', DAYMILL_HIGH_MEM_MEMORY_MB: '1500' };
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

  test('the whole of it killed in the middle: the next run goes on, and nothing stays behind', async () => {
    const project = open({
      'computations/doom.ts': onTheSecondDay(
        'doom',
        `if (!second()) { process.kill(process.ppid, 'SIGKILL'); for (;;); }`,
      ),
    });
    const killed = await daymill(project, ['run', '--json']);
    expect(killed.signal).toBe('SIGKILL');
    const { code, json } = await daymill(project, ['run', '--json']);
    expect(json<RunSummary>()).toMatchObject({ failed: 0, cells: { BLOCKED: 0, FAILED_DEPENDENCY: 0 } });
    expect(code).toBe(0);
    await inspect(project, async (left) => {
      expectExactCounts(left);
      await expectEverythingMade(left, 'doom');
    });
  });

  test('two runs at once: the second is told which process has the state, and the first does not notice', async () => {
    const project = open({ 'computations/calm.ts': onTheSecondDay('calm', '') });
    const first = daymill(project, ['run', '--json']);
    await vi.waitUntil(() => existsSync(join(project.home, 'state.sqlite.pid')), { timeout: 20_000 });
    const second = await daymill(project, ['run', '--json']);
    expect(second.code).toBe(2);
    expect(second.stderr).toMatch(
      /state\.sqlite is in use by another Daymill \(process \d+\)\. Wait until it ends, or set DAYMILL_HOME/u,
    );
    const { code, json } = await first;
    expect(json<RunSummary>()).toMatchObject({ completed: CELLS, failed: 0 });
    expect(code).toBe(0);
  });
});

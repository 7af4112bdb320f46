/** How cells that run become tasks. */
import { describe, expect, test } from 'vitest';
import { addDays, daysFrom } from '../../src/model/date.ts';
import type { Manifest } from '../../src/model/manifest.ts';
import { Task } from '../../src/model/task.ts';
import { fingerprintHash, vectorHash } from '../../src/model/vector.ts';
import { makeTasks, MAX_CHAIN_DAYS, MAX_TASKS_A_WAVE } from '../../src/planning/make-tasks.ts';
import type { PlannedCell } from '../../src/planning/plan.ts';
import { graph } from '../support/graph.ts';
import { h, PlanningWorld } from '../support/planning-world.ts';

const MON = '2024-01-01';
const TUE = '2024-01-02';
const WED = '2024-01-03';

const runs = (planned: readonly PlannedCell[]): PlannedCell[] =>
  planned.filter(({ decision }) => decision.outcome === 'RUN' || decision.outcome === 'RERUN');
const tasksOf = (manifest: Manifest, planned: readonly PlannedCell[]): Task[] =>
  makeTasks(runs(planned), {
    manifest,
    runId: 'run-1',
    dispatchId: 'dispatch-1',
    nowMs: 7,
    tierOf: (name) => (name === 'heavy' ? 'high-mem' : 'standard'),
  });

describe('a computation that reads no past of its own', () => {
  const manifest = graph('a: dataset flights', 'heavy: dataset flights');
  const planned = new PlanningWorld().data('flights', [MON, TUE]).plan({ manifest, from: MON, to: TUE });

  test('gets a task for each cell, on its tier, pending and never leased', () => {
    const tasks = tasksOf(manifest, planned);
    expect(tasks.map(({ id, resources }) => [id, resources])).toEqual([
      [`run-1.a.${MON}`, 'standard'],
      [`run-1.a.${TUE}`, 'standard'],
      [`run-1.heavy.${MON}`, 'high-mem'],
      [`run-1.heavy.${TUE}`, 'high-mem'],
    ]);
    expect(tasks[0]).toEqual({
      id: `run-1.a.${MON}`,
      runId: 'run-1',
      dispatchId: 'dispatch-1',
      pass: 1,
      computation: 'a',
      cells: [
        {
          computation: 'a',
          date: MON,
          fingerprint: fingerprintHash(manifest.computations[0]!.fingerprint),
          because: { why: 'NEW' },
          reason: 'RUN: never ran',
          reads: {},
          inputs: { 'dataset:flights': h(`flights ${MON}`) },
        },
      ],
      chained: false,
      resources: 'standard',
      createdMs: 7,
      status: 'PENDING',
      attempts: 0,
      outcomes: {},
    });
  });

  test('makes tasks that the ledger takes', () => {
    for (const task of tasksOf(manifest, planned)) expect(Task.parse(task)).toEqual(task);
  });
});

describe('a chain', () => {
  const manifest = graph('a: document prices previous');

  test('is one task with its days in order, each with the day that it reads', () => {
    const planned = new PlanningWorld().data('prices', [MON, WED]).plan({ manifest, from: MON, to: WED });
    const tasks = tasksOf(manifest, planned);
    expect(tasks).toHaveLength(1);
    expect(tasks[0]?.cells.map(({ date, reads }) => [date, reads])).toEqual([
      [MON, { previous: '' }],
      [WED, { previous: MON }],
    ]);
  });

  test('carries the settled vector of a day that may turn out unchanged, and of no other', () => {
    const world = new PlanningWorld()
      .data('prices', [MON, TUE, WED])
      .completed(manifest, `a@${MON}`, { 'document:prices': 'old', previous: 'none' })
      .completed(manifest, `a@${TUE}`, { 'document:prices': `prices ${TUE}`, previous: `result of a@${MON}` });
    const [chain] = tasksOf(manifest, world.plan({ manifest, from: MON, to: WED }));
    const settled = world.book.get('a')?.get(TUE)?.vector;
    expect(chain?.cells.map(({ reason, unlessVector }) => [reason, unlessVector])).toEqual([
      ['RERUN: changed: document:prices', undefined],
      ['RERUN: if previous changes', settled === undefined ? 'missing' : vectorHash(settled)],
      ['RUN: never ran', undefined],
    ]);
  });

  test('of more days than a task takes goes on in the next wave', () => {
    const last = addDays(MON, MAX_CHAIN_DAYS);
    const planned = new PlanningWorld().data('prices', daysFrom(MON, last)).plan({ manifest, from: MON, to: last });
    const [chain, ...others] = tasksOf(manifest, planned);
    expect(others).toEqual([]);
    expect(chain?.cells.map(({ date }) => date)).toEqual(daysFrom(MON, addDays(last, -1)));
  });

  test('is one for each computation', () => {
    const two = graph('a: document prices previous', 'b: document prices history 2');
    const planned = new PlanningWorld().data('prices', [MON, TUE]).plan({ manifest: two, from: MON, to: TUE });
    expect(tasksOf(two, planned).map(({ id, cells }) => [id, cells.length])).toEqual([
      [`run-1.a.${MON}`, 2],
      [`run-1.b.${MON}`, 2],
    ]);
  });
});

describe('more tasks than one claim takes', () => {
  const last = addDays(MON, MAX_TASKS_A_WAVE);
  const days = daysFrom(MON, last);

  test('are left to the next wave', () => {
    const manifest = graph('a: dataset flights');
    const planned = new PlanningWorld().data('flights', days).plan({ manifest, from: MON, to: last });
    expect(runs(planned)).toHaveLength(MAX_TASKS_A_WAVE + 1);
    expect(tasksOf(manifest, planned).flatMap(({ cells }) => cells.map(({ date }) => date))).toEqual(
      days.slice(0, MAX_TASKS_A_WAVE),
    );
  });

  test('leave a chain that has begun whole, and begin no other', () => {
    const manifest = graph('a: dataset flights previous', 'b: dataset flights', 'c: dataset flights previous');
    const planned = new PlanningWorld().data('flights', days).plan({ manifest, from: MON, to: last });
    const tasks = tasksOf(manifest, planned);
    expect(tasks).toHaveLength(MAX_TASKS_A_WAVE);
    expect(tasks.map(({ computation }) => computation)).not.toContain('c');
    expect(tasks[0]?.cells).toHaveLength(MAX_CHAIN_DAYS);
  });
});

test('nothing to run makes no task', () => {
  expect(tasksOf(graph('a: dataset flights'), [])).toEqual([]);
});

test('a plan of another manifest is a defect, and says whose', () => {
  const planned = new PlanningWorld()
    .data('flights', [MON])
    .plan({ manifest: graph('a: dataset flights'), from: MON, to: MON });
  expect(() => tasksOf(graph('b: dataset flights'), planned)).toThrow('a was planned but is not in the manifest');
});

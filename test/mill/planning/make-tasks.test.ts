/** How cells that run become tasks. */
import { describe, expect, test } from 'vitest';
import { DEFAULT_LANES } from '../../../src/mill/lifecycle/limits.ts';
import { cellName } from '../../../src/mill/model/cell.ts';
import { addDays, daysFrom } from '../../../src/values/date.ts';
import type { Manifest } from '../../../src/mill/model/manifest.ts';
import { Task } from '../../../src/mill/model/task.ts';
import { fingerprintHash, vectorHash } from '../../../src/mill/model/vector.ts';
import {
  makeTasks,
  MAX_CHAIN_DAYS,
  MAX_SCAN_CELLS,
  MAX_TASK_BYTES,
  MAX_TASK_CELLS,
  MAX_TASKS_A_WAVE,
  type TaskContext,
} from '../../../src/mill/planning/make-tasks.ts';
import type { PlannedCell } from '../../../src/mill/planning/plan.ts';
import { graph } from '../../support/graph.ts';
import { h, PlanningWorld } from '../../support/planning-world.ts';

const MON = '2024-01-01';
const TUE = '2024-01-02';
const WED = '2024-01-03';

const CONTEXT = {
  runId: 'run-1',
  dispatchId: 'dispatch-1',
  nowMs: 7,
  tierOf: (name: string) => (name === 'heavy' ? 'high-mem' : 'standard'),
} as const;

const runs = (planned: readonly PlannedCell[]): PlannedCell[] =>
  planned.filter(({ decision }) => decision.outcome === 'RUN' || decision.outcome === 'RERUN');
const tasksOf = (manifest: Manifest, planned: readonly PlannedCell[]): Task[] =>
  makeTasks(runs(planned), { ...CONTEXT, manifest });

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

  test('leave a chain that has begun whole', () => {
    const manifest = graph('a: dataset flights previous', 'b: dataset flights');
    const planned = new PlanningWorld().data('flights', days).plan({ manifest, from: MON, to: last });
    const tasks = tasksOf(manifest, planned);
    expect(tasks).toHaveLength(MAX_TASKS_A_WAVE);
    expect(tasks[0]).toMatchObject({ computation: 'a', chained: true });
    expect(tasks[0]?.cells).toHaveLength(MAX_CHAIN_DAYS);
  });
});

describe('cells of one date over one dataset', () => {
  const manifest = graph(
    'a: dataset flights',
    'b: dataset flights',
    'c: dataset visits',
    'd: dataset flights previous',
  );
  const planned = new PlanningWorld()
    .data('flights', [MON, TUE])
    .data('visits', [MON])
    .plan({ manifest, from: MON, to: TUE });

  test('are one task, which is no chain; days that read each other are one of their own', () => {
    expect(tasksOf(manifest, planned).map(({ chained, cells }) => [chained, cells.map(cellName)])).toEqual([
      [true, [`d@${MON}`, `d@${TUE}`]],
      [false, [`a@${MON}`, `b@${MON}`]],
      [false, [`a@${TUE}`, `b@${TUE}`]],
      [false, [`c@${MON}`]],
    ]);
  });

  test('take in the one day of a computation that reads its own past', () => {
    const night = new PlanningWorld().data('flights', [TUE]).plan({ manifest, from: TUE, to: TUE });
    expect(tasksOf(manifest, night).map(({ chained, cells }) => [chained, cells.map(cellName)])).toEqual([
      [false, [`a@${TUE}`, `b@${TUE}`, `d@${TUE}`]],
    ]);
  });

  test('are apart when they start on different tiers', () => {
    const two = graph('a: dataset flights', 'heavy: dataset flights');
    const tasks = tasksOf(two, new PlanningWorld().data('flights', [MON]).plan({ manifest: two, from: MON, to: MON }));
    expect(tasks.map(({ resources }) => resources)).toEqual(['standard', 'high-mem']);
  });

  test('are at most as many as are gathered for at a time', () => {
    const names = Array.from({ length: MAX_SCAN_CELLS + 1 }, (_, index) => `c${String(index).padStart(3, '0')}`);
    const wide = graph(...names.map((name) => `${name}: dataset flights`));
    const tasks = tasksOf(
      wide,
      new PlanningWorld().data('flights', [MON]).plan({ manifest: wide, from: MON, to: MON }),
    );
    expect(tasks.map(({ cells }) => cells.length)).toEqual([MAX_SCAN_CELLS, 1]);
  });

  test('stay within the time and the memory that is predicted for them', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const wide = graph(...names.map((name) => `${name}: dataset flights`));
    const cells = runs(new PlanningWorld().data('flights', [MON]).plan({ manifest: wide, from: MON, to: MON }));
    const sizes = (seconds: number, memoryMB: number): number[] =>
      makeTasks(cells, {
        ...CONTEXT,
        manifest: wide,
        predict: (name) => (name === 'e' ? undefined : { seconds, memoryMB }),
        budget: () => ({ seconds: 480, memoryMB: 1_500 }),
      }).map((task) => task.cells.length);
    expect(sizes(100, 100)).toEqual([5]);
    expect(sizes(200, 100)).toEqual([2, 3]);
    expect(sizes(100, 500)).toEqual([3, 2]);
    // Larger than any task: alone.
    expect(sizes(1_000, 9_000)).toEqual([1, 1, 1, 1, 1]);
  });
});

describe('cells that stream nothing', () => {
  const lanes = 4;
  const laid = (count: number, context: Partial<TaskContext> = {}): Task[] => {
    const names = Array.from({ length: count }, (_, index) => `c${String(index).padStart(4, '0')}`);
    const manifest = graph(...names.map((name) => `${name}: document prices`));
    const planned = new PlanningWorld().data('prices', [MON]).plan({ manifest, from: MON, to: MON });
    return makeTasks(runs(planned), { ...CONTEXT, manifest, lanes, ...context });
  };

  test('are tasks of their own while there is a lane for each', () => {
    expect(laid(lanes).map(({ cells }) => cells.length)).toEqual([1, 1, 1, 1]);
  });

  test('share lanes with their neighbours when there are more', () => {
    const tasks = laid(10);
    expect(tasks.map(({ cells }) => cells.length)).toEqual([3, 3, 3, 1]);
    expect(tasks[1]?.cells.map(({ computation }) => computation)).toEqual(['c0003', 'c0004', 'c0005']);
    expect(tasks[1]).toMatchObject({ id: `run-1.c0003.${MON}`, computation: 'c0003', chained: false });
    for (const task of tasks) expect(Task.parse(task)).toEqual(task);
  });

  test('are more tasks than lanes before a task has too many cells, or takes too long', () => {
    expect(laid(lanes * MAX_TASK_CELLS + 1)).toHaveLength(lanes + 1);
    const budget = () => ({ seconds: 480, memoryMB: 1_500 });
    const slow = laid(12, { predict: () => ({ seconds: 240, memoryMB: 1_000 }), budget });
    expect(slow.map(({ cells }) => cells.length)).toEqual([2, 2, 2, 2, 2, 2]);
  });

  test('a wave of 5,000 is a few tasks', () => {
    expect(laid(5_000, { lanes: DEFAULT_LANES })).toHaveLength(DEFAULT_LANES);
  });

  test('whose inputs are many are fewer a task, so that its document stays small', () => {
    const names = Array.from({ length: 400 }, (_, index) => `input-${String(index).padStart(4, '0')}`);
    const wide = graph(
      ...names.map((name) => `${name}: document prices`),
      ...['x', 'y'].map((name) => `${name}: ${names.join(' ')}`),
    );
    const world = new PlanningWorld().data('prices', daysFrom(MON, addDays(MON, 19)));
    for (const name of names)
      for (const day of daysFrom(MON, addDays(MON, 19)))
        world.completed(wide, `${name}@${day}`, { 'document:prices': `prices ${day}` });
    const tasks = makeTasks(runs(world.plan({ manifest: wide, from: MON, to: addDays(MON, 19) })), {
      ...CONTEXT,
      manifest: wide,
      lanes: 1,
    });
    expect(tasks.length).toBeGreaterThan(1);
    for (const task of tasks) expect(JSON.stringify(task).length).toBeLessThan(MAX_TASK_BYTES * 1.1);
    expect(tasks.flatMap(({ cells }) => cells)).toHaveLength(40);
  });
});

test('scans of many days share lanes, a day a scan', () => {
  const manifest = graph('a: dataset flights', 'b: dataset flights');
  const days = daysFrom(MON, addDays(MON, 9));
  const planned = new PlanningWorld().data('flights', days).plan({ manifest, from: MON, to: addDays(MON, 9) });
  const tasks = makeTasks(runs(planned), { ...CONTEXT, manifest, lanes: 4 });
  expect(tasks.map(({ cells }) => cells.length)).toEqual([6, 6, 6, 2]);
  expect(tasks[0]?.cells.map(cellName)).toEqual(days.slice(0, 3).flatMap((day) => [`a@${day}`, `b@${day}`]));
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

/** Memory by computation: peaks, prediction, moves and waste. */
import { expect, test } from 'vitest';
import { MAX_MEMORY_TASKS, MAX_POINTS, MemoryAnswer, memoryAnswer } from '../../../src/mill/answers/memory.ts';
import type { Attempt } from '../../../src/mill/model/attempt.ts';
import { PRICE_TABLES } from '../../../src/mill/model/price-table.ts';
import type { Run } from '../../../src/mill/model/run.ts';
import type { Task } from '../../../src/mill/model/task.ts';
import { Tiers } from '../../../src/mill/model/tier.ts';
import { daySetOfDays } from '../../../src/mill/planning/day-set.ts';
import { NO_DATASET } from '../../../src/mill/planning/standing.ts';
import { asJson } from '../../support/as-json.ts';
import { aRun, aTask, aTaskCell, graph } from '../../support/graph.ts';

const DAY = '2024-01-01';
const manifest = graph('a: dataset flights', 'b: a');
const tiers = Tiers.parse([
  { name: 'standard', memoryMB: 1_024 },
  { name: 'high-mem', memoryMB: 4_096 },
]);
const table = PRICE_TABLES['us-central1'];

const attempt = (
  number: number,
  tier: string,
  peakRssMB: number,
  seconds: number,
  more: Partial<Attempt> = {},
): Attempt => ({
  number,
  trigger: 'DISPATCH',
  tier,
  worker: 'w/1',
  executorVersion: 1,
  fingerprints: {},
  startedMs: number * 100_000,
  endedMs: number * 100_000 + seconds * 1_000,
  end: 'COMPLETED',
  peakRssMB,
  ...more,
});

const asked: string[] = [];
function answerOf(runs: readonly Run[], tasks: readonly Task[], book = new Map()) {
  asked.length = 0;
  const snapshot = {
    sequence: 1,
    standings: new Map(),
    datasets: new Map([['flights', { ...NO_DATASET, sizes: { 7: daySetOfDays([DAY]) } }]]),
    equivalents: new Map(),
    distrusted: new Map(),
    control: { paused: {}, cancelled: [] },
    books: { books: new Map(), data: new Map() },
    open: [],
  };
  return memoryAnswer({
    manifest,
    tiers,
    clock: { now: () => 0 },
    prices: { table },
    planning: { load: () => Promise.resolve(snapshot), memory: () => Promise.resolve(book) },
    ledger: {
      runs: () => Promise.resolve([...runs]),
      tasksOf: (id) => {
        asked.push(id);
        return Promise.resolve(tasks.filter(({ runId }) => runId === id));
      },
    },
  });
}

test('peaks with the size that was read, what is expected, and what a tier had left', async () => {
  const ran = aTask({ history: [attempt(1, 'standard', 256, 4)] });
  const book = new Map([['a~7', { taken: [{ peakMB: 800, addedMB: 100, seconds: 1 }] }]]);
  const { computations, ...looked } = asJson(MemoryAnswer, await answerOf([aRun()], [ran], book));
  expect(looked).toEqual({ runs: 1, tasks: 1 });
  expect(computations[0]).toEqual({
    computation: 'a',
    // 800 of 1,024 MB is more than a task may take of it.
    tier: 'high-mem',
    predictedMB: 800,
    points: [{ entities: 127, peakMB: 256, tier: 'standard', endedMs: 104_000, taskId: ran.id }],
    moved: [],
    wasteGBs: 0.75 * 4,
    wasteDollars: 0.75 * 4 * table.functions.gibSecond,
  });
  expect(computations[1]).toEqual({
    computation: 'b',
    tier: 'standard',
    predictedMB: null,
    points: [],
    moved: [],
    wasteGBs: 0,
    wasteDollars: 0,
  });
});

test('a task that outgrew its tier has moved; what shared its process, or made something else too, is told apart', async () => {
  const moved = aTask({
    outgrown: [{ tier: 'standard', because: 'too much' }],
    history: [
      attempt(1, 'standard', 1_000, 1, { end: 'OUT_OF_MEMORY' }),
      attempt(2, 'high-mem', 2_048, 2, { tasksAtOnce: 2 }),
    ],
  });
  const mixed = aTask({
    id: 'mixed',
    cells: [aTaskCell(DAY, 'a'), aTaskCell(DAY, 'b')],
    history: [attempt(1, 'standard', 900, 1)],
  });
  const [a] = (await answerOf([aRun()], [moved, mixed])).computations;
  expect(a?.points.map(({ tier, peakMB }) => [tier, peakMB])).toEqual([
    ['high-mem', 2_048],
    ['standard', 1_000],
  ]);
  expect(a?.moved).toEqual([
    { from: 'standard', to: 'high-mem', atMs: 101_000, because: 'too much', taskId: moved.id },
  ]);
  expect(a?.wasteGBs).toBeCloseTo(24 / 1_024 + (2 * 2) / 2, 9);
});

test('reads the newest runs alone, as far as their tasks are within the limit, and shows so many points', async () => {
  const runs = [aRun({ id: 'newest', totalTasks: MAX_MEMORY_TASKS + 1 }), aRun({ id: 'older', totalTasks: 1 })];
  const tasks = Array.from({ length: MAX_POINTS + 1 }, (_, index) =>
    aTask({ id: `task ${index}`, runId: 'newest', createdMs: index, history: [attempt(1, 'standard', 100, 1)] }),
  );
  const answer = await answerOf(runs, tasks);
  expect(asked).toEqual(['newest']);
  expect(answer.computations[0]?.points).toHaveLength(MAX_POINTS);
  expect(answer.computations[0]?.points[0]?.taskId).toBe(`task ${MAX_POINTS}`);
});

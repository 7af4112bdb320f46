/** The last days that were run. */
import { expect, test } from 'vitest';
import { LastDays, lastDays } from '../../../src/mill/answers/last-days.ts';
import type { Run } from '../../../src/mill/model/run.ts';
import { asJson } from '../../support/as-json.ts';
import { aRun } from '../../support/graph.ts';

const wave = (dispatchId: string, createdMs: number, more: Partial<Run> = {}): Run =>
  aRun({
    id: `${dispatchId} ${createdMs}`,
    dispatchId,
    createdMs,
    calledBackMs: createdMs + 50,
    remainingTasks: 0,
    status: 'COMPLETED',
    ...more,
  });

const answerOf = async (runs: readonly Run[], failed: Readonly<Record<string, number>> = {}, limit = 10) =>
  asJson(
    LastDays,
    await lastDays(
      { limit },
      {
        ledger: {
          runs: (most) => Promise.resolve([...runs].sort((a, b) => b.createdMs - a.createdMs).slice(0, most)),
          failedTasks: (id) => Promise.resolve(failed[id] ?? 0),
        },
      },
    ),
  );

test('a day is all waves of its dispatch, its sweep among them', async () => {
  const runs = [wave('one', 100), wave('one', 200), wave('one.sweep', 300), wave('two', 1_000, { date: '2024-01-02' })];
  expect(await answerOf(runs)).toEqual([
    { dispatchId: 'two', date: '2024-01-02', startedMs: 1_000, tookMs: 50, ok: true, failedTasks: 0 },
    { dispatchId: 'one', date: '2024-01-01', startedMs: 100, tookMs: 250, ok: true, failedTasks: 0 },
  ]);
  expect(await answerOf(runs, {}, 1)).toHaveLength(1);
});

test('one with a failed task, or that somebody cancelled, did not end well', async () => {
  const runs = [wave('one', 100), wave('two', 200, { cancelledMs: 220 })];
  expect((await answerOf(runs, { 'one 100': 2 })).map(({ ok, failedTasks }) => [ok, failedTasks])).toEqual([
    [false, 0],
    [false, 2],
  ]);
});

test('one that goes on is not told yet, and neither is one whose beginning was not looked at', async () => {
  expect(await answerOf([wave('one', 100, { remainingTasks: 1 })])).toEqual([]);
  const many = Array.from({ length: 250 }, (_, index) => wave(index < 100 ? 'old' : 'new', index));
  expect((await answerOf(many)).map(({ dispatchId }) => dispatchId)).toEqual(['new']);
});

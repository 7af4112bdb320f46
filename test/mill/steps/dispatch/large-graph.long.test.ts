/** Graphs far beyond those that once stopped for good because a commit was larger than Firestore takes. */
import { afterEach, expect, test } from 'vitest';
import { MAX_COMPUTATIONS } from '../../../../src/mill/model/graph-limits.ts';
import { addDays, daysFrom } from '../../../../src/values/date.ts';
import { daysOfYear, type LargeGraph, largeGraph } from '../../../support/large-graph.ts';

let mill: LargeGraph | undefined;
afterEach(async () => {
  await mill?.close();
  mill = undefined;
});

test('the first build of 50 computations of 7 documents over 800 days', async () => {
  mill = await largeGraph({ computations: 50, inputs: 7 });
  const days = daysFrom('2022-01-01', addDays('2022-01-01', 799));
  await mill.bring(days);
  const night = await mill.night('2022-01-01', days.at(-1) ?? '');
  expect(night.cells).toBe(50 * 800);
  expect(await mill.settledDays(['2022', '2023', '2024'])).toEqual(Array.from({ length: 50 }, () => 800));
  expect(await mill.night('2022-01-01', days.at(-1) ?? '')).toMatchObject({ waves: 0, cells: 0 });
});

test.each([
  { computations: 1_000, inputs: 3, day: 301 },
  { computations: 1_500, inputs: 5, day: 366 },
])('a night of $computations computations of $inputs documents on day $day', async ({ computations, inputs, day }) => {
  mill = await largeGraph({ computations, inputs });
  const days = daysOfYear(day);
  const last = days.at(-1) ?? '';
  await mill.bring(days);
  await mill.settle(days.slice(0, -1));
  const night = await mill.night('2024-01-01', last);
  expect(night.cells).toBe(computations);
  expect(night.commits).toBeGreaterThan(2);
  expect(await mill.settledDays(['2024'])).toEqual(Array.from({ length: computations }, () => day));
  expect(await mill.night('2024-01-01', last)).toMatchObject({ waves: 0, cells: 0 });
});

test('a year of a computation that reads a thousand others, and its next night', async () => {
  mill = await largeGraph({ computations: 1_000, inputs: 1, gathers: true });
  const days = daysOfYear(60);
  await mill.bring(days);
  await mill.settle(days.slice(0, -1));
  expect(await mill.night('2024-01-01', days.at(-1) ?? '')).toMatchObject({ cells: 1_001 });
  expect((await mill.settledDays(['2024'])).at(-1)).toBe(60);
});

test('as many computations as there may be, on their first days', async () => {
  mill = await largeGraph({ computations: MAX_COMPUTATIONS, inputs: 3 });
  const days = daysOfYear(5);
  await mill.bring(days);
  const night = await mill.night('2024-01-01', days.at(-1) ?? '');
  expect(night.cells).toBe(MAX_COMPUTATIONS * 5);
  expect(await mill.night('2024-01-01', days.at(-1) ?? '')).toMatchObject({ waves: 0, cells: 0 });
});

/** A memory trace: few points, in order, and no peak lost. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MAX_TRACE_POINTS } from '../../../src/mill/model/attempt.ts';
import { MemoryTrace } from '../../../src/mill/worker/memory-trace.ts';

type Point = [seconds: number, rssMB: number, heapUsedMB: number];

function pointsOf(readings: readonly Point[]): Point[] {
  const trace = new MemoryTrace();
  for (const reading of readings) trace.add(...reading);
  const flat = trace.flat();
  return Array.from({ length: flat.length / 3 }, (_, index) => flat.slice(index * 3, index * 3 + 3) as Point);
}

/** Every two seconds. */
const everyTwo = (megabytes: readonly number[]): Point[] =>
  megabytes.map((each, index) => [(index + 1) * 2, each, each / 2]);

test('has every reading while there are few', () => {
  const readings = everyTwo(Array.from({ length: MAX_TRACE_POINTS - 1 }, (_, index) => 100 + index));
  expect(pointsOf(readings)).toEqual(readings);
});

test('is halved when it is full, and goes on at half the pace', () => {
  const points = pointsOf(everyTwo(Array.from({ length: MAX_TRACE_POINTS + 4 }, (_, index) => index)));
  expect(points).toHaveLength(MAX_TRACE_POINTS / 2 + 2);
  expect(points.map(([seconds]) => seconds)).toEqual(points.map((_, index) => (index + 1) * 4));
});

test('however long it is, it stays small, ends with the last reading and has the peak', () => {
  const megabytes = fc.array(fc.nat(8_000), { minLength: 1, maxLength: 1_000 });
  fc.assert(
    fc.property(megabytes, (all) => {
      const points = pointsOf(everyTwo(all));
      expect(points.length).toBeLessThanOrEqual(MAX_TRACE_POINTS);
      expect(points.at(-1)?.[0]).toBe(all.length * 2);
      expect(points.map(([seconds]) => seconds)).toEqual(points.map(([seconds]) => seconds).sort((a, b) => a - b));
      expect(Math.max(...points.map(([, rssMB]) => rssMB))).toBe(Math.max(...all));
      expect(Math.max(...points.map(([, , heapUsedMB]) => heapUsedMB))).toBe(Math.max(...all) / 2);
    }),
  );
});

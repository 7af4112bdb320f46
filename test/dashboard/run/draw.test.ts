import { expect, test } from 'vitest';
import { AXIS, msOf, pick, ROW, xOf } from '../../../src/dashboard/run/draw.ts';
import type { Bar, Lane } from '../../../src/dashboard/run/lanes.ts';

const FRAME = { width: 410, height: 300, gutter: 200, scrollTop: 0, span: { fromMs: 0, toMs: 1_000 } };

const bar = (startMs: number, endMs: number): Bar => ({ startMs, endMs, kind: 'attempt', number: 1 }) as Bar;
const lane = (key: string, bars: readonly Bar[]): Lane => ({
  key,
  kind: 'task',
  label: key,
  tasks: 1,
  isOpened: false,
  bars,
});
const LANES = [lane('a', [bar(0, 500), bar(400, 600)]), lane('b', [bar(900, 900)])];
const middle = (row: number): number => AXIS + row * ROW + ROW / 2;

test('times go from the names to the right edge, and back', () => {
  expect(xOf(FRAME, 0)).toBe(200);
  expect(xOf(FRAME, 1_000)).toBe(400);
  for (const ms of [0, 1, 500, 1_000]) expect(msOf(FRAME, xOf(FRAME, ms))).toBeCloseTo(ms);
});

test('a point has the lane and the bar under it, of two the upper', () => {
  const at = (ms: number, row: number) => pick(LANES, FRAME, xOf(FRAME, ms), middle(row));
  expect(at(100, 0)?.bar?.endMs).toBe(500);
  expect(at(450, 0)?.bar?.endMs).toBe(600);
  expect(at(800, 0)).toEqual({ lane: LANES[0] });
  expect(at(0, 2)).toBeUndefined();
  expect(pick(LANES, FRAME, 300, 5)).toBeUndefined();
});

test('the shortest bar can be met, and a scrolled lane is where it is seen', () => {
  expect(pick(LANES, FRAME, xOf(FRAME, 900) + 2, middle(1))?.bar?.startMs).toBe(900);
  expect(pick(LANES, { ...FRAME, scrollTop: ROW }, 300, middle(0))?.lane.key).toBe('b');
});

import { describe, expect, test } from 'vitest';
import { aligned, daysOf, nameOf, rangeOf, stepOf } from '../../../src/dashboard/explore/range.ts';

const NOW = Date.parse('2026-03-10T12:34:56Z');
const HOUR = 3_600_000;
const at = (text: string) => new URLSearchParams(text);
const span = (text: string, otherwise?: string) => {
  const { startMs, endMs, isMoving } = rangeOf(at(text), NOW, otherwise);
  return [new Date(startMs).toISOString(), new Date(endMs).toISOString(), isMoving];
};

describe('the range of a link', () => {
  test('is its own start and end before all else', () => {
    expect(span('start=2026-03-01T00:00:00Z&end=2026-03-02T06:00:00Z&range=7d&from=2026-01-01&to=2026-01-02')).toEqual([
      '2026-03-01T00:00:00.000Z',
      '2026-03-02T06:00:00.000Z',
      false,
    ]);
  });

  test('then a while up to now, which goes along', () => {
    expect(span('range=6h&from=2026-01-01&to=2026-01-02')).toEqual([
      '2026-03-10T06:34:56.000Z',
      '2026-03-10T12:34:56.000Z',
      true,
    ]);
  });

  test("then the page's days, the last one whole", () => {
    expect(span('from=2026-01-01&to=2026-01-02')).toEqual([
      '2026-01-01T00:00:00.000Z',
      '2026-01-03T00:00:00.000Z',
      false,
    ]);
  });

  test('which end now when they are not over', () => {
    expect(span('from=2026-03-10&to=2026-03-10')).toEqual([
      '2026-03-10T00:00:00.000Z',
      '2026-03-10T12:34:56.000Z',
      false,
    ]);
  });

  test.each([
    '',
    'range=never',
    'start=yesterday&end=today',
    'start=2026-03-02T00:00:00Z&end=2026-03-01T00:00:00Z',
    'from=x&to=y',
  ])('is what the view shows otherwise for "%s"', (text) => {
    expect(span(text, '7d')).toEqual(['2026-03-03T12:34:56.000Z', '2026-03-10T12:34:56.000Z', true]);
  });

  test('has the name of a button, or none', () => {
    expect(nameOf(at(''))).toBe('1h');
    expect(nameOf(at('range=0'))).toBe('0');
    expect(nameOf(at('range=1d&start=2026-03-01T00:00:00Z&end=2026-03-02T00:00:00Z'))).toBeUndefined();
    expect(nameOf(at('from=2026-01-01&to=2026-01-02'))).toBeUndefined();
  });
});

describe('the step', () => {
  const step = (ms: number, width: number) => stepOf({ startMs: 0, endMs: ms, isMoving: false }, width) / 1_000;

  test.each([
    [HOUR, 1_200, 10],
    [24 * HOUR, 1_200, 300],
    [30 * 24 * HOUR, 1_200, 7_200],
    [HOUR, 360, 30],
    [3_650 * 24 * HOUR, 1_200, 7 * 86_400],
  ])('of %i ms on %i pixels is %i s', (ms, width, seconds) => {
    expect(step(ms, width)).toBe(seconds);
  });

  test('makes no more points than the server answers', () => {
    expect((365 * 24 * HOUR) / (step(365 * 24 * HOUR, 100_000) * 1_000)).toBeLessThanOrEqual(11_000);
  });

  test('holds both ends: what moves less than one asks nothing new', () => {
    const { startMs, endMs } = aligned({ startMs: 61_000, endMs: 3_661_999, isMoving: true }, 60_000);
    expect([startMs, endMs]).toEqual([60_000, 3_660_000]);
  });
});

test('days are those that it touches', () => {
  const range = rangeOf(at('start=2026-03-01T23:00:00Z&end=2026-03-03T00:00:00Z'), NOW);
  expect(daysOf(range)).toEqual({ from: '2026-03-01', to: '2026-03-02' });
});

/** What is asked of rolled-up windows comes to what it comes to of the samples, and windows join exactly. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pushWindow } from '../../../src/meter/answers/query/rollup-points.ts';
import { SeriesBuilder } from '../../../src/meter/answers/query/series-builder.ts';
import { prepare, run } from '../../../src/meter/promql/query.ts';
import type { SelectedSeries, Selection } from '../../../src/meter/promql/selection.ts';
import { chooseResolution, MIN_SPAN_MS, useOf } from '../../../src/meter/rollups/choose-resolution.ts';
import { readRollupPart, RollupPartWriter } from '../../../src/meter/rollups/rollup-part.ts';
import { coarser, MINUTE_MS, minutesOf, RESOLUTIONS_MS, sumOf, lostOf } from '../../../src/meter/rollups/window.ts';
import { decodeSegment } from '../../../src/meter/segments/segment.ts';

const DAY_MS = 86_400_000;
const START = Date.parse('2026-03-01T00:00:00Z');
const LABELS = [['__name__', 'm']] as const;

interface Point {
  readonly time: number;
  /** Undefined: the series has ended. */
  readonly value: number | undefined;
}

/** Three days, with gaps, times on ends of windows, values that fall, and ends. */
const points: fc.Arbitrary<Point[]> = fc
  .uniqueArray(
    fc.record({
      time: fc.oneof(
        fc.integer({ min: 0, max: 3 * DAY_MS }),
        fc.integer({ min: 0, max: 3 * 288 }).map((n) => n * 300_000),
        fc.integer({ min: 0, max: 3_000 }).map((n) => n * 15_000),
      ),
      value: fc.oneof(
        { weight: 20, arbitrary: fc.integer({ min: 0, max: 1_000 }) },
        { weight: 10, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
        { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity, undefined) },
      ),
    }),
    { selector: ({ time }) => time, minLength: 1, maxLength: 400 },
  )
  .map((all) => all.map(({ time, value }) => ({ time: START + time, value })).toSorted((a, b) => a.time - b.time));

const minutes = (all: readonly Point[]) =>
  minutesOf(
    all.map(({ time }) => time),
    (at) => all[at]?.value,
  );

function raw(all: readonly Point[], { fromMs, toMs }: Selection): SelectedSeries {
  const builder = new SeriesBuilder(LABELS);
  for (const { time, value } of all) {
    if (time <= fromMs || time > toMs) continue;
    if (value === undefined) builder.pushStale(time);
    else builder.push(time, value);
  }
  return builder.build();
}

/** As a day's documents have them: each day for itself, packed and read. */
function rolledUp(all: readonly Point[], selection: Selection, resolutionMs: number): SelectedSeries {
  const builder = new SeriesBuilder(LABELS);
  for (const day of Map.groupBy(all, ({ time }) => Math.floor(time / DAY_MS)).values()) {
    const writer = new RollupPartWriter();
    writer.add(7, coarser(minutes(day), resolutionMs));
    if (writer.isEmpty) continue;
    readRollupPart(
      decodeSegment(writer.bytes()),
      (id) => id === 7,
      (_, windows) => {
        for (const window of windows)
          if (window.lastAtMs > selection.fromMs && window.firstAtMs <= selection.toMs)
            pushWindow(builder, window, useOf(selection) ?? 'last');
      },
    );
  }
  return builder.build();
}

const EXPRESSIONS = [
  'rate(m[2h])',
  'increase(m[1d])',
  'delta(m[1h])',
  'sum_over_time(m[1h])',
  'avg_over_time(m[2h])',
  'count_over_time(m[1d])',
  'min_over_time(m[1h])',
  'max_over_time(m[6h] offset 1h)',
  'last_over_time(m[1h])',
  'first_over_time(m[1h])',
  'present_over_time(m[1h])',
  'm',
  'sum(m offset 1h)',
];

test.each(EXPRESSIONS)('%s is the same over windows as over samples', (expression) => {
  const range = { startMs: START, endMs: START + 3 * DAY_MS, stepMs: 3_600_000, lookbackMs: 300_000 };
  fc.assert(
    fc.property(points, (given) => {
      // A counter that was infinite is none: what it lost by that has no sum.
      const isCounter = /rate|increase/.test(expression);
      const all = given.map((one) =>
        isCounter && Math.abs(one.value ?? 0) === Infinity ? { time: one.time, value: 5 } : one,
      );
      const prepared = prepare(expression, range);
      const [[node, selection] = []] = [...prepared.selections];
      if (node === undefined || selection === undefined) throw new Error('no selection');
      const resolutionMs = chooseResolution(selection);
      expect(resolutionMs).toBeGreaterThanOrEqual(RESOLUTIONS_MS[0]);
      const answer = (series: SelectedSeries) =>
        run(prepared, new Map([[node, [series]]]), { maxSamples: 1e9, maxSteps: 1e9 }).result;
      const [one, other] = [answer(raw(all, selection)), answer(rolledUp(all, selection, resolutionMs ?? 0))];
      if (!('series' in one) || !('series' in other)) throw new Error('no matrix');
      expect([...(other.series[0]?.timesMs ?? [])]).toEqual([...(one.series[0]?.timesMs ?? [])]);
      for (const [at, value] of (one.series[0]?.values ?? []).entries()) {
        const own = other.series[0]?.values[at] as number;
        if (Number.isFinite(value))
          expect(Math.abs(own - value)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(value), 1e6));
        else expect(own).toBe(value);
      }
    }),
    { numRuns: 150 },
  );
});

describe('windows', () => {
  test('that are joined are as one that is made at once, to the last bit', () => {
    fc.assert(
      fc.property(points, fc.constantFrom(...RESOLUTIONS_MS), (all, resolutionMs) => {
        const exact = (windows: ReturnType<typeof coarser>) =>
          windows.map((window) => ({ ...window, sum: sumOf(window), lost: lostOf(window) }));
        let stepwise = minutes(all);
        for (const resolution of RESOLUTIONS_MS)
          if (resolution <= resolutionMs) stepwise = coarser(stepwise, resolution);
        expect(exact(stepwise)).toEqual(exact(coarser(minutes(all), resolutionMs)));
        expect(stepwise.reduce((sum, { count }) => sum + count, 0)).toBe(
          all.filter(({ value }) => value !== undefined).length,
        );
      }),
    );
  });

  test('of a minute are open on their left', () => {
    const all = [START, START + 1, START + MINUTE_MS, START + MINUTE_MS + 1].map((time) => ({ time, value: 1 }));
    expect(minutes(all).map(({ endMs, count }) => [endMs - START, count])).toEqual([
      [0, 1],
      [MINUTE_MS, 2],
      [2 * MINUTE_MS, 1],
    ]);
  });
});

test('windows are taken where each evaluation sees whole ones, and the question is long', () => {
  const question = {
    fromMs: START,
    toMs: START + MIN_SPAN_MS,
    firstMs: START + 3_600_000,
    stepMs: 3_600_000,
    rangeMs: 7_200_000,
  };
  expect(chooseResolution({ ...question, func: 'rate' })).toBe(3_600_000);
  expect(chooseResolution({ ...question, func: 'rate', stepMs: 900_000 })).toBe(900_000);
  expect(chooseResolution({ ...question, func: 'rate', stepMs: 60_000 })).toBeUndefined();
  expect(chooseResolution({ ...question, func: 'rate', firstMs: START + 1 })).toBeUndefined();
  expect(chooseResolution({ ...question, func: 'quantile_over_time' })).toBeUndefined();
  expect(chooseResolution({ ...question, func: 'rate', toMs: START + MIN_SPAN_MS - 1 })).toBeUndefined();
});

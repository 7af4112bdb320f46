/** Latency quantiles from every kind of histogram, whole and broken. */
import { describe, expect, test } from 'vitest';
import { bucketLatencyQuantiles } from '../../../src/computations/fleet/bucket-latency-quantiles.ts';
import { latencyQuantiles } from '../../../src/computations/fleet/latency-quantiles.ts';
import type { CollectedSeries } from '../../../src/index.ts';
import { runDay } from '../../../src/testing/index.ts';
import { BEFORE, DATE, seriesOf } from './series.ts';

const KEY = 'acme/api';
type Points = Parameters<typeof seriesOf>[2];
const timed = (points: Points, options: Parameters<typeof seriesOf>[3] = {}, instance = '1') =>
  seriesOf('http_request_duration_seconds', { service: 'api', instance }, points, options);
const quantilesOf = (today: readonly CollectedSeries[], before: readonly CollectedSeries[] = []) =>
  runDay(latencyQuantiles, DATE, { durations: { today, before } });

/** Counts by index, from index 0 on at the scale: of scale 0, index 0 holds 1 to 2 seconds, index 1 holds 2 to 4. */
const exponential = (counts: readonly number[], schema = 0, more: Record<string, unknown> = {}) => ({
  kind: 'exponential',
  count: String(counts.reduce((sum, count) => sum + count, 0)),
  sum: 1.5 * counts.reduce((sum, count) => sum + count, 0),
  schema,
  zeroThreshold: 0,
  zeroCount: '0',
  positive: counts.length === 0 ? [] : [{ offset: 0, counts: counts.map(String) }],
  negative: [],
  ...more,
});

/** Bounds 1 and 2 seconds, and beyond. */
const explicit = (counts: readonly number[], bounds: readonly number[] = [1, 2]) => ({
  kind: 'histogram',
  count: String(counts.reduce((sum, count) => sum + count, 0)),
  bounds,
  counts: counts.map(String),
});

const NOTHING = { '10:00': exponential([]) };

describe('exponential histograms', () => {
  test('count what comes between readings, and say how far off a quantile may be', async () => {
    const found = (await quantilesOf([timed({ '10:00': exponential([5]), '10:05': exponential([8, 1]) })]))[KEY];
    expect(found).toMatchObject({ kind: 'exponential', count: 4, mean: 1.5, leftOut: 0 });
    // Three of 1 to 2 seconds, one of 2 to 4: the harmonic mean of the ends, off by a third at most.
    expect(found?.relativeError).toBeCloseTo(1 / 3, 12);
    expect(found?.p50?.value).toBeCloseTo(4 / 3, 12);
    expect(found?.p90?.value).toBeCloseTo(8 / 3, 12);
    expect(found?.p50).toMatchObject({ low: 1, high: 2 });
    expect(found?.p99).toMatchObject({ low: 2, high: 4 });
  });

  test('of several runtimes are one, at the coarsest scale', async () => {
    const fine = timed({ ...NOTHING, '10:00': exponential([], 1), '10:05': exponential([0, 0, 2, 2], 1) }, {}, '1');
    const coarse = timed({ ...NOTHING, '10:05': exponential([4]) }, {}, '2');
    const found = (await quantilesOf([fine, coarse]))[KEY];
    // At scale 1 indexes 2 and 3 hold 2 to 4 seconds.
    expect(found).toMatchObject({ count: 8, p50: { low: 1, high: 2 }, p90: { low: 2, high: 4 } });
    expect(found?.relativeError).toBeCloseTo(1 / 3, 12);
  });

  test('begin anew where the count falls, a bucket falls, or buckets are finer than before', async () => {
    const of = async (before: object, after: object) =>
      (
        await quantilesOf([
          timed({ '10:00': before as Record<string, unknown>, '10:05': after as Record<string, unknown> }),
        ])
      )[KEY]?.count;
    expect(await of(exponential([9]), exponential([4]))).toBe(4);
    expect(await of(exponential([9, 0]), exponential([5, 5]))).toBe(10);
    expect(await of(exponential([9], 0), exponential([0, 12], 1))).toBe(12);
    // Coarser is how a histogram makes room: nothing is lost.
    expect(await of(exponential([3, 3], 1), exponential([10], 0))).toBe(4);
  });

  test('go on over midnight where no reading is missing', async () => {
    const today = [timed({ '00:01': exponential([10]), '00:06': exponential([12]) })];
    expect((await quantilesOf(today))[KEY]?.count).toBe(2);
    expect((await quantilesOf(today, [timed({ '23:58': exponential([9]) }, { date: BEFORE })]))[KEY]?.count).toBe(3);
    expect((await quantilesOf(today, [timed({ '23:50': exponential([9]) }, { date: BEFORE })]))[KEY]?.count).toBe(2);
    const stale = timed({ '23:58': exponential([9]), '23:59': null }, { date: BEFORE });
    expect((await quantilesOf(today, [stale]))[KEY]?.count).toBe(3);
  });

  test('of delta temporality are what came since the last', async () => {
    const found = await quantilesOf([
      timed({ '10:00': exponential([3]), '10:05': exponential([2]) }, { temporality: 'delta' }),
    ]);
    expect(found[KEY]?.count).toBe(5);
  });

  test('have zeros and negative values in their place', async () => {
    const value = exponential([1], 0, { count: '4', zeroCount: '2', negative: [{ offset: 1, counts: ['1'] }] });
    const found = (await quantilesOf([timed({ ...NOTHING, '10:05': value })]))[KEY];
    expect(found?.p50?.value).toBe(0);
    expect(found?.p90?.value).toBeCloseTo(4 / 3, 12);
  });
});

describe('histograms of chosen bounds', () => {
  test('are read as histogram_quantile reads them', async () => {
    const found = (await quantilesOf([timed({ '10:00': explicit([0, 0, 0]), '10:05': explicit([6, 3, 1]) })]))[KEY];
    expect(found).toMatchObject({
      kind: 'explicit',
      count: 10,
      mean: null,
      relativeError: null,
      p90: { value: 2, low: 1, high: 2 },
      p99: { value: 2, low: 2, high: null },
    });
    // Rank 5 of 6 below 1 second.
    expect(found?.p50?.value).toBeCloseTo(5 / 6, 12);
  });

  test('of other bounds are added up at those that they share; native ones with bounds, too', async () => {
    const one = timed({ '10:00': explicit([0, 0, 0]), '10:05': explicit([6, 3, 1]) }, {}, '1');
    const empty = { kind: 'custom', count: 0, sum: 0, bounds: [0.5, 2], positive: [] };
    const custom = { kind: 'custom', count: 10, sum: 9, bounds: [0.5, 2], positive: [{ offset: 1, counts: [10] }] };
    const found = (await quantilesOf([one, timed({ '10:00': empty, '10:05': custom }, {}, '2')]))[KEY];
    // Only 2 is a bound of both: 19 of 20 are not above it.
    expect(found).toMatchObject({ count: 20, p99: { value: 2, low: 2, high: null } });
    expect(found?.p50?.value).toBeCloseTo((2 * 10) / 19, 12);
  });

  test('begin anew where their bounds are others', async () => {
    const found = await quantilesOf([timed({ '10:00': explicit([6, 3, 1]), '10:05': explicit([7, 7, 7], [1, 3]) })]);
    expect(found[KEY]?.count).toBe(21);
  });

  test('beside exponential ones of one service: those that counted most stay, and what is left out is said', async () => {
    const few = timed({ '10:00': explicit([0, 0, 0]), '10:05': explicit([6, 3, 1]) }, {}, '1');
    const many = timed({ ...NOTHING, '10:05': exponential([30]) }, {}, '2');
    expect((await quantilesOf([few, many]))[KEY]).toMatchObject({ kind: 'exponential', count: 40, leftOut: 10 });
  });
});

describe('what is no histogram', () => {
  test('is left out: summaries, numbers, nothing, and what is broken', async () => {
    const summary = { kind: 'summary', count: '3', sum: 1, quantiles: [[0.5, 1]] };
    for (const value of [
      summary,
      5,
      null,
      {},
      { kind: 'exponential', count: 'x' },
      { ...exponential([1]), positive: 7 },
      { ...exponential([1]), schema: 0.5 },
    ])
      expect(await quantilesOf([timed({ '10:00': value, '10:05': value })])).toEqual({});
    for (const broken of [
      explicit([1, 2]),
      explicit([1, 2, 3], [2, 1]),
      { ...explicit([1, 2, 3]), counts: ['1', '-2', '3'] },
    ])
      expect(await quantilesOf([timed({ ...NOTHING, '10:05': broken })])).toEqual({});
  });

  test('a service without a request is not there, with one reading neither', async () => {
    expect(await quantilesOf([])).toEqual({});
    expect(await quantilesOf([timed({ '10:00': exponential([5]) })])).toEqual({});
    expect(await quantilesOf([timed({ '10:00': exponential([5]), '10:05': exponential([5]) })])).toEqual({});
  });
});

describe('series of buckets', () => {
  const bucket = (le: string, points: Points, labels: Record<string, string> = {}, organization = 'acme') =>
    seriesOf('http_request_duration_seconds_bucket', { service: 'api', le, ...labels }, points, { organization });
  const classicOf = (today: readonly CollectedSeries[]) =>
    runDay(bucketLatencyQuantiles, DATE, { buckets: { today, before: [] } });

  test('are counters, added up by bound', async () => {
    const rising = (count: number) => ({ '10:00': 100, '10:05': 100 + count });
    const found = await classicOf([
      ...['1', '2'].flatMap((instance) => [
        bucket('0.1', rising(5), { instance }),
        bucket('0.2', rising(7), { instance }),
        bucket('1e0', rising(9), { instance }),
        bucket('+Inf', rising(12), { instance }),
      ]),
      bucket('0.1', rising(1), { instance: '1' }, 'globex'),
      bucket('+Inf', rising(1), { instance: '1' }, 'globex'),
    ]);
    // The buckets of Prometheus's own test of histogram_quantile, twice.
    expect(found[KEY]).toMatchObject({ count: 24, mean: null, kind: 'explicit' });
    expect(found[KEY]?.p50?.value).toBeCloseTo(0.15, 12);
    expect(found['globex/api']).toMatchObject({ count: 1, organization: 'globex' });
  });

  test('that begin anew count from 0, and what is no bucket is left out', async () => {
    const found = await classicOf([
      bucket('1', { '10:00': 100, '10:05': 3 }),
      bucket('+Inf', { '10:00': 200, '10:05': 4 }),
      bucket('x', { '10:00': 0, '10:05': 9 }),
      bucket('', { '10:00': 0, '10:05': 9 }),
    ]);
    expect(found[KEY]).toMatchObject({ count: 4, p50: { low: 0, high: 1 } });
    expect(await classicOf([bucket('1', { '10:00': 0, '10:05': 9 })])).toEqual({});
    expect(await classicOf([])).toEqual({});
  });
});

test('headlines name the slowest', async () => {
  expect(latencyQuantiles.headline?.({})).toBe('no requests timed');
  expect(latencyQuantiles.headline?.(await quantilesOf([timed({ ...NOTHING, '10:05': exponential([30]) })]))).toBe(
    '1 services, acme/api slowest with a p99 of 1.33 s',
  );
});

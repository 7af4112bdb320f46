/** What a query may take: refused before it is made, and stopped in the middle when its time is up. */
import { describe, expect, test } from 'vitest';
import { NAME_LABEL, sortedLabels } from '../../../../src/meter/model/series.ts';
import { SAMPLES_A_LOOK } from '../../../../src/meter/promql/evaluate/budget.ts';
import { prepare, run } from '../../../../src/meter/promql/query.ts';
import { QueryError } from '../../../../src/meter/promql/query-error.ts';
import type { SelectedSeries } from '../../../../src/meter/promql/selection.ts';

const SECOND = 1_000;

/** A sample a second, from 1 s on. */
const seriesOf = (samples: number, instance = '0', le = '1'): SelectedSeries => ({
  labels: sortedLabels([
    [NAME_LABEL, 'requests_total'],
    ['instance', instance],
    ['le', le],
  ]) as SelectedSeries['labels'],
  timesMs: Float64Array.from({ length: samples }, (_, at) => (at + 1) * SECOND),
  values: Float64Array.from({ length: samples }, (_, at) => at),
});

interface Asked {
  readonly series: readonly SelectedSeries[];
  readonly steps?: number;
  readonly maxSamples?: number;
  readonly checkTime?: () => void;
}

function samplesOf(query: string, { series, steps = 1, maxSamples = 1e9, checkTime }: Asked): number {
  const prepared = prepare(query, {
    startMs: 0,
    endMs: (steps - 1) * SECOND,
    stepMs: steps === 1 ? 0 : SECOND,
    lookbackMs: 300 * SECOND,
  });
  const selected = new Map([...prepared.selections.keys()].map((node) => [node, series]));
  return run(prepared, selected, { maxSamples, maxSteps: 11_000 }, checkTime).samples;
}

/** How often the time was looked at, of `most` looks before it is up. */
function looksAt(
  query: string,
  asked: Asked,
  most = Infinity,
): { readonly looks: number; readonly isStopped: boolean } {
  let looks = 0;
  const checkTime = (): void => {
    if (++looks >= most) throw new QueryError('timeout', 'the time is up');
  };
  try {
    samplesOf(query, { ...asked, checkTime });
    return { looks, isStopped: false };
  } catch (thrown) {
    expect(thrown).toMatchObject({ type: 'timeout' });
    return { looks, isStopped: true };
  }
}

describe('the time', () => {
  const one = { series: [seriesOf(2_000)], steps: 2_000 };
  // Windows of 1, 2, 3 ... samples.
  const windows = (2_000 * 2_001) / 2;

  test.each(['sum_over_time', 'quantile_over_time', 'rate', 'mad_over_time'])(
    'is looked at within the one series of %s, and stops it there',
    (name) => {
      const query = name === 'quantile_over_time' ? `${name}(0.5, requests_total[1h])` : `${name}(requests_total[1h])`;
      const { looks } = looksAt(query, one);
      expect(looks).toBeGreaterThan(windows / SAMPLES_A_LOOK / 2);
      expect(looksAt(query, one, 10)).toEqual({ looks: 10, isStopped: true });
    },
  );

  test.each([
    ['the one group of an aggregation', 'sum(requests_total)'],
    ['a choice', 'topk(1, requests_total)'],
    ['the one histogram of many buckets', 'histogram_quantile(0.5, requests_total)'],
    ['scalar()', 'scalar(requests_total)'],
  ])('is looked at within %s', (_, query) => {
    const instances = Array.from({ length: 400 }, (__, at) =>
      seriesOf(1, query.startsWith('hist') ? '0' : `${at}`, `${at}`),
    );
    const selecting = looksAt('requests_total', { series: instances, steps: 301 });
    const { looks } = looksAt(query, { series: instances, steps: 301 });
    // A window, or what one step brings together, is not cut in two.
    expect(looks).toBeGreaterThan(selecting.looks + 1);
  });
});

describe('samples', () => {
  const series = Array.from({ length: 10 }, (_, at) => seriesOf(10, `${at}`));

  test('that are read count', () => {
    expect(samplesOf('requests_total', { series })).toBe(100 + 10);
  });

  test.each([
    ['a time that is said, for all steps', 'requests_total @ 5', 10],
    ['a range at a time that is said', 'rate(requests_total[1m] @ 5)', 10],
    ['a number', '1 + 1', 3],
    ['a sign', '-requests_total', 20],
    ['the sign of a number', '-time()', 2],
    ['vector()', 'vector(1)', 2],
    ['a number on one side', 'requests_total * 2', 21],
    ['two vectors', 'requests_total * requests_total', 30],
    ['a set operator', 'requests_total and requests_total', 30],
    ['a function', 'abs(requests_total)', 20],
    ['the time', 'month()', 2],
    ['an aggregation', 'sum by (instance) (requests_total)', 20],
    ['a choice', 'topk(5, requests_total)', 16],
    ['values as labels', 'count_values("value", requests_total)', 20],
    ['absence', 'absent(nothing)', 1],
    ['buckets', 'histogram_quantile(0.5, requests_total)', 21],
    ['a scalar', 'scalar(requests_total)', 11],
    ['min_of()', 'min_of(1, 2)', 3],
  ])('of %s count for every step, and are not made beyond the limit', (_, query, columns) => {
    const steps = 1_001;
    const of = query === 'absent(nothing)' ? [] : series;
    const most = samplesOf(query, { series: of, steps });
    expect(most).toBeGreaterThanOrEqual(columns * steps);
    expect(samplesOf(query, { series: of, steps, maxSamples: most })).toBe(most);
    expect(() => samplesOf(query, { series: of, steps, maxSamples: most - 1 })).toThrow('too many samples');
  });

  test('at a time that is said are refused before they are spread over the steps', () => {
    const steps = 11_000;
    const most = 100 + 1 + 1 + steps;
    const made: number[] = [];
    const Original = Float64Array;
    class Watched extends Original {
      constructor(length: number) {
        super(length);
        made.push(length);
      }
    }
    globalThis.Float64Array = Watched as unknown as Float64ArrayConstructor;
    try {
      expect(() => samplesOf('requests_total @ 5', { series, steps, maxSamples: most })).toThrow(
        'max_samples_per_query',
      );
    } finally {
      globalThis.Float64Array = Original;
    }
    expect(made.filter((length) => length === steps)).toHaveLength(1);
  });
});

/** Functions of a stretch of samples: a number a window, or none. https://prometheus.io/docs/prometheus/latest/querying/functions/ */
import { weightOf, type Window } from '../evaluate/windows.ts';
import { doubleExponentialSmoothing } from './smoothing.ts';
import { ascending, ExactMean, ExactSum, quantileOf, Variance } from './sums.ts';
import { delta, idelta, increase, irate, rate } from './rates.ts';
import { deriv, predictLinear } from './regression.ts';

/** `param`, and `param2`, are what the function takes beside the range; `rangeSeconds` is its length. */
export type RangeFunction = (window: Window, rangeSeconds: number, param: number, param2: number) => number | undefined;

export interface RangeRow {
  readonly act: RangeFunction;
  /** It is still a value of the same metric. */
  readonly keepsName?: boolean;
  /** It depends on when it is evaluated, not alone on what it sees. */
  readonly needsStep?: boolean;
  /** It is meant for counters, which are known by their names. */
  readonly ofCounters?: boolean;
}

const sumOver: RangeFunction = ({ values, from, to }) => {
  const sum = new ExactSum();
  for (let at = from; at < to; at++) sum.add(values[at] as number);
  return sum.total;
};

const meanOver: RangeFunction = (window, ...rest) => {
  const { values, from, to, weights } = window;
  // Of rolled-up windows values are their sums.
  if (weights !== undefined) return (sumOver(window, ...rest) as number) / weightOf(window);
  const mean = new ExactMean();
  for (let at = from; at < to; at++) mean.add(values[at] as number);
  return mean.mean;
};

const varianceOver: RangeFunction = ({ values, from, to }) => {
  const variance = new Variance();
  for (let at = from; at < to; at++) variance.add(values[at] as number);
  return variance.variance;
};

/** The place of the value that no other beats; a NaN only where there is nothing else. */
const placeOf =
  (beats: (a: number, b: number) => boolean) =>
  ({ values, from, to }: Window): number => {
    let best = from;
    for (let at = from + 1; at < to; at++) {
      const value = values[at] as number;
      if (beats(value, values[best] as number) || Number.isNaN(values[best])) best = at;
    }
    return best;
  };

const lowest = placeOf((a, b) => a < b);
const highest = placeOf((a, b) => a > b);
const lastLowest = placeOf((a, b) => a <= b);
const lastHighest = placeOf((a, b) => a >= b);

const valueAt = (window: Window, at: number): number => window.values[at] as number;
const secondsAt = (window: Window, at: number): number => (window.times[at] as number) / 1_000;

const sorted = ({ values, from, to }: Window): number[] => Array.from(values.subarray(from, to)).sort(ascending);

const changesIn: RangeFunction = ({ values, from, to }) => {
  let changes = 0;
  for (let at = from + 1; at < to; at++) {
    const [before, value] = [values[at - 1] as number, values[at] as number];
    if (value !== before && !(Number.isNaN(value) && Number.isNaN(before))) changes++;
  }
  return changes;
};

const resetsIn: RangeFunction = ({ values, from, to }) => {
  let resets = 0;
  for (let at = from + 1; at < to; at++) if ((values[at] as number) < (values[at - 1] as number)) resets++;
  return resets;
};

/** Half of the values are no farther from the median. */
const madOver: RangeFunction = (window) => {
  const values = sorted(window);
  const median = quantileOf(0.5, values);
  return quantileOf(0.5, values.map((value) => Math.abs(value - median)).sort(ascending));
};

export const RANGE_FUNCTIONS: Readonly<Record<string, RangeRow>> = {
  rate: { act: rate, ofCounters: true },
  increase: { act: increase, ofCounters: true },
  delta: { act: delta },
  irate: { act: irate },
  idelta: { act: idelta },
  deriv: { act: deriv },
  predict_linear: { act: predictLinear, needsStep: true },
  double_exponential_smoothing: { act: doubleExponentialSmoothing },
  holt_winters: { act: doubleExponentialSmoothing },
  changes: { act: changesIn },
  resets: { act: resetsIn },
  sum_over_time: { act: sumOver },
  avg_over_time: { act: meanOver },
  count_over_time: { act: weightOf },
  min_over_time: { act: (window) => valueAt(window, lowest(window)) },
  max_over_time: { act: (window) => valueAt(window, highest(window)) },
  stdvar_over_time: { act: varianceOver },
  stddev_over_time: { act: (window, ...rest) => Math.sqrt(varianceOver(window, ...rest) as number) },
  quantile_over_time: { act: (window, _, q) => quantileOf(q, sorted(window)) },
  mad_over_time: { act: madOver },
  present_over_time: { act: () => 1 },
  last_over_time: { act: (window) => valueAt(window, window.to - 1), keepsName: true },
  first_over_time: { act: (window) => valueAt(window, window.from), keepsName: true },
  ts_of_last_over_time: { act: (window) => secondsAt(window, window.to - 1) },
  ts_of_first_over_time: { act: (window) => secondsAt(window, window.from) },
  ts_of_min_over_time: { act: (window) => secondsAt(window, lastLowest(window)) },
  ts_of_max_over_time: { act: (window) => secondsAt(window, lastHighest(window)) },
};

/** Aggregations that make one value of those of a group, step by step. */
import { ExactMean, ExactSum, Variance, ascending, quantileOf } from '../functions/sums.ts';

/** Of the values that there are at a step, in the order of their series; never of none. */
export type Fold = (values: Float64Array, param: number) => number;

const sum: Fold = (values) => {
  const exact = new ExactSum();
  for (const value of values) exact.add(value);
  return exact.total;
};

const mean: Fold = (values) => {
  const exact = new ExactMean();
  for (const value of values) exact.add(value);
  return exact.mean;
};

const variance: Fold = (values) => {
  const made = new Variance();
  for (const value of values) made.add(value);
  return made.variance;
};

const best =
  (beats: (a: number, b: number) => boolean): Fold =>
  (values) => {
    let found = values[0] as number;
    for (const value of values) if (beats(value, found) || Number.isNaN(found)) found = value;
    return found;
  };

export const FOLDS: Readonly<Record<string, Fold>> = {
  sum,
  avg: mean,
  min: best((a, b) => a < b),
  max: best((a, b) => a > b),
  count: (values) => values.length,
  group: () => 1,
  stdvar: variance,
  stddev: (values, param) => Math.sqrt(variance(values, param)),
  quantile: (values, q) => quantileOf(q, values.slice().sort(ascending)),
};

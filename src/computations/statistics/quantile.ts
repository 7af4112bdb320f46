/** Sample quantiles by linear interpolation between the closest ranks. */
import { valueOfRank } from './integer-histogram.ts';
import type { IntegerHistogram } from './integer-histogram.ts';

/**
 * Definition 7 of Hyndman & Fan, "Sample Quantiles in Statistical Packages", The American Statistician 50 (1996), 361-365:
 * the default of R and NumPy, and DuckDB's `quantile_cont`. `probability` is within 0 and 1; undefined without values.
 */
export function quantile(ascending: readonly number[], probability: number): number | undefined {
  return interpolated(ascending.length, probability, (rank) => ascending[rank] as number);
}

/** The middle of values in any order, or between the two in the middle; undefined without values. */
export const medianOf = (values: readonly number[]): number | undefined =>
  quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  );

/** The same of a histogram: exact, as if its values had been sorted. */
export function histogramQuantile(histogram: IntegerHistogram, probability: number): number | undefined {
  return interpolated(histogram.total, probability, (rank) => valueOfRank(histogram, rank));
}

/** Of a histogram whose whole numbers stand for others: `valueOf` rises with them. */
export function histogramQuantileOf(
  histogram: IntegerHistogram,
  probability: number,
  valueOf: (index: number) => number,
): number | undefined {
  return interpolated(histogram.total, probability, (rank) => valueOf(valueOfRank(histogram, rank)));
}

function interpolated(size: number, probability: number, valueAt: (rank: number) => number): number | undefined {
  if (size === 0) return undefined;
  const position = (size - 1) * probability;
  const rank = Math.floor(position);
  const below = valueAt(rank);
  const share = position - rank;
  return share === 0 ? below : below * (1 - share) + valueAt(rank + 1) * share;
}

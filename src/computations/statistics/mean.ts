/** The mean and its spread. */
import { sum } from './compensated-sum.ts';

/** Arithmetic mean; undefined without values. */
export const mean = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : sum(values) / values.length;

/**
 * Sample standard deviation (divisor n - 1), in two passes; undefined for fewer than two values. What is left of the mean by its rounding is taken out
 * again, which matters where the values agree in most of their digits.
 * Source: T. F. Chan, G. H. Golub & R. J. LeVeque, "Algorithms for Computing the Sample Variance", The American Statistician 37 (1983), 242-247.
 */
export function sampleDeviation(values: readonly number[]): number | undefined {
  const center = mean(values);
  if (center === undefined || values.length < 2) return undefined;
  const apart = values.map((value) => value - center);
  const left = sum(apart);
  const squares = sum(apart.map((distance) => distance * distance)) - (left * left) / values.length;
  return Math.sqrt(Math.max(0, squares) / (values.length - 1));
}

/** Exponential moving averages: one number that remembers what came before, less and less. The first value seeds them. Pure. */

/**
 * Each value has the same weight, whenever it comes: `alpha`, above 0 and at most 1. Exponential smoothing, as in Roberts 1959,
 * https://www.itl.nist.gov/div898/handbook/pmc/section3/pmc324.htm
 */
export const smoothed = (before: number | undefined, value: number, alpha: number): number =>
  before === undefined ? value : before + alpha * (value - before);

/**
 * A value weighs the more the longer it stands for: 1 - exp(-dt / tau). What was known `tauMs` ago weighs 1/e of what it did, however many
 * values came since. "EMA_next" of Eckner 2019, Algorithms for Unevenly Spaced Time Series, http://www.eckner.com/papers/Algorithms%20for%20Unevenly%20Spaced%20Time%20Series.pdf
 * A value of the same moment as the one before, or of an earlier one, weighs nothing.
 */
export const smoothedOverTime = (
  before: number | undefined,
  value: number,
  { elapsedMs, tauMs }: { readonly elapsedMs: number; readonly tauMs: number },
): number => (before === undefined ? value : before + weightOf(elapsedMs, tauMs) * (value - before));

/** `expm1` keeps the digits of a weight that is almost nothing. */
const weightOf = (elapsedMs: number, tauMs: number): number => (elapsedMs > 0 ? -Math.expm1(-elapsedMs / tauMs) : 0);

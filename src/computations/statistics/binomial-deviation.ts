/** How far chance alone takes a share from where it belongs. */
import { sum } from './compensated-sum.ts';

/**
 * The mean of |k / n - p| over a binomial k of n trials, to nine digits for a million trials: A. de Moivre's formula,
 * 2 (1 - p)^(n - m) p^(m + 1) (m + 1) C(n, m + 1) / n with m = floor(n p), as told by P. Diaconis & S. Zabell, "Closed Form Summation for Classical
 * Distributions", Statistical Science 6 (1991). 0 for p of 0 or 1, and without trials. A logarithm for each success that is likely.
 */
export function meanDeviationOfShare(trials: number, share: number): number {
  if (trials === 0 || share <= 0 || share >= 1) return 0;
  // Failures are as far off as successes: the fewer are counted.
  if (share > 0.5) return meanDeviationOfShare(trials, 1 - share);
  const next = Math.floor(trials * share) + 1;
  return (2 * Math.exp(sum(logarithms(trials, share, next)))) / trials;
}

/** Of the factors of (1 - p)^(n - m) p^(m + 1) (m + 1) C(n, m + 1), which are too small and too large to be multiplied; `next` is m + 1. */
function* logarithms(trials: number, share: number, next: number): Generator<number> {
  yield next * Math.log(share);
  yield (trials - next + 1) * Math.log1p(-share);
  yield Math.log(next);
  for (let factor = 1; factor <= next; factor++) yield Math.log((trials - next + factor) / factor);
}

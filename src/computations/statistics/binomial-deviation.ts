/** How far chance alone takes a share from where it belongs. */

/** Beyond so many trials the binomial distribution is as good as normal here: the relative error is below 1 in 4,000. */
const EXACT_TRIALS = 1_000;

/**
 * The mean of |k / n - p| over a binomial k of n trials: A. de Moivre's formula, 2 (1 - p)^(n - m) p^(m + 1) (m + 1) C(n, m + 1) / n with m = floor(n p), as told by
 * P. Diaconis & S. Zabell, "Closed Form Summation for Classical Distributions", Statistical Science 6 (1991); for many trials sqrt(2 p (1 - p) / (pi n)). 0 for p of 0 or 1, and without trials.
 */
export function meanDeviationOfShare(trials: number, share: number): number {
  if (trials === 0 || share <= 0 || share >= 1) return 0;
  if (trials > EXACT_TRIALS) return Math.sqrt((2 * share * (1 - share)) / (Math.PI * trials));
  const next = Math.floor(trials * share) + 1;
  let logarithm = next * Math.log(share) + (trials - next + 1) * Math.log1p(-share) + Math.log(next);
  for (let factor = 1; factor <= next; factor++) logarithm += Math.log((trials - next + factor) / factor);
  return (2 * Math.exp(logarithm)) / trials;
}

/** What a share is at least, given how often it was tried. */

/** 0.975 quantile of the normal distribution: the lower end of a two-sided 95 % interval. */
const Z = 1.959963984540054;

/**
 * Lower bound of the score interval for a proportion, at 95 %: three in three ranks below 290 in 300. `trials` is positive.
 * Source: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22 (1927), 209-212.
 */
export function wilsonLowerBound(successes: number, trials: number): number {
  const share = successes / trials;
  const z2 = Z * Z;
  const center = share + z2 / (2 * trials);
  const margin = Z * Math.sqrt((share * (1 - share) + z2 / (4 * trials)) / trials);
  return Math.max(0, (center - margin) / (1 + z2 / trials));
}

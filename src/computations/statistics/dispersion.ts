/** How much more a share differs from day to day than chance alone has it. */
import { quantile } from './quantile.ts';

/** Of the chi-squared distribution with one degree of freedom. */
const MEDIAN_OF_CHI_SQUARED = 0.454936423119572;

/** With fewer groups the spread between them says next to nothing. */
const MIN_GROUPS = 7;

export interface Trials {
  readonly successes: number;
  readonly failures: number;
}

/**
 * The variance of counts between groups, days for one, by that of independent trials of one chance: 1 where they are, and never less. It is the
 * median of the groups' squared Pearson residuals by that of chi-squared, so that one bad day does not count as usual. 1 where fewer than
 * seven groups have trials, or where all trials end alike. Of several strata, each has a share of its own. Counts divided by it are worth as many independent ones.
 * Sources: B. Devlin & K. Roeder, "Genomic Control for Association Studies", Biometrics 55 (1999), 997-1004, for the median; J. N. K. Rao & A. J.
 * Scott, "A Simple Method for the Analysis of Clustered Binary Data", Biometrics 48 (1992), 577-585, for the division.
 */
export function dispersion(...strata: readonly (readonly Trials[])[]): number {
  const residuals = strata.map(squaredResiduals).filter(({ length }) => length > 0);
  const squares = residuals.flat();
  if (squares.length < MIN_GROUPS) return 1;
  const median = quantile(
    squares.toSorted((a, b) => a - b),
    0.5,
  );
  // Each stratum's share is taken from its own groups, and lies nearer to them for it.
  const freedom = (squares.length - residuals.length) / squares.length;
  return Math.max(1, (median ?? 0) / freedom / MEDIAN_OF_CHI_SQUARED);
}

/** Of groups with trials, against the share of all of them; none where all trials end alike. */
function squaredResiduals(groups: readonly Trials[]): number[] {
  const all = { successes: 0, failures: 0 };
  for (const { successes, failures } of groups) {
    all.successes += successes;
    all.failures += failures;
  }
  const share = all.failures / (all.successes + all.failures);
  const spread = share * (1 - share);
  if (!(spread > 0)) return [];
  return groups
    .filter(({ successes, failures }) => successes + failures > 0)
    .map(({ successes, failures }) => {
      const trials = successes + failures;
      return (failures - trials * share) ** 2 / (trials * spread);
    });
}

/** How much more a share differs from day to day than chance alone has it. */
import { medianOf } from './quantile.ts';

/** Of the chi-squared distribution with one degree of freedom. */
const MEDIAN_OF_CHI_SQUARED = 0.454936423119572;

/** With fewer groups the spread between them says next to nothing. */
const MIN_GROUPS = 7;

/** A group this many standard deviations off says nothing of what is usual: its share is not part of the others'. */
const OUTLYING = 4;
/** Rounds of leaving out what is off; what is left changes no more after two or three. */
const ROUNDS = 4;

export interface Trials {
  readonly successes: number;
  readonly failures: number;
}

/**
 * The variance of counts between groups, days for one, by that of independent trials of one chance: 1 where they are, and never less. It is the
 * median of the groups' squared Pearson residuals by that of chi-squared, about a share from which groups that stand out are left out, so that bad days do not count as
 * usual, nor make the others look odd. 1 where fewer than seven groups have trials, or where all trials end alike. Of several strata, each has a share of its own. Counts divided
 * by it are worth as many independent ones.
 * Sources: B. Devlin & K. Roeder, "Genomic Control for Association Studies", Biometrics 55 (1999), 997-1004, for the median; J. N. K. Rao & A. J.
 * Scott, "A Simple Method for the Analysis of Clustered Binary Data", Biometrics 48 (1992), 577-585, for the division.
 */
export function dispersion(...strata: readonly (readonly Trials[])[]): number {
  const residuals = strata.map(squaredResiduals).filter(({ length }) => length > 0);
  const squares = residuals.flat();
  if (squares.length < MIN_GROUPS) return 1;
  // Each stratum's share is taken from its own groups, and lies nearer to them for it.
  const freedom = (squares.length - residuals.length) / squares.length;
  return Math.max(1, (medianOf(squares) ?? 0) / freedom / MEDIAN_OF_CHI_SQUARED);
}

/** Of groups with trials, against the share of those that do not stand out; none where all trials end alike. */
function squaredResiduals(all: readonly Trials[]): number[] {
  const groups = all.filter(({ successes, failures }) => successes + failures > 0);
  const usual = medianOf(groups.map(({ successes, failures }) => failures / (successes + failures))) ?? 0;
  // Of few trials a day most have no failure, and the median says nothing.
  let share = usual > 0 && usual < 1 ? usual : shareOf(groups);
  let squares: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    if (!(share > 0 && share < 1)) return [];
    squares = groups.map((group) => squaredResidual(group, share));
    const most = OUTLYING ** 2 * Math.max(1, (medianOf(squares) ?? 0) / MEDIAN_OF_CHI_SQUARED);
    const kept = groups.filter((_, index) => (squares[index] as number) <= most);
    share = shareOf(kept);
  }
  return squares;
}

function squaredResidual({ successes, failures }: Trials, share: number): number {
  const trials = successes + failures;
  return (failures - trials * share) ** 2 / (trials * share * (1 - share));
}

function shareOf(groups: readonly Trials[]): number {
  let failures = 0;
  let trials = 0;
  for (const group of groups) {
    failures += group.failures;
    trials += group.failures + group.successes;
  }
  return failures / trials;
}

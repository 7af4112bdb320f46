/** Whether two shares differ by more than chance has it. */
import { normalCdf } from './normal.ts';

export interface Share {
  readonly successes: number;
  readonly trials: number;
}

/** Below this many expected successes or failures on either side the normal distribution is a poor guess. */
const MIN_EXPECTED = 5;

/**
 * The two-sided p-value of the pooled z-test that two shares are one, which is that of Pearson's chi-squared test of the two-by-two table
 * without correction. It takes trials to be independent of each other. Undefined where fewer than five successes or failures are to be
 * expected on either side (Cochran 1954): then there are too few to tell.
 * Sources: K. Pearson, "On the criterion that a given system of deviations...", Philosophical Magazine 50 (1900), 157-175;
 * W. G. Cochran, "Some Methods for Strengthening the Common chi-squared Tests", Biometrics 10 (1954), 417-451.
 */
export function twoProportionTest(one: Share, other: Share): number | undefined {
  const trials = one.trials + other.trials;
  const pooled = (one.successes + other.successes) / trials;
  const fewest = Math.min(one.trials, other.trials) * Math.min(pooled, 1 - pooled);
  if (!(fewest >= MIN_EXPECTED)) return undefined;
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / one.trials + 1 / other.trials));
  const z = (one.successes / one.trials - other.successes / other.trials) / error;
  return 2 * normalCdf(-Math.abs(z));
}

/** Many tests at once, and how many of their findings are false. */

/**
 * Each p-value as the smallest false discovery rate at which it is still a finding, in the order of the p-values: what is at most 0.05
 * are findings of which 5 % are expected to be false. Holds for independent tests, and for those that depend positively on each other.
 * Where nothing is to be found at all, the chance of any finding is at most that rate.
 * Source: Y. Benjamini & Y. Hochberg, "Controlling the False Discovery Rate: A Practical and Powerful Approach to Multiple Testing",
 * Journal of the Royal Statistical Society B 57 (1995), 289-300.
 */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  const count = pValues.length;
  const descending = [...pValues.entries()].sort(([, a], [, b]) => b - a);
  const adjusted = Array.from<number>({ length: count });
  let smallest = 1;
  for (const [position, [index, p]] of descending.entries()) {
    // The largest of n has rank n; an adjusted value is never above that of a larger p-value.
    smallest = Math.min(smallest, p * (count / (count - position)));
    adjusted[index] = smallest;
  }
  return adjusted;
}

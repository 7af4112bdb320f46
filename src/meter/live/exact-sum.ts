/**
 * Sums that do not depend on the order in which they were made: a sum is an expansion, doubles that do not overlap and are together exactly
 * what was added. Shewchuk 1997, Adaptive Precision Floating-Point Arithmetic, https://people.eecs.berkeley.edu/~jrs/papers/robustr.pdf as
 * Python's `math.fsum` uses it. Pure.
 */

/** As many as there can be samples of this size are added without leaving the range of doubles: 2^53 of them. */
export const MAX_SUMMAND = 1e292;

/** Adds in place. Values up to `MAX_SUMMAND`; what is integers that a double holds stays one double. */
export function addExactly(expansion: number[], value: number): void {
  let kept = 0;
  let high = value;
  for (let at = 0; at < expansion.length; at++) {
    const part = expansion[at] as number;
    const sum = high + part;
    // Knuth's two-sum: what `sum` lost of the two, whichever is larger.
    const virtual = sum - high;
    const low = high - (sum - virtual) + (part - virtual);
    if (low !== 0) expansion[kept++] = low;
    high = sum;
  }
  expansion.length = kept;
  if (high !== 0) expansion.push(high);
}

/** The double that is nearest to the exact sum; of two that are equally near, the even one. */
export function rounded(expansion: readonly number[]): number {
  let at = expansion.length - 1;
  if (at < 0) return 0;
  let high = expansion[at] as number;
  let low = 0;
  while (at > 0) {
    const before = high;
    const part = expansion[--at] as number;
    high = before + part;
    low = part - (high - before);
    if (low !== 0) break;
  }
  // Half way between two doubles: what is left below decides.
  if (at > 0 && low !== 0 && Math.sign(low) === Math.sign(expansion[at - 1] as number)) {
    const twice = low * 2;
    const next = high + twice;
    if (next - high === twice) return next;
  }
  return high;
}

/** The one expansion that equal sums share, ascending by size: the nearest double, then the nearest to what is left, and so on. */
export function canonical(expansion: readonly number[]): number[] {
  const parts: number[] = [];
  const left = [...expansion];
  while (left.length > 0) {
    const part = rounded(left);
    parts.unshift(part);
    addExactly(left, -part);
  }
  return parts;
}

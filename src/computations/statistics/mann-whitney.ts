/** Whether one sample tends to be larger than another. */
import { normalCdf } from './normal.ts';

export interface MannWhitney {
  /** Pairs of one of the first and one of the second in which the first is larger; ties count half. */
  readonly u: number;
  /** Their share of all pairs: how likely one of the first is larger than one of the second. 0.5 where there is no pair. */
  readonly superiority: number;
  /** Of chance having brought as many, or more, if both come from the same distribution; 1 where there is no pair. */
  readonly pValue: number;
}

/** Pairs up to which all orders are counted, if none are tied. Beyond, the normal approximation has two digits at 0.05, and farther out errs to the large side. */
const EXACT_PAIRS = 400;

/**
 * The rank-sum test, one-sided: exact for small samples without ties, else by the normal approximation, with the variance that ties leave and with correction for
 * continuity. Values have to be numbers; infinite ones are the largest.
 * Source: H. B. Mann & D. R. Whitney, "On a Test of Whether One of Two Random Variables Is Stochastically Larger than the Other", Annals of Mathematical Statistics 18
 * (1947), 50-60.
 */
export function mannWhitney(first: readonly number[], second: readonly number[]): MannWhitney {
  const pairs = first.length * second.length;
  const { u, tied } = comparePairs(ascending(first, 'first'), ascending(second, 'second'));
  if (pairs === 0) return { u, superiority: 0.5, pValue: 1 };
  const superiority = u / pairs;
  if (tied === 0 && pairs <= EXACT_PAIRS) return { u, superiority, pValue: exactTail(first.length, second.length, u) };
  const n = first.length + second.length;
  const variance = (pairs / 12) * (n + 1 - tied / (n * (n - 1)));
  // All are equal.
  if (!(variance > 0)) return { u, superiority, pValue: 1 };
  return { u, superiority, pValue: normalCdf((pairs / 2 - u + 0.5) / Math.sqrt(variance)) };
}

function ascending(values: readonly number[], which: string): Float64Array {
  const index = values.findIndex((value) => Number.isNaN(value));
  if (index >= 0)
    throw new RangeError(`Value ${index} of the ${which} sample is NaN, which has no rank: leave it out.`);
  return Float64Array.from(values).sort();
}

/** U, and the sum of t³ - t over all groups of t equal values. */
function comparePairs(first: Float64Array, second: Float64Array): { u: number; tied: number } {
  let u = 0;
  let tied = 0;
  let i = 0;
  let j = 0;
  while (i < first.length || j < second.length) {
    const value = Math.min(first[i] ?? Infinity, second[j] ?? Infinity);
    const [from, below] = [i, j];
    while (i < first.length && first[i] === value) i++;
    while (j < second.length && second[j] === value) j++;
    u += (i - from) * (below + (j - below) / 2);
    const together = i - from + (j - below);
    tied += together ** 3 - together;
  }
  return { u, tied };
}

/** The share of orders of m and n values whose U is at least that: as symmetric as it is, of those whose U is at most m n - U. */
function exactTail(m: number, n: number, u: number): number {
  const most = m * n - u;
  const all = choose(m + n, m);
  return 2 * most < m * n ? ordersUpTo(m, n, most) / all : 1 - ordersUpTo(m, n, m * n - most - 1) / all;
}

/**
 * How many orders have a U of at most that. Those of each U are the coefficients of the Gaussian binomial, the product of (1 - q^(n + i)) / (1 - q^i) over i
 * from 1 to m, each of which only depends on lower ones.
 */
function ordersUpTo(m: number, n: number, most: number): number {
  if (most < 0) return 0;
  const orders = new Float64Array(most + 1);
  orders[0] = 1;
  for (let i = 1; i <= m; i++) {
    for (let count = most; count >= n + i; count--) orders[count]! -= orders[count - n - i]!;
    for (let count = i; count <= most; count++) orders[count]! += orders[count - i]!;
  }
  return orders.reduce((sum, of) => sum + of, 0);
}

/** Exact while it is below 2^53. */
function choose(n: number, k: number): number {
  let ways = 1;
  for (let i = 1; i <= k; i++) ways = Math.round((ways * (n - k + i)) / i);
  return ways;
}

/** How concentrated a market is. */

/**
 * The Herfindahl-Hirschman index: the sum of the squared shares, from 1/n (all equal) to 1 (one has all); 0 when nobody has any.
 * Its inverse is the number of equal shares that would be as concentrated.
 * Source: A. O. Hirschman, "The Paternity of an Index", American Economic Review 54 (1964), 761-762.
 */
export function herfindahlIndex(amounts: readonly number[]): number {
  let sum = 0;
  for (const amount of amounts) sum += amount;
  if (sum === 0) return 0;
  let index = 0;
  // Shares first: the squares of very small and very large amounts are no numbers.
  for (const amount of amounts) index += (amount / sum) ** 2;
  return index;
}

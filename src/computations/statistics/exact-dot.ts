/** Products and sums in twice the digits, for residuals of what is nearly solved. */

/** Splits a number into two halves of its digits. */
const SPLITTER = 2 ** 27 + 1;

/** Numbers of an array, `step` apart. */
export interface Strided {
  readonly values: Float64Array;
  readonly from: number;
  readonly step: number;
}

/**
 * `a - b - (x · y)`, over all of y, as if computed with twice the digits and rounded once. Products have to stay far from the largest number, and the smallest.
 * Source: T. Ogita, S. M. Rump & S. Oishi, "Accurate Sum and Dot Product", SIAM Journal on Scientific Computing 26 (2005), 1955-1988 (with T. J. Dekker's product, 1971).
 */
export function lessProducts(a: number, b: number, x: Strided, y: Float64Array): number {
  let total = a - b;
  let part = total - a;
  let lost = a - (total - part) - (b + part);
  for (let index = 0; index < y.length; index++) {
    const [p, q] = [-x.values[x.from + index * x.step]!, y[index]!];
    const product = p * q;
    const splitP = SPLITTER * p;
    const highP = splitP - (splitP - p);
    const splitQ = SPLITTER * q;
    const highQ = splitQ - (splitQ - q);
    const [lowP, lowQ] = [p - highP, q - highQ];
    lost += lowP * lowQ - (product - highP * highQ - lowP * highQ - highP * lowQ);
    const next = total + product;
    part = next - total;
    lost += total - (next - part) + (product - part);
    total = next;
  }
  return total + lost;
}

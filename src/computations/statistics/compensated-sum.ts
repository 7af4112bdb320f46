/** Sums that keep the digits which a running total drops. */

/**
 * The sum of the values, with what each addition loses summed beside it: right to the last digit or so, in any order and for any number of values,
 * unless they cancel by more than sixteen digits. 0 without values; what is not finite comes out as plain addition has it.
 * Source: A. Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", ZAMM 54 (1974), 39-51.
 */
export function sum(values: Iterable<number>): number {
  let total = 0;
  let lost = 0;
  for (const value of values) {
    const next = total + value;
    // Of the smaller of the two, the low digits did not fit.
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
    total = next;
  }
  // Infinity less Infinity is no loss.
  return Number.isFinite(total) ? total + lost : total;
}

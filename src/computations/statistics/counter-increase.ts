/** What a counter has counted between two readings of it. */

/**
 * A reading below the one before it says that the counter began anew at 0 in between: what it shows then is all new. Readings that are equal count nothing.
 * Source: Prometheus, "Query functions", `increase()` and `rate()`: "breaks in monotonicity (such as counter resets due to target restarts) are
 * automatically adjusted for". Its further step, which extends the increase to the ends of a range, is left out: an estimate does not add up over ranges.
 */
export const counterIncrease = (before: number, now: number): number => (now < before ? now : now - before);

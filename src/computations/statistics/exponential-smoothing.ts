/** A level that follows its series, and forgets. */

/**
 * Simple exponential smoothing: `weight` of the new value, the rest of the level so far.
 * Source: R. G. Brown, "Statistical Forecasting for Inventory Control" (McGraw-Hill, 1959).
 */
export const smooth = (level: number, value: number, weight: number): number => level + weight * (value - level);

/**
 * The generic cell rate algorithm (ITU-T I.371): of all that was let through, one timestamp is remembered, the theoretical arrival
 * time at which what came so far would just have come at the rate. https://dotat.at/@/2024-08-30-gcra.html
 */

export interface Rate {
  /** Items. */
  readonly perSecond: number;
  /** Items that may come at once. At least 1. */
  readonly burst: number;
}

export type Passed =
  | { readonly ok: true; readonly tatMs: number }
  /** `burst`: it is more than may ever come at once, and waiting does not help. */
  | { readonly ok: false; readonly limit: 'rate' | 'burst'; readonly waitMs: number };

/** Of one item. */
export const intervalMs = ({ perSecond }: Rate): number => 1_000 / perSecond;

/** In which a whole burst comes at the rate. */
export const windowMs = (rate: Rate): number => rate.burst * intervalMs(rate);

/** Of rounding, in items: sums of intervals are no whole numbers. */
const TOLERANCE = 1e-6;

/** Items that may come now. A timestamp that no clock of ours, or another limit, can have made counts as that of a spent burst. */
export function available(tatMs: number, rate: Rate, nowMs: number): number {
  const aheadMs = Math.min(Math.max(tatMs - nowMs, 0), windowMs(rate));
  return rate.burst - aheadMs / intervalMs(rate);
}

export function pass(tatMs: number, cost: number, rate: Rate, nowMs: number): Passed {
  if (cost > rate.burst) return { ok: false, limit: 'burst', waitMs: windowMs(rate) };
  const left = available(tatMs, rate, nowMs);
  if (cost > left + TOLERANCE) return { ok: false, limit: 'rate', waitMs: (cost - left) * intervalMs(rate) };
  return { ok: true, tatMs: nowMs + (rate.burst - left + cost) * intervalMs(rate) };
}

/**
 * How many instances keep one limit: each takes slices of the theoretical arrival time that they share, and decides by its own slice.
 *
 * A slice may be used until it expires, and is counted as if all of it were used at that moment. So of any window of w seconds: the first
 * slice used in it was taken no sooner than its term before the window begins, and left the shared time no sooner than that beginning; each
 * further one added to it; and none left it beyond the window's end by more than the burst. All together are no more than burst + rate × w,
 * as one instance would let through. The price: slices leave that part of the burst alone which flows in during their term.
 */
import { available, intervalMs, type Passed, pass, type Rate, windowMs } from './gcra.ts';

/** For how long a slice may be used, at most. */
const TERM_MS = 5_000;

/** Of the burst: what one instance may hold. */
const MAX_SHARE = 1 / 16;

/** Requests like the one at hand that a first slice is for, and one after a slice that was hardly used. */
const BUSY_REQUESTS = 100;
const QUIET_REQUESTS = 10;

/** Once the shared time has given less than was asked for, nobody asks again before. */
const PAUSE_MS = 250;

export interface Lease {
  /** Items that are left of it. */
  readonly left: number;
  readonly untilMs: number;
  /** Items that it had. */
  readonly size: number;
  /** Before which asking for as much as this, or more, is of no use. */
  readonly refusal: { readonly cost: number; readonly untilMs: number } | undefined;
}

export const NO_LEASE: Lease = { left: 0, untilMs: -Infinity, size: 0, refusal: undefined };

export interface Ask {
  /** Items that are used at once … */
  readonly cost: number;
  /** … and that would be used later. */
  readonly slice: number;
}

export type Decision =
  | { readonly kind: 'passed'; readonly lease: Lease }
  | { readonly kind: 'refused'; readonly waitMs: number }
  | { readonly kind: 'ask'; readonly ask: Ask };

/** By what this instance holds alone. */
export function decide(lease: Lease, cost: number, rate: Rate, nowMs: number): Decision {
  const left = nowMs < lease.untilMs ? lease.left : 0;
  if (cost <= left) return { kind: 'passed', lease: { ...lease, left: left - cost } };
  const { refusal } = lease;
  if (refusal !== undefined && nowMs < refusal.untilMs && cost >= refusal.cost)
    return { kind: 'refused', waitMs: refusal.untilMs - nowMs };
  // What is left goes first: it would be lost.
  return { kind: 'ask', ask: { cost: cost - left, slice: sliceFor(lease, cost, rate, nowMs) } };
}

function sliceFor({ size, left, untilMs }: Lease, cost: number, rate: Rate, nowMs: number): number {
  const isQuiet = size > 0 && nowMs >= untilMs;
  const wanted = isQuiet
    ? Math.max(2 * (size - left), QUIET_REQUESTS * cost)
    : Math.max(2 * size, BUSY_REQUESTS * cost);
  return Math.floor(Math.min(wanted, rate.burst * MAX_SHARE));
}

export type Grant =
  | { readonly ok: true; readonly tatMs: number; readonly slice: number; readonly untilMs: number }
  | Extract<Passed, { ok: false }>;

/** Of the shared time: what is used at once whole or not at all, and of the slice as much as there is. */
export function grant(tatMs: number, { cost, slice }: Ask, rate: Rate, nowMs: number): Grant {
  const passed = pass(tatMs, cost, rate, nowMs);
  if (!passed.ok) return passed;
  const untilMs = nowMs + Math.min(TERM_MS, windowMs(rate) / 2);
  const usedAtMs = Math.max(passed.tatMs, untilMs);
  const given = Math.max(0, Math.min(slice, Math.floor(available(usedAtMs, rate, nowMs))));
  if (given === 0) return { ok: true, tatMs: passed.tatMs, slice: 0, untilMs };
  return { ok: true, tatMs: usedAtMs + given * intervalMs(rate), slice: given, untilMs };
}

/** What the instance holds once it was answered. */
export function answered(lease: Lease, { cost, slice }: Ask, granted: Grant, nowMs: number): Lease {
  if (!granted.ok) {
    const untilMs = nowMs + Math.max(granted.waitMs, PAUSE_MS);
    return { ...lease, refusal: { cost, untilMs } };
  }
  const { slice: size, untilMs } = granted;
  return { left: size, size, untilMs, refusal: size < slice ? { cost: 1, untilMs: nowMs + PAUSE_MS } : undefined };
}

/** Which times a sample may have, whatever the clock says; how far from now they may be is an organization's limit. */
import type { Refusal } from '../model/series-resolver.ts';

/** 2000-01-01: before it are clocks that count from their start, and seconds taken for milliseconds. */
export const FIRST_MS = 946_684_800_000;
/** 9999-12-31T23:59:59.999Z: beyond it RFC 3339 has no words. */
export const LAST_MS = 253_402_300_799_999;

/** Of a time in milliseconds since 1970; undefined when it may be. */
export function timestampRefusal(timestampMs: number): Refusal | undefined {
  if (timestampMs >= FIRST_MS && timestampMs <= LAST_MS) return undefined;
  return { code: 'BAD_TIMESTAMP', reason: why(timestampMs) };
}

function why(timestampMs: number): string {
  if (timestampMs === 0) return 'the timestamp is missing, or 0';
  if (Number.isNaN(timestampMs)) return 'the timestamp is of a day or an hour that there is not';
  const side = timestampMs < FIRST_MS ? 'before the year 2000' : 'after the year 9999';
  return `the timestamp, ${timestampMs} ms since 1970, is ${side}: check the sender's clock and its unit`;
}

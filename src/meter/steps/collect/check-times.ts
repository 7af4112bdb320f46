/** Times that a sample or an event may have: neither before anybody had our clock, nor far ahead of it. Pure. */
import type { OrganizationLimits } from '../../model/limits.ts';
import type { RejectionCode } from '../../model/rejection.ts';

/** Whatever claims to be older has no clock, or seconds where milliseconds belong. */
const EARLIEST_MS = Date.UTC(2000, 0, 1);

/** Of a Date: what lies beyond is no time at all. https://tc39.es/ecma262/#sec-time-values-and-time-range */
const LATEST_MS = 8.64e15;

export interface TimeProblem {
  readonly code: RejectionCode;
  readonly reason: string;
}

type Graces = Pick<OrganizationLimits, 'creation_grace_period' | 'past_grace_period'>;

/** The times that are taken now, both included, in milliseconds. */
export const takenTimes = (nowMs: number, limits: Graces): { readonly fromMs: number; readonly toMs: number } => ({
  fromMs: Math.max(EARLIEST_MS, nowMs - limits.past_grace_period * 1_000),
  toMs: nowMs + limits.creation_grace_period * 1_000,
});

/** Undefined when it is right. */
export function timeProblem(timestampMs: number, nowMs: number, limits: Graces): TimeProblem | undefined {
  const { fromMs, toMs } = takenTimes(nowMs, limits);
  if (timestampMs >= fromMs && timestampMs <= toMs) return undefined;
  if (!(Math.abs(timestampMs) <= LATEST_MS))
    return { code: 'BAD_TIMESTAMP', reason: 'its timestamp is no time. Send milliseconds since 1970.' };
  const time = new Date(timestampMs).toISOString();
  if (timestampMs < EARLIEST_MS) {
    const reason = `its timestamp is ${time}. Send the time in the unit that the format asks for, from a clock that is set.`;
    return { code: 'BAD_TIMESTAMP', reason };
  }
  if (timestampMs < fromMs) {
    const reason = `its timestamp is ${time}, and past_grace_period takes the last ${limits.past_grace_period} s.`;
    return { code: 'TOO_OLD', reason };
  }
  const ahead = Math.round((timestampMs - nowMs) / 1_000);
  const reason = `its timestamp is ${time}, ${ahead} s ahead of our clock; creation_grace_period is ${limits.creation_grace_period} s. Set the sender's clock.`;
  return { code: 'BAD_TIMESTAMP', reason };
}

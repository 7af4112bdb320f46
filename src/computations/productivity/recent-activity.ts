/** On which of the last 28 days somebody was active, in 28 bits. */
import { z } from 'zod';
import { daysBetween } from './days.ts';
import { nameOf } from './keys.ts';

/** Four weeks, so that each day of the week is in the window as often. */
export const WINDOW_DAYS = 28;

const ALL_DAYS = 2 ** WINDOW_DAYS - 1;

export const RecentActivity = z.object({
  /** The last day (UTC) on which the user was active. */
  lastSeen: z.iso.date(),
  /** Bit i is set when the user was active i days before that day; bit 0 always is. */
  recent: z.number().int().min(1).max(ALL_DAYS),
});
export type RecentActivity = z.infer<typeof RecentActivity>;

/** The same bits as seen from another day: bit 0 is that day. 0 when it was all too long ago. */
export function activityOn({ lastSeen, recent }: RecentActivity, date: string): number {
  const elapsed = daysBetween(lastSeen, date);
  return elapsed < 0 || elapsed >= WINDOW_DAYS ? 0 : (recent << elapsed) & ALL_DAYS;
}

/** Whoever was not active in the window is left out: there are never more than the users of four weeks. */
export function withToday(
  before: Readonly<Record<string, RecentActivity>>,
  activeToday: Iterable<string>,
  date: string,
): Record<string, RecentActivity> {
  const users = new Map(Object.entries(before).filter(([, activity]) => activityOn(activity, date) !== 0));
  for (const key of activeToday) {
    if (nameOf(key) === '') continue;
    const known = users.get(key);
    users.set(key, { lastSeen: date, recent: known === undefined ? 1 : activityOn(known, date) | 1 });
  }
  return Object.fromEntries(users);
}

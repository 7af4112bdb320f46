/** Drops what a day holds, in parts. */
import type { DayKey } from './day-store.ts';

/** What goes by its own policy. `series` is what the others are called by: it goes with the last of them, and the day itself with it. */
export const DAY_PARTS = ['samples', 'rollups', 'events', 'live', 'series'] as const;
export type DayPart = (typeof DAY_PARTS)[number];

export interface Retention {
  /** Those that there is something of. */
  parts(key: DayKey): Promise<readonly DayPart[]>;
  /** Idempotent; answers how many documents are gone. */
  drop(key: DayKey, part: DayPart): Promise<number>;
  /** A run of the mill that is under way, which may read any day; undefined where there is none. */
  openRun(nowMs: number): Promise<string | undefined>;
  /** Has the day there before anything comes for it; false where it was. */
  create(key: DayKey): Promise<boolean>;
}

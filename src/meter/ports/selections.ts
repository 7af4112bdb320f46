/** What of a day's samples somebody reads: its content as it was when the day was last looked at. It can be made again. */
import type { DayKey } from './day-store.ts';

export interface Selected {
  /** Of all samples of the day. */
  readonly dayHash: string;
  /** Of those that are selected. */
  readonly hash: string;
  /** 0 when there are none. */
  readonly bytes: number;
}

export interface Selections {
  read(key: DayKey, name: string): Promise<Selected | undefined>;
  write(key: DayKey, name: string, selected: Selected): Promise<void>;
}

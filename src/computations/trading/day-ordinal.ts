/** Days as numbers, so that minutes, days and places in a list of days go together. */

const MILLISECONDS_A_DAY = 86_400_000;
export const MINUTES_A_DAY = 1_440;

/** Days since 1970-01-01 of a day written YYYY-MM-DD. */
export const dayOrdinal = (day: string): number => Date.parse(day) / MILLISECONDS_A_DAY;

/** The day, as `dayOrdinal` counts, of a minute since 1970-01-01T00:00Z. */
export const dayOfMinute = (minute: number): number => Math.floor(minute / MINUTES_A_DAY);

/** Place in ascending days of the last that is not after `day`; -1 when all are. */
export function lastPlaceUpTo(days: readonly number[], day: number): number {
  let low = 0;
  let high = days.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((days[middle] as number) <= day) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The days of a history window that have a value, small enough to travel in a task. */
import { addDays, type Day, toOrdinal } from '../../values/date.ts';
import { hashOfParts, NO_INPUT } from '../../values/hash.ts';

/** Days before `date`, none more than `days` back, as a bitmap in base64url: bit k of byte b is the day 8b+k+1 before. */
export function encodeWindow(found: readonly Day[], date: Day, days: number): string {
  const bits = new Uint8Array(Math.ceil(days / 8));
  const end = toOrdinal(date);
  for (const day of found) {
    const index = end - toOrdinal(day) - 1;
    bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7));
  }
  return Buffer.from(bits).toString('base64url');
}

/** The days again, oldest first. */
export function decodeWindow(window: string, date: Day): Day[] {
  const bits = Buffer.from(window, 'base64url');
  const found: Day[] = [];
  for (let index = bits.length * 8 - 1; index >= 0; index--) {
    if (((bits[index >> 3] ?? 0) >> (index & 7)) & 1) found.push(addDays(date, -index - 1));
  }
  return found;
}

/** Hash of a window's content: `[day, hash, day, hash, …]`, oldest first. Planner and worker hash alike. */
export const windowHash = (daysAndHashes: readonly string[]): string =>
  daysAndHashes.length === 0 ? NO_INPUT : hashOfParts(daysAndHashes);

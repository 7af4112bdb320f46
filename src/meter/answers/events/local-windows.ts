/** Hours, days, weeks and months as clocks of a place have them. */
import { UserError } from '../../../errors.ts';

export const WINDOWS = ['hour', 'day', 'week', 'month', 'all'] as const;
export type Window = (typeof WINDOWS)[number];

/**
 * The window that a time lies in, by its beginning as clocks there say it: `2026-03-01T15:00`, `2026-03-01`, a week by its Monday, `2026-03`.
 * @throws {UserError} BAD_ARGUMENT for a time zone that is none
 */
export function windowNamer(window: Window, timeZone: string): (timeMs: number) => string {
  if (window === 'all') return () => '';
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
    });
  } catch {
    throw new UserError('BAD_ARGUMENT', `"${timeZone}" is no time zone. Name one as Europe/Berlin, or UTC.`);
  }
  // Clocks of no place change within a quarter of an hour.
  const known = new Map<number, string>();
  return (timeMs) => {
    const quarter = Math.floor(timeMs / 900_000);
    const found = known.get(quarter);
    if (found !== undefined) return found;
    const parts = new Map(format.formatToParts(quarter * 900_000).map(({ type, value }) => [type, value]));
    const day = `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`;
    const name = nameOf(window, day, parts.get('hour') ?? '00');
    known.set(quarter, name);
    return name;
  };
}

function nameOf(window: Window, day: string, hour: string): string {
  if (window === 'hour') return `${day}T${hour}:00`;
  if (window === 'month') return day.slice(0, 7);
  if (window === 'day') return day;
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  return date.toISOString().slice(0, 10);
}

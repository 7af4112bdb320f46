/** The day of each row of a source, checked: every day is a day, and days only go forward. */
import { toError, UserError } from '../../errors.ts';
import type { DateColumn, FileSource, Row } from '../model/dataset.ts';
import { addDays, dayOf, isDay } from '../../values/date.ts';
import type { Day } from '../../values/date.ts';
import type { SourceRow } from './source-row.ts';

const DAY_MS = 86_400_000;
const DAY_MINUTES = 1_440;

/**
 * A date, or a date with a time, as RFC 3339 and SQL write them: `2024-01-05`, `2024-01-05T23:30:00-05:00`, `2024-01-05 23:30:00.25`,
 * `2024-01-05 23:30:00 UTC`. https://www.rfc-editor.org/rfc/rfc3339#section-5.6
 */
const DATE_TIME =
  /^(\d{4}-\d\d-\d\d)(?:[Tt ]([01]\d|2[0-3]):([0-5]\d)(?::(?:[0-5]\d|60)(?:[.,]\d+)?)?\s?(?:Z|z|UTC|GMT|([+-])([01]\d|2[0-3])(?::?([0-5]\d))?)?)?$/;

/**
 * The UTC day that a date, or a text that starts with one, falls on; undefined for anything else. A time of day with an offset
 * is moved to UTC; one without is in UTC already.
 */
export function dayOfValue(value: unknown): Day | undefined {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : dayOf(value.getTime());
  if (typeof value !== 'string') return undefined;
  const found = DATE_TIME.exec(value.trim());
  const [, date = '', hours, minutes, sign, offsetHours, offsetMinutes = '0'] = found ?? [];
  if (!isDay(date)) return undefined;
  if (sign === undefined) return date;
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * (sign === '-' ? -1 : 1);
  const moved = Math.floor((Number(hours) * 60 + Number(minutes) - offset) / DAY_MINUTES);
  const day = addDays(date, moved);
  return isDay(day) ? day : undefined;
}

/** Why a value is not a day, and how it should be written. */
export function noDay(value: unknown): string {
  if (value === undefined) return 'it is not there';
  const text = typeof value === 'string' ? value.trim() : '';
  if (text === '' && typeof value === 'string') return 'it is blank, and every row needs its day (YYYY-MM-DD)';
  // JSON has no bigint.
  const shown = typeof value === 'bigint' ? String(value) : JSON.stringify(value);
  if (!/^\d{4}-\d\d-\d\d/.test(text))
    return `${shown} is not a day: write it as YYYY-MM-DD (2024-01-05), or with a time as 2024-01-05T23:30:00Z`;
  const date = text.slice(0, 10);
  return isDay(date)
    ? `${shown} is not a day: what stands behind ${date} is no time. Write 2024-01-05T23:30:00Z, with Z or an offset like -05:00`
    : `${shown} is not a day: there is no ${date}`;
}

/** What stands for the day in a row. @throws what a function of the author's throws */
export const dateIn = (row: Row, dateColumn: DateColumn): unknown => {
  if (typeof dateColumn === 'function') return dateColumn(row);
  return Object.hasOwn(row, dateColumn) ? row[dateColumn] : undefined;
};

/** For messages. */
export const dateName = (dateColumn: DateColumn): string =>
  typeof dateColumn === 'function' ? 'dateColumn()' : dateColumn;

/**
 * Makes a reader to call with each row in turn. Millions of rows share a few days, so it only looks closely at a row
 * whose day is not the one before.
 */
export function rowDays(source: FileSource<unknown>): (row: SourceRow) => Day {
  let day: Day | undefined;
  let startMs = Number.NaN;
  let text: string | undefined;
  return (row) => {
    const value = row.date ?? valueIn(source, row);
    if (day !== undefined) {
      if (value instanceof Date) {
        const sinceStart = value.getTime() - startMs;
        if (sinceStart >= 0 && sinceStart < DAY_MS) return day;
      } else if (value === text) return day;
    }
    const next = dayOfValue(value);
    if (next === undefined) throw badRow(source, row, `column "${dateName(source.dateColumn)}": ${noDay(value)}`);
    if (day !== undefined && next < day) {
      throw badRow(source, row, `${next} comes after ${day}, so sort the file by "${dateName(source.dateColumn)}"`);
    }
    day = next;
    text = typeof value === 'string' ? value : undefined;
    startMs = Date.parse(`${next}T00:00:00Z`);
    return day;
  };
}

function valueIn(source: FileSource<unknown>, row: SourceRow): unknown {
  try {
    return dateIn(row.values, source.dateColumn);
  } catch (thrown) {
    throw badRow(source, row, `${dateName(source.dateColumn)}: ${toError(thrown).message}`);
  }
}

const badRow = (source: FileSource<unknown>, row: SourceRow, problem: string): UserError =>
  new UserError('BAD_SOURCE', `${source.file}, ${row.where}: ${problem}.`);

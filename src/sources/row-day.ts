/** The day of each row of a source, checked: every day is a day, and days only go forward. */
import { UserError } from '../errors.ts';
import type { FileSource } from '../model/dataset.ts';
import { dayOf, isDay } from '../model/date.ts';
import type { Day } from '../model/date.ts';
import type { SourceRow } from './source-row.ts';

const DAY_MS = 86_400_000;

/** The day that a date, a timestamp or a text that starts with `YYYY-MM-DD` falls on, in UTC; undefined for anything else. */
export function dayOfValue(value: unknown): Day | undefined {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : dayOf(value.getTime());
  if (typeof value !== 'string') return undefined;
  const day = value.slice(0, 10);
  return isDay(day) ? day : undefined;
}

/**
 * Makes a reader to call with each row in turn. Millions of rows share a few days, so it only looks closely at a row
 * whose day is not the one before.
 */
export function rowDays(source: FileSource<unknown>): (row: SourceRow) => Day {
  let day: Day | undefined;
  let startMs = Number.NaN;
  return (row) => {
    const value = row.values[source.dateColumn];
    if (day !== undefined) {
      if (value instanceof Date) {
        const sinceStart = value.getTime() - startMs;
        if (sinceStart >= 0 && sinceStart < DAY_MS) return day;
      } else if (typeof value === 'string' && value.startsWith(day)) return day;
    }
    const next = dayOfValue(value);
    if (next === undefined) {
      throw badRow(source, row, `"${String(value)}" in column "${source.dateColumn}" is no day (YYYY-MM-DD)`);
    }
    if (day !== undefined && next < day) {
      throw badRow(source, row, `${next} comes after ${day}, so sort the file by "${source.dateColumn}"`);
    }
    day = next;
    startMs = Date.parse(`${next}T00:00:00Z`);
    return day;
  };
}

const badRow = (source: FileSource<unknown>, row: SourceRow, problem: string): UserError =>
  new UserError('BAD_SOURCE', `${source.file}, row ${row.number}: ${problem}.`);

/**
 * The circuit breaker of a computation: when the same mistake has taken several of its dates, and none completed, the others are
 * parked, and each dispatch lets one through as a trial. Other code, or a date that completes, closes it.
 */
import { z } from 'zod';
import { kindOfError, PARK_AFTER_DATES } from '../model/alike-failures.ts';
import type { CellError } from '../model/cell.ts';
import { type Day, toOrdinal } from '../../values/date.ts';
import { Hash } from '../../values/hash.ts';
import { dayCount, DaySet, daySpan, unite } from './day-set.ts';

export const DateBreaker = z.object({
  /** Hash of the fingerprint that failed. */
  fingerprint: Hash,
  /** The mistake, without its particulars. */
  error: z.string(),
  /** Dates that it took. */
  dates: DaySet,
  /** The dispatch of the newest failure: it has had its trial. */
  dispatchId: z.string(),
});
export type DateBreaker = z.infer<typeof DateBreaker>;

/** How a cell ended, as the breaker sees it. */
export type Ending =
  | { readonly completed: true }
  | {
      readonly completed: false;
      readonly date: Day;
      readonly fingerprint: Hash;
      readonly error: CellError;
      readonly dispatchId: string;
    };

/** Undefined when nothing is held against the computation. */
export function afterEndings(breaker: DateBreaker | undefined, endings: readonly Ending[]): DateBreaker | undefined {
  if (endings.some(({ completed }) => completed)) return undefined;
  return endings.reduce((sofar, ending) => (ending.completed ? undefined : afterFailure(sofar, ending)), breaker);
}

function afterFailure(breaker: DateBreaker | undefined, failure: Exclude<Ending, { completed: true }>): DateBreaker {
  const { fingerprint, dispatchId } = failure;
  const error = kindOfError(failure.error);
  const day = toOrdinal(failure.date);
  const isAlike = breaker?.fingerprint === fingerprint && breaker.error === error;
  return { fingerprint, error, dates: unite(isAlike ? breaker.dates : [], daySpan(day, day)), dispatchId };
}

export const isOpen = (breaker: DateBreaker | undefined, fingerprint: Hash): breaker is DateBreaker =>
  breaker !== undefined && breaker.fingerprint === fingerprint && dayCount(breaker.dates) >= PARK_AFTER_DATES;

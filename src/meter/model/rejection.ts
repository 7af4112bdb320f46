/** What was not taken of a request, and why: the rest is. */

/** Stable names, for counting; the reason says it in words. */
export const REJECTION_CODES = [
  'MALFORMED', // does not parse as its format
  'BAD_FIELD', // a field is missing, of another type, or out of its range
  'BAD_NAME', // of a metric or a label
  'DUPLICATE_LABEL',
  'BAD_TIMESTAMP', // none, before 2000, or too far in the future
  'BAD_VALUE', // not a number where one must be, a histogram that does not add up
  'LABEL_LIMIT', // too many labels, or too long
  'SERIES_LIMIT', // the organization has all the series that it may have
  'TOO_LARGE',
  'TOO_OLD', // of a day that is no longer taken
  'FORBIDDEN', // of another organization
] as const;
export type RejectionCode = (typeof REJECTION_CODES)[number];

export interface Rejection {
  /** Of the item within its request, from 0: a sample, a point, an event, a line. */
  readonly index: number;
  readonly code: RejectionCode;
  /** What, where, and what to do; without the item's own values beyond a name. */
  readonly reason: string;
  /** The item, whole, as JSON that our own routes take, so that it can be replayed; undefined where there is none. */
  readonly item?: unknown;
  /** How many items this stands for; 1 when absent. */
  readonly count?: number | undefined;
}

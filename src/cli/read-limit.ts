/** `--limit`: how much of a long answer is shown. */
import { UserError } from '../errors.ts';

export const DEFAULT_LIMIT = 20;

/** Infinity for 0, which stands for all. @throws {UserError} BAD_ARGUMENT */
export function readLimit(typed: string | undefined): number {
  if (typed === undefined) return DEFAULT_LIMIT;
  if (!/^\d+$/.test(typed)) throw new UserError('BAD_ARGUMENT', `--limit takes a number, and "${typed}" is none.`);
  return Number(typed) === 0 ? Infinity : Number(typed);
}

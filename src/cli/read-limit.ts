/** `--limit N`, where a command has one. */
import { UserError } from '../errors.ts';
import { type Arguments, text } from './command.ts';

/** Infinity for 0, which asks for all. @throws {UserError} BAD_ARGUMENT */
export function readLimit(args: Arguments, otherwise: number): number {
  const typed = text(args, 'limit');
  if (typed === undefined) return otherwise;
  if (!/^\d+$/.test(typed))
    throw new UserError('BAD_ARGUMENT', `--limit takes a number from 0 on (0 for all), and "${typed}" is none.`);
  return Number(typed) === 0 ? Infinity : Number(typed);
}

/** A port's number, as it is typed. */
import { UserError } from '../errors.ts';
import { type Arguments, text } from './command.ts';

const MAX_PORT = 65_535;

/** 0 for a free one. @throws {UserError} BAD_ARGUMENT */
export function readPort(args: Arguments, name: string, otherwise = '0'): number {
  const typed = text(args, name) ?? otherwise;
  if (/^\d+$/.test(typed) && Number(typed) <= MAX_PORT) return Number(typed);
  throw new UserError('BAD_ARGUMENT', `--${name} takes a number from 0 to ${MAX_PORT}, and "${typed}" is none.`);
}

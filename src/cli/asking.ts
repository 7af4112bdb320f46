/** Who does something by the command line, and why: for the record that `daymill actions` lists. */
import { userInfo } from 'node:os';
import { UserError } from '../errors.ts';
import { type Asking, MAX_REASON } from '../mill/model/action.ts';
import { type Arguments, text } from './command.ts';

/** Of every command that does something to the mill. */
export const ASKING = { by: { type: 'string' }, reason: { type: 'string' } } as const;

/** For usage texts; `pad` is as wide as their options. */
export const askingUsage = (pad: string): string =>
  `  --reason${pad}why, for the record that daymill actions lists; at most ${MAX_REASON} characters
  --by    ${pad}who (default: the environment's USER)`;

/** @throws {UserError} BAD_ARGUMENT for a reason that is too long */
export function askingOf(args: Arguments, env: Readonly<Record<string, string | undefined>>): Asking {
  const reason = (text(args, 'reason') ?? '').trim();
  if (reason.length > MAX_REASON)
    throw new UserError('BAD_ARGUMENT', `--reason has ${reason.length} characters, and may have ${MAX_REASON}.`);
  return { by: text(args, 'by') ?? env['USER'] ?? userInfo().username, reason };
}

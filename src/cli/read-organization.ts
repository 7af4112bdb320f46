/** `--org` and `--role`, where a command has them. */
import { UserError } from '../errors.ts';
import { Organization } from '../meter/model/organization.ts';
import { type Role, ROLES } from '../meter/model/role.ts';
import { type Arguments, text } from './command.ts';

/** @throws {UserError} BAD_ARGUMENT */
export function readOrganization(args: Arguments): Organization {
  const typed = text(args, 'org');
  if (typed === undefined) throw new UserError('BAD_ARGUMENT', 'Whose? Say --org ORGANIZATION.');
  const { data, error } = Organization.safeParse(typed);
  if (data !== undefined) return data;
  throw new UserError('BAD_ARGUMENT', `--org: "${typed}" ${error?.issues[0]?.message}.`);
}

/** @throws {UserError} BAD_ARGUMENT */
export function readRole(args: Arguments): Role {
  const typed = text(args, 'role');
  const role = ROLES.find((one) => one === typed);
  if (role !== undefined) return role;
  const known = ROLES.join(', ');
  throw new UserError(
    'BAD_ARGUMENT',
    typed === undefined
      ? `Which role? Say --role, one of ${known}.`
      : `--role takes one of ${known}, and "${typed}" is none.`,
  );
}

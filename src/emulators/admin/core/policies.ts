/** Who may do what: policies of resources and of the project that they lie in, and what roles come down to. */
import { ApiError } from '../../rest-server.ts';
import { holds } from './conditions.ts';
import { isRole, permissionsOf } from './roles.ts';
import { projectOf, type World } from './world.ts';

export interface Binding {
  readonly role: string;
  readonly members?: readonly string[];
  readonly condition?: { readonly title?: string; readonly expression?: string };
}

/** A policy, and all that it was before: what was granted a moment ago does not hold yet. */
export interface Grants {
  readonly etag: string;
  readonly history: readonly { readonly sinceMs: number; readonly bindings: readonly Binding[] }[];
}

const EVERYBODY: ReadonlySet<string> = new Set(['allUsers', 'allAuthenticatedUsers']);

const NOTHING: Grants = { etag: 'ACAB', history: [] };

export const grantsOf = (world: World, of: string): Grants => world.grants.get(of) ?? NOTHING;

export const bindingsOf = ({ history }: Grants): readonly Binding[] => history.at(-1)?.bindings ?? [];

/** `sinceMs`: by default now. Members and roles are looked at by who calls. */
export function grant(world: World, of: string, bindings: readonly Binding[], sinceMs = world.now()): Grants {
  const { history } = grantsOf(world, of);
  const etag = Buffer.from(`${history.length + 1} ${of}`).toString('base64');
  const grants = { etag, history: [...history, { sinceMs, bindings }] };
  world.grants.set(of, grants);
  return grants;
}

/** Whether `member` has the permission on the resource with this full name by its policy, or that of anything that it lies in. */
export function may(world: World, member: string, permission: string, on: string): boolean {
  return upwards(world, on).some((of) =>
    inForce(world, of).some(
      ({ role, members = [], condition }) =>
        (members.includes(member) || members.some((one) => EVERYBODY.has(one))) &&
        permissionsOf(role).has(permission) &&
        holds(condition?.expression, on),
    ),
  );
}

/** @throws {ApiError} PERMISSION_DENIED, in Google's words. */
export function assertMay(world: World, member: string, permission: string, on: string): void {
  if (may(world, member, permission, on)) return;
  const account = /^\/\/iam\.googleapis\.com\/.*\/serviceAccounts\/(.+)$/.exec(on)?.[1];
  throw new ApiError(
    'PERMISSION_DENIED',
    permission === 'iam.serviceAccounts.actAs'
      ? `Permission 'iam.serviceaccounts.actAs' denied on service account ${account} (or it may not exist).`
      : `Permission '${permission}' denied on resource '${on}' (or it may not exist).`,
  );
}

const inForce = (world: World, of: string): readonly Binding[] =>
  grantsOf(world, of).history.findLast(({ sinceMs }) => sinceMs + world.delays.grant <= world.now())?.bindings ?? [];

/** Itself, what it lies in, and the project. */
function upwards(world: World, on: string): string[] {
  const [, , host = '', ...parts] = on.split('/');
  // It pays for projects, and lies in none.
  if (parts[0] === 'billingAccounts') return [billingAccountName(`billingAccounts/${parts[1]}`)];
  const found: string[] = [];
  for (let length = parts.length; length > 2; length -= 2) found.push(`//${host}/${parts.slice(0, length).join('/')}`);
  return [...found, projectOf(world)];
}

export const billingAccountName = (account: string): string => `//cloudbilling.googleapis.com/${account}`;

export const accountName = (world: World, email: string): string =>
  `//iam.googleapis.com/projects/${world.projectId}/serviceAccounts/${email}`;

/** Whether all of Google knows the account by now. */
export function isKnown(world: World, email: string): boolean {
  if (world.agents.has(`serviceAccount:${email}`)) return true;
  const madeMs = world.accountsMs.get(email);
  return madeMs !== undefined && madeMs + world.delays.account <= world.now();
}

/** @throws {ApiError} INVALID_ARGUMENT for who is not there, and for roles that nobody has defined. */
export function assertGrantable(world: World, bindings: readonly Binding[]): void {
  for (const { role, members = [] } of bindings) {
    if (!isRole(role)) throw new ApiError('INVALID_ARGUMENT', `Role ${role} is not supported for this resource.`);
    for (const member of members) {
      const email = /^serviceAccount:(.+)$/.exec(member)?.[1];
      if (email === undefined) {
        if (EVERYBODY.has(member) || /^(?:user|group|domain):./.test(member)) continue;
        throw new ApiError('INVALID_ARGUMENT', `Invalid member: ${member}`);
      }
      if (isOurs(world, email) && !isKnown(world, email))
        throw new ApiError('INVALID_ARGUMENT', `Service account ${email} does not exist.`);
    }
  }
}

/** Made in this project, or by Google for it. */
const isOurs = ({ projectId, projectNumber }: World, email: string): boolean =>
  email.endsWith(`@${projectId}.iam.gserviceaccount.com`) || email.startsWith(`service-${projectNumber}@`);

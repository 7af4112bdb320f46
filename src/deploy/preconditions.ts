/** What is looked at before anything is changed: the project's number, its billing, the deployer's rights, and a night that is under way. */
import { UserError } from '../errors.ts';
import { atMost } from '../process/at-most.ts';
import type { DeployerRole } from './deployer.ts';
import type { Api } from './google/api.ts';
import { GoogleError, isDisabled } from './google/google-error.ts';

const MANAGER = 'https://cloudresourcemanager.googleapis.com/v3';
const USAGE = 'https://serviceusage.googleapis.com/v1';
const BILLING = 'https://cloudbilling.googleapis.com/v1';
const EXECUTIONS = 'https://workflowexecutions.googleapis.com/v1';

const QUESTIONS_AT_ONCE = 8;

/** How often a night is asked whether it is over. */
const NIGHT_PAUSE_MS = 15_000;

/** By the one API that every project begins with. @throws {UserError} when there is no such project, or it may not be seen */
export async function projectNumber(projectId: string, api: Api): Promise<string> {
  try {
    const { name } = (await api.get(`${USAGE}/projects/${projectId}/services/run.googleapis.com`)) ?? {};
    const number = /^projects\/(\d+)\//.exec(String(name))?.[1];
    if (number !== undefined) return number;
  } catch (thrown) {
    if (!(thrown instanceof GoogleError)) throw thrown;
    if (isDisabled(thrown)) throw refused(`${thrown.message} Enable that one API by hand: it enables all others.`);
    if (thrown.httpStatus !== 403) throw thrown;
  }
  throw refused(
    `There is no project ${projectId}, or this account may not see it. Check --project, who you are logged in as, and that it has roles/serviceusage.serviceUsageAdmin.`,
  );
}

/** Undefined where it cannot be asked yet, since that API is not enabled. @throws {UserError} when nobody pays; who may not look is not told. */
export async function assertBilled(projectId: string, api: Api): Promise<true | undefined> {
  let billing;
  try {
    billing = await api.get(`${BILLING}/projects/${projectId}/billingInfo`);
  } catch (thrown) {
    if (thrown instanceof GoogleError && isDisabled(thrown)) return undefined;
    if (thrown instanceof GoogleError && thrown.httpStatus === 403) return true;
    throw thrown;
  }
  // Google leaves out what is false.
  if (billing === undefined || billing['billingEnabled'] === true) return true;
  throw refused(
    `${projectId} has no billing account. Link one at https://console.cloud.google.com/billing, and deploy again.`,
  );
}

/**
 * Roles that the caller lacks something of, with what; undefined where nobody can be asked yet, since that API is not enabled.
 * A role is asked for alone: one name that Google does not know spoils a question.
 */
export async function lackingRoles(
  roles: readonly DeployerRole[],
  projectId: string,
  api: Api,
): Promise<DeployerRole[] | undefined> {
  try {
    return await askRoles(roles, `${MANAGER}/projects/${projectId}:testIamPermissions`, api);
  } catch (thrown) {
    if (thrown instanceof GoogleError && isDisabled(thrown)) return undefined;
    throw thrown;
  }
}

async function askRoles(roles: readonly DeployerRole[], url: string, api: Api): Promise<DeployerRole[]> {
  // The first one waits for the API if it must, and the others do not have to.
  const [first, ...others] = roles;
  if (first === undefined) return [];
  const found = [
    await askRole(first, url, api),
    ...(await atMost(others, (role) => askRole(role, url, api), QUESTIONS_AT_ONCE)),
  ];
  return found.filter(({ permissions }) => permissions.length > 0);
}

/** With what is lacking of it. */
async function askRole({ permissions, ...role }: DeployerRole, url: string, api: Api): Promise<DeployerRole> {
  try {
    const answer = await api.send('POST', url, { permissions });
    const granted = new Set(answer['permissions'] as readonly string[] | undefined);
    return { ...role, permissions: permissions.filter((permission) => !granted.has(permission)) };
  } catch (thrown) {
    // Nobody can say: it will show.
    if (thrown instanceof GoogleError && thrown.httpStatus === 400) return { ...role, permissions: [] };
    throw thrown;
  }
}

/** A new manifest never meets old workers: waits until no execution of the workflow is under way. */
export async function waitForNight(
  workflow: string,
  api: Api,
  onWait: (executions: readonly string[]) => void,
): Promise<void> {
  for (let told = false; ;) {
    // The newest come first: what is under way is on the first page.
    const answer = await api.get(`${EXECUTIONS}/${workflow}/executions`);
    const executions = (answer?.['executions'] ?? []) as readonly { readonly name: string; readonly state?: string }[];
    const active = executions.filter(({ state }) => state === 'ACTIVE' || state === 'QUEUED');
    if (active.length === 0) return;
    if (!told) onWait(active.map(({ name }) => name));
    told = true;
    await api.clock.sleep(NIGHT_PAUSE_MS);
  }
}

const refused = (message: string): UserError => new UserError('BAD_ARGUMENT', message);

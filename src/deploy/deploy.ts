/** A deployment from end to end: look, say what would change, change it, try it. Live state is the only state. */
import { UserError } from '../errors.ts';
import { apply, prune } from './apply.ts';
import { type Change, kindOf, nameOf } from './change.ts';
import { type DeployerRole, rolesFor } from './deployer.ts';
import { desired } from './desired/desired.ts';
import { type Plan, planOf } from './desired/wanted.ts';
import { type Clock, openApi, type Request } from './google/api.ts';
import { GoogleError } from './google/google-error.ts';
import type { Site } from './kinds/kind.ts';
import { leftovers, observe } from './observe.ts';
import { assertBilled, lackingRoles, projectNumber, waitForNight } from './preconditions.ts';
import type { Settings } from './read-wanted.ts';
import type { Staged } from './stage/stage.ts';
import { assertValues, type SecretValue } from './kinds/secret.ts';
import { shortName } from './resource.ts';
import { isVerified, verify } from './verify.ts';

/** What knows who may do what, and who pays. */
const ASKED: ReadonlySet<string> = new Set(['cloudresourcemanager.googleapis.com', 'cloudbilling.googleapis.com']);

export interface Means {
  readonly request: Request;
  readonly clock: Clock;
  /** Told what is waited for. */
  readonly onWait: (text: string) => void;
}

/** What was found, and what is to be done. */
export interface Outlook {
  readonly plan: Plan;
  readonly changes: readonly Change[];
  /** What bears our label and is wanted no more. */
  readonly leftovers: readonly Change[];
  /** Roles that the caller lacks something of; undefined: a fresh project cannot be asked before its first API is enabled. */
  readonly lacking: readonly DeployerRole[] | undefined;
  /** Undefined: likewise. */
  readonly isBilled: true | undefined;
}

/** Changes nothing. @throws {UserError} when there is no such project, nobody pays for it, it may not be looked at, or another deployment has something that is wanted. */
export async function lookAt(
  settings: Settings,
  staged: Pick<Staged, 'hash' | 'archive'>,
  means: Means,
): Promise<Outlook> {
  const api = openApi({ ...means, patient: false });
  const { projectId, name } = settings.target;
  const number = await projectNumber(projectId, api);
  const isBilled = await assertBilled(projectId, api);
  const plan = planOf({ ...settings, projectNumber: number, sourceHash: staged.hash });
  const resources = desired(plan);
  const site = siteOf(plan, staged.archive, { ...means, patient: false });
  const lacking = await lackingRoles(rolesFor(resources), projectId, api);
  try {
    const [changes, old] = [await observe(resources, site, name), await leftovers(resources, site, name)];
    return { plan, changes, leftovers: old, lacking, isBilled };
  } catch (thrown) {
    throw isRefusal(thrown) && lacking !== undefined && lacking.length > 0 ? lacks(lacking) : thrown;
  }
}

/** Something may not be looked at: the roles that are lacking say more than the first thing of which one is lacking. */
const isRefusal = (thrown: unknown): boolean =>
  thrown instanceof UserError && thrown.cause instanceof GoogleError && thrown.cause.httpStatus === 403;

const siteOf = (
  { target, number }: Plan,
  archive: Uint8Array,
  options: Means & { readonly patient: boolean },
): Site => ({
  api: openApi(options),
  projectId: target.projectId,
  region: target.region,
  projectNumber: number,
  archive,
});

export interface Carrying extends Means {
  readonly archive: Uint8Array;
  /** Changes what runs though a night is under way. */
  readonly now: boolean;
  readonly prune: boolean;
  readonly onDone: (change: Change) => void;
  /** Something that bears our label had to stay. */
  readonly onLeft: (change: Change, why: string) => void;
}

export interface Carried {
  readonly done: number;
  readonly removed: number;
}

/** @throws {UserError} naming what the caller lacks, before anything is changed; or what could not be done. Doing it again goes on. */
export async function carryOut(outlook: Outlook, carrying: Carrying): Promise<Carried> {
  const { plan, changes, leftovers: old } = outlook;
  const due = changes.filter(({ action }) => action !== 'keep');
  const site = siteOf(plan, carrying.archive, { ...carrying, patient: true });
  if (due.length > 0) await assertAllowed(outlook, due, site);
  const applying = {
    ...carrying,
    site,
    owner: plan.target.name,
    async beforeRunning() {
      await assertValues(valuesOf(plan), site.api);
      if (!carrying.now) await nightIsOver(plan, changes, site, carrying);
    },
  };
  const done = await apply(due, applying);
  if (done > 0 || !(await isVerified(plan, site))) await verify(plan, site);
  return { done, removed: carrying.prune ? await prune(old, applying) : 0 };
}

/** Enables what is to be asked, where it could not be: the one change that is made before the answers are known. @throws {UserError} */
async function assertAllowed({ plan, lacking, isBilled }: Outlook, due: readonly Change[], site: Site): Promise<void> {
  const { projectId, name: owner } = plan.target;
  if (lacking !== undefined && lacking.length > 0) throw lacks(lacking);
  if (lacking === undefined || isBilled === undefined) {
    const asked = due.filter((change) => kindOf(change) === 'api' && ASKED.has(shortName(nameOf(change))));
    await apply(asked, { site, owner, onDone: () => {}, beforeRunning: () => Promise.resolve() });
  }
  const roles = lacking ?? (await lackingRoles(rolesFor(desired(plan)), projectId, site.api)) ?? [];
  if (roles.length > 0) throw lacks(roles);
  if (isBilled === undefined) await assertBilled(projectId, site.api);
}

/** What functions read, each once. */
function valuesOf({ functions, collect, names }: Plan): SecretValue[] {
  const refs = [
    ...functions.flatMap(({ secrets }) => Object.values(secrets)),
    ...(collect?.secret === undefined ? [] : [{ id: collect.secret, version: 'latest' }]),
  ];
  const distinct = new Map(refs.map((ref) => [`${ref.id}:${ref.version}`, ref]));
  return [...distinct.values()].map(({ id, version }) => ({ id, version, name: names.secret(id) }));
}

/** Where there is no workflow yet, no night is under way. */
async function nightIsOver(plan: Plan, changes: readonly Change[], { api }: Site, { onWait }: Carrying): Promise<void> {
  const isNew = changes.some((change) => kindOf(change) === 'workflow' && change.action === 'create');
  if (isNew) return;
  await waitForNight(plan.names.workflow, api, (executions) =>
    onWait(`A night is under way (${executions.join(', ')}): waiting for its end. --now does not wait.`),
  );
}

function lacks(roles: readonly DeployerRole[]): UserError {
  const lines = roles.map(({ role, permissions }) => `  ${role} (${permissions.join(', ')})`);
  return new UserError(
    'BAD_ARGUMENT',
    `This account lacks rights, and nothing was changed. Ask for these roles on the project:\n${lines.join('\n')}`,
  );
}

/** Looks at what is there, and says what lies between that and what is wanted. Changes nothing. */
import { atMost } from '../process/at-most.ts';
import { UserError } from '../errors.ts';
import type { Change } from './change.ts';
import { remedyOf } from './deployer.ts';
import { differences } from './differences.ts';
import { GoogleError, isDisabled } from './google/google-error.ts';
import type { Site } from './kinds/kind.ts';
import { KINDS } from './kinds/kinds.ts';
import { type Body, type KindName, LABEL, type Resource, shortName } from './resource.ts';

const LOOKS_AT_ONCE = 8;

/** In the order in which they can go: who delivers, then where it comes from, then who takes it. */
const REMOVED_IN_ORDER: readonly KindName[] = ['alert', 'channel', 'subscription', 'topic', 'service', 'workflow'];

/** @throws {UserError} when something bears the label of another deployment, or may not be looked at */
export const observe = (resources: readonly Resource[], site: Site, owner: string): Promise<Change[]> =>
  atMost(resources, async (resource) => changeOf(resource, await look(resource, site), owner), LOOKS_AT_ONCE);

/** One resource, when it is its turn: much may have happened since the plan was made. */
export const observeOne = async (resource: Resource, site: Site, owner: string): Promise<Change> =>
  changeOf(resource, await look(resource, site), owner);

/** Where an API was never enabled, there is nothing of it. */
async function look(resource: Resource, site: Site): Promise<Body | undefined> {
  try {
    return await KINDS[resource.kind].read(resource, site);
  } catch (thrown) {
    if (!(thrown instanceof GoogleError)) throw thrown;
    if (isDisabled(thrown)) return undefined;
    const what = `${resource.kind} ${shortName(resource.name)}`;
    const message = `Could not look at the ${what}: ${thrown.message}${remedyOf(thrown)}`;
    throw new UserError('BAD_ARGUMENT', message, { cause: thrown });
  }
}

function changeOf(resource: Resource, live: Body | undefined, owner: string): Change {
  if (live === undefined) return { action: 'create', resource };
  const other = (live['labels'] as Readonly<Record<string, string>> | undefined)?.[LABEL];
  if (other !== undefined && other !== owner) {
    const advice = 'Give one of the two another name, in cloud.name or in the tier’s topic.';
    throw new UserError('BAD_ARGUMENT', `${resource.name} belongs to the deployment ${other}. ${advice}`);
  }
  const kind = KINDS[resource.kind];
  const fields = kind.differences?.(resource, live) ?? differences(resource.body, live);
  return fields.length === 0 ? { action: 'keep', resource } : { action: 'update', resource, fields, live };
}

/** What bears our label and is wanted no more, in the order in which it can go. */
export async function leftovers(resources: readonly Resource[], site: Site, owner: string): Promise<Change[]> {
  const wanted = new Set(resources.map(({ kind, name }) => `${kind} ${name}`));
  const found = await atMost(REMOVED_IN_ORDER, async (kind) => {
    const labelled = (await labelledOf(kind, site)).filter((one) => one.owner === owner);
    return labelled.map(({ name }): Change => ({ action: 'remove', kind, name }));
  });
  return found.flat().filter((change) => change.action === 'remove' && !wanted.has(`${change.kind} ${change.name}`));
}

async function labelledOf(kind: KindName, site: Site): Promise<{ readonly name: string; readonly owner: string }[]> {
  try {
    return (await KINDS[kind].labelled?.(site)) ?? [];
  } catch (thrown) {
    if (!(thrown instanceof GoogleError)) throw thrown;
    if (isDisabled(thrown)) return [];
    throw new UserError('BAD_ARGUMENT', `Could not look for ${kind}s: ${thrown.message}${remedyOf(thrown)}`, {
      cause: thrown,
    });
  }
}

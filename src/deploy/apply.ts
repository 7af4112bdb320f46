/** Brings what is there to what is wanted: wave by wave, in an order that a running night survives, and from wherever it was left. */
import { UserError } from '../errors.ts';
import { atMost } from '../process/at-most.ts';
import { type Change, kindOf, nameOf } from './change.ts';
import { remedyOf } from './deployer.ts';
import { GoogleError, isAlreadyThere } from './google/google-error.ts';
import type { Site } from './kinds/kind.ts';
import { KINDS } from './kinds/kinds.ts';
import { observeOne } from './observe.ts';
import { type KindName, type Resource, shortName, WAVES } from './resource.ts';

/** More would exhaust a region's CPUs: revisions start while old ones still serve. */
const AT_ONCE = 4;

/** Policies of one project conflict with each other, and so do changes to one collection's indexes. */
const ONE_BY_ONE: ReadonlySet<KindName> = new Set<KindName>(['policy', 'index', 'field']);

export interface Applying {
  readonly site: Site;
  readonly owner: string;
  /** Told of each thing that was done. */
  readonly onDone: (change: Change) => void;
  /** Before the first change to what runs. */
  readonly beforeRunning: () => Promise<void>;
}

/** How many things were done. @throws {UserError} naming what could not be done; what was done stays, and the same again goes on. */
export async function apply(changes: readonly Change[], applying: Applying): Promise<number> {
  let done = 0;
  let isRunningTouched = false;
  for (const wave of WAVES) {
    const due = changes.filter(
      (change) => change.action !== 'keep' && 'resource' in change && change.resource.wave === wave,
    );
    if (due.length === 0) continue;
    if (!isRunningTouched && WAVES.indexOf(wave) >= WAVES.indexOf('workers')) {
      isRunningTouched = true;
      await applying.beforeRunning();
    }
    const perform = async (change: Change): Promise<void> => {
      await performOne(change, applying);
      done += 1;
      applying.onDone(change);
    };
    const [alone, together] = [
      due.filter((one) => ONE_BY_ONE.has(kindOf(one))),
      due.filter((one) => !ONE_BY_ONE.has(kindOf(one))),
    ];
    await atMost(together, perform, AT_ONCE);
    for (const change of alone) await perform(change);
  }
  return done;
}

async function performOne(change: Change, { site, owner }: Applying): Promise<void> {
  if (!('resource' in change)) return;
  const { resource } = change;
  try {
    if (change.action === 'create') await create(resource, site, owner);
    if (change.action === 'update') await KINDS[resource.kind].update(resource, change.fields, change.live, site);
  } catch (thrown) {
    throw explained(change, thrown);
  }
}

/** Another attempt, or an operation that outlived its caller, may have made it: it is then brought to what is wanted. */
async function create(resource: Resource, site: Site, owner: string): Promise<void> {
  try {
    await KINDS[resource.kind].create(resource, site);
  } catch (thrown) {
    if (!isAlreadyThere(thrown)) throw thrown;
    let found: Change | undefined;
    await site.api.until(`${resource.kind} ${shortName(resource.name)}`, async () => {
      found = await observeOne(resource, site, owner);
      return found.action !== 'create';
    });
    if (found?.action === 'update') await KINDS[resource.kind].update(resource, found.fields, found.live, site);
  }
}

export interface Pruning extends Applying {
  /** Something had to stay, and why. */
  readonly onLeft: (change: Change, why: string) => void;
}

/** Removes what is wanted no more, when no night is under way. How many things are gone. @throws {UserError} naming what could not be removed. */
export async function prune(changes: readonly Change[], pruning: Pruning): Promise<number> {
  let removed = 0;
  let isSomethingWaiting = false;
  if (changes.length > 0) await pruning.beforeRunning();
  for (const change of changes) {
    const left = await remove(change, isSomethingWaiting, pruning.site);
    if (left === undefined) {
      removed += 1;
      pruning.onDone(change);
    } else {
      isSomethingWaiting ||= kindOf(change) === 'subscription';
      pruning.onLeft(change, left);
    }
  }
  return removed;
}

/** Why it has to stay; undefined when it is gone. */
async function remove(change: Change, isSomethingWaiting: boolean, site: Site): Promise<string | undefined> {
  if (change.action !== 'remove') return 'it is wanted';
  // Messages that wait are for somebody.
  if (isSomethingWaiting && change.kind === 'service') return 'a subscription stays that may push to it';
  try {
    return await KINDS[change.kind].remove?.(change.name, site);
  } catch (thrown) {
    throw explained(change, thrown);
  }
}

const VERBS: Readonly<Record<Change['action'], string>> = {
  create: 'make',
  update: 'change',
  remove: 'remove',
  keep: 'keep',
};

function explained(change: Change, thrown: unknown): unknown {
  if (!(thrown instanceof GoogleError)) return thrown;
  const what = `${kindOf(change)} ${shortName(nameOf(change))}`;
  const rest = `What was done before stays: run daymill deploy again when that is mended.${adviceOn(thrown)}`;
  return new UserError('BAD_ARGUMENT', `Could not ${VERBS[change.action]} the ${what}: ${thrown.message} ${rest}`, {
    cause: thrown,
  });
}

/** Words of quotas and of billing, which are met by everybody once. */
function adviceOn(error: GoogleError): string {
  const { message } = error;
  if (error.httpStatus === 403) return remedyOf(error);
  if (/billing/i.test(message)) return ' The project needs a billing account: https://console.cloud.google.com/billing';
  if (/max.?instances|quota|maxScale/i.test(message))
    return ' The region’s quota is too small for the instances of the plan: ask for more at https://console.cloud.google.com/iam-admin/quotas, or set smaller tiers.';
  return '';
}

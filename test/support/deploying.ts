/** Deploys to Google's APIs in memory, as `daymill deploy` does, on a clock whose sleeps take no time. */
import { type Change, kindOf, nameOf } from '../../src/deploy/change.ts';
import { type Carried, carryOut, lookAt, type Outlook } from '../../src/deploy/deploy.ts';
import type { Settings } from '../../src/deploy/read-wanted.ts';
import { shortName } from '../../src/deploy/resource.ts';
import { wantedFor } from './deployment.ts';
import type { GoogleAdmin } from './google-admin.ts';

const STAGED = { hash: 'a'.repeat(40), archive: Buffer.from('source') };

interface Deploying {
  readonly settings?: Partial<Settings>;
  readonly hash?: string;
  readonly now?: boolean;
  readonly prune?: boolean;
}

export async function look(google: GoogleAdmin, { settings, hash = STAGED.hash }: Deploying = {}): Promise<Outlook> {
  const { projectNumber: _, sourceHash: __, ...wanted } = wantedFor();
  const means = { request: google.request, clock: google.clock, onWait: () => {} };
  return lookAt({ ...wanted, ...settings }, { ...STAGED, hash }, means);
}

interface Deployed extends Carried {
  readonly told: readonly string[];
  readonly waits: readonly string[];
}

export async function deploy(google: GoogleAdmin, deploying: Deploying = {}): Promise<Deployed> {
  const outlook = await look(google, deploying);
  const told: string[] = [];
  const waits: string[] = [];
  const say = (change: Change): string => `${change.action} ${kindOf(change)} ${shortName(nameOf(change))}`;
  const carried = await carryOut(outlook, {
    request: google.request,
    clock: google.clock,
    onWait: (line) => waits.push(line),
    archive: STAGED.archive,
    now: deploying.now ?? false,
    prune: deploying.prune ?? false,
    onDone: (change) => told.push(say(change)),
    onLeft: (change, why) => told.push(`left ${say(change)}: ${why}`),
  });
  return { ...carried, told, waits };
}

/** What it changes from now on. */
export const changesOf = async (google: GoogleAdmin, doing: () => Promise<unknown>): Promise<string[]> => {
  const before = google.changes.length;
  await doing();
  return google.changes.slice(before);
};

export const due = ({ changes }: Outlook): Change[] => changes.filter(({ action }) => action !== 'keep');

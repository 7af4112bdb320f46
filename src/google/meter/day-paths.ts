/** Where a day of an organization lies in Firestore. Retention drops all that is under it, and nothing else points there. */
import type { EventKind } from '../../meter/model/event.ts';
import type { Organization } from '../../meter/model/organization.ts';
import type { DayKey } from '../../meter/ports/day-store.ts';
import { hashOf } from '../../values/hash.ts';

/** Days after which what nobody dropped goes by itself: a net under retention, which is earlier. */
export const NET_DAYS = 400;

/** For how long a claim is known. */
export const CLAIM_DAYS = 32;

export const DAY_MS = 86_400_000;

export const organizationPath = (organization: Organization): string => `orgs/${organization}`;
export const daysPath = (organization: Organization): string => `orgs/${organization}/days`;
export const dayPath = ({ organization, day }: DayKey): string => `orgs/${organization}/days/${day}`;
/** What the day's series are called. */
export const partsPath = (key: DayKey): string => `${dayPath(key)}/series`;
export const segmentsPath = (key: DayKey): string => `${dayPath(key)}/segments`;
/** Segments that were joined. */
export const chunksPath = (key: DayKey): string => `${dayPath(key)}/chunks`;
/** What chunks and rollups there are. */
export const chunkIndexPath = (key: DayKey): string => `${dayPath(key)}/state/chunks`;
export const rollupsPath = (key: DayKey): string => `${dayPath(key)}/rollups`;
/** A collection a kind: an aggregation over one needs no composite index. */
export const eventsPath = (key: DayKey, kind: EventKind): string => `${dayPath(key)}/events_${kind}`;
export const claimPath = (organization: Organization, key: string): string =>
  `orgs/${organization}/claims/${hashOf(key)}${hashOf(`${key} `)}`;

/** When the net takes what is of this day. */
export const netOf = (day: string): number => Date.parse(`${day}T00:00:00Z`) + NET_DAYS * DAY_MS;

/** Where live state lies in Firestore: under its organization, all of it. */
import { crc32 } from 'node:zlib';
import type { Organization } from '../../meter/model/organization.ts';
import type { Day } from '../../values/date.ts';

const under = (organization: Organization): string => `orgs/${organization}`;

export const runtimesOf = (organization: Organization): string => `${under(organization)}/runtimes`;

/** Live metrics, many runtimes to a document. */
export const liveOf = (organization: Organization): string => `${under(organization)}/live`;

/** Which batches of live metrics were written. */
export const liveWritesOf = (organization: Organization): string => `${under(organization)}/live_writes`;

/** Which of 256 documents has a key: `00` to `ff`. Never to change: it is where things lie. */
export const shardOf = (key: string): string => (crc32(key) & 0xff).toString(16).padStart(2, '0');

/** One document tells whether anything has changed … */
export const membershipVersionOf = (organization: Organization): string => `${under(organization)}/membership/version`;

/** … and which of these. */
export const membershipPartsOf = (organization: Organization): string =>
  `${under(organization)}/membership/parts/devices`;

export const minutesOf = (organization: Organization, day: Day): string => `${under(organization)}/days/${day}/minutes`;

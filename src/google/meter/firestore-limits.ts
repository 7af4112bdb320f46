/** Limits of organizations: the project's, but for those in the field `limits` of `orgs/{organization}`. */
import type { Firestore } from '@google-cloud/firestore';
import { OrganizationLimits } from '../../meter/model/limits.ts';
import type { Limits } from '../../meter/ports/limits.ts';
import type { Log, SteadyClock } from '../../process/ports.ts';
import { unavailable } from '../firestore-client.ts';
import { recentReads } from './recent-reads.ts';

/** For how long what was read is believed: a limit that is changed holds everywhere after so long. */
export const LIMITS_CACHE_MS = 30_000;

/** Organizations whose limits an instance remembers. */
const CACHED_ORGANIZATIONS = 10_000;

export interface LimitsPorts {
  readonly defaults: OrganizationLimits;
  readonly clock: Pick<SteadyClock, 'elapsed'>;
  readonly log: Pick<Log, 'warn'>;
}

export function firestoreLimits(db: Firestore, { defaults, clock, log }: LimitsPorts): Limits {
  const recent = recentReads<OrganizationLimits>({ maxAgeMs: LIMITS_CACHE_MS, most: CACHED_ORGANIZATIONS, clock });
  return {
    of: (organization) =>
      recent.read(organization, async () => {
        const path = `orgs/${organization}`;
        try {
          const own: unknown = (await db.doc(path).get()).get('limits');
          return merged(defaults, own, (member) =>
            log.warn(
              { event: 'limits.unreadable', organization, member },
              `${path} says ${member}, which is no limit: the project's holds. Correct the document.`,
            ),
          );
        } catch (thrown) {
          throw unavailable(`the limits of ${organization} could not be read`, thrown);
        }
      }),
  };
}

/** One that is wrong takes no other with it. */
function merged(defaults: OrganizationLimits, own: unknown, onWrong: (member: string) => void): OrganizationLimits {
  if (own === undefined) return defaults;
  if (typeof own !== 'object' || own === null) {
    onWrong('limits');
    return defaults;
  }
  const limits = { ...defaults };
  for (const [name, value] of Object.entries(own)) {
    const known = name as keyof OrganizationLimits;
    const read = Object.hasOwn(OrganizationLimits.shape, name)
      ? OrganizationLimits.shape[known].safeParse(value)
      : undefined;
    if (read?.success === true) limits[known] = read.data;
    else onWrong(`limits.${name}`);
  }
  return limits;
}

/** Which parts of a day have had their time. Pure. */
import type { OrganizationLimits } from '../model/limits.ts';
import type { Day } from '../../values/date.ts';
import { startOfDay } from './chunk-index.ts';

const DAY_MS = 86_400_000;

export type Expiring = 'samples' | 'rollups' | 'events' | 'live';

/** Days that a part is kept after its own. Samples are, as long as others may still come late for the day: rollups would not have those. */
export function keptDays(part: Expiring, limits: OrganizationLimits): number {
  switch (part) {
    case 'samples':
      return Math.max(limits.samples_retention_days, Math.ceil(limits.past_grace_period / 86_400) + 1);
    case 'rollups':
      return Math.max(limits.rollups_retention_days, keptDays('samples', limits));
    case 'events':
      return Math.max(limits.events_retention_days, Math.ceil(limits.past_grace_period / 86_400) + 1);
    case 'live':
      return limits.live_retention_days;
  }
}

export const isExpired = (part: Expiring, day: Day, nowMs: number, limits: OrganizationLimits): boolean =>
  nowMs >= startOfDay(day) + (1 + keptDays(part, limits)) * DAY_MS;

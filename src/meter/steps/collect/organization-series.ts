/** The series that this process knows, an index an organization; those that were not asked for the longest go when all are too many. */
import type { OrganizationLimits } from '../../model/limits.ts';
import type { Organization } from '../../model/organization.ts';
import { checkSeries } from '../../limits/check-series.ts';
import { SeriesIndex } from '../../segments/series-index.ts';

/** Of all organizations together, at some 250 bytes each. What is let go is met anew, and costs a read of its day's dictionary. */
export const MAX_KNOWN_SERIES = 1_500_000;

/** Requests between two looks whether they are too many. */
const LOOK_EVERY = 64;

export interface OrganizationSeries {
  of(organization: Organization, limits: OrganizationLimits): SeriesIndex;
  readonly organizations: number;
  /** Of all organizations. */
  readonly size: number;
  /** Share of samples whose series was known by its bytes, 0 to 1. */
  readonly hitRate: number;
}

/** `seed`: a secret of the process. */
export function organizationSeries(seed: number, maxSeries = MAX_KNOWN_SERIES): OrganizationSeries {
  const indexes = new Map<Organization, SeriesIndex>();
  const size = (): number => indexes.values().reduce((sum, index) => sum + index.size, 0);
  const limitsNow = new Map<Organization, OrganizationLimits>();
  let requests = 0;
  const dropOldest = (): void => {
    while (size() > maxSeries) {
      const [oldest] = indexes.keys();
      if (oldest === undefined) return;
      indexes.delete(oldest);
      limitsNow.delete(oldest);
    }
  };
  return {
    of(organization, limits) {
      limitsNow.set(organization, limits);
      const index =
        indexes.get(organization) ??
        new SeriesIndex({ seed, check: (series) => checkSeries(series, limitsNow.get(organization) ?? limits) });
      // In the order of their last use.
      indexes.delete(organization);
      indexes.set(organization, index);
      // Not each time: adding all of them up takes a while where organizations are many.
      if (requests++ % LOOK_EVERY === 0) dropOldest();
      return indexes.get(organization) ?? index;
    },
    get organizations() {
      return indexes.size;
    },
    get size() {
      return size();
    },
    get hitRate() {
      const all = indexes.values().reduce((sum, { lookups }) => sum + lookups.all, 0);
      return all === 0 ? 0 : indexes.values().reduce((sum, { lookups }) => sum + lookups.found, 0) / all;
    },
  };
}

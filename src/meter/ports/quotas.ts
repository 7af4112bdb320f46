/** How much of an organization is taken in and answered, all instances together. */
import type { OrganizationLimits } from '../model/limits.ts';
import type { Organization } from '../model/organization.ts';

/** `ingestion` counts samples and events; the others count requests by their routes. */
export type QuotaKind = 'ingestion' | 'single' | 'batch' | 'read';

export type QuotaVerdict =
  | { readonly ok: true }
  | {
      readonly ok: false;
      /** At least 1. Of a burst it is sending less at once that helps, not waiting. */
      readonly retryAfterSeconds: number;
      readonly limit: 'rate' | 'burst';
      /** The limit's name, and what it is. */
      readonly name: keyof OrganizationLimits;
      readonly value: number;
    };

export interface Quotas {
  /**
   * `cost` in items. What is refused costs nothing.
   * @throws {RetryableError} UNAVAILABLE when the store cannot be reached and nothing is left of what this instance had taken
   */
  spend(organization: Organization, kind: QuotaKind, cost: number, limits: OrganizationLimits): Promise<QuotaVerdict>;
}

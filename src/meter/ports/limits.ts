/** What each organization may send. */
import type { OrganizationLimits } from '../model/limits.ts';
import type { Organization } from '../model/organization.ts';

export interface Limits {
  /** Up to 30 s old. @throws {RetryableError} UNAVAILABLE when nothing is remembered and the store cannot be reached */
  of(organization: Organization): Promise<OrganizationLimits>;
}

/** How far days were pushed elsewhere. */
import type { Day } from '../../values/date.ts';
import type { Organization } from '../model/organization.ts';

export interface Pushes {
  /** The content, by its hash, that each day had when it was pushed. */
  read(organization: Organization, target: string): Promise<ReadonlyMap<Day, string>>;
  write(organization: Organization, target: string, pushed: ReadonlyMap<Day, string>): Promise<void>;
}

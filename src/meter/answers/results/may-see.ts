/** Whose results are whose. */
import type { Organization } from '../../model/organization.ts';
import type { ResultComputation } from '../../ports/results.ts';

export interface Seer {
  readonly organization: Organization;
  /** Whose the project itself is: what is made of its own data is for nobody else. Undefined: for nobody. */
  readonly owner: Organization | undefined;
}

/** Of a whole result, and of one of the project's own data. */
export const maySeeAll = ({ organization, owner }: Seer, { isCollected, keyed }: ResultComputation): boolean =>
  (!isCollected || !keyed) && organization === owner;

/** Of one that is made of what was collected, those of the organization. */
export const maySeeEntity = (seer: Seer, computation: ResultComputation, id: string): boolean =>
  computation.isCollected && computation.keyed ? id.startsWith(`${seer.organization}/`) : maySeeAll(seer, computation);

/** Whether there is anything of it that may be seen. */
export const maySeeAny = (seer: Seer, computation: ResultComputation): boolean =>
  (computation.isCollected && computation.keyed) || maySeeAll(seer, computation);

/** Sessions that were begun. */
import type { Organization } from '../model/organization.ts';
import type { Session } from '../model/session.ts';
import type { DocumentWrite } from './day-store.ts';

export interface Sessions {
  /** For the commit of the request that changes it. */
  write(organization: Organization, session: Session): DocumentWrite;
  /** @throws {RetryableError} UNAVAILABLE */
  read(organization: Organization, id: string): Promise<Session | undefined>;
  /** Active ones, of all organizations, that were to be heard of before that time: the longest silent first. */
  due(
    nowMs: number,
    limit: number,
  ): Promise<readonly { readonly organization: Organization; readonly session: Session }[]>;
}

/** What was refused of what was sent, until somebody has looked at it. */
import type { CollectedDeadLetter } from '../model/dead-letter.ts';
import type { Organization } from '../model/organization.ts';
import type { DocumentWrite } from './day-store.ts';

export type DeadLetterSummary = Omit<CollectedDeadLetter, 'items'>;

export interface CollectedDeadLetters {
  /** For the commit of the request that it is of. Of items that do not fit into a document the last are left out, and counted. */
  write(letter: CollectedDeadLetter): DocumentWrite;
  /** The oldest first. @throws {RetryableError} UNAVAILABLE */
  list(organization: Organization, limit: number): Promise<readonly DeadLetterSummary[]>;
  read(organization: Organization, id: string): Promise<CollectedDeadLetter | undefined>;
  remove(organization: Organization, ids: readonly string[]): Promise<void>;
  count(organization: Organization): Promise<number>;
}

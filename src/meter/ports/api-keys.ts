/** The keys of organizations. The text of one is shown once, when it is made, and is stored nowhere. */
import type { ApiKey, FoundKey } from '../model/api-key.ts';
import type { Organization } from '../model/organization.ts';
import type { Role } from '../model/role.ts';

export interface NewApiKey {
  readonly key: ApiKey;
  /** What its owner sends. */
  readonly text: string;
}

/** @throws {RetryableError} UNAVAILABLE, each */
export interface ApiKeys {
  /** Up to 30 s old: so long a key that was revoked elsewhere still opens. Notes, at most once an hour, that it was used. */
  find(text: string): Promise<FoundKey>;
  create(organization: Organization, role: Role, label: string): Promise<NewApiKey>;
  /** Oldest first, those that are revoked among them. */
  list(organization: Organization): Promise<readonly ApiKey[]>;
  /** Once more changes nothing. Undefined when there is none of that id. */
  revoke(organization: Organization, id: string): Promise<ApiKey | undefined>;
}

/** The registry of runtimes, and when each was heard of last, by whichever instance. */
import type { Organization } from '../model/organization.ts';
import type { RuntimeRecord, RuntimeStatus, RuntimeType } from '../model/runtime.ts';

export interface RuntimeFilter {
  readonly type?: RuntimeType | undefined;
  readonly status?: RuntimeStatus | undefined;
}

/** Each throws RetryableError UNAVAILABLE where the store does not answer. */
export interface Runtimes {
  /** Also one that is being deleted. */
  read(organization: Organization, id: string): Promise<RuntimeRecord | undefined>;
  /**
   * Saves what `decide` makes of the runtime, over exactly what it was made of; undefined leaves it. Answers what it is then. One that was
   * not there counts as heard of at `heardMs`, with counts of 0; one that was, when it is given.
   */
  change(
    organization: Organization,
    id: string,
    decide: (found: RuntimeRecord | undefined) => RuntimeRecord | undefined,
    heardMs?: number,
  ): Promise<RuntimeRecord | undefined>;
  /** Ascending by id, from after `after` on; those that are being deleted among them. A read each. */
  page(
    organization: Organization,
    filter: RuntimeFilter & { readonly after?: string | undefined; readonly limit: number },
  ): Promise<RuntimeRecord[]>;
  /** A read a thousand. */
  count(organization: Organization): Promise<number>;
  /** Deletes some of the documents below a runtime; false when none is left. */
  removeSome(organization: Organization, id: string): Promise<boolean>;
  /** Deletes the runtime itself, if it is marked as being deleted. */
  remove(organization: Organization, id: string): Promise<void>;
  /** Ids of those that are being deleted. */
  deleting(organization: Organization): Promise<string[]>;
}

export interface Presence {
  readonly id: string;
  readonly lastHeartbeatMs: number;
  /** Undefined of what was never registered, or is no longer. */
  readonly intervalMs: number | undefined;
  /** The last heartbeat after which its silence was noted; undefined while none is. */
  readonly silentSinceMs: number | undefined;
}

/** Each throws RetryableError UNAVAILABLE where the store does not answer. */
export interface Presences {
  /** Of all runtimes of an organization, some at a time; a read for some forty of ten thousand. */
  all(organization: Organization): AsyncIterable<readonly Presence[]>;
  /** Notes that, after this heartbeat, they are silent; undefined: that they are no longer. */
  note(
    organization: Organization,
    silent: readonly { readonly id: string; readonly sinceMs: number | undefined }[],
  ): Promise<void>;
  /** Forgets all live state of them. */
  forget(organization: Organization, ids: readonly string[]): Promise<void>;
}

/** Has the series of a runtime end, as they do where a scrape fails: a stale marker at that time. Said again, it is the same marker. */
export type MarkStale = (organization: Organization, runtimeId: string, atMs: number) => Promise<void>;

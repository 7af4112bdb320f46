/** How instances tell each other what readers elsewhere want to see. */
import type { FrameContent } from '../live/frame.ts';
import type { Organization } from '../model/organization.ts';

export interface Feed {
  /** Says that somebody reads here, until then. @throws {RetryableError} UNAVAILABLE */
  announce(organization: Organization, instance: string, untilMs: number): Promise<void>;
  /** Whether somebody reads on another instance. @throws {RetryableError} UNAVAILABLE */
  isRead(organization: Organization, instance: string, nowMs: number): Promise<boolean>;
  /** What this instance has had lately: each call with the last batches, so that one that is missed comes again. @throws {RetryableError} UNAVAILABLE */
  publish(organization: Organization, instance: string, batches: readonly FeedBatch[]): Promise<void>;
  /** Calls with each batch of other instances once. Answers how to stop. */
  listen(
    organization: Organization,
    instance: string,
    act: (batch: FeedBatch) => void,
    onError: (error: Error) => void,
  ): () => void;
}

export interface FeedBatch {
  /** Of the instance, ascending. */
  readonly number: number;
  readonly frames: readonly FrameContent[];
}

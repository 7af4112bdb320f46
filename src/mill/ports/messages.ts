/** What is sent: tasks to workers, and the word that a run has ended. */
import type { TaskMessage } from '../model/message.ts';

export interface Queue {
  /** Answers when the service has taken every message. */
  publish(messages: readonly TaskMessage[]): Promise<void>;
}

export interface Callbacks {
  /** @throws {UserError} BAD_ARGUMENT for an address that is no callback endpoint of Workflows. */
  assertUrl(url: string): void;
  /** `gone`: nobody waits there any more, or somebody has called already. @throws {RetryableError} UNAVAILABLE @throws {UserError} as `assertUrl`. */
  send(url: string, body: unknown): Promise<'sent' | 'gone'>;
}

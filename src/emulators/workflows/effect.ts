/** What an execution asks of the world, and what it gets back. */
import type { OutgoingRequest } from '../http-request.ts';
import type { Value, ValueMap } from './value.ts';

export interface HttpCall extends OutgoingRequest {
  /** Seconds. */
  readonly timeout: number;
}

/** Deadlines are epoch milliseconds, so that a restart does not begin them anew. */
export type Effect =
  | { readonly kind: 'http'; readonly call: HttpCall }
  | { readonly kind: 'sleep'; readonly until: number }
  | { readonly kind: 'callback'; readonly id: string; readonly until: number };

export type Outcome =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'error'; readonly error: ValueMap };

/** Concurrent work: `limit` at a time, answered when all have ended. */
export interface Fork {
  readonly kind: 'fork';
  readonly branches: readonly Coroutine<void>[];
  readonly limit: number;
}

/** Work that pauses where it waits. The driver resumes it with the outcome. */
export type Coroutine<T> = Generator<Effect | Fork, T, Outcome>;

/**
 * What running code may use besides its variables. Answers are journaled, so that a replay gets the same ones.
 */
export interface Host {
  /** Epoch milliseconds, with a fraction. */
  now(): number;
  uuid(): string;
  /** Registers an endpoint and answers its URL. */
  createCallback(method: string): string;
  log(severity: string, text: string): void;
  /** A bearer token for a call that asks for one. */
  token(audience: string | undefined): string;
  readonly environment: ReadonlyMap<string, string>;
}

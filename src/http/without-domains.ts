/**
 * Requests without domains. The functions framework runs each request in one (https://nodejs.org/api/domain.html, deprecated), and the first
 * that is made switches Node's async hooks on, for every promise of the process and for as long as it lives: two fifths of a worker's processor time.
 * What it catches in exchange is not ours: what a request throws is answered by the framework all the same, and what is thrown when nobody
 * waits is the author's, who is told by `process/author-code.ts`, or ends the process as it should.
 */
import domains, { type Domain } from 'node:domain';

/** Before the first request. What the framework asks of a domain stays: `on`, `run`, and `process.domain.bind` while a request begins. */
export function withoutDomains(): void {
  const holder = process as { domain?: unknown };
  const none = {
    on: () => none,
    bind: <T>(call: T): T => call,
    run(call: () => void): void {
      // The framework begins the request in the next tick: ours come right before and after it.
      process.nextTick(() => (holder.domain = none));
      call();
      process.nextTick(() => (holder.domain = undefined));
    },
  };
  domains.create = () => none as unknown as Domain;
}

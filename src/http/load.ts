/** How much one instance takes at once: above it requests are turned away, so that those under way end. */
import { HttpError } from './http-error.ts';

export interface LoadLimits {
  readonly requests: number;
  /** Bodies of all requests under way, as sent and as decompressed. */
  readonly bodyBytes: number;
}

export const MAX_REQUESTS_IN_FLIGHT = 1_000;
export const MAX_BODY_BYTES_IN_FLIGHT = 256 * 1024 ** 2;

export const LOAD_LIMITS: LoadLimits = { requests: MAX_REQUESTS_IN_FLIGHT, bodyBytes: MAX_BODY_BYTES_IN_FLIGHT };

export interface Place {
  /** @throws {HttpError} 503 */
  readonly grow: (bytes: number) => void;
  /** Once: what it took is free again. */
  leave(): void;
}

export interface Load {
  /** @throws {HttpError} 503 */
  enter(): Place;
}

const overloaded = (what: string): HttpError =>
  new HttpError(503, 'OVERLOADED', `This instance has ${what} under way: send it again after Retry-After.`, {
    headers: { 'retry-after': '1' },
  });

export function makeLoad(limits: LoadLimits = LOAD_LIMITS): Load {
  const load = { requests: 0, bodyBytes: 0 };
  return {
    enter() {
      if (load.requests >= limits.requests) throw overloaded(`${limits.requests} requests`);
      load.requests += 1;
      let bytes = 0;
      let isIn = true;
      return {
        grow(more) {
          if (load.bodyBytes + more > limits.bodyBytes) throw overloaded(`${limits.bodyBytes} bytes of bodies`);
          load.bodyBytes += more;
          bytes += more;
        },
        leave() {
          if (!isIn) return;
          isIn = false;
          load.requests -= 1;
          load.bodyBytes -= bytes;
        },
      };
    },
  };
}

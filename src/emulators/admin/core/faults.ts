/** Trouble that passes, chosen by a seed: for who should ask again. */
import { ApiError } from '../../rest-server.ts';
import { seededRandom } from '../../seeded-random.ts';

export interface Busy {
  readonly seed: number;
  /** Of requests that are refused for the moment: 429, 503, or 409 where something was to be changed. */
  readonly share: number;
  /** Of requests that are carried out, and answered with 503 all the same. */
  readonly lost?: number;
}

export interface Faults {
  /** @throws {ApiError} RESOURCE_EXHAUSTED, UNAVAILABLE, ABORTED */
  readonly before: (method: string, host: string) => void;
  /** @throws {ApiError} UNAVAILABLE */
  readonly after: () => void;
}

/** Cloud Storage has a 409 of its own, for what is there already. */
const isChange = (method: string, host: string): boolean => method !== 'GET' && host !== 'storage.googleapis.com';

const UNAVAILABLE = 'The service is currently unavailable.';

export function planFaults({ seed, share, lost = 0 }: Busy = { seed: 0, share: 0 }): Faults {
  const random = seededRandom(seed);
  return {
    before(method, host) {
      if (random() >= share) return;
      const kinds = [
        new ApiError('RESOURCE_EXHAUSTED', `Quota exceeded for quota metric 'requests' of service '${host}'.`),
        new ApiError('UNAVAILABLE', UNAVAILABLE),
        new ApiError('ABORTED', 'The operation was aborted: other changes are in progress. Please try again.'),
      ];
      throw kinds[Math.floor(random() * (isChange(method, host) ? 3 : 2))] as ApiError;
    },
    after() {
      if (random() < lost) throw new ApiError('UNAVAILABLE', UNAVAILABLE);
    },
  };
}

/** Bounds what a large input would widen: so many questions to a service at once, and the rest in turn. */
import pLimit from 'p-limit';

/** Half of what Firestore's client takes one connection to carry (`MAX_CONCURRENT_REQUESTS_PER_CLIENT`). */
export const RPCS_AT_ONCE = 50;

/** The answers in the order of `items`. The first that throws is thrown, and what was not asked by then is not. */
export async function atMost<T, R>(
  items: readonly T[],
  ask: (item: T, index: number) => Promise<R>,
  limit: number = RPCS_AT_ONCE,
): Promise<R[]> {
  const turns = pLimit({ concurrency: limit, rejectOnClear: true });
  const asked = items.map((item, index) => turns(ask, item, index));
  try {
    return await Promise.all(asked);
  } catch (thrown) {
    turns.clearQueue();
    await Promise.allSettled(asked);
    throw thrown;
  }
}

/** Acts on all items in batches, several at once: what the plain scripts of this folder do. */
export const BATCH = 500;
const AT_ONCE = 4;

/** @template T @param {readonly T[]} items @param {(batch: T[]) => Promise<unknown>} act */
export async function inBatches(items, act) {
  const batches = Array.from({ length: Math.ceil(items.length / BATCH) }, (_, at) =>
    items.slice(at * BATCH, (at + 1) * BATCH),
  );
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) await act(batch);
    }),
  );
}

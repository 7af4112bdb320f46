/** Time-to-live fields of firestore.indexes.json: expired documents stay visible until a sweep deletes them. */
import type { Engine } from './engine.ts';
import { parseFieldPath } from './field-paths.ts';
import type { IndexConfig } from './indexes.ts';
import { fieldValue } from './query.ts';
import { ALL_IDS } from './store.ts';
import type { Store } from './store.ts';
import { microsOf } from './values.ts';

/** The service deletes "typically within 24 hours" of expiry: https://firebase.google.com/docs/firestore/ttl */
export const TTL_LAG_MS = 24 * 60 * 60 * 1000;
/** How often the clock is asked whether a sweep is due. */
const POLL_MS = 1_000;
/** Between sweeps, by the clock. */
const SWEEP_EVERY_MS = 60 * 60 * 1000;
const CHUNK = 400;

/** Starts sweeping; answers a function that ends it. */
export function startTtl(
  engine: Engine,
  config: IndexConfig | undefined,
  clock: () => number,
  deleted: (documents: number) => void,
): () => void {
  const rules = (config?.fieldOverrides ?? []).filter(({ ttl }) => ttl);
  if (rules.length === 0) return () => undefined;
  let lastSweep = clock();
  let running = false;
  const sweep = async (): Promise<void> => {
    const before = (clock() - TTL_LAG_MS) * 1000;
    for (const { collectionGroup, fieldPath } of rules) {
      const names = expired(engine.store, collectionGroup, fieldPath, before);
      for (let i = 0; i < names.length; i += CHUNK) {
        const writes = names.slice(i, i + CHUNK).map((name) => ({ operation: 'delete' as const, delete: name }));
        deleted((await engine.commit(writes)).deletes);
      }
    }
  };
  const timer = setInterval(() => {
    if (running || clock() - lastSweep < SWEEP_EVERY_MS) return;
    running = true;
    lastSweep = clock();
    // A sweep that fails (a full disk) leaves its documents to the next one.
    sweep()
      .catch(() => undefined)
      .finally(() => (running = false));
  }, POLL_MS).unref();
  return () => clearInterval(timer);
}

/** Names of documents whose field holds a timestamp before the given microseconds. */
function expired(store: Store, group: string, fieldPath: string, before: number): string[] {
  const path = parseFieldPath(fieldPath);
  const names: string[] = [];
  for (const place of store.collectionsOf(group)) {
    for (const document of store.documents(place, ALL_IDS, false)) {
      const value = fieldValue(document, path);
      if (value?.valueType === 'timestampValue' && microsOf(value.timestampValue) < before) names.push(document.name);
    }
  }
  return names;
}

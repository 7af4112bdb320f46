/** Time-to-live fields of firestore.indexes.json: expired documents stay visible until a sweep deletes them. */
import type { Engine } from './engine.ts';
import { parseFieldPath } from './field-paths.ts';
import type { IndexConfig } from './indexes.ts';
import { fieldValue } from './query.ts';
import { ALL_IDS } from './store.ts';
import { microsOf } from './values.ts';

/** The service deletes "typically within 24 hours" of expiry: https://firebase.google.com/docs/firestore/ttl */
const TTL_LAG_MS = 24 * 60 * 60 * 1000;
/** How often the clock is asked whether a sweep is due. */
const POLL_MS = 1_000;
/** Between sweeps, by the clock. */
const SWEEP_EVERY_MS = 60 * 60 * 1000;

/** Starts sweeping; answers a function that ends it. */
export function startTtl(
  engine: Engine,
  config: IndexConfig,
  clock: () => number,
  deleted: (documents: number) => void,
): () => void {
  const rules = (config.fieldOverrides ?? []).filter(({ ttl }) => ttl);
  if (rules.length === 0) return () => undefined;
  let lastSweep = clock();
  const sweep = async (): Promise<void> => {
    if (clock() - lastSweep < SWEEP_EVERY_MS) return;
    lastSweep = clock();
    const names = rules.flatMap(({ collectionGroup, fieldPath }) =>
      expired(engine, collectionGroup, fieldPath, clock() - TTL_LAG_MS),
    );
    const commits = names.map((name) => engine.commit([{ operation: 'delete', delete: name }]));
    for (const commit of await Promise.allSettled(commits)) {
      if (commit.status === 'fulfilled') deleted(commit.value.deletes);
    }
  };
  // A sweep that fails (a full disk) leaves its documents to the next one.
  const timer = setInterval(() => void sweep().catch(() => undefined), POLL_MS).unref();
  return () => clearInterval(timer);
}

/** Names of documents whose field holds a timestamp before the given milliseconds. */
function expired({ store }: Engine, group: string, fieldPath: string, before: number): string[] {
  const path = parseFieldPath(fieldPath);
  const names: string[] = [];
  for (const place of store.collectionsBelow('projects', group)) {
    for (const document of store.documents(place, undefined, ALL_IDS)) {
      const value = fieldValue(document, path);
      if (value?.valueType === 'timestampValue' && microsOf(value.timestampValue) < before * 1000)
        names.push(document.name);
    }
  }
  return names;
}

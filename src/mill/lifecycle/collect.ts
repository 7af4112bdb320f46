/**
 * Which generations of shards may go. Pure. One that nothing points to is noted first, and collected after a grace that is longer
 * than any read: a reader that took the pointer before it was swapped has ended by then. It need not be known when, or why, the
 * pointer was swapped: a new result, an attempt that failed, a cell that became impossible and a removed computation look the same.
 */
import type { Generation, ShardEntry } from '../model/shard-entry.ts';

/** A function may run for 9 minutes, and so may a write before its pointer is swapped; a person's command reads for less. */
export const COLLECT_AFTER_MINUTES = 60;

/** A pointer may be swapped without a new generation of shards (the new result is small, or there is none): so often it is looked at. */
export const SWEEP_DAYS = 7;

/** A computation may come back with the next deployment; its results wait so long. */
export const REMOVED_AFTER_DAYS = 7;

export interface Collection {
  /** Generations whose shards are to be deleted, before the entry is saved. */
  readonly garbage: readonly string[];
  /** Undefined when nothing is left to look after. */
  readonly entry: ShardEntry | undefined;
}

/** `pointed` is the generation that the place points to, read after the entry was. */
export function collect(entry: ShardEntry, pointed: string | undefined, nowMs: number): Collection {
  const graceMs = COLLECT_AFTER_MINUTES * 60_000;
  const garbage: string[] = [];
  const generations: Record<string, Generation> = {};
  let checkMs = nowMs + SWEEP_DAYS * DAY_MS;
  const keep = (name: string, generation: Generation, until: number): void => {
    generations[name] = generation;
    checkMs = Math.min(checkMs, until);
  };
  for (const [name, { writtenMs, unpointedMs }] of Object.entries(entry.generations)) {
    if (name === pointed) generations[name] = { writtenMs };
    else if (unpointedMs !== undefined && nowMs - unpointedMs >= graceMs) garbage.push(name);
    else if (unpointedMs !== undefined) keep(name, { writtenMs, unpointedMs }, unpointedMs + graceMs);
    // It may still be in the writing: its pointer comes with the last of it.
    else if (nowMs - writtenMs < graceMs) keep(name, { writtenMs }, writtenMs + graceMs);
    else keep(name, { writtenMs, unpointedMs: nowMs }, nowMs + graceMs);
  }
  return { garbage, entry: Object.keys(generations).length === 0 ? undefined : { generations, checkMs } };
}

export interface Removal {
  /** Whether its cell is to be forgotten, so that nothing reads it when the computation comes back. */
  readonly forget: boolean;
  readonly entry: ShardEntry;
}

/** What becomes of an entry whose computation is not in the manifest. */
export function onRemoved(entry: ShardEntry, nowMs: number): Removal {
  const removedMs = entry.removedMs ?? nowMs;
  const dueMs = removedMs + REMOVED_AFTER_DAYS * DAY_MS;
  return dueMs <= nowMs
    ? // Once it is forgotten its pointer is gone, and the next look takes its shards.
      { forget: true, entry: { ...entry, removedMs, checkMs: nowMs + COLLECT_AFTER_MINUTES * 60_000 } }
    : { forget: false, entry: { ...entry, removedMs, checkMs: dueMs } };
}

const DAY_MS = 86_400_000;

/** A bounded memory of what was read a moment ago, asked for once although many ask. */
import type { SteadyClock } from '../../process/ports.ts';

export interface RecentReads<V> {
  /** What `load` gave for this key within the age, or gives now. What it throws is not remembered. */
  read(key: string, load: () => Promise<V>): Promise<V>;
  forget(key: string): void;
}

export interface RecentReadsOptions {
  readonly maxAgeMs: number;
  /** Keys; the one that was read longest ago goes first. */
  readonly most: number;
  readonly clock: Pick<SteadyClock, 'elapsed'>;
}

export function recentReads<V>({ maxAgeMs, most, clock }: RecentReadsOptions): RecentReads<V> {
  // Age counts from before the read: what changed while it was under way is no older than it says.
  const entries = new Map<string, { readonly sinceMs: number; readonly value: Promise<V> }>();
  return {
    read(key, load) {
      const found = entries.get(key);
      if (found !== undefined && clock.elapsed() - found.sinceMs < maxAgeMs) return found.value;
      const entry = { sinceMs: clock.elapsed(), value: load() };
      // In the order of reading: the first is the oldest.
      entries.delete(key);
      entries.set(key, entry);
      entry.value.catch(() => {
        if (entries.get(key) === entry) entries.delete(key);
      });
      for (const oldest of entries.keys()) {
        if (entries.size <= most) break;
        entries.delete(oldest);
      }
      return entry.value;
    },
    forget: (key) => void entries.delete(key),
  };
}

/** A bounded memory of recent reads, least recently used out first. */

export interface ByteCache<V> {
  get(key: string): V | undefined;
  /** A value that is larger than the whole cache is not kept. */
  set(key: string, value: V, bytes: number): void;
  delete(key: string): void;
}

export function byteCache<V>(maxBytes: number): ByteCache<V> {
  // A Map iterates in the order of insertion, so the first entry is the one that was used longest ago.
  const entries = new Map<string, { readonly value: V; readonly bytes: number }>();
  let total = 0;
  const drop = (key: string): void => {
    total -= entries.get(key)?.bytes ?? 0;
    entries.delete(key);
  };
  return {
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      entries.delete(key);
      entries.set(key, entry);
      return entry.value;
    },
    set(key, value, bytes) {
      drop(key);
      if (bytes > maxBytes) return;
      entries.set(key, { value, bytes });
      total += bytes;
      for (const oldest of entries.keys()) {
        if (total <= maxBytes) break;
        drop(oldest);
      }
    },
    delete: drop,
  };
}

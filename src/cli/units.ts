/** Times and sizes as tables print them. */

/** `0.82 s`, `3 min 20 s`. */
export function duration(ms: number | null): string {
  if (ms === null) return '';
  if (ms < 100_000) return `${(ms / 1_000).toFixed(2)} s`;
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `820 B`, `4.2 kB`, `1.5 MB`. */
export function bytes(count: number): string {
  if (count < 1_000) return `${count} B`;
  return count < 1_000_000 ? `${(count / 1_000).toFixed(1)} kB` : `${(count / 1_000_000).toFixed(1)} MB`;
}

/** `2001-02-01 04:05:06`, in UTC. */
export const instant = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

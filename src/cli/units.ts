/** Times, money and sizes as every screen has them. */

/** `0.82 s`, `4.2 s`, `38 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(ms: number | null): string {
  if (ms === null) return '';
  if (ms < 995) return `${(ms / 1_000).toFixed(2)} s`;
  if (ms < 9_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Two digits that matter: most runs cost less than a cent. */
export const money = (dollars: number): string =>
  `$${dollars >= 1 || dollars === 0 ? dollars.toFixed(2) : dollars.toFixed(Math.min(9, 1 - Math.floor(Math.log10(dollars))))}`;

/** `820 B`, `4.2 kB`, `1.5 MB`. */
export function bytes(count: number): string {
  if (count < 1_000) return `${count} B`;
  return count < 1_000_000 ? `${(count / 1_000).toFixed(1)} kB` : `${(count / 1_000_000).toFixed(1)} MB`;
}

/** `2001-02-01 04:05:06`, in UTC. */
export const instant = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

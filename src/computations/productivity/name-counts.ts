/** How often each name came, of as many names as may be remembered. */

/** Names are what people type: who puts a number into each must not fill the memory. Later names are not counted by name. */
export const MAX_NAMES = 1_000;

/** How many names are listed. */
const LISTED = 5;

export type NameCounts = Map<string, number>;

export function addName(counts: NameCounts, name: string): void {
  const count = counts.get(name);
  if (count !== undefined) counts.set(name, count + 1);
  else if (counts.size < MAX_NAMES) counts.set(name, 1);
}

/** The five most frequent, the most frequent first, equals by name. */
export const mostFrequent = (counts: NameCounts): { name: string; runs: number }[] =>
  [...counts]
    .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
    .slice(0, LISTED)
    .map(([name, runs]) => ({ name, runs }));

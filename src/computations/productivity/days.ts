/** Days as numbers. */

const DAY_MS = 86_400_000;

/** Whole days from the earlier to the later, both `YYYY-MM-DD`. */
export const daysBetween = (earlier: string, later: string): number =>
  Math.round((Date.parse(later) - Date.parse(earlier)) / DAY_MS);

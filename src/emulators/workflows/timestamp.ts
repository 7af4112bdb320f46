/** Times and durations in the API's JSON. */

/** @param milliseconds since the epoch. */
export const rfc3339 = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** `"1.250s"`. */
export const seconds = (milliseconds: number): string => `${(Math.max(0, milliseconds) / 1000).toFixed(3)}s`;

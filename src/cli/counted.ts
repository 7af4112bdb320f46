/** A number with its noun: `1 cell`, `2 cells`, `3 passes`, `4 entities`. */

export const counted = (count: number, noun: string): string => `${count} ${count === 1 ? noun : plural(noun)}`;

const plural = (noun: string): string =>
  /(?:s|x|ch|sh)$/.test(noun) ? `${noun}es` : /[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : `${noun}s`;

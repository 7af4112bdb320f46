/** Numbers and durations as they are written. */

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  y: 365 * 86_400_000,
};

const ORDER = Object.keys(UNITS_MS);

/** Of `1h30m`, milliseconds; undefined where a unit comes twice or after a smaller one. */
export function parseDuration(text: string): number | undefined {
  let sum = 0;
  let before = ORDER.length;
  for (const [, count, unit = ''] of text.matchAll(/(\d+)(ms|[ywdhms])/g)) {
    const order = ORDER.indexOf(unit);
    if (order >= before) return undefined;
    before = order;
    sum += Number(count) * (UNITS_MS[unit] as number);
  }
  return sum;
}

/** Decimal, hexadecimal, or octal with a leading zero; digits may be set apart by underscores. */
export function parseNumber(text: string): number {
  const plain = text.replaceAll('_', '');
  if (/^0[xX]/.test(plain)) return Number(plain);
  return /^0[0-7]+$/.test(plain) ? Number.parseInt(plain, 8) : Number(plain);
}

/** Doubles as protobuf's JSON writes them. https://protobuf.dev/programming-guides/json/ */

/** A number, or the text that stands for what JSON has no number for. */
export function writtenDouble(value: number): number | string {
  if (Number.isNaN(value)) return 'NaN';
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? value : value > 0 ? 'Infinity' : '-Infinity';
}

/** Undefined when it is none. A text may be any number, as that of a 64-bit integer. */
export function readDouble(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  if (value === 'NaN') return NaN;
  if (value === 'Infinity' || value === '-Infinity') return Number(value);
  return /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(value) ? Number(value) : undefined;
}

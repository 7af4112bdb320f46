/** Numbers written in decimal digits: which of them a double holds. */

/** As JSON, CSV and SQL write numbers. */
const DECIMAL = /^[+-]?(?=\.?\d)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/;

/** Digits that every double keeps, whatever they are: https://en.wikipedia.org/wiki/IEEE_754 */
const SAFE_DIGITS = 15;

/** More digits than `toPrecision` can give. */
const MOST_DIGITS = 100;

export const isDecimal = (text: string): boolean => DECIMAL.test(text);

/**
 * The number that a text of decimal digits says, when a double holds it: an integer exactly, and of all others what a double prints
 * back as the same digits, as it does whatever was printed from a double before, be it in its shortest form (`0.1`), in seventeen
 * digits (`0.10000000000000001`) or in all of them. Undefined for `9007199254740993`, `1e400`, and what is no decimal number at all.
 */
export function exactNumber(text: string): number | undefined {
  if (!isDecimal(text)) return undefined;
  const value = Number(text);
  // Each character may be a digit.
  if (text.length <= SAFE_DIGITS && !/e/i.test(text)) return value;
  if (!Number.isFinite(value)) return undefined;
  if (String(value) === text) return value;
  const { digits, exponent } = significant(text);
  if (digits === '') return 0;
  const same = (printed: string): boolean => {
    const other = significant(printed);
    return other.digits === digits && other.exponent === exponent;
  };
  if (same(String(value))) return value;
  if (/^[+-]?\d+$/.test(text)) return BigInt(value) === BigInt(text.replace('+', '')) ? value : undefined;
  return digits.length <= MOST_DIGITS && same(value.toPrecision(digits.length)) ? value : undefined;
}

/** Without the zeros at both ends: `0.0120` is 12 · 10^-3. */
function significant(text: string): { readonly digits: string; readonly exponent: number } {
  const [, whole = '', fraction = '', power = '0'] = DECIMAL.exec(text) ?? [];
  const all = `${whole}${fraction}`.replace(/^0+/, '');
  const digits = all.replace(/0+$/, '');
  return { digits, exponent: Number(power) - fraction.length + (all.length - digits.length) };
}

/** Values and timestamps as the text format writes them. */
import { exactNumber } from '../../../values/exact-number.ts';
import type { Dialect } from './dialect.ts';

/** Digits that every double keeps, and the power of ten that one is exact for: below both, one division rounds right. */
const SAFE_DIGITS = 15;
const ZERO = 0x30;
const POWERS = Array.from({ length: SAFE_DIGITS + 1 }, (_, exponent) => 10 ** exponent);

const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;

/** The number between two places; undefined when it is none. A bigint only where the dialect has integers and no double holds it. */
export function readNumber(
  bytes: Uint8Array,
  start: number,
  end: number,
  dialect: Dialect,
): number | bigint | undefined {
  const simple = simpleDecimal(bytes, start, end);
  if (simple !== undefined) return simple;
  if (end - start > 400) return undefined;
  const text = latin1(bytes, start, end);
  if (DECIMAL.test(text)) return dialect.hasIntegers && /^[+-]?\d{16,19}$/.test(text) ? exact(text) : Number(text);
  if (/^[+-]?nan$/i.test(text)) return NaN;
  const infinite = INFINITE.exec(text);
  return infinite === null ? undefined : infinite[1] === '-' ? -Infinity : Infinity;
}

/** Up to fifteen digits with a point among them, which are most; undefined for all others. */
function simpleDecimal(bytes: Uint8Array, start: number, end: number): number | undefined {
  const isNegative = bytes[start] === 0x2d;
  let at = isNegative ? start + 1 : start;
  if (end - at > SAFE_DIGITS + 1 || at >= end) return undefined;
  let digits = 0;
  let point = -1;
  for (; at < end; at++) {
    const digit = (bytes[at] as number) - ZERO;
    if (digit >= 0 && digit <= 9) digits = digits * 10 + digit;
    else if (digit === -2 && point < 0) point = at;
    else return undefined;
  }
  const fraction = point < 0 ? 0 : end - point - 1;
  const count = end - start - (isNegative ? 1 : 0) - (point < 0 ? 0 : 1);
  if (count === 0 || count > SAFE_DIGITS) return undefined;
  const value = digits / (POWERS[fraction] as number);
  return isNegative ? -value : value;
}

/** A double where it is one or is printed by one; else an integer of 64 bits, where it is one. */
function exact(text: string): number | bigint {
  const value = exactNumber(text);
  const integer = BigInt(text.replace('+', ''));
  return value ?? (BigInt.asIntN(64, integer) === integer ? integer : Number(text));
}

export interface Time {
  readonly ms: number;
  readonly nanos: number;
}

/** Milliseconds, or seconds with what is behind the point to the nanosecond; undefined when it is no time. */
export function readTime(
  bytes: Uint8Array,
  start: number,
  end: number,
  { timestampDigits }: Dialect,
): Time | undefined {
  if (timestampDigits === 0) {
    const ms = plainDigits(bytes, start, end);
    if (ms >= 0) return { ms, nanos: 0 };
  }
  if (end - start > 40) return undefined;
  const text = latin1(bytes, start, end);
  if (timestampDigits === 0) return /^-?\d{1,18}$/.test(text) ? { ms: Number(text), nanos: 0 } : undefined;
  const parts = /^(\d{1,18})(?:\.(\d*))?$/.exec(text);
  if (parts !== null) {
    const fraction = (parts[2] ?? '').padEnd(9, '0');
    return { ms: Number(parts[1]) * 1_000 + Number(fraction.slice(0, 3)), nanos: Number(fraction.slice(3, 9)) };
  }
  return DECIMAL.test(text) ? { ms: Math.round(Number(text) * 1_000), nanos: 0 } : undefined;
}

/** Of up to fifteen digits and nothing else; -1 of anything else. */
function plainDigits(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > SAFE_DIGITS || start === end) return -1;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] as number) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

const latin1 = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');

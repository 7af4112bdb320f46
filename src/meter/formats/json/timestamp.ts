/** Timestamps of items: milliseconds since 1970, or RFC 3339. */
import { TIME_TEXT } from './item.ts';

export interface Time {
  readonly ms: number;
  readonly nanos: number;
}

const NANOS_PER_MS = 1_000_000;

/** Undefined when it is none. */
export function readTimestamp(value: unknown, nowMs: number): Time | undefined {
  if (value === undefined) return { ms: nowMs, nanos: 0 };
  if (typeof value === 'number') return Number.isFinite(value) ? ofNumber(value) : undefined;
  return typeof value === 'string' ? ofText(value) : undefined;
}

function ofNumber(value: number): Time {
  const ms = Math.floor(value);
  return { ms, nanos: Math.min(NANOS_PER_MS - 1, Math.round((value - ms) * NANOS_PER_MS)) };
}

/** NaN of a day that there is not, as the 31st of April. */
function ofText(text: string): Time | undefined {
  const parts = TIME_TEXT.exec(text);
  if (parts === null) return undefined;
  const [, second = '', fraction = '', zone = ''] = parts;
  const digits = fraction.padEnd(9, '0');
  const local = Date.parse(`${second}.${digits.slice(0, 3)}Z`);
  const ms = Date.parse(`${second}.${digits.slice(0, 3)}${zone}`);
  if (Number.isNaN(ms) || new Date(local).toISOString().slice(0, 19) !== second) return { ms: NaN, nanos: 0 };
  return { ms, nanos: Number(digits.slice(3)) };
}

/** https://cloud.google.com/workflows/docs/reference/stdlib/time/format and parse. */
import { systemError } from '../errors.ts';
import { pure } from './define.ts';

export const time = {
  format: pure({ seconds: 'number', timezone: 'string?' }, ({ seconds, timezone }) =>
    formatTime(Number(seconds), timezone ?? 'UTC'),
  ),
  parse: pure({ value: 'string' }, ({ value }) => parseTime(value) / 1000),
};

const RFC_3339 = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;
const MICROSECONDS = 1_000_000;

/**
 * Epoch milliseconds of an RFC 3339 time, fractions kept.
 * @throws {Raised} ValueError.
 */
export function parseTime(text: string): number {
  const [, date, clock, fraction = '0', zone] = RFC_3339.exec(text) ?? [];
  const milliseconds = Date.parse(`${date}T${clock}${zone?.toUpperCase()}`);
  // Date.parse turns February 30th into March; the day must come back as it went in.
  const day = new Date(`${date}T00:00:00Z`);
  if (Number.isNaN(milliseconds) || Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== date) {
    throw systemError('ValueError', `"${text}" is not an RFC 3339 time such as 2024-01-31T09:30:00Z`);
  }
  return milliseconds + Number(fraction) * 1000;
}

function formatTime(seconds: number, timezone: string): string {
  const whole = Math.floor(seconds);
  const micros = Math.round((seconds - whole) * MICROSECONDS);
  const date = new Date((micros === MICROSECONDS ? whole + 1 : whole) * 1000);
  if (Number.isNaN(date.getTime())) throw systemError('ValueError', `${seconds} seconds is not a time`);
  const offset = offsetMinutes(date, timezone);
  const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, 19);
  const fraction = micros % MICROSECONDS === 0 ? '' : `.${String(micros).padStart(6, '0').replace(/0+$/, '')}`;
  return `${local}${fraction}${zoneSuffix(offset, timezone)}`;
}

function zoneSuffix(offset: number, timezone: string): string {
  if (offset === 0 && timezone === 'UTC') return 'Z';
  const size = Math.abs(offset);
  return `${offset < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
}

function offsetMinutes(date: Date, timezone: string): number {
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: 'longOffset' });
    const name = format.formatToParts(date).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
    const [, sign, hours = '0', minutes = '0'] = /GMT([+-])(\d\d):(\d\d)/.exec(name) ?? [];
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw systemError('ValueError', `unknown time zone "${timezone}"`);
  }
}

const pad = (part: number): string => String(part).padStart(2, '0');

/** Axes: where their ticks are, and what stands beside them. */
import { addDays, type Day, dayOf } from '../../values/date.ts';
import { rulerOf } from './month-ruler.ts';

export interface Tick {
  readonly at: number;
  readonly text: string;
}

export interface Scale {
  readonly least: number;
  readonly most: number;
  readonly ticks: readonly Tick[];
}

/** Sizes that are drawn as they are: beyond them doubles have no steps between. */
const [LEAST, GREATEST] = [1e-300, 1e307];

/** Of a step, that a value may lie beyond the axis: less than a pixel. */
const BEYOND = 0.005;

/** Round values that hold all of `values`, in about so many steps. Nothing but one value lies in the middle. */
export function valueScale(values: Iterable<number>, steps = 5): Scale {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values)
    if (Math.abs(value) <= GREATEST) [least, most] = [Math.min(least, value), Math.max(most, value)];
  if (least > most) [least, most] = [0, 1];
  // What hardly differs would be told apart by the last digits of a double.
  const size = Math.max(Math.abs(least), Math.abs(most));
  if (most - least <= Math.max(size * 1e-9, LEAST)) {
    const around = size < LEAST ? 1 : size / 2;
    [least, most] = [least - around, most + around];
  }
  const step = roundStep((most - least) / steps);
  const [first, last] = [Math.floor(least / step + BEYOND), Math.ceil(most / step - BEYOND)];
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => {
    const at = Number(((first + index) * step).toPrecision(12));
    return { at, text: valueText(at, step) };
  });
  return { least: first * step, most: last * step, ticks };
}

/** 1, 2 or 5 times a power of ten, at least as large. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((times) => times * power).find((step) => step >= least * (1 - 1e-9)) ?? 10 * power;
}

const LARGE = [
  { from: 1e12, sign: 'T' },
  { from: 1e9, sign: 'G' },
  { from: 1e6, sign: 'M' },
  { from: 1e4, sign: 'k' },
] as const;

/** With as many digits as tell it from its neighbour a step away: `0.25`, `12`, `40k`, `1.5M`. */
export function valueText(value: number, step: number): string {
  if (value === 0) return '0';
  const size = Math.max(Math.abs(value), step);
  if (size >= 1e15 || size < 1e-6) return String(Number(value.toPrecision(4)));
  const large = LARGE.find(({ from }) => size >= from);
  const unit = large === undefined ? 1 : large.sign === 'k' ? 1e3 : large.from;
  const digits = Math.max(0, -Math.floor(Math.log10(step / unit) + 1e-9));
  return `${(value / unit).toFixed(digits)}${large?.sign ?? ''}`;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Up to this many days, ticks are hours. */
const HOURLY_DAYS = 3;
/** In pixels, or in columns of a terminal times `pixels`. */
const HOUR_ROOM = 48;

/** Days, months or years of a stretch of time, or hours of a short one; UTC. */
export function timeTicks(startMs: number, endMs: number, width: number): Tick[] {
  const spanMs = Math.max(1, endMs - startMs);
  if (spanMs > HOURLY_DAYS * DAY_MS) {
    const first = dayOf(startMs + DAY_MS - 1);
    const last = dayOf(endMs);
    return rulerOf(first, last < first ? first : last, (width * DAY_MS) / spanMs).map(({ at, text }) => ({
      at: Date.parse(addDays(first, at)),
      text,
    }));
  }
  const hours = [1, 3, 6, 12, 24].find((one) => (one * HOUR_MS * width) / spanMs >= HOUR_ROOM) ?? 24;
  const ticks: Tick[] = [];
  for (let at = Math.ceil(startMs / (hours * HOUR_MS)) * hours * HOUR_MS; at <= endMs; at += hours * HOUR_MS)
    ticks.push({ at, text: hourText(at) });
  return ticks;
}

function hourText(ms: number): string {
  const day: Day = dayOf(ms);
  return ms % DAY_MS === 0 ? day.slice(5) : new Date(ms).toISOString().slice(11, 16);
}

/** Even times of UTC along an axis. */
import type { Span } from './lanes.ts';

const DAY_MS = 86_400_000;
/** Steps of a clock, in ms. */
const STEPS = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  ...[1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400].map(
    (seconds) => seconds * 1_000,
  ),
];

export interface Tick {
  readonly atMs: number;
  readonly label: string;
}

/** At most so many steps within a span. */
export function ticksOf({ fromMs, toMs }: Span, most: number): Tick[] {
  const least = (toMs - fromMs) / Math.max(1, most);
  const step = STEPS.find((one) => one >= least) ?? Math.ceil(least / DAY_MS) * DAY_MS;
  const [from, to] = step < 1_000 ? [17, 23] : step < 60_000 ? [11, 19] : step < DAY_MS ? [11, 16] : [5, 10];
  const ticks: Tick[] = [];
  for (let atMs = Math.ceil(fromMs / step) * step; atMs <= toMs; atMs += step)
    ticks.push({ atMs, label: new Date(atMs).toISOString().slice(from, to) });
  return ticks;
}

/** Collected series in few words. */
import type { CollectedSeries } from '../../../src/index.ts';

export const DATE = '2026-03-02';
export const BEFORE = '2026-03-01';

type Value = CollectedSeries['values'][number];

/** `points` are by time of day, `09:30` or `09:30:15`. */
export function seriesOf(
  name: string,
  labels: Readonly<Record<string, string>>,
  points: Readonly<Record<string, Value>>,
  {
    date = DATE,
    organization = 'acme',
    temporality,
  }: { date?: string; organization?: string; temporality?: 'delta' } = {},
): CollectedSeries {
  return {
    organization,
    labels: { __name__: name, ...labels },
    ...(temporality === undefined ? {} : { temporality }),
    times: Object.keys(points).map((time) => Date.parse(`${date}T${time.padEnd(8, ':00')}Z`)),
    values: Object.values(points),
  };
}

/** A value each `step` minutes, from and to such times of day, both included. */
export function each(
  step: number,
  from: string,
  to: string,
  value: (at: number) => Value = () => 0.5,
): Record<string, Value> {
  const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
  const points: Record<string, Value> = {};
  for (let minute = minuteOf(from), at = 0; minute <= minuteOf(to); minute += step, at++)
    points[`${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`] = value(at);
  return points;
}

export const wholeDay = (step: number, value?: (at: number) => Value): Record<string, Value> =>
  each(step, '00:00', '23:59', value);

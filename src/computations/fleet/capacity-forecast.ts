/** When each file system is full, if it goes on as it did. */
import { z } from 'zod';
import { defineComputation, dependency, history } from '../../index.ts';
import { theilSen } from '../statistics/theil-sen.ts';
import { DiskLevel, diskLevel } from './disk-level.ts';
import { DAY_MS, startOf } from './fleet.ts';

const DAYS_BEFORE = 28;
/** A week, with today: fewer days are not enough for an interval at 95 % to leave out zero by more than chance. */
const MIN_DAYS = 7;
/** A fall by more from one day to the next is somebody who made room: what was before says nothing of what comes. */
const CLEARED = 0.1;
const FULL = 1;

const days = z.number().nonnegative().nullable();

export const CapacityForecast = DiskLevel.omit({ readings: true }).extend({
  /**
   * `filling`, `falling`: the 95 % interval of the slope is above, or below, zero; `flat`: it holds zero, so that nothing is foretold; `short-history`: there are
   * fewer than seven days since it was last cleared; `full` already.
   */
  verdict: z.enum(['full', 'filling', 'flat', 'falling', 'short-history']),
  /** Days that were looked at, today included. */
  days: z.number().int().positive(),
  /** Change of the share a day, 0.01 being a hundredth of the file system; null with a short history. */
  slope: z.number().nullable(),
  /** Days from the end of today until the line is at 1, and within which that lies by the interval of the slope; null where it does not fill. */
  daysUntilFull: days,
  earliest: days,
  latest: days,
});

/**
 * By series: the Theil-Sen line through the levels at the end of up to 29 days, which a few odd days do not turn, with Sen's interval; see
 * `statistics/theil-sen.ts`. The interval is of the trend's slope alone: it takes days to err independently, and the trend to go on.
 */
export const capacityForecast = defineComputation({
  name: 'capacity-forecast',
  category: 'capacity',
  productLines: ['fleet'],
  tags: ['capacity', 'trend'],
  description: 'Days until each file system is full, with an interval',
  needs: { today: dependency(diskLevel), past: history(diskLevel, DAYS_BEFORE) },
  output: z.record(z.string(), CapacityForecast),
  // Most file systems are never full.
  checks: { flatLine: false, nullDensity: false },
  headline: (series) => {
    const [next] = Object.values(series)
      .filter(({ daysUntilFull }) => daysUntilFull !== null)
      .sort((a, b) => (a.daysUntilFull ?? 0) - (b.daysUntilFull ?? 0));
    return next === undefined
      ? 'nothing fills'
      : `${next.runtime} ${next.resource} is full in ${(next.daysUntilFull ?? 0).toFixed(1)} days`;
  },
  compute: ({ today, past }, { date }) =>
    Object.fromEntries(
      Object.entries(today).map(([key, { organization, service, runtime, resource, level: own }]) => {
        const before = past.flatMap(({ date: day, value }) => {
          const level = value[key]?.level;
          return level === undefined ? [] : [{ x: (startOf(day) - startOf(date)) / DAY_MS, y: level }];
        });
        return [
          key,
          { organization, service, runtime, resource, level: own, ...forecastOf([...before, { x: 0, y: own }]) },
        ];
      }),
    ),
});

type Forecast = Omit<z.infer<typeof CapacityForecast>, keyof DiskLevel>;

/** Of days by their number, of which today's is 0. */
function forecastOf(all: readonly { readonly x: number; readonly y: number }[]): Forecast {
  const clearedAt = all.findLastIndex(({ y }, at) => at > 0 && (all[at - 1]?.y ?? y) - y > CLEARED);
  const points = all.slice(Math.max(0, clearedAt));
  const nothing = { days: points.length, slope: null, daysUntilFull: null, earliest: null, latest: null };
  const line = points.length < MIN_DAYS ? undefined : theilSen(points);
  const isFull = (points.at(-1)?.y ?? 0) >= FULL;
  if (isFull)
    return { ...nothing, verdict: 'full', slope: line?.slope ?? null, daysUntilFull: 0, earliest: 0, latest: 0 };
  if (line === undefined) return { ...nothing, verdict: 'short-history' };
  const { slope, lowestSlope, highestSlope, intercept } = line;
  if (highestSlope < 0) return { ...nothing, verdict: 'falling', slope };
  if (!(lowestSlope > 0)) return { ...nothing, verdict: 'flat', slope };
  const left = Math.max(0, FULL - intercept);
  return {
    ...nothing,
    verdict: 'filling',
    slope,
    daysUntilFull: left / slope,
    earliest: left / highestSlope,
    latest: left / lowestSlope,
  };
}

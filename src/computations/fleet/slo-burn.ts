/** How fast each service spends its error budget, and when that was worth waking somebody. */
import { z } from 'zod';
import { defineComputation, dependency, history } from '../../index.ts';
import { errorRate } from './error-rate.ts';
import { MINUTE_MS, startOf } from './fleet.ts';
import { requestWindows, WINDOW_MS, WINDOWS } from './request-windows.ts';

/** The share of requests that is to succeed, over 30 days. */
export const OBJECTIVE = 0.999;

const WINDOWS_AN_HOUR = 12;
const DAYS_OF_WINDOWS = 3;
const DAYS_BEFORE = 29;

/**
 * An alert holds where the burn rates of both windows, in hours, are above `factor`: the long one says that much of the budget is gone (2, 5 and 10 % of it),
 * the short one that it still burns.
 * Source: "The Site Reliability Workbook" (Beyer, Murphy, Rensin, Kawahara & Thorne, 2018), chapter 5, table 5-8.
 */
export const ALERTS = [
  { severity: 'page', longHours: 1, shortHours: 1 / 12, factor: 14.4 },
  { severity: 'page', longHours: 6, shortHours: 0.5, factor: 6 },
  { severity: 'ticket', longHours: 72, shortHours: 6, factor: 1 },
] as const;

const burn = z.number().nonnegative().nullable();

export const SloAlert = z.object({
  severity: z.enum(['page', 'ticket']),
  /** The long window. */
  hours: z.number(),
  /** The end of the first five minutes after which it held, and for how long: five minutes for each after which it did. */
  from: z.iso.datetime(),
  minutes: z.number().positive(),
  /** The highest burn rate of the long window meanwhile. */
  highestBurn: z.number().nonnegative(),
});

export const SloBurn = z.object({
  organization: z.string(),
  service: z.string(),
  /** Burn rate: error rate / (1 - 0.999). At 1 the budget of 30 days lasts 30 days. The highest of the day; null where there was no request. */
  highestBurn1h: burn,
  highestBurn6h: burn,
  /** Over the 3 and the 30 days that end with this one; null without requests. */
  burn3d: burn,
  burn30d: burn,
  /** Days of the 30 that have requests: with few of them `burn30d` is that of those. */
  days: z
    .number()
    .int()
    .min(0)
    .max(DAYS_BEFORE + 1),
  /** Stretches of the day on which an alert held, by alert and time. */
  alerts: z.array(SloAlert),
});
export type SloBurn = z.infer<typeof SloBurn>;

/**
 * By `organization/service`. Windows end every five minutes and reach back into the three days before. A burn rate is of as much of its window as there is data
 * for, as Prometheus's would be; an alert waits until there is data for all of its long window. Where a window has no request it has no burn rate, and no alert holds. A service with few requests pages for one
 * of them that fails: chapter 5 of the source says what to do about that.
 */
export const sloBurn = defineComputation({
  name: 'slo-burn',
  category: 'requests',
  productLines: ['fleet'],
  tags: ['errors', 'slo'],
  description: 'Burn rates of the error budget over 1 h, 6 h, 3 d and 30 d, with alerts',
  needs: {
    today: dependency(requestWindows),
    windows: history(requestWindows, DAYS_OF_WINDOWS),
    day: dependency(errorRate),
    days: history(errorRate, DAYS_BEFORE),
  },
  output: z.record(z.string(), SloBurn),
  checks: { flatLine: false, nullDensity: false },
  headline: (services) => {
    const all = Object.entries(services);
    const paged = all.filter(([, { alerts }]) => alerts.some(({ severity }) => severity === 'page'));
    return `${all.length} services, ${paged.length === 0 ? 'none' : paged.map(([key]) => key).join(', ')} paged`;
  },
  compute: ({ today, windows, day, days }, { date }) =>
    Object.fromEntries(
      Object.entries(today).map(([key, { organization, service, requests, errors }]) => {
        const past = Array.from({ length: DAYS_OF_WINDOWS }, (_, at) => {
          const start = startOf(date) - (DAYS_OF_WINDOWS - at) * WINDOWS * WINDOW_MS;
          return windows.find((one) => startOf(one.date) === start)?.value[key];
        });
        const burns = burnsOf([...past, { requests, errors }]);
        const all = [...days.map(({ value }) => value[key]), day[key]].filter(
          (one) => one !== undefined && one.requests > 0,
        );
        const total = all.reduce((sum, one) => sum + (one?.requests ?? 0), 0);
        const failed = all.reduce((sum, one) => sum + (one?.errors ?? 0), 0);
        return [
          key,
          {
            organization,
            service,
            highestBurn1h: burns.highest(1),
            highestBurn6h: burns.highest(6),
            burn3d: burns.at(WINDOWS, 72),
            burn30d: burnRate(failed, total),
            days: all.length,
            alerts: ALERTS.flatMap((alert) => stretchesOf(alert, burns, startOf(date))),
          },
        ];
      }),
    ),
});

interface Burns {
  /** Whether there were requests as long before as so many hours, at the end of so many windows of the day. */
  reach(windows: number, hours: number): boolean;
  /** Of the hours that end with so many windows of the day. */
  at(windows: number, hours: number): number | null;
  highest(hours: number): number | null;
}

interface Counts {
  readonly requests: readonly number[];
  readonly errors: readonly number[];
}

/** Of days after each other, the last of which is today. */
function burnsOf(days: readonly (Counts | undefined)[]): Burns {
  const requests = runningSum(days.map((day) => day?.requests));
  const errors = runningSum(days.map((day) => day?.errors));
  const todayAt = (days.length - 1) * WINDOWS;
  const first = requests.findIndex((sum) => sum > 0) - 1;
  const at = (windows: number, hours: number): number | null => {
    const to = todayAt + windows;
    const from = Math.max(0, to - Math.round(hours * WINDOWS_AN_HOUR));
    return burnRate(
      (errors[to] as number) - (errors[from] as number),
      (requests[to] as number) - (requests[from] as number),
    );
  };
  const highest = (hours: number): number | null => {
    let found: number | null = null;
    for (let windows = 1; windows <= WINDOWS; windows++) {
      const rate = at(windows, hours);
      if (rate !== null && rate > (found ?? -1)) found = rate;
    }
    return found;
  };
  const reach = (windows: number, hours: number): boolean =>
    first >= 0 && todayAt + windows - first >= hours * WINDOWS_AN_HOUR;
  return { at, highest, reach };
}

/** One longer than there are windows: it begins with 0. */
function runningSum(days: readonly (readonly number[] | undefined)[]): Float64Array {
  const sums = new Float64Array(days.length * WINDOWS + 1);
  for (let at = 0; at < sums.length - 1; at++)
    sums[at + 1] = (sums[at] as number) + (days[Math.floor(at / WINDOWS)]?.[at % WINDOWS] ?? 0);
  return sums;
}

/** What is left of a difference of large sums is no request. */
const LEAST_REQUESTS = 1e-6;

const burnRate = (errors: number, requests: number): number | null =>
  requests > LEAST_REQUESTS ? Math.max(0, Math.min(1, errors / requests)) / (1 - OBJECTIVE) : null;

function stretchesOf(
  { severity, longHours, shortHours, factor }: (typeof ALERTS)[number],
  burns: Burns,
  dayStart: number,
): z.infer<typeof SloAlert>[] {
  const held: { from: number; windows: number; highestBurn: number }[] = [];
  let last: (typeof held)[number] | undefined;
  for (let windows = 1; windows <= WINDOWS; windows++) {
    const long = burns.at(windows, longHours);
    const isHeld =
      burns.reach(windows, longHours) &&
      long !== null &&
      long > factor &&
      (burns.at(windows, shortHours) ?? 0) > factor;
    if (!isHeld) last = undefined;
    else if (last === undefined) held.push((last = { from: windows, windows: 1, highestBurn: long }));
    else {
      last.windows++;
      last.highestBurn = Math.max(last.highestBurn, long);
    }
  }
  return held.map(({ from, windows, highestBurn }) => ({
    severity,
    hours: longHours,
    from: new Date(dayStart + from * WINDOW_MS).toISOString(),
    minutes: (windows * WINDOW_MS) / MINUTE_MS,
    highestBurn,
  }));
}

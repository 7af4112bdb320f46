/** The fleet: an incident and the alerts that it raised, and a disk that fills. All of it is simulated. */
import type { z } from 'zod';
import { timeTicks } from '../../src/cli/pictures/axis.ts';
import { textWidth, words } from '../../src/cli/pictures/svg.ts';
import { type CapacityForecast, capacityForecast } from '../../src/computations/fleet/capacity-forecast.ts';
import { diskLevel } from '../../src/computations/fleet/disk-level.ts';
import { requestWindows, WINDOW_MS } from '../../src/computations/fleet/request-windows.ts';
import { sloBurn } from '../../src/computations/fleet/slo-burn.ts';
import { type FleetResults, runFleet } from '../../test/computations/fleet/run-fleet.ts';
import { simulatedData } from '../../test/computations/fleet/simulated-data.ts';
import {
  area,
  areaTo,
  blocks,
  chart,
  dots,
  HEADING,
  heading,
  line,
  MARGIN,
  panel,
  percent,
  type Point,
  WIDTH,
} from './marks.ts';

/** A fortnight; what is planted in it is told in src/computations/fleet/simulated-incidents.ts. */
const FROM = '2026-03-02';
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Requests of this service fail on this day, in the afternoon. */
const FAILING = { service: 'acme/search', date: '2026-03-09', fromHour: 13, toHour: 21 } as const;
/** This runtime's disk fills, and this is the day of the forecast that is shown. */
const [FILLING, FORETOLD] = ['mail/2', '2026-03-10'] as const;

type Forecast = z.infer<typeof CapacityForecast>;

const SPLIT = 414;
const TOP = MARGIN + HEADING;
const BOTTOM = TOP + 210;
const ALERT_ROW = 22;

export function fleetChart(): string {
  const { data, dates } = simulatedData({ organization: 'acme', from: FROM, metrics: ['requests', 'disks'] });
  const results = runFleet([sloBurn, capacityForecast], data, dates);
  const burning = results.on(sloBurn, FAILING.date)[FAILING.service];
  const alerts = burning?.alerts ?? [];
  const [key, forecast] = Object.entries(results.on(capacityForecast, FORETOLD)).find(
    ([, { runtime }]) => runtime === FILLING,
  ) as [string, Forecast];
  const { daysUntilFull, earliest, latest } = forecast;
  return chart({
    height: BOTTOM + 22 + MARGIN,
    title: 'A simulated fleet: an incident with its alerts, and the forecast of a disk',
    description:
      `Left, the share of the requests to ${FAILING.service} that failed on ${FAILING.date}, by five minutes, over the alerts of slo-burn: ` +
      `${alerts.map(({ severity, hours, from, minutes }) => `${severity} of the ${hours}-hour window from ${from.slice(11, 16)} for ${minutes} minutes`).join(', ')}. ` +
      `Right, how full the disk of ${FILLING} is, and the line on which it is full ${daysUntilFull?.toFixed(1)} days after ${FORETOLD}, between ${earliest?.toFixed(1)} and ${latest?.toFixed(1)}.`,
    children: [...incident(results, alerts), ...filling(results, key, forecast)],
  });
}

type Alerts = readonly {
  readonly severity: string;
  readonly hours: number;
  readonly from: string;
  readonly minutes: number;
  readonly highestBurn: number;
}[];

function incident(results: FleetResults, alerts: Alerts): string[] {
  const start = Date.parse(FAILING.date);
  const [from, to] = [start + FAILING.fromHour * HOUR_MS, start + FAILING.toHour * HOUR_MS];
  const windows = new Map(Object.entries(results.on(requestWindows, FAILING.date))).get(FAILING.service);
  const shares = (windows?.requests ?? [])
    .map((count, at) => ({
      ms: start + (at + 1) * WINDOW_MS,
      share: count > 0 ? (100 * (windows?.errors[at] ?? 0)) / count : 0,
    }))
    .filter(({ ms }) => ms >= from && ms <= to);
  const [left, right] = [MARGIN + 34, SPLIT];
  const bottom = BOTTOM - alerts.length * ALERT_ROW - 30;
  const time = { least: from, most: to, ticks: timeTicks(from, to, right - left) };
  const frame = panel({ left, right, top: TOP, bottom }, time, percent([0, ...shares.map(({ share }) => share)], 5));
  return [
    heading(
      MARGIN,
      MARGIN,
      'A fifth of the requests fail, and somebody is woken',
      `slo-burn: failed requests of search, ${FAILING.date} (UTC)`,
    ),
    ...frame.children,
    areaTo(
      shares.map(({ ms, share }) => ({ x: frame.x(ms), y: frame.y(share) })),
      frame.y(0),
      'red',
      0.6,
    ),
    ...alerts.flatMap(({ severity, hours, from: at, minutes, highestBurn }, row) => {
      const top = bottom + 34 + row * ALERT_ROW;
      const [begin, end] = [frame.x(Date.parse(at)), frame.x(Math.min(to, Date.parse(at) + minutes * 60_000))];
      const text = `${severity}, ${hours} h: burns ${highestBurn.toFixed(0)} times too fast`;
      const ink = severity === 'page' ? 'red' : 'orange';
      // Beside the bar, where there is room for it.
      const isInside = end - begin > textWidth(text) + 12;
      return [
        blocks([{ left: begin, right: end, top, bottom: top + 14 }], ink, isInside ? 0.3 : 0.85),
        words(Math.round(isInside ? begin + 6 : end + 6), top + 11, text),
      ];
    }),
  ];
}

function filling(results: FleetResults, key: string, { daysUntilFull, earliest, latest }: Forecast): string[] {
  const levels = [...results.of(diskLevel)].map(([date, disks]) => ({
    date,
    // Of the end of the day.
    ms: Date.parse(date) + DAY_MS,
    level: 100 * (disks[key]?.level ?? Number.NaN),
  }));
  const known = levels.filter(({ date }) => date <= FORETOLD);
  const today = known.at(-1) as (typeof levels)[number];
  const [from, to] = [Date.parse(FROM), today.ms + 13 * DAY_MS];
  const [left, right] = [SPLIT + 74, WIDTH - MARGIN];
  const weeks = Array.from({ length: 3 }, (_, week) => from + 7 * week * DAY_MS);
  const ticks = weeks.map((ms) => ({ at: ms, text: new Date(ms).toISOString().slice(5, 10) }));
  const frame = panel(
    { left, right, top: TOP, bottom: BOTTOM },
    { least: from, most: to, ticks },
    percent([0, 100], 5),
  );
  const at = (ms: number, level: number): Point => ({ x: frame.x(ms), y: frame.y(level) });
  const full = (days: number | null): Point => at(today.ms + (days ?? 0) * DAY_MS, 100);
  const came = levels.filter(({ date }) => date > FORETOLD).map(({ ms, level }) => at(ms, level));
  return [
    heading(
      SPLIT + 36,
      MARGIN,
      `Foretold: full in ${daysUntilFull?.toFixed(0)} days`,
      `capacity-forecast of ${FORETOLD}: ${FILLING}`,
    ),
    ...frame.children,
    area([at(today.ms, today.level), full(earliest), full(latest)], 'violet', 0.25),
    line([at(today.ms, today.level), full(daysUntilFull)], 'violet', { class: 'goal', width: 1.4 }),
    dots(
      known.map(({ ms, level }) => at(ms, level)),
      'blue',
      6.5,
    ),
    dots(came, 'blue', 6.5),
    dots(came, 'ground', 3.5),
    ...keyOfDots(left + 8, BOTTOM - 30),
  ];
}

/** Dots are filled up to the forecast. */
const keyOfDots = (x: number, y: number): string[] => [
  dots([{ x: x + 4, y: y - 4 }], 'blue', 6.5),
  words(x + 14, y, 'what was known', { class: 'quiet' }),
  dots([{ x: x + 4, y: y + 12 }], 'blue', 6.5),
  dots([{ x: x + 4, y: y + 12 }], 'ground', 3.5),
  words(x + 14, y + 16, 'what came', { class: 'quiet' }),
];

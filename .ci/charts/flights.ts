/** The flights: how punctual the busiest airports were day by day, and what a late morning does to the evening. */
import type { z } from 'zod';
import { timeTicks, valueScale } from '../../src/cli/pictures/axis.ts';
import { airportDay } from '../../src/computations/flights/airport-day.ts';
import { airportDayparts } from '../../src/computations/flights/airport-dayparts.ts';
import { airportReliability } from '../../src/computations/flights/airport-reliability.ts';
import { type DelayCarryover, delayCarryover } from '../../src/computations/flights/delay-carryover.ts';
import { flights } from '../../src/computations/flights/flights.ts';
import { daysFrom } from '../../src/values/date.ts';
import { type Results, rootData, runComputations } from '../../test/support/run-computations.ts';
import {
  blocks,
  caption,
  captionBelow,
  chart,
  dots,
  HEADING,
  heading,
  key,
  label,
  line,
  MARGIN,
  panel,
  type Point,
  WIDTH,
} from './marks.ts';
import { words } from '../../src/cli/pictures/svg.ts';

const [FROM, TO] = ['2001-01-01', '2001-01-30'] as const;
const DAYS = daysFrom(FROM, TO);
const AIRPORTS = 12;
const DAY_MS = 86_400_000;

/** A day's share of flights that were late is shown by how dense the colour is: from which share on. */
const LATE = [
  { from: 0, opacity: 0.07, text: 'below 15 %' },
  { from: 0.15, opacity: 0.25, text: '15' },
  { from: 0.25, opacity: 0.5, text: '25' },
  { from: 0.4, opacity: 0.75, text: '40' },
  { from: 0.6, opacity: 1, text: '60 % and more' },
] as const;

const ROW = 20;
const SPLIT = 414;

export async function flightsChart(): Promise<string> {
  const data = await rootData([flights], FROM, TO);
  const results = await runComputations([delayCarryover, airportReliability], { data, from: FROM, to: TO });
  const byDepartures = Object.entries(results.on(airportReliability, TO)).sort(
    ([, a], [, b]) => b.departures - a.departures,
  );
  const airports = byDepartures
    .slice(0, AIRPORTS)
    .sort(([, a], [, b]) => b.onTimeRate - a.onTimeRate)
    .map(([airport]) => airport);
  const busiest = byDepartures.at(0)?.[0] ?? '';
  const { slope, correlation } = carryoverOf(results, busiest);
  const bottom = MARGIN + HEADING + AIRPORTS * ROW;
  return chart({
    height: bottom + 44 + MARGIN,
    title: 'Delays of January 2001 at the twelve busiest airports of the United States',
    description:
      `Left, a row an airport and a column a day, the denser the more flights were late: storms show as columns. From the most to the least punctual: ${airports.join(', ')}. ` +
      `Right, a dot a day at ${busiest}: the mean delay of the evening by that of the morning, with a slope of ${slope.toFixed(2)} and a correlation of ${correlation.toFixed(2)}.`,
    children: [...lateness(results, airports, bottom), ...carryover(results, busiest, bottom)],
  });
}

function lateness(results: Results, airports: readonly string[], bottom: number): string[] {
  const [left, right, top] = [MARGIN + 34, SPLIT, MARGIN + HEADING];
  const width = (right - left) / DAYS.length;
  const cells = airports.flatMap((airport, row) =>
    DAYS.flatMap((day, at) => {
      const rate = results.on(airportDay, day)[airport]?.onTimeRate;
      if (rate == null) return [];
      const box = { left: left + at * width, right: left + (at + 1) * width - 1 };
      return [{ late: 1 - rate, box: { ...box, top: top + row * ROW, bottom: top + (row + 1) * ROW - 1 } }];
    }),
  );
  const ticks = timeTicks(Date.parse(FROM), Date.parse(TO), right - left);
  return [
    heading(
      MARGIN,
      MARGIN,
      'Bad days hit many airports at once',
      'airport-day: flights that arrived 15 minutes late or more',
    ),
    ...LATE.map(({ from, opacity }, at) => {
      const to = LATE[at + 1]?.from ?? Infinity;
      return blocks(
        cells.filter(({ late }) => late >= from && late < to).map(({ box }) => box),
        'orange',
        opacity,
      );
    }),
    ...airports.map((airport, row) =>
      words(left - 6, top + row * ROW + 14, airport, { class: 'quiet', 'text-anchor': 'end' }),
    ),
    ...ticks.map(({ at, text }) =>
      words(Math.round(left + ((at - Date.parse(FROM)) / DAY_MS) * width), bottom + 14, text, { class: 'quiet' }),
    ),
    key(
      LATE.map(({ text, opacity }) => ({ text, ink: 'orange', opacity })),
      right,
      bottom + 40,
    ),
  ];
}

const carryoverOf = (results: Results, airport: string): z.infer<typeof DelayCarryover> =>
  new Map(Object.entries(results.on(delayCarryover, TO))).get(airport) as z.infer<typeof DelayCarryover>;

function carryover(results: Results, airport: string, bottom: number): string[] {
  const points = DAYS.flatMap((day): Point[] => {
    const { morning, evening } = results.on(airportDayparts, day)[airport] ?? {};
    if (!morning?.departures || !evening?.departures) return [];
    return [{ x: morning.delayMinutes / morning.departures, y: evening.delayMinutes / evening.departures }];
  });
  const { slope, correlation } = carryoverOf(results, airport);
  const middle = { x: mean(points.map(({ x }) => x)), y: mean(points.map(({ y }) => y)) };
  const [left, right] = [SPLIT + 84, WIDTH - MARGIN];
  const across = valueScale(
    points.map(({ x }) => x),
    4,
  );
  const frame = panel(
    { left, right, top: MARGIN + HEADING, bottom },
    across,
    valueScale(
      points.map(({ y }) => y),
      5,
    ),
  );
  const ends = [Math.min(...points.map(({ x }) => x)), Math.max(...points.map(({ x }) => x))].map((x) => ({
    x: frame.x(x),
    y: frame.y(middle.y + slope * (x - middle.x)),
  }));
  return [
    heading(
      SPLIT + 36,
      MARGIN,
      `${airport}: late mornings, late evenings`,
      'delay-carryover: a dot is a day of January',
    ),
    ...frame.children,
    line(ends, 'blue'),
    dots(
      points.map(({ x, y }) => ({ x: frame.x(x), y: frame.y(y) })),
      'blue',
      7,
      0.75,
    ),
    label({ x: right - 4, y: bottom - 10 }, `slope ${slope.toFixed(2)}, r = ${correlation.toFixed(2)}`, 'blue', 'end'),
    captionBelow(frame.box, 'mean minutes late, 05:00 to noon'),
    caption(frame.box, 'mean minutes late, 17:00 to midnight'),
  ];
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Productivity: a command that breaks, and a tool that spreads from the day on which it is first used. All events are simulated. */
import { timeTicks, valueScale } from '../../src/cli/pictures/axis.ts';
import type { Frame } from '../../src/cli/pictures/frame.ts';
import { failureHotspots } from '../../src/computations/productivity/failure-hotspots.ts';
import { toolAdoption } from '../../src/computations/productivity/tool-adoption.ts';
import { addDays, daysFrom } from '../../src/values/date.ts';
import { type Results, runComputations } from '../../test/support/run-computations.ts';
import { simulatedEvents, TRUTH } from '../../src/cli/templates/productivity/src/simulated-events.ts';
import { collectedDays } from '../../test/support/collected-days.ts';
import {
  blocks,
  chart,
  dots,
  HEADING,
  heading,
  type Ink,
  key,
  label,
  line,
  MARGIN,
  panel,
  percent,
  type Point,
  WIDTH,
} from './marks.ts';

const FROM = '2024-01-29';
const WEEKS = 4;
const DAYS = daysFrom(FROM, addDays(FROM, 7 * WEEKS - 1));
const SEED = 7;
/** Numbers of days, of which the first is 0. */
const [BROKEN_ON, ADOPTED_ON] = [24, 10];
const DAY_MS = 86_400_000;

const BROKEN = `${TRUTH.broken.organization}/${TRUTH.broken.command}`;
const ADOPTED = `${TRUTH.adopted.organization}/${TRUTH.adopted.command}`;

const SPLIT = 366;
const [TOP, BOTTOM] = [MARGIN + HEADING, MARGIN + HEADING + 190];

export async function productivityChart(): Promise<string> {
  const events = { seed: SEED, from: FROM, days: DAYS.length, brokenOn: BROKEN_ON, adoptedOn: ADOPTED_ON };
  const last = DAYS.at(-1) as string;
  const results = await runComputations([failureHotspots, toolAdoption], {
    data: collectedDays(simulatedEvents(events)),
    from: FROM,
    to: last,
  });
  const found = DAYS.filter((day) => results.on(failureHotspots, day)[BROKEN]?.verdict === 'failing');
  const adopted = results.on(toolAdoption, last)[ADOPTED];
  return chart({
    height: BOTTOM + 44 + MARGIN,
    title: 'Simulated developers: a command that breaks, and a tool that is taken up',
    description:
      `Left, the share of the runs of ${BROKEN} that failed each day, beside what was usual: it breaks on ${DAYS[BROKEN_ON]} and is found on ${found.join(', ')}. ` +
      `Right, users of ${ADOPTED} a day, those for the first time, and its adopters so far: from the first on ${adopted?.firstUsed} to ${adopted?.adopters} on ${last}.`,
    children: [...hotspot(results), ...adoption(results)],
  });
}

const time = (left: number, right: number) => {
  const [least, most] = [Date.parse(FROM), Date.parse(FROM) + DAYS.length * DAY_MS];
  return { least, most, ticks: timeTicks(least, most - DAY_MS, right - left) };
};

/** A bar a day. */
const bars = (values: readonly number[], { x, y }: Frame, ink: Ink, opacity: number): string =>
  blocks(
    values.flatMap((value, at) => {
      const from = Date.parse(FROM) + at * DAY_MS;
      return value === 0 ? [] : [{ left: x(from) + 1, right: x(from + DAY_MS) - 1, top: y(value), bottom: y(0) }];
    }),
    ink,
    opacity,
  );

/** At the middle of each day. */
const course = (values: readonly number[], { x, y }: Frame): Point[] =>
  values.map((value, at) => ({ x: x(Date.parse(FROM) + (at + 0.5) * DAY_MS), y: y(value) }));

/** Of each day a bar from the lower end of the failure rate's interval up to it. */
function hotspot(results: Results): string[] {
  const days = DAYS.flatMap((day, at) => {
    const found = results.on(failureHotspots, day)[BROKEN];
    const from = Date.parse(FROM) + at * DAY_MS;
    return found === undefined ? [] : [{ ...found, from, middle: from + DAY_MS / 2 }];
  });
  const [left, right] = [MARGIN + 34, SPLIT - 10];
  const rates = days.map(({ failureRate }) => 100 * failureRate);
  const frame = panel({ left, right, top: TOP, bottom: BOTTOM }, time(left, right), percent([0, ...rates], 5), 'start');
  const ofVerdict = (verdict: string): string[] => {
    const own = days.filter((day) => day.verdict === verdict);
    const ink = verdict === 'failing' ? 'red' : 'blue';
    return [
      blocks(
        own.map(({ from, failureRate, failsAtLeast }) => ({
          left: frame.x(from) + 2,
          right: frame.x(from + DAY_MS) - 2,
          top: frame.y(100 * failureRate),
          bottom: frame.y(100 * failsAtLeast),
        })),
        ink,
        0.35,
      ),
      dots(
        own.map(({ middle, failureRate }) => ({ x: frame.x(middle), y: frame.y(100 * failureRate) })),
        ink,
        7,
      ),
    ];
  };
  return [
    heading(MARGIN, MARGIN, 'A command breaks, and is found', `failure-hotspots: failed runs of ${BROKEN}`),
    ...frame.children,
    ...ofVerdict('usual'),
    ...ofVerdict('failing'),
    line(
      days.map(({ middle, usualRate }) => ({ x: frame.x(middle), y: frame.y(100 * usualRate) })),
      'quiet',
      { class: 'goal', width: 1.4 },
    ),
    key(
      [
        { text: 'usual', ink: 'blue' },
        { text: 'failing', ink: 'red' },
        { text: '28 days before', ink: 'quiet' },
      ],
      right,
      BOTTOM + 40,
    ),
  ];
}

function adoption(results: Results): string[] {
  const days = DAYS.map((day) => results.on(toolAdoption, day)[ADOPTED]);
  const first = days.findIndex((day) => day !== undefined);
  const [left, right] = [SPLIT + 44, WIDTH - MARGIN];
  const adopters = days.map((day) => day?.adopters ?? 0);
  const frame = panel(
    { left, right, top: TOP, bottom: BOTTOM },
    time(left, right),
    valueScale([0, ...adopters], 5),
    'start',
  );
  const x = frame.x(Date.parse(FROM) + first * DAY_MS);
  return [
    heading(SPLIT + 22, MARGIN, 'A tool is taken up', `tool-adoption: users of ${ADOPTED}`),
    ...frame.children,
    bars(
      days.map((day) => day?.usersToday ?? 0),
      frame,
      'blue',
      0.35,
    ),
    bars(
      days.map((day) => day?.newUsers ?? 0),
      frame,
      'orange',
      0.9,
    ),
    line([{ x, y: frame.y(0) }, ...course(adopters, frame).slice(first)], 'violet', { width: 2 }),
    line(
      [
        { x, y: TOP },
        { x, y: BOTTOM },
      ],
      'quiet',
      { class: 'goal', width: 1 },
    ),
    label({ x, y: TOP - 6 }, `first used ${DAYS[first]}`, 'quiet', 'middle'),
    key(
      [
        { text: 'adopters so far', ink: 'violet' },
        { text: 'today', ink: 'blue', opacity: 0.35 },
        { text: 'for the first time', ink: 'orange', opacity: 0.9 },
      ],
      right,
      BOTTOM + 40,
    ),
  ];
}

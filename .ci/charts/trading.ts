/** Trading: where one user stands to what could be had, and how often the classifier is right. All users are simulated. */
import type { Box } from '../../src/cli/pictures/frame.ts';
import { textWidth, words } from '../../src/cli/pictures/svg.ts';
import { convexHull, upperEdge } from '../../src/computations/statistics/convex-hull.ts';
import type { RiskGeometry } from '../../src/computations/trading/risk-geometry.ts';
import type { RiskReturn } from '../../src/computations/trading/risk-return.ts';
import type { Behaviour } from '../../src/computations/trading/simulation/behaviour.ts';
import { placeOfDay, simulatedMarket } from '../../src/computations/trading/simulation/market.ts';
import { simulatePerson, userOf } from '../../src/computations/trading/simulation/person.ts';
import { Trait } from '../../src/computations/trading/user-classifier.ts';
import { type FoundOfUser, panelOf, TRADING_DAY, tradersOn } from '../../test/support/traders.ts';
import {
  area,
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
  percent,
  type Point,
  WIDTH,
} from './marks.ts';

/** Of the people of the sample; of one of them the holdings are drawn. */
const PEOPLE = 3_000;
const USER = 53;
/** What is asked of the classifier: test/computations/trading/detectors.test.ts holds it to that. */
const GOALS = { precision: 0.9, recall: 0.8 } as const;

const SPLIT = 390;
const TOP = MARGIN + HEADING;
const BOTTOM = TOP + 230;

interface Person {
  readonly behaviour: Behaviour;
  readonly found: FoundOfUser;
}

interface Judged {
  readonly trait: string;
  readonly precision: number;
  readonly recall: number;
}

export async function tradingChart(): Promise<string> {
  const people: Person[] = [];
  for await (const person of tradersOn(TRADING_DAY, 0, PEOPLE)) people.push(person);
  const judged = Trait.options.map((trait): Judged => {
    const found = people.filter((person) => person.found['user-classifier'].traits.includes(trait));
    const planted = people.filter(({ behaviour }) => behaviour === trait);
    const right = found.filter(({ behaviour }) => behaviour === trait).length;
    return { trait, precision: (100 * right) / found.length, recall: (100 * right) / planted.length };
  });
  const { found } = people.at(USER) as Person;
  const told = judged.map(
    ({ trait, precision, recall }) => `${trait} ${precision.toFixed(0)} and ${recall.toFixed(0)} %`,
  );
  return chart({
    height: BOTTOM + 40 + MARGIN,
    title: 'Simulated traders: the risk geometry of one, and how well all are classified',
    description:
      `Left, risk and reward of the ${geometryOf(found).tickers} instruments that ${userOf(USER)} holds, with their convex hull and its upper edge, the efficient frontier: ` +
      `together with cash, at the risk that the user took it has ${(100 * (geometryOf(found).distance ?? 0)).toFixed(2)} % a day more than the user earned. ` +
      `Right, precision and recall of user-classifier for each trait, of ${PEOPLE} people: ${told.join(', ')}.`,
    children: [...(await geometry(found)), ...classes(judged)],
  });
}

const geometryOf = (found: FoundOfUser): RiskGeometry => found['risk-geometry'] as RiskGeometry;

async function geometry(found: FoundOfUser): Promise<string[]> {
  const market = simulatedMarket();
  const { tickers } = await panelOf(TRADING_DAY);
  const { portfolio } = simulatePerson(USER, placeOfDay(market, TRADING_DAY), market);
  const held = [...new Set(portfolio.positions.map(({ ticker }) => ticker))].flatMap((ticker) => {
    const { risk, reward } = tickers[ticker] ?? {};
    return risk == null || reward == null ? [] : [{ ticker, x: 100 * risk, y: 100 * reward }];
  });
  const { frontier, distance } = geometryOf(found);
  const { risk, reward } = found['risk-return'] as RiskReturn;
  const own = { x: 100 * (risk ?? 0), y: 100 * (reward ?? 0) };
  const [left, right] = [MARGIN + 46, SPLIT - 20];
  const frame = panel(
    { left, right, top: TOP, bottom: BOTTOM },
    percent([0, own.x, ...held.map(({ x }) => x)], 5),
    percent([own.y, ...held.map(({ y }) => y)], 5),
  );
  const at = ({ x, y }: Point): Point => ({ x: frame.x(x), y: frame.y(y) });
  const edge = frontier.map(([x, y]) => at({ x: 100 * x, y: 100 * y }));
  const withCash = upperEdge([{ x: 0, y: 0 }, ...held]);
  const best = at({ x: own.x, y: own.y + 100 * (distance ?? 0) });
  return [
    heading(
      MARGIN,
      MARGIN,
      'How much more the same risk could have paid',
      `risk-geometry: what ${userOf(USER)} holds; dashed, with cash`,
    ),
    ...frame.children,
    area(convexHull(held).map(at), 'blue', 0.12),
    line([at(own), best], 'orange', { class: 'goal', width: 1.4 }),
    line(withCash.map(at), 'blue', { class: 'goal', width: 1.2 }),
    line(edge, 'blue', { width: 2.2 }),
    dots(held.map(at), 'blue', 7),
    ...names(
      held.map((one) => ({ text: one.ticker, x: frame.x(one.x), y: frame.y(one.y) })),
      frame.box,
    ),
    dots([at(own)], 'orange', 11),
    label({ x: at(own).x + 8, y: at(own).y + 19 }, 'the user', 'orange', 'end'),
    label({ x: best.x - 4, y: best.y - 4 }, `${(100 * (distance ?? 0)).toFixed(2)} % a day`, 'orange', 'end'),
    captionBelow(frame.box, 'risk: standard deviation of a day'),
    caption(frame.box, 'reward: mean of a day'),
  ];
}

interface Named extends Point {
  readonly text: string;
}

/** Beside their dots, to the left where there is no room to the right; none where another dot lies. */
function names(all: readonly Named[], { right }: Box): string[] {
  return all.flatMap(({ text, x, y }) => {
    const width = 10 + textWidth(text);
    const isLeft = x + width > right;
    const [from, to] = isLeft ? [x - width, x] : [x, x + width];
    const isTaken = all.some((one) => one.x > from && one.x < to && one.x !== x && Math.abs(one.y - y) < 9);
    if (isTaken) return [];
    const place = { class: 'quiet', 'text-anchor': isLeft ? 'end' : undefined };
    return [words(Math.round(x) + (isLeft ? -8 : 8), Math.round(y) + 4, text, place)];
  });
}

/** Dots on a scale that begins where it gets interesting: nothing lies below. */
function classes(judged: readonly Judged[]): string[] {
  const [left, right] = [SPLIT + 104, WIDTH - MARGIN];
  const scale = percent(
    [...judged.flatMap(({ precision, recall }) => [precision, recall]), 100 * GOALS.recall - 10, 100],
    3,
  );
  const rows = { least: judged.length - 0.5, most: -0.5, ticks: [] };
  const frame = panel({ left, right, top: TOP, bottom: BOTTOM }, scale, rows);
  const inks = { precision: 'blue', recall: 'violet' } as const;
  const measures = Object.keys(inks) as (keyof typeof inks)[];
  return [
    heading(
      SPLIT + 20,
      MARGIN,
      'How often the classifier is right',
      `user-classifier, of ${PEOPLE} people whose truth is known`,
    ),
    ...frame.children,
    ...measures.flatMap((measure) => {
      const x = frame.x(100 * GOALS[measure]);
      return [
        line(
          [
            { x, y: TOP },
            { x, y: BOTTOM },
          ],
          inks[measure],
          { class: 'goal', width: 1.4 },
        ),
        label({ x: x - 4, y: TOP - 4 }, `goal ${100 * GOALS[measure]} %`, inks[measure], 'middle'),
      ];
    }),
    ...judged.flatMap(({ trait, ...one }, row) => [
      words(left - 8, Math.round(frame.y(row)) + 4, trait, { 'text-anchor': 'end' }),
      line(
        [
          { x: left, y: frame.y(row) },
          { x: right, y: frame.y(row) },
        ],
        'line',
      ),
      ...measures.map((measure, at) =>
        dots([{ x: frame.x(one[measure]), y: frame.y(row) + 8 * at - 4 }], inks[measure], 9),
      ),
    ]),
    key(
      measures.map((text) => ({ text, ink: inks[text] })),
      right,
      BOTTOM + 36,
    ),
  ];
}

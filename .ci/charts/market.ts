/** The market: twenty years of the index, what state it was in, and how far below its peak. */
import { timeTicks, valueScale } from '../../src/cli/pictures/axis.ts';
import type { Box, Frame } from '../../src/cli/pictures/frame.ts';
import { drawdown } from '../../src/computations/market/drawdown.ts';
import { regimeSpell } from '../../src/computations/market/regime-spell.ts';
import type { Prices } from '../../src/computations/market/sp500.ts';
import { sp500 } from '../../src/computations/market/sp500.ts';
import { rootData, runComputations } from '../../test/support/run-computations.ts';
import {
  areaTo,
  blocks,
  chart,
  HEADING,
  heading,
  type Ink,
  key,
  label,
  line,
  MARGIN,
  panel,
  percent,
  WIDTH,
} from './marks.ts';

const [FROM, TO] = ['2000-01-03', '2020-04-17'] as const;

/** Of so many trading days one is drawn: a pixel has room for about that many. */
const EVERY = 10;

/** In pixels: what is narrower has no colour. */
const LEAST_BAND = 0.4;

const BANDS = {
  bear: { ink: 'red', opacity: 0.4 },
  correction: { ink: 'orange', opacity: 0.25 },
  turbulent: { ink: 'violet', opacity: 0.25 },
} as const satisfies Readonly<Record<string, { readonly ink: Ink; readonly opacity: number }>>;

interface MarketDay {
  readonly date: string;
  readonly ms: number;
  readonly close: number;
  /** Percent, negative. */
  readonly fall: number;
  readonly regime: string;
}

export async function marketChart(): Promise<string> {
  const days = await marketDays();
  const [first, last] = [days.at(0) as MarketDay, days.at(-1) as MarketDay];
  const deepest = days.reduce((low, day) => (day.fall < low.fall ? day : low));
  const [left, right, top] = [MARGIN + 38, WIDTH - MARGIN, MARGIN + HEADING];
  const years = timeTicks(first.ms, last.ms, right - left).filter(({ text }) => Number(text) % 2 === 0);
  const time = { least: first.ms, most: last.ms, ticks: years };
  const closes = panel(
    { left, right, top, bottom: top + 170 },
    { ...time, ticks: [] },
    valueScale([0, ...days.map(({ close }) => close)], 4),
  );
  const below = closes.box.bottom + 18 + HEADING;
  const falls = panel({ left, right, top: below, bottom: below + 90 }, time, percent([0, deepest.fall], 3));
  const drawn = days.filter((day, at) => at % EVERY === 0 || day === last || day === deepest);
  const fallen = drawn.map(({ ms, fall }) => ({ x: falls.x(ms), y: falls.y(fall) }));
  const shares = Object.keys(BANDS).map((name) => {
    const share = days.filter(({ regime }) => regime === name).length / days.length;
    return `${name} on ${(100 * share).toFixed(0)} %`;
  });
  return chart({
    height: falls.box.bottom + 22 + MARGIN,
    title: 'S&P 500, January 2000 to April 2020: closes, regimes and drawdown',
    description:
      `Above, the daily close over bands of the regime, of all days ${shares.join(', ')}. Below, the drawdown; ` +
      `it is deepest on ${deepest.date}, at ${minus(deepest.fall)} %.`,
    children: [
      heading(
        MARGIN,
        MARGIN,
        'The index, and the state it was in',
        'S&P 500, daily close; bands of computation regime',
      ),
      key(
        Object.entries(BANDS).map(([text, { ink, opacity }]) => ({ text, ink, opacity })),
        right,
        MARGIN + 28,
      ),
      ...bandsOf(days, closes),
      ...closes.children,
      line(
        drawn.map(({ ms, close }) => ({ x: closes.x(ms), y: closes.y(close) })),
        'blue',
        { width: 1.3 },
      ),
      heading(
        MARGIN,
        closes.box.bottom + 18,
        'How far below its peak',
        'computation drawdown: close by the highest close so far',
      ),
      ...falls.children,
      areaTo(fallen, falls.y(0), 'red', 0.6),
      label(
        { x: falls.x(deepest.ms) + 8, y: falls.y(deepest.fall) + 2 },
        `${minus(deepest.fall)} % on ${deepest.date}`,
        'red',
      ),
    ],
  });
}

const minus = (value: number): string => value.toFixed(1).replace('-', '\u2212');

async function marketDays(): Promise<MarketDay[]> {
  const data = await rootData([sp500], FROM, TO);
  const results = await runComputations([regimeSpell], { data, from: FROM, to: TO });
  const closes = data.get(sp500.name) ?? new Map<string, unknown>();
  return [...results.of(regimeSpell)].map(([date, { regime }]) => ({
    date,
    ms: Date.parse(date),
    close: (closes.get(date) as Prices).close,
    fall: 100 * results.on(drawdown, date).drawdown,
    regime,
  }));
}

/** Stretches of the same regime; each ends where the next begins. */
function spellsOf(
  days: readonly MarketDay[],
): { readonly regime: string; readonly from: MarketDay; readonly to: MarketDay }[] {
  const begins = days.filter((day, at) => day.regime !== days[at - 1]?.regime);
  return begins.map((from, at) => ({ regime: from.regime, from, to: begins[at + 1] ?? (days.at(-1) as MarketDay) }));
}

function bandsOf(days: readonly MarketDay[], { box: { top, bottom }, x }: Frame): string[] {
  const spells = spellsOf(days);
  return Object.entries(BANDS).map(([name, { ink, opacity }]) =>
    blocks(
      spells
        .filter(({ regime }) => regime === name)
        .map(({ from, to }): Box => ({ left: x(from.ms), right: x(to.ms), top, bottom }))
        .filter(({ left, right }) => right - left >= LEAST_BAND),
      ink,
      opacity,
    ),
  );
}

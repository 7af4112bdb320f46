/** Figures of each family of bundled computations: what they find in real data, or in data that is simulated and says so. */
import { charts } from './charts.ts';
import { networkDay } from '../src/computations/flights/network-day.ts';
import { flights } from '../src/computations/flights/flights.ts';
import { errorRate } from '../src/computations/fleet/error-rate.ts';
import { drawdown } from '../src/computations/market/drawdown.ts';
import { rsi14 } from '../src/computations/market/rsi-14.ts';
import { sp500 } from '../src/computations/market/sp500.ts';
import { toolAdoption } from '../src/computations/productivity/tool-adoption.ts';
import { placeOfDay, simulatedMarket } from '../src/computations/trading/simulation/market.ts';
import { Trait } from '../src/computations/trading/user-classifier.ts';
import { linePicture } from '../src/cli/pictures/line-picture.ts';
import type { PlotAnswer, PlotSeries } from '../src/cli/pictures/plot.ts';
import { simulatedEvents } from '../src/cli/templates/productivity/src/simulated-events.ts';
import { addDays } from '../src/values/date.ts';
import { runFleet } from '../test/computations/fleet/run-fleet.ts';
import { simulatedData } from '../test/computations/fleet/simulated-data.ts';
import { rootData, runComputations } from '../test/support/run-computations.ts';
import { collectedDays } from '../test/support/collected-days.ts';
import { TRADING_DAY, tradersOn } from '../test/support/traders.ts';

/** Any seed does; the same brings the same events. */
const SEED = 7;
/** The day, from 0, on which a tool begins to spread. */
const ADOPTED_ON = 10;
const PEOPLE = 500;
const JUDGED = 4_000;

/** Texts by the name of their file: a computation's or a family's, with .svg or .md. */
export async function figures(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ...[await ofFlights(), await ofMarket(), await ofTrading(), ofFleet(), await ofProductivity()].flat(),
    ...(await charts()),
  ]);
}

type Figures = readonly (readonly [file: string, text: string])[];

async function ofFlights(): Promise<Figures> {
  const [from, to] = ['2001-01-01', '2001-01-31'];
  const results = await runComputations([networkDay], { data: await rootData([flights], from, to), from, to });
  return [
    chart('network-day', 'On-time rate of the whole network', results.of(networkDay), ({ onTimeRate }) => ({
      onTimeRate,
    })),
  ];
}

async function ofMarket(): Promise<Figures> {
  const [seed, from, to] = ['2000-01-01', '2001-01-01', '2001-12-31'];
  const data = await rootData([sp500], seed, to);
  const results = await runComputations([drawdown, rsi14], { data, from, to });
  return [
    chart('drawdown', 'Drawdown of the S&P 500', results.of(drawdown), (value) => ({ drawdown: value.drawdown })),
    chart('rsi-14', 'Relative Strength Index of the S&P 500', results.of(rsi14), ({ rsi }) => ({ rsi })),
  ];
}

/** From the first trading days, of which little can be said, to those with sixty before them. */
async function ofTrading(): Promise<Figures> {
  const market = simulatedMarket();
  const last = placeOfDay(market, TRADING_DAY);
  const counts = new Map<string, Record<string, number>>();
  for (const day of market.days.slice(0, last + 1)) {
    const labels: Record<string, number> = {};
    for await (const { found } of tradersOn(day, 0, PEOPLE)) {
      const { label } = found['user-classifier'];
      labels[label] = (labels[label] ?? 0) + 1;
    }
    counts.set(day, labels);
  }
  return [
    chart('user-classifier', `Users by label, of ${PEOPLE} (simulated)`, counts, (labels) => labels),
    ['user-classifier.md', await detectors()],
  ];
}

/** How often traits that were planted are found, and how often what is found was planted. */
async function detectors(): Promise<string> {
  const people: { readonly behaviour: string; readonly traits: readonly string[] }[] = [];
  for await (const { behaviour, found } of tradersOn(TRADING_DAY, 0, JUDGED))
    people.push({ behaviour, traits: found['user-classifier'].traits });
  const rows = Trait.options.map((trait) => {
    const planted = people.filter(({ behaviour }) => behaviour === trait);
    const found = people.filter(({ traits }) => traits.includes(trait));
    const right = found.filter(({ behaviour }) => behaviour === trait).length;
    const shares = [right / found.length, right / planted.length].map((share) => share.toFixed(3));
    return `| ${[trait, planted.length, found.length, right, ...shares].join(' | ')} |`;
  });
  return [
    `Of ${JUDGED.toLocaleString('en')} simulated people with 60 trading days of history, whose behaviour is known:`,
    '',
    '| trait | have it | found | of these right | precision | recall |',
    '|---|--:|--:|--:|--:|--:|',
    ...rows,
    '',
  ].join('\n');
}

function ofFleet(): Figures {
  const { data, dates } = simulatedData({ organization: 'acme', from: '2026-03-02', metrics: ['requests'] });
  const results = runFleet([errorRate], data, dates);
  return [
    chart('error-rate', 'Error rate of services (simulated)', results.of(errorRate), (services) =>
      Object.fromEntries(Object.entries(services).map(([name, one]) => [name, one.errorRate])),
    ),
  ];
}

async function ofProductivity(): Promise<Figures> {
  const from = '2024-01-29';
  const data = collectedDays(simulatedEvents({ seed: SEED, from, days: 28, adoptedOn: ADOPTED_ON }));
  const results = await runComputations([toolAdoption], { data, from, to: addDays(from, 27) });
  return [
    chart('tool-adoption', 'Adopters of tools in globex (simulated)', results.of(toolAdoption), (tools) =>
      Object.fromEntries(
        Object.entries(tools)
          .filter(([name]) => name.startsWith('globex/'))
          .map(([name, { adopters }]) => [name, adopters]),
      ),
    ),
  ];
}

/** `linesOf` gives a value of each line for a day, null or nothing where there is none. */
function chart<T>(
  computation: string,
  metric: string,
  days: ReadonlyMap<string, T>,
  linesOf: (value: T) => Readonly<Record<string, number | null>>,
): readonly [string, string] {
  const lines = new Map<string, PlotSeries>();
  for (const [day, result] of days) {
    for (const [line, value] of Object.entries(linesOf(result))) {
      if (value === null) continue;
      const series: PlotSeries = lines.get(line) ?? { labels: { line }, points: [] };
      lines.set(line, series);
      series.points.push([Date.parse(day), value]);
    }
  }
  const dates = [...days.keys()].map((day) => Date.parse(day));
  const plot: PlotAnswer = {
    metric,
    unit: '',
    fromMs: Math.min(...dates),
    toMs: Math.max(...dates),
    series: [...lines].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, series]) => series),
    left: 0,
  };
  return [`${computation}.svg`, linePicture(plot, undefined)];
}

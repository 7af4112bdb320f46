/** Days of the SIMULATED sample, as the loader takes them. */
import type { History } from '../histories.ts';
import type { Portfolio } from '../portfolios.ts';
import type { Instruments, Prices } from '../prices.ts';
import { placeOfDay, simulatedMarket } from './market.ts';
import { simulatePerson, type SimulatedPerson } from './person.ts';
import { SAMPLE_USERS } from './sample.ts';

export function* simulatedPrices(date: string): Generator<Prices> {
  const { instruments, closes, index, days } = simulatedMarket();
  const day = days.indexOf(date);
  if (day === -1) return;
  const splits = instruments.flatMap(({ ticker, splits }) => {
    const units = splits[date];
    return units === undefined ? [] : [[ticker, units] as const];
  });
  yield {
    index: index[day] as number,
    closes: Object.fromEntries(instruments.map(({ ticker }, at) => [ticker, closes[at]?.[day] as number])),
    ...(splits.length === 0 ? {} : { splits: Object.fromEntries(splits) }),
  };
}

export function* simulatedInstruments(): Generator<Instruments> {
  yield Object.fromEntries(simulatedMarket().instruments.map(({ ticker, line, sector }) => [ticker, { line, sector }]));
}

export function* simulatedPortfolios(date: string): Generator<Portfolio> {
  for (const { portfolio } of people(date)) yield portfolio;
}

export function* simulatedHistories(date: string): Generator<History> {
  for (const { history } of people(date)) yield history;
}

/** In the order of their names; none on a day without trading. */
function* people(date: string): Generator<SimulatedPerson> {
  const market = simulatedMarket();
  const day = placeOfDay(market, date);
  if (day === -1) return;
  for (let number = 0; number < SAMPLE_USERS; number++) yield simulatePerson(number, day, market);
}

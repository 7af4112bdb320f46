/** Simulated people, and what the trading computations find of them, beside what they are. */
import { concentration } from '../../src/computations/trading/concentration.ts';
import { dispositionEffect } from '../../src/computations/trading/disposition-effect.ts';
import { holdingAsymmetry } from '../../src/computations/trading/holding-asymmetry.ts';
import { overtrading } from '../../src/computations/trading/overtrading.ts';
import { type PricePanel, pricePanel } from '../../src/computations/trading/price-panel.ts';
import type { Instruments, Prices } from '../../src/computations/trading/prices.ts';
import { profitAndLoss } from '../../src/computations/trading/profit-and-loss.ts';
import { returnAttribution } from '../../src/computations/trading/return-attribution.ts';
import { revengeTrading } from '../../src/computations/trading/revenge-trading.ts';
import { riskGeometry } from '../../src/computations/trading/risk-geometry.ts';
import { riskReturn } from '../../src/computations/trading/risk-return.ts';
import type { Behaviour } from '../../src/computations/trading/simulation/behaviour.ts';
import { placeOfDay, simulatedMarket } from '../../src/computations/trading/simulation/market.ts';
import { simulatePerson } from '../../src/computations/trading/simulation/person.ts';
import { simulatedInstruments, simulatedPrices } from '../../src/computations/trading/simulation/rows.ts';
import { smartMoneyScore } from '../../src/computations/trading/smart-money-score.ts';
import { type UserClass, userClassifier } from '../../src/computations/trading/user-classifier.ts';
import { runDay } from '../../src/testing/index.ts';
import { bareLoop } from './bare-loop.ts';

/** Sixty trading days after the first, and those before it. */
export const TRADING_DAY = '2019-03-29';

/** What is made user by user, in the order of the graph. */
export const PER_USER = [
  profitAndLoss,
  concentration,
  dispositionEffect,
  holdingAsymmetry,
  overtrading,
  revengeTrading,
  riskReturn,
  returnAttribution,
  riskGeometry,
  smartMoneyScore,
  userClassifier,
] as const;

export interface FoundOfUser extends Readonly<Record<string, unknown>> {
  readonly 'user-classifier': UserClass;
}

export async function panelOf(date: string): Promise<PricePanel> {
  const { days } = simulatedMarket();
  const before = days.filter((day) => day < date && Date.parse(date) - Date.parse(day) <= 95 * 86_400_000);
  const priceOf = (day: string): Prices => [...simulatedPrices(day)][0] as Prices;
  return runDay(pricePanel, date, {
    today: priceOf(date),
    past: before.map((day) => ({ date: day, value: priceOf(day) })),
    listed: [...simulatedInstruments()][0] as Instruments,
  });
}

/** For each of the people from `first` on, what they are and what is found. */
export async function* tradersOn(
  date: string,
  first: number,
  count: number,
): AsyncGenerator<{ readonly behaviour: Behaviour; readonly found: FoundOfUser }> {
  const market = simulatedMarket();
  const day = placeOfDay(market, date);
  const look = bareLoop(PER_USER, { date, whole: { 'price-panel': await panelOf(date) } });
  for (let number = first; number < first + count; number++) {
    const { user, behaviour, portfolio, history } = simulatePerson(number, day, market);
    yield { behaviour, found: look(user, portfolio, { histories: history }) as unknown as FoundOfUser };
  }
}

/** What is common to looking at a user's trades. */
import type { History, Trade } from './histories.ts';
import type { Portfolio, Position } from './portfolios.ts';
import { dayOfMinute } from './day-ordinal.ts';
import { type PricePanel, unitsSince } from './price-panel.ts';

/** What a position moves like: the money in it and the credit on it, when it was opened. */
export const exposureOf = ({ units, price }: Pick<Position, 'units' | 'price'>): number => Math.abs(units * price);

/** Made or lost, fees included, in money. */
export const gainOf = ({ units, price, closePrice, fees }: Trade): number => units * (closePrice - price) - fees;

/** Everything that was opened and is known, closed again or not, in the order of opening. */
export function openingsOf(portfolio: Portfolio, history: History | undefined): Position[] {
  const all: Position[] = [...(history?.closed ?? []), ...portfolio.positions];
  return all.sort((a, b) => a.opened - b.opened);
}

/** A trade's prices in units of today: those of splits that came after it was closed are divided out. */
export function inUnitsOfToday(
  trade: Trade,
  panel: PricePanel,
): { readonly price: number; readonly closePrice: number } {
  const splits = panel.tickers[trade.ticker]?.splits ?? [];
  const units = splits.length === 0 ? 1 : unitsSince(splits, dayOfMinute(trade.closed));
  return { price: trade.price / units, closePrice: trade.closePrice / units };
}

/** The middle one, or the upper one of the two in the middle. */
export function middleOf(values: readonly number[]): number | undefined {
  const ascending = values.toSorted((a, b) => a - b);
  return ascending[ascending.length >> 1];
}

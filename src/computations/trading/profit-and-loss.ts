/** What each user made or lost, and on what. */
import { z } from 'zod';
import { dataset, defineComputation, dependency, joined } from '../../index.ts';
import { sum } from '../statistics/compensated-sum.ts';
import { dayOfMinute } from './day-ordinal.ts';
import { histories } from './histories.ts';
import { type Portfolio, portfolios } from './portfolios.ts';
import { type PricePanel, pricePanel, unitsSince } from './price-panel.ts';
import { gainOf } from './trades.ts';

export const ProfitAndLoss = z.object({
  /** By what was closed on the day, fees included, in money. */
  realised: z.number(),
  /** Fees of what was closed on the day, in money. */
  fees: z.number().nonnegative(),
  /** In what is held at the end of the day, before fees, in money. What has no close that day counts at the last one, or at what was paid. */
  unrealised: z.number(),
  /** Against the day before, in money; null where the user was not there. */
  unrealisedChange: z.number().nullable(),
  /** Positions that were valued at an older close, or at what was paid, for want of one of the day. */
  stale: z.number().int().nonnegative(),
});
export type ProfitAndLoss = z.infer<typeof ProfitAndLoss>;

export const profitAndLoss = defineComputation({
  name: 'profit-and-loss',
  category: 'results',
  productLines: ['trading', 'stocks', 'crypto'],
  tags: ['money'],
  description: 'Profit and loss of each user, realised on the day and unrealised at its end',
  needs: {
    portfolio: dataset(portfolios, { dayBefore: true }),
    history: joined(histories),
    panel: dependency(pricePanel),
  },
  output: z.record(z.string(), ProfitAndLoss),
  // On the first day that there is, nobody was there the day before.
  checks: { nullDensity: false },
  perEntity: (portfolio, { before, inputs: { history, panel } }) => {
    const today = panel.days.at(-1) as number;
    const closed = (history?.closed ?? []).filter((trade) => dayOfMinute(trade.closed) === today);
    const { unrealised, stale } = unrealisedOn(portfolio, panel, panel.days.length - 1);
    const yesterday =
      before === undefined || panel.days.length < 2 ? undefined : unrealisedOn(before, panel, panel.days.length - 2);
    return {
      realised: sum(closed.map(gainOf)),
      fees: sum(closed.map(({ fees }) => fees)),
      unrealised,
      unrealisedChange: yesterday === undefined ? null : unrealised - yesterday.unrealised,
      stale,
    };
  },
});

/** At the end of the panel's day at `place`, when the portfolio was as it is given. */
function unrealisedOn(
  { positions }: Portfolio,
  { days, tickers }: PricePanel,
  place: number,
): { unrealised: number; stale: number } {
  let stale = 0;
  const gains = positions.map(({ ticker, units, price }) => {
    const { closes = [], splits = [] } = tickers[ticker] ?? {};
    if (closes[place] == null) stale++;
    let at = place;
    while (at >= 0 && closes[at] == null) at--;
    const close = closes[at];
    // The panel counts in units of today, the portfolio in those of its day.
    return close == null ? 0 : units * (close * unitsSince(splits, days[place] as number) - price);
  });
  return { unrealised: sum(gains), stale };
}

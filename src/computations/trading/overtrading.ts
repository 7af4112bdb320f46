/** What trading costs each user, against what it brings. */
import { z } from 'zod';
import { dataset, defineComputation, joined } from '../../index.ts';
import { sum } from '../statistics/compensated-sum.ts';
import { mean } from '../statistics/mean.ts';
import { histories } from './histories.ts';
import { portfolios } from './portfolios.ts';
import { exposureOf } from './trades.ts';

/** Trading days of a month. */
const DAYS_A_MONTH = 21;
/** Shorter histories say nothing of a month. */
const MIN_DAYS = 20;

export const Overtrading = z.object({
  /** Trading days of the history: days from one to the next. */
  days: z.number().int().nonnegative(),
  trades: z.number().int().nonnegative(),
  /** Half of what was opened and closed in a month, credit included, as a share of mean equity: 1 turns all of it over; null for fewer than 20 days, or without equity. */
  monthlyTurnover: z.number().nonnegative().nullable(),
  /** Fees of a month as a share of mean equity; null likewise. */
  monthlyCost: z.number().nonnegative().nullable(),
  /** Fees as a share of what trades brought before fees; null when they brought nothing. */
  costOfGains: z.number().nonnegative().nullable(),
});
export type Overtrading = z.infer<typeof Overtrading>;

/**
 * Turnover and its costs, the measures of B. M. Barber & T. Odean, "Trading Is Hazardous to Your Wealth", Journal of Finance 55 (2000). Trades are
 * those closed on the last 60 trading days; one counts by half its worth when it was opened and half when it was closed.
 */
export const overtrading = defineComputation({
  name: 'overtrading',
  category: 'behaviour',
  productLines: ['trading', 'stocks', 'crypto'],
  tags: ['cost'],
  description: 'Turnover and its costs as shares of what each user has, over 60 trading days',
  needs: { portfolio: dataset(portfolios), history: joined(histories) },
  output: z.record(z.string(), Overtrading),
  checks: { nullDensity: false },
  perEntity: (_, { inputs: { history } }) => {
    const { closed = [], equity = [] } = history ?? {};
    const days = Math.max(0, equity.length - 1);
    const usual = mean(equity.filter((one) => one !== null)) ?? 0;
    const fees = sum(closed.map((trade) => trade.fees));
    const gains = sum(closed.map(({ units, price, closePrice }) => units * (closePrice - price)));
    const turned = sum(closed.map((trade) => (exposureOf(trade) + Math.abs(trade.units * trade.closePrice)) / 2));
    const isKnown = days >= MIN_DAYS && usual > 0;
    return {
      days,
      trades: closed.length,
      monthlyTurnover: isKnown ? (turned / usual / days) * DAYS_A_MONTH : null,
      monthlyCost: isKnown ? (fees / usual / days) * DAYS_A_MONTH : null,
      costOfGains: gains > 0 ? fees / gains : null,
    };
  },
});

/** What each user earned for the risk that was taken. */
import { z } from 'zod';
import { dataset, defineComputation, dependency, joined } from '../../index.ts';
import { addTo, emptyMoments, sampleDeviationOf } from '../statistics/moments.ts';
import { histories } from './histories.ts';
import { portfolios } from './portfolios.ts';
import { pricePanel } from './price-panel.ts';
import { ROUNDING, userReturns } from './returns.ts';

/** Trading days of a year, by which daily figures are made yearly. */
const DAYS_A_YEAR = 252;
/** Fewer returns say nothing. */
export const MIN_RETURNS = 20;

export const RiskReturn = z.object({
  /** Daily returns that are known, of the last 60. With fewer than 20, what follows is null. */
  returns: z.number().int().nonnegative(),
  /** Mean and standard deviation of daily returns. */
  reward: z.number().nullable(),
  risk: z.number().nonnegative().nullable(),
  /** Mean by deviation, of a year, over no interest; null when returns do not vary. */
  sharpe: z.number().nullable(),
  /** Its standard error, of a year. */
  sharpeError: z.number().nonnegative().nullable(),
  /** As Sharpe's, but by the deviation of losses alone; null when there were none. */
  sortino: z.number().nullable(),
  /** The deepest fall from a peak within these days: 0.2 is a fifth. */
  maximumDrawdown: z.number().min(0).max(1).nullable(),
});
export type RiskReturn = z.infer<typeof RiskReturn>;

/**
 * Sharpe's ratio (W. F. Sharpe, "The Sharpe Ratio", Journal of Portfolio Management 21, 1994) with the standard error of A. W. Lo, "The Statistics of
 * Sharpe Ratios", Financial Analysts Journal 58 (2002), for returns that do not depend on each other; Sortino's (F. A. Sortino & L. N. Price,
 * "Performance Measurement in a Downside Risk Framework", Journal of Investing 3, 1994) against a target of 0; and the maximum drawdown.
 */
export const riskReturn = defineComputation({
  name: 'risk-return',
  category: 'risk',
  productLines: ['trading', 'stocks', 'crypto'],
  tags: ['performance'],
  description: 'Sharpe, Sortino and maximum drawdown of each user, over 60 trading days',
  needs: { portfolio: dataset(portfolios), history: joined(histories), panel: dependency(pricePanel) },
  output: z.record(z.string(), RiskReturn),
  checks: { nullDensity: false },
  perEntity: (_, { inputs: { history, panel } }) =>
    riskOf(history === undefined ? [] : userReturns(history, panel.days).filter((one) => one !== null)),
});

export function riskOf(returns: readonly number[]): RiskReturn {
  const known = { returns: returns.length };
  if (returns.length < MIN_RETURNS) return { ...known, ...UNKNOWN };
  const moments = emptyMoments();
  let squares = 0;
  let wealth = 1;
  let peak = 1;
  let maximumDrawdown = 0;
  for (const one of returns) {
    addTo(moments, one);
    if (one < 0) squares += one * one;
    // Who owes has nothing left to lose.
    wealth = Math.max(0, wealth * (1 + one));
    peak = Math.max(peak, wealth);
    maximumDrawdown = Math.max(maximumDrawdown, 1 - wealth / peak);
  }
  const risk = sampleDeviationOf(moments) ?? 0;
  const daily = risk > ROUNDING ? moments.mean / risk : null;
  const downside = Math.sqrt(squares / returns.length);
  const year = Math.sqrt(DAYS_A_YEAR);
  return {
    ...known,
    reward: moments.mean,
    risk,
    sharpe: daily === null ? null : daily * year,
    sharpeError: daily === null ? null : Math.sqrt((1 + daily ** 2 / 2) / returns.length) * year,
    sortino: downside > ROUNDING ? (moments.mean / downside) * year : null,
    maximumDrawdown,
  };
}

const UNKNOWN = {
  reward: null,
  risk: null,
  sharpe: null,
  sharpeError: null,
  sortino: null,
  maximumDrawdown: null,
} as const;

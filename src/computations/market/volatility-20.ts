/** How much the index has moved lately, as a year's figure. */
import { z } from 'zod';
import { defineComputation, dependency, history } from '../../index.ts';
import { sampleDeviation } from '../statistics/mean.ts';
import { dailyReturn } from './daily-return.ts';

const RETURNS = 20;
/** Calendar days that hold the 19 trading days before today, which took 34 at most. */
const DAYS_BACK = 45;
/** The customary number of trading days in a year. */
const TRADING_DAYS = 252;

export const Volatility = z.object({
  /** Annualized, 0.2 being 20 %: sample standard deviation of the last 20 log returns x sqrt(252). Null until there are 20. */
  volatility: z.number().nonnegative().nullable(),
});

/** Close-to-close historical volatility, as in J. C. Hull, "Options, Futures, and Other Derivatives", on estimating volatility from historical data. */
export const volatility20 = defineComputation({
  name: 'volatility-20',
  category: 'risk',
  productLines: ['markets'],
  tags: ['volatility'],
  description: 'Annualized volatility of the last 20 daily log returns',
  needs: { today: dependency(dailyReturn), past: history(dailyReturn, DAYS_BACK) },
  output: Volatility,
  headline: ({ volatility }) =>
    volatility === null ? 'not enough returns yet' : `${(volatility * 100).toFixed(1)} % a year`,
  compute: ({ today, past }) => {
    const returns = [...past.map(({ value }) => value.log), today.log].filter((log) => log !== null).slice(-RETURNS);
    const deviation = returns.length < RETURNS ? undefined : sampleDeviation(returns);
    return { volatility: deviation === undefined ? null : deviation * Math.sqrt(TRADING_DAYS) };
  },
});

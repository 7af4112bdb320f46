/** How much of what each user earned is the market's, the sector's, and the user's own. */
import { z } from 'zod';
import { dataset, defineComputation, dependency, joined } from '../../index.ts';
import { leastSquares } from '../statistics/least-squares.ts';
import { studentTCdf } from '../statistics/student-t.ts';
import { mainSectorOf } from './concentration.ts';
import { histories } from './histories.ts';
import { portfolios } from './portfolios.ts';
import { type PricePanel, pricePanel } from './price-panel.ts';
import { ROUNDING, userReturns } from './returns.ts';
import { SIGNIFICANCE } from './significance.ts';

/** Days of which the returns of user, market and sector are known: a regression of three coefficients on fewer says little. */
const MIN_DAYS = 40;

const Estimate = z.object({ estimate: z.number(), error: z.number().nonnegative() }).nullable();

export const ReturnAttribution = z.object({
  /** Days that count: those on which all returns are known, of 60. */
  days: z.number().int().nonnegative(),
  /** Mean daily return that neither market nor sector explain, with its standard error; null for too few days, without a market, or where nothing varies but with it. */
  alpha: Estimate,
  /** Of the user's return, for one of the market's. */
  marketBeta: Estimate,
  /** For one of what the user's main sector returns beyond the market; null for a user who holds nothing. */
  sectorBeta: Estimate,
  sector: z.string().nullable(),
  /** Share of the variance of daily returns that market and sector explain. */
  explained: z.number().min(0).max(1).nullable(),
  /** How likely an alpha as large would come by chance to somebody who has none; null as alpha. */
  pValue: z.number().min(0).max(1).nullable(),
  /** `skill` where chance would do it for one user of a thousand at most; `chance` otherwise. */
  verdict: z.enum(['skill', 'chance', 'too-little-history']),
});
export type ReturnAttribution = z.infer<typeof ReturnAttribution>;

/**
 * Alpha as in M. C. Jensen, "The Performance of Mutual Funds in the Period 1945-1964", Journal of Finance 23 (1968), with the user's main sector beside the market:
 * daily returns, over no interest, by least squares on a constant, the market's return, and what the sector of most of today's exposure
 * returned beyond it. Its p-value is Student's, one-sided. Sixty days tell little: an alpha of a good fund, 5 % a year on 15 % of risk of its own, would need
 * some thirty years to be told from chance at this level, and `chance` says no more than that.
 */
export const returnAttribution = defineComputation({
  name: 'return-attribution',
  category: 'performance',
  productLines: ['trading', 'stocks', 'crypto'],
  tags: ['performance', 'skill'],
  description: 'Market beta, sector beta and alpha of each user, with standard errors, over 60 trading days',
  needs: { portfolio: dataset(portfolios), history: joined(histories), panel: dependency(pricePanel) },
  output: z.record(z.string(), ReturnAttribution),
  checks: { nullDensity: false },
  perEntity: ({ positions }, { inputs: { history, panel } }) => {
    const returns = history === undefined ? [] : userReturns(history, panel.days);
    const [sector] = mainSectorOf(positions, panel);
    return attributionOf(returns, panel, sector);
  },
});

type Series = readonly (number | null)[];

export function attributionOf(
  returns: Series,
  { market, sectors }: Pick<PricePanel, 'market' | 'sectors'>,
  sector: string | null,
): ReturnAttribution {
  const own = sector === null ? undefined : sectors[sector];
  const design: number[][] = [];
  const y: number[] = [];
  for (const [day, value] of returns.entries()) {
    const index = market[day];
    const others = own?.[day];
    if (value == null || index == null || (own !== undefined && others == null)) continue;
    design.push(own === undefined ? [1, index] : [1, index, (others as number) - index]);
    y.push(value);
  }
  const fit = y.length < MIN_DAYS ? undefined : leastSquares(design, y);
  const known = { days: y.length, sector: own === undefined ? null : sector };
  // What follows the market to the last digit, or grows by the same each day, leaves rounding, which is no skill.
  if (fit === undefined || fit.residualDeviation <= ROUNDING) {
    const nothing = { alpha: null, marketBeta: null, sectorBeta: null, explained: null, pValue: null } as const;
    return { ...known, ...nothing, verdict: 'too-little-history' };
  }
  const at = (column: number) => {
    const [estimate, error] = [fit.coefficients[column], fit.standardErrors[column]];
    return estimate === undefined || error === undefined ? null : { estimate, error };
  };
  const alpha = at(0);
  const pValue = alpha === null ? null : studentTCdf(-alpha.estimate / alpha.error, fit.degreesOfFreedom);
  return {
    ...known,
    alpha,
    marketBeta: at(1),
    sectorBeta: at(2),
    explained: Math.min(1, Math.max(0, fit.rSquared)),
    pValue,
    verdict: pValue !== null && pValue <= SIGNIFICANCE ? 'skill' : 'chance',
  };
}

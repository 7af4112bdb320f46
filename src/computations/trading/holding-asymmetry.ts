/** Whether losers are held longer than winners. */
import { z } from 'zod';
import { dataset, defineComputation, joined } from '../../index.ts';
import { mannWhitney } from '../statistics/mann-whitney.ts';
import { mean } from '../statistics/mean.ts';
import { histories } from './histories.ts';
import { MINUTES_A_DAY } from './day-ordinal.ts';
import { portfolios } from './portfolios.ts';
import { gainOf } from './trades.ts';

export const HoldingAsymmetry = z.object({
  winners: z.number().int().nonnegative(),
  losers: z.number().int().nonnegative(),
  /** Mean days from opening to closing; null when there were none. */
  winnerDays: z.number().nonnegative().nullable(),
  loserDays: z.number().nonnegative().nullable(),
  /** (losers - winners) / (losers + winners) of these: 0 when both are held alike, towards 1 the longer losers are. */
  skew: z.number().min(-1).max(1).nullable(),
  /** How likely losers would have been held so much longer by chance. */
  pValue: z.number().min(0).max(1),
});
export type HoldingAsymmetry = z.infer<typeof HoldingAsymmetry>;

/**
 * Holding times of what was closed on the last 60 trading days. The p-value is that of H. B. Mann & D. R. Whitney, "On a Test of Whether
 * One of Two Random Variables is Stochastically Larger than the Other" (1947). Positions that are still held are not part of it, so that a loser
 * which is never sold is seen by `disposition-effect` alone. One closed at what it cost, fees included, is neither.
 */
export const holdingAsymmetry = defineComputation({
  name: 'holding-asymmetry',
  category: 'behaviour',
  productLines: ['trading', 'stocks', 'crypto'],
  tags: ['bias'],
  description: 'Holding times of losers against those of winners',
  needs: { portfolio: dataset(portfolios), history: joined(histories) },
  output: z.record(z.string(), HoldingAsymmetry),
  checks: { nullDensity: false },
  perEntity: (_, { inputs: { history } }) => {
    const winners: number[] = [];
    const losers: number[] = [];
    for (const trade of history?.closed ?? []) {
      const gain = gainOf(trade);
      const days = Math.max(0, trade.closed - trade.opened) / MINUTES_A_DAY;
      if (gain > 0) winners.push(days);
      else if (gain < 0) losers.push(days);
    }
    const winnerDays = mean(winners) ?? null;
    const loserDays = mean(losers) ?? null;
    const together = winnerDays === null || loserDays === null ? 0 : winnerDays + loserDays;
    return {
      winners: winners.length,
      losers: losers.length,
      winnerDays,
      loserDays,
      skew: together === 0 ? null : ((loserDays ?? 0) - (winnerDays ?? 0)) / together,
      pValue: winners.length === 0 || losers.length === 0 ? 1 : mannWhitney(losers, winners).pValue,
    };
  },
});

/** Who trades larger right after a loss. */
import { z } from 'zod';
import { dataset, defineComputation, joined } from '../../index.ts';
import { fisherExact } from '../statistics/fisher-exact.ts';
import { type History, histories } from './histories.ts';
import { type Portfolio, portfolios } from './portfolios.ts';
import { exposureOf, gainOf, middleOf, openingsOf } from './trades.ts';

/** An opening within so many minutes of a close comes after it: the rest of a trading session. */
export const WINDOW_MINUTES = 360;
/** An opening is raised when it is so many times what is usual for the user. */
const RAISED = 1.5;

export const RevengeTrading = z.object({
  /** Openings within six hours after a close, the last one before, that was at a loss; and all others, of 60 trading days. */
  afterLoss: z.number().int().nonnegative(),
  otherwise: z.number().int().nonnegative(),
  /** Shares of them that were raised: more than 1.5 times the user's own median, credit included; null when there were none. */
  raisedAfterLoss: z.number().min(0).max(1).nullable(),
  raisedOtherwise: z.number().min(0).max(1).nullable(),
  /** How likely so many were raised after losses, had the loss nothing to do with it. */
  pValue: z.number().min(0).max(1),
});
export type RevengeTrading = z.infer<typeof RevengeTrading>;

/**
 * Size or leverage raised after a loss, against the user's own base rate: a table of two by two, and the exact test of R. A. Fisher,
 * "Statistical Methods for Research Workers" (5th ed., 1934), one-sided. It never claims more than it holds: of users for whom a
 * loss makes no difference, at most the share p has a p-value of p or less. That losses make people take more risk is D. Kahneman & A. Tversky,
 * "Prospect Theory", Econometrica 47 (1979).
 */
export const revengeTrading = defineComputation({
  name: 'revenge-trading',
  category: 'behaviour',
  productLines: ['trading', 'stocks', 'crypto'],
  tags: ['bias'],
  description: 'Whether each user raises size or leverage after a loss, against the own base rate',
  needs: { portfolio: dataset(portfolios), history: joined(histories) },
  output: z.record(z.string(), RevengeTrading),
  checks: { nullDensity: false },
  perEntity: (portfolio, { inputs: { history } }) => revengeOf(portfolio, history),
});

function revengeOf(portfolio: Portfolio, history: History | undefined): RevengeTrading {
  // Of those that were closed in one minute a loss counts as the last, in whatever order they are told.
  const closes = (history?.closed ?? []).toSorted((a, b) => a.closed - b.closed || gainOf(b) - gainOf(a));
  const first = closes[0]?.closed ?? Infinity;
  // Before the first close that is known nobody knows what went before.
  const openings = openingsOf(portfolio, history).filter(({ opened }) => opened >= first);
  const usual = middleOf(openings.map(exposureOf)) ?? 0;
  const counts = { both: 0, onlyFirst: 0, onlySecond: 0, neither: 0 };
  let next = 0;
  for (const opening of openings) {
    while (next < closes.length && (closes[next]?.closed as number) <= opening.opened) next++;
    const last = closes[next - 1];
    const isAfterLoss = last !== undefined && opening.opened - last.closed <= WINDOW_MINUTES && gainOf(last) < 0;
    const isRaised = exposureOf(opening) > RAISED * usual;
    counts[isAfterLoss ? (isRaised ? 'both' : 'onlyFirst') : isRaised ? 'onlySecond' : 'neither']++;
  }
  const afterLoss = counts.both + counts.onlyFirst;
  const otherwise = counts.onlySecond + counts.neither;
  return {
    afterLoss,
    otherwise,
    raisedAfterLoss: afterLoss === 0 ? null : counts.both / afterLoss,
    raisedOtherwise: otherwise === 0 ? null : counts.onlySecond / otherwise,
    pValue: fisherExact(counts),
  };
}

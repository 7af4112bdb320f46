/** Whether users buy and sell the same things on the same day. */
import { z } from 'zod';
import { dataset, defineComputation, dependency } from '../../index.ts';
import { meanDeviationOfShare } from '../statistics/binomial-deviation.ts';
import type { Portfolio } from './portfolios.ts';
import { portfolios } from './portfolios.ts';
import { type PricePanel, pricePanel, unitsSince } from './price-panel.ts';
import type { Line } from './prices.ts';

/** A ticker that fewer users traded says little. */
const MIN_TRADERS = 5;
/** Changes of less than this share of what is held are rounding. */
const NO_CHANGE = 1e-9;

export const Herding = z.object({
  /** Of all that was traded in the product line, the share of buyers; null on a day on which nobody did, or without the day before. */
  buying: z.number().min(0).max(1).nullable(),
  /** Mean of the tickers' herding; null likewise. */
  herding: z.number().min(-1).max(1).nullable(),
  /** Tickers that at least 5 users traded. */
  tickers: z.record(
    z.string(),
    z.object({
      buyers: z.number().int().nonnegative(),
      sellers: z.number().int().nonnegative(),
      /** How far the share of buyers is from that of all tickers, beyond what chance has it: 0.05 is five users of a hundred more on one side. */
      herding: z.number().min(-1).max(1),
    }),
  ),
});
export type Herding = z.infer<typeof Herding>;

/**
 * The measure of J. Lakonishok, A. Shleifer & R. W. Vishny, "The Impact of Institutional Trading on Stock Prices", Journal of Financial Economics 32 (1992): users who
 * hold more of a ticker than the day before are buyers, who hold less, sellers. What is subtracted for chance is the exact mean of its binomial distribution.
 */
const herdingOf = (line: Line, name: string, what: string) =>
  defineComputation({
    name,
    category: 'crowd',
    productLines: ['trading', line],
    tags: ['bias'],
    description: `Whether users trade each ${what} in one direction, beyond chance`,
    needs: { portfolio: dataset(portfolios, { dayBefore: true }), panel: dependency(pricePanel) },
    output: Herding,
    headline: ({ herding, tickers }) => {
      const [most] = Object.entries(tickers).sort(([, a], [, b]) => b.herding - a.herding);
      return herding === null || most === undefined
        ? 'nothing to compare with'
        : `${(herding * 100).toFixed(1)} % beyond chance, ${most[0]} most (${most[1].buyers} buy, ${most[1].sellers} sell)`;
    },
    reduce: {
      init: () => new Map<string, { buyers: number; sellers: number }>(),
      add: (tickers, portfolio, { before, inputs: { panel } }) => {
        if (before === undefined) return;
        for (const [ticker, { change, held }] of changesOf(portfolio, before, panel, line)) {
          if (Math.abs(change) <= NO_CHANGE * held) continue;
          const tally = tickers.get(ticker) ?? { buyers: 0, sellers: 0 };
          tally[change > 0 ? 'buyers' : 'sellers']++;
          tickers.set(ticker, tally);
        }
      },
      finish: (tallies) => {
        const all = [...tallies].sort(([a], [b]) => (a < b ? -1 : 1));
        const buyers = all.reduce((sum, [, tally]) => sum + tally.buyers, 0);
        const traders = all.reduce((sum, [, tally]) => sum + tally.buyers + tally.sellers, 0);
        const buying = traders === 0 ? null : buyers / traders;
        const tickers = Object.fromEntries(
          all
            .filter(([, tally]) => tally.buyers + tally.sellers >= MIN_TRADERS)
            .map(([ticker, tally]) => [ticker, { ...tally, herding: apart(tally, buying ?? 0) }]),
        );
        const each = Object.values(tickers);
        const herding = each.length === 0 ? null : each.reduce((sum, one) => sum + one.herding, 0) / each.length;
        return { buying, herding, tickers };
      },
    },
  });

function apart({ buyers, sellers }: { buyers: number; sellers: number }, share: number): number {
  const traders = buyers + sellers;
  return Math.abs(buyers / traders - share) - meanDeviationOfShare(traders, share);
}

/** What is held of a ticker, in units of today. */
interface Change {
  /** More than the day before. */
  change: number;
  /** On both days together: sums of the same parts in another order differ by its last digits. */
  held: number;
}

/** By ticker. */
function changesOf(
  today: Portfolio,
  before: Portfolio,
  { days, tickers }: PricePanel,
  line: Line,
): Map<string, Change> {
  const changes = new Map<string, Change>();
  const add = (ticker: string, units: number): void => {
    if (tickers[ticker]?.line !== line) return;
    const one = changes.get(ticker) ?? { change: 0, held: 0 };
    one.change += units;
    one.held += Math.abs(units);
    changes.set(ticker, one);
  };
  const yesterday = days.at(-2) ?? -Infinity;
  for (const { ticker, units } of today.positions) add(ticker, units);
  for (const { ticker, units } of before.positions)
    add(ticker, -units * unitsSince(tickers[ticker]?.splits ?? [], yesterday));
  return changes;
}

export const stockHerding = herdingOf('stocks', 'stock-herding', 'share');
export const cryptoHerding = herdingOf('crypto', 'crypto-herding', 'coin');

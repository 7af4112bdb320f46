/** What the crowd holds, and what those hold whom it pays to watch. */
import { z } from 'zod';
import { dataset, defineComputation, dependency, joined } from '../../index.ts';
import { lastClose } from './concentration.ts';
import { portfolios } from './portfolios.ts';
import { pricePanel } from './price-panel.ts';
import type { Line } from './prices.ts';
import { smartMoneyScore } from './smart-money-score.ts';

/** A score from which on a user is counted as smart: more likely skilled than not. */
export const SMART = 50;

export const Positioning = z.object({
  /** Users who hold anything of the product line: with a score from 50 on, and the others, those of too little history among them. */
  smart: z.number().int().nonnegative(),
  crowd: z.number().int().nonnegative(),
  tickers: z.record(
    z.string(),
    z.object({
      /** Users who hold it. */
      smartHolders: z.number().int().nonnegative(),
      crowdHolders: z.number().int().nonnegative(),
      /** Share of all that they hold of the product line, credit included; 0 where they hold nothing. */
      smartShare: z.number().min(0).max(1),
      crowdShare: z.number().min(0).max(1),
    }),
  ),
});
export type Positioning = z.infer<typeof Positioning>;

interface Tally {
  holders: number;
  exposure: number;
}
interface Side {
  users: number;
  exposure: number;
  readonly tickers: Map<string, Tally>;
}

const emptySide = (): Side => ({ users: 0, exposure: 0, tickers: new Map() });

/** One for each product line. Bounded by the tickers that are listed. */
const positioningOf = (line: Line, name: string, what: string) =>
  defineComputation({
    name,
    category: 'crowd',
    productLines: ['trading', line],
    tags: ['positioning'],
    description: `Holders and shares of each ${what}, of smart users and of the crowd`,
    needs: { portfolio: dataset(portfolios), smart: joined(smartMoneyScore), panel: dependency(pricePanel) },
    output: Positioning,
    headline: ({ smart, crowd, tickers }) => {
      const [most] = Object.entries(tickers).sort(([, a], [, b]) => b.crowdShare - a.crowdShare);
      const held = most === undefined ? '' : `, mostly ${most[0]} (${(most[1].crowdShare * 100).toFixed(1)} %)`;
      return `${smart.toLocaleString('en')} smart, ${crowd.toLocaleString('en')} others${held}`;
    },
    reduce: {
      init: () => ({ smart: emptySide(), crowd: emptySide() }),
      add: ({ smart, crowd }, { positions }, { inputs }) => {
        const side = (inputs.smart?.score ?? 0) >= SMART ? smart : crowd;
        const held = new Map<string, number>();
        for (const { ticker, units, price } of positions) {
          if (inputs.panel.tickers[ticker]?.line !== line) continue;
          const exposure = Math.abs(units * (lastClose(inputs.panel, ticker) ?? price));
          held.set(ticker, (held.get(ticker) ?? 0) + exposure);
        }
        if (held.size > 0) side.users++;
        for (const [ticker, exposure] of held) {
          const tally = side.tickers.get(ticker) ?? { holders: 0, exposure: 0 };
          tally.holders++;
          tally.exposure += exposure;
          side.exposure += exposure;
          side.tickers.set(ticker, tally);
        }
      },
      finish: ({ smart, crowd }) => {
        const names = [...new Set([...smart.tickers.keys(), ...crowd.tickers.keys()])].sort();
        const share = ({ exposure, tickers }: Side, ticker: string): number =>
          exposure === 0 ? 0 : Math.min(1, (tickers.get(ticker)?.exposure ?? 0) / exposure);
        return {
          smart: smart.users,
          crowd: crowd.users,
          tickers: Object.fromEntries(
            names.map((ticker) => [
              ticker,
              {
                smartHolders: smart.tickers.get(ticker)?.holders ?? 0,
                crowdHolders: crowd.tickers.get(ticker)?.holders ?? 0,
                smartShare: share(smart, ticker),
                crowdShare: share(crowd, ticker),
              },
            ]),
          ),
        };
      },
    },
  });

export const stockPositioning = positioningOf('stocks', 'stock-positioning', 'share');
export const cryptoPositioning = positioningOf('crypto', 'crypto-positioning', 'coin');

/** Where those whom it pays to watch stand apart from the crowd. */
import { z } from 'zod';
import { type Computation, defineComputation, dependency } from '../../index.ts';
import { normalCdf } from '../statistics/normal.ts';
import { cryptoPositioning, type Positioning, stockPositioning } from './positioning.ts';
import type { Line } from './prices.ts';
import { SIGNIFICANCE } from './significance.ts';

export const Divergence = z.record(
  z.string(),
  z.object({
    /** Share of what smart users hold, less that of the crowd. */
    difference: z.number().min(-1).max(1),
    /** Share of smart users who hold it, less that of the crowd, in standard errors; null where one side is empty, or all or nobody hold it. */
    score: z.number().nullable(),
    /** Whether chance would set them so far apart on any ticker, once in a thousand days at most. */
    stands: z.enum(['bought', 'avoided', 'alike']),
  }),
);
export type Divergence = z.infer<typeof Divergence>;

/**
 * The difference of two shares by their pooled standard error, both ways; with as many tickers as there are, the level is divided by their number (C. E. Bonferroni,
 * "Teoria statistica delle classi e calcolo delle probabilità", 1936).
 */
const divergenceOf = (line: Line, name: string, positioning: Computation<Positioning>, what: string) =>
  defineComputation({
    name,
    category: 'crowd',
    productLines: ['trading', line],
    tags: ['positioning', 'skill'],
    description: `Each ${what} that smart users hold more or less than the crowd does`,
    needs: { positioning: dependency(positioning) },
    output: Divergence,
    checks: { nullDensity: false, flatLine: false },
    headline: (tickers) => {
      const apart = Object.entries(tickers).filter(([, { stands }]) => stands !== 'alike');
      const [most] = apart.sort(([, a], [, b]) => Math.abs(b.score ?? 0) - Math.abs(a.score ?? 0));
      return most === undefined
        ? 'smart users hold what the crowd does'
        : `${apart.length} apart, ${most[0]} ${most[1].stands} most`;
    },
    compute: ({ positioning: { smart, crowd, tickers } }) => {
      const level = SIGNIFICANCE / Math.max(1, Object.keys(tickers).length);
      return Object.fromEntries(
        Object.entries(tickers).map(([ticker, { smartHolders, crowdHolders, smartShare, crowdShare }]) => {
          const score = sharesApart(smartHolders, smart, crowdHolders, crowd);
          const isApart = score !== null && 2 * normalCdf(-Math.abs(score)) <= level;
          return [
            ticker,
            {
              difference: smartShare - crowdShare,
              score,
              stands: isApart ? (score > 0 ? ('bought' as const) : ('avoided' as const)) : ('alike' as const),
            },
          ];
        }),
      );
    },
  });

/** Two shares, in standard errors of their difference; null where that has none. */
function sharesApart(first: number, ofFirst: number, second: number, ofSecond: number): number | null {
  if (ofFirst === 0 || ofSecond === 0) return null;
  const pooled = (first + second) / (ofFirst + ofSecond);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / ofFirst + 1 / ofSecond));
  return error > 0 ? (first / ofFirst - second / ofSecond) / error : null;
}

export const stockDivergence = divergenceOf('stocks', 'stock-divergence', stockPositioning, 'share');
export const cryptoDivergence = divergenceOf('crypto', 'crypto-divergence', cryptoPositioning, 'coin');

/** How much of what a user holds is one thing. */
import { z } from 'zod';
import { dataset, defineComputation, dependency } from '../../index.ts';
import { herfindahlIndex } from '../statistics/herfindahl-index.ts';
import { portfolios, type Position } from './portfolios.ts';
import { type PricePanel, pricePanel } from './price-panel.ts';

export const Concentration = z.object({
  /** Tickers that are held. */
  tickers: z.number().int().nonnegative(),
  /** What all positions move like, in money: what they are worth with the credit on them. */
  exposure: z.number().nonnegative(),
  /** Cash and positions at the day's closes, in money. */
  worth: z.number(),
  /** The largest share that one ticker has of it; null, as is what follows, for a user who holds nothing. */
  largestShare: z.number().min(0).max(1).nullable(),
  largest: z.string().nullable(),
  /** What the largest ticker moves like, as a share of what the user is worth: above 1 with credit; null without worth. */
  largestOfWorth: z.number().nonnegative().nullable(),
  /** Herfindahl and Hirschman's index of the tickers' shares: 1 when all is in one. */
  herfindahl: z.number().min(0).max(1).nullable(),
  /** The sector that has most of the exposure. */
  sector: z.string().nullable(),
  sectorShare: z.number().min(0).max(1).nullable(),
});
export type Concentration = z.infer<typeof Concentration>;

export const concentration = defineComputation({
  name: 'concentration',
  category: 'risk',
  productLines: ['trading', 'stocks', 'crypto'],
  tags: ['diversification'],
  description: 'Shares of the largest ticker and sector in what each user holds',
  needs: { portfolio: dataset(portfolios), panel: dependency(pricePanel) },
  output: z.record(z.string(), Concentration),
  checks: { nullDensity: false },
  perEntity: ({ cash, positions }, { inputs: { panel } }) => {
    const byTicker = exposures(positions, panel, ({ ticker }) => ticker);
    let worth = cash;
    for (const { ticker, units, price, leverage } of positions)
      worth += units * (price / leverage + (lastClose(panel, ticker) ?? price) - price);
    let exposure = 0;
    for (const value of byTicker.values()) exposure += value;
    const [largest, most] = largestOf(byTicker);
    const [sector, mostOfSector] = mainSectorOf(positions, panel);
    const isEmpty = exposure === 0;
    return {
      tickers: byTicker.size,
      exposure,
      worth,
      largestShare: isEmpty ? null : Math.min(1, most / exposure),
      largest: isEmpty ? null : largest,
      largestOfWorth: isEmpty || worth <= 0 ? null : most / worth,
      herfindahl: isEmpty ? null : Math.min(1, herfindahlIndex([...byTicker.values()])),
      sector,
      sectorShare: isEmpty || sector === null ? null : Math.min(1, mostOfSector / exposure),
    };
  },
});

/** The sector that most of the exposure is in, with what it is; null where nothing that is held has one. */
export const mainSectorOf = (
  positions: readonly Position[],
  panel: PricePanel,
): readonly [sector: string | null, exposure: number] =>
  largestOf(exposures(positions, panel, ({ ticker }) => panel.tickers[ticker]?.sector));

/** What positions move like, in money, by what they have in common; those of nothing are left out. */
function exposures(
  positions: readonly Position[],
  panel: PricePanel,
  nameOf: (position: Position) => string | undefined,
): Map<string, number> {
  const sums = new Map<string, number>();
  for (const position of positions) {
    const name = nameOf(position);
    if (name === undefined) continue;
    const exposure = Math.abs(position.units * (lastClose(panel, position.ticker) ?? position.price));
    sums.set(name, (sums.get(name) ?? 0) + exposure);
  }
  return sums;
}

export const lastClose = ({ tickers }: PricePanel, ticker: string): number | undefined =>
  tickers[ticker]?.closes.findLast((close) => close !== null) ?? undefined;

/** Of equals the first by name. */
function largestOf(amounts: ReadonlyMap<string, number>): readonly [name: string | null, amount: number] {
  let best: readonly [string | null, number] = [null, 0];
  for (const [name, amount] of amounts)
    if (amount > best[1] || (amount === best[1] && best[0] !== null && name < best[0])) best = [name, amount];
  return best;
}

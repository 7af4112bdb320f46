/** Who sells winners too early and holds losers too long. */
import { z } from 'zod';
import { dataset, defineComputation, dependency, joined } from '../../index.ts';
import { drawnMoreOften } from '../statistics/stratified-draws.ts';
import { dayOfMinute, lastPlaceUpTo } from './day-ordinal.ts';
import { type History, histories } from './histories.ts';
import { type Portfolio, portfolios } from './portfolios.ts';
import { type PricePanel, pricePanel } from './price-panel.ts';
import { inUnitsOfToday } from './trades.ts';

export const DispositionEffect = z.object({
  /** Of the gains that could have been taken on days with a sale, the share that was; null when there were none. */
  gainsRealised: z.number().min(0).max(1).nullable(),
  /** Likewise of losses. */
  lossesRealised: z.number().min(0).max(1).nullable(),
  /** The difference, PGR - PLR: above 0, winners go first. */
  effect: z.number().min(-1).max(1).nullable(),
  /** Sales that say something: on their days there was something else to sell. */
  sales: z.number().int().nonnegative(),
  /** How likely winners would have gone so often, had each sale been of any position held. */
  pValue: z.number().min(0).max(1),
});
export type DispositionEffect = z.infer<typeof DispositionEffect>;

/** Of fewer nobody chooses which one to sell: Odean leaves such days out. */
const MIN_POSITIONS = 2;

/**
 * Proportions of gains and of losses realised, on days on which something was sold from a portfolio of two positions or more, by T. Odean, "Are
 * Investors Reluctant to Realize Their Losses?", Journal of Finance 53 (1998). Beside sold positions stand those that were held since before the day; one
 * at what was paid counts as neither. The p-value is not Odean's, who takes all counts for independent, though a loser that is kept is counted again each day:
 * within each day any of the positions might have gone, which is Mantel and Haenszel's test, or the log-rank test of holding times.
 */
export const dispositionEffect = defineComputation({
  name: 'disposition-effect',
  category: 'behaviour',
  productLines: ['trading', 'stocks', 'crypto'],
  tags: ['bias'],
  description: 'Whether each user realises gains sooner than losses, over 60 trading days',
  needs: { portfolio: dataset(portfolios), history: joined(histories), panel: dependency(pricePanel) },
  output: z.record(z.string(), DispositionEffect),
  checks: { nullDensity: false },
  perEntity: (portfolio, { inputs: { history, panel } }) => dispositionOf(portfolio, history, panel),
});

/** A position as one day may find it: opened before, and gone from the end of some day on. */
interface Held {
  /** What was bought together: parts of it that are sold, on a day or one after the other, are of one position. */
  readonly lot: string;
  readonly ticker: string;
  /** Paid, in units of today. */
  readonly price: number;
  readonly openedDay: number;
  /** Infinity while it is held. */
  readonly closedDay: number;
  /** Made by closing it, without fees, in money. */
  gain: number;
}

function dispositionOf(portfolio: Portfolio, history: History | undefined, panel: PricePanel): DispositionEffect {
  const held = heldOf(portfolio, history, panel);
  const days = [...new Set(held.map(({ closedDay }) => closedDay))].filter(Number.isFinite).sort((a, b) => a - b);
  const counts = { realisedGains: 0, paperGains: 0, realisedLosses: 0, paperLosses: 0 };
  const strata = days.flatMap((day) => {
    const stratum = { size: 0, marked: 0, drawn: 0, drawnMarked: 0 };
    const place = lastPlaceUpTo(panel.days, day);
    const there = new Map<string, Held>();
    for (const one of held) {
      // Of what is sold in part the rest is not kept.
      const isNew = one.closedDay === day || !there.has(one.lot);
      if (one.openedDay < day && one.closedDay >= day && isNew) there.set(one.lot, one);
    }
    if (there.size < MIN_POSITIONS) return [];
    for (const one of there.values()) {
      const isSold = one.closedDay === day;
      const close = panel.tickers[one.ticker]?.closes[place];
      const gain = isSold ? one.gain : close == null ? 0 : close - one.price;
      if (gain === 0) continue;
      const isGain = gain > 0;
      stratum.size++;
      if (isGain) stratum.marked++;
      if (isSold) stratum.drawn++;
      if (isSold && isGain) stratum.drawnMarked++;
      counts[isSold ? (isGain ? 'realisedGains' : 'realisedLosses') : isGain ? 'paperGains' : 'paperLosses']++;
    }
    return stratum.drawn > 0 && stratum.drawn < stratum.size ? [stratum] : [];
  });
  const gainsRealised = share(counts.realisedGains, counts.paperGains);
  const lossesRealised = share(counts.realisedLosses, counts.paperLosses);
  return {
    gainsRealised,
    lossesRealised,
    effect: gainsRealised === null || lossesRealised === null ? null : gainsRealised - lossesRealised,
    sales: strata.reduce((sum, { drawn }) => sum + drawn, 0),
    pValue: drawnMoreOften(strata).pValue,
  };
}

/** Parts of a position that were sold on one day are one. */
function heldOf({ positions }: Portfolio, history: History | undefined, panel: PricePanel): Held[] {
  const all = new Map<string, Held>();
  const add = (ticker: string, price: number, opened: number, closedDay: number, gain: number): void => {
    const lot = `${ticker} ${opened} ${price}`;
    const other = all.get(`${lot} ${closedDay}`);
    if (other !== undefined) other.gain += gain;
    else all.set(`${lot} ${closedDay}`, { lot, ticker, price, openedDay: dayOfMinute(opened), closedDay, gain });
  };
  for (const trade of history?.closed ?? []) {
    const { ticker, units, price, closePrice, opened, closed } = trade;
    add(ticker, inUnitsOfToday(trade, panel).price, opened, dayOfMinute(closed), units * (closePrice - price));
  }
  for (const { ticker, price, opened } of positions) add(ticker, price, opened, Infinity, 0);
  return [...all.values()];
}

const share = (realised: number, paper: number): number | null =>
  realised + paper === 0 ? null : realised / (realised + paper);

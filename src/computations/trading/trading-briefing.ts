/** The day in a few lines. */
import { z } from 'zod';
import { dataset, defineComputation, dependency, joined } from '../../index.ts';
import { cryptoHerding, stockHerding } from './herding.ts';
import { portfolios } from './portfolios.ts';
import { cryptoPositioning, stockPositioning } from './positioning.ts';
import { profitAndLoss } from './profit-and-loss.ts';
import { UserClass, userClassifier } from './user-classifier.ts';

export const TradingBriefing = z.object({
  users: z.number().int().nonnegative(),
  /** Users by their label. */
  labels: z.partialRecord(UserClass.shape.label, z.number().int().positive()),
  /** Made or lost by what was closed on the day, by all users, in money. */
  realised: z.number(),
  /** Users who are up in what they hold, of those who hold anything that moved; null without any. */
  winning: z.number().min(0).max(1).nullable(),
  /** The ticker that most users hold, of each product line. */
  favourites: z.object({ stocks: z.string().nullable(), crypto: z.string().nullable() }),
  /** Of `herding`, by product line. */
  herding: z.object({ stocks: z.number().nullable(), crypto: z.number().nullable() }),
});
export type TradingBriefing = z.infer<typeof TradingBriefing>;

export const tradingBriefing = defineComputation({
  name: 'trading-briefing',
  category: 'briefing',
  productLines: ['trading', 'stocks', 'crypto'],
  description: 'What kinds of users there are, what they made, and where the crowd stands',
  needs: {
    portfolio: dataset(portfolios),
    user: joined(userClassifier),
    result: joined(profitAndLoss),
    stocks: dependency(stockPositioning),
    crypto: dependency(cryptoPositioning),
    stockHerding: dependency(stockHerding),
    cryptoHerding: dependency(cryptoHerding),
  },
  output: TradingBriefing,
  headline: ({ users, labels, realised }) =>
    `${users.toLocaleString('en')} users, ${(labels.skilled ?? 0).toLocaleString('en')} skilled, ${Math.round(realised).toLocaleString('en')} realised`,
  reduce: {
    init: () => ({ users: 0, labels: new Map<UserClass['label'], number>(), realised: 0, up: 0, moved: 0 }),
    add: (tally, _, { inputs: { user, result } }) => {
      tally.users++;
      const label = user?.label ?? 'unknown';
      tally.labels.set(label, (tally.labels.get(label) ?? 0) + 1);
      tally.realised += result?.realised ?? 0;
      const unrealised = result?.unrealised ?? 0;
      if (unrealised !== 0) tally.moved++;
      if (unrealised > 0) tally.up++;
    },
    finish: ({ users, labels, realised, up, moved }, { inputs }) => ({
      users,
      labels: Object.fromEntries([...labels].sort(([a], [b]) => (a < b ? -1 : 1))),
      realised,
      winning: moved === 0 ? null : up / moved,
      favourites: { stocks: favouriteOf(inputs.stocks), crypto: favouriteOf(inputs.crypto) },
      herding: { stocks: inputs.stockHerding.herding, crypto: inputs.cryptoHerding.herding },
    }),
  },
});

/** Of equals the first by name. */
function favouriteOf({
  tickers,
}: {
  tickers: Record<string, { smartHolders: number; crowdHolders: number }>;
}): string | null {
  let best: string | null = null;
  let most = 0;
  for (const [ticker, { smartHolders, crowdHolders }] of Object.entries(tickers)) {
    const holders = smartHolders + crowdHolders;
    if (holders > most || (holders === most && best !== null && ticker < best)) [best, most] = [ticker, holders];
  }
  return best;
}

/** What each user did and was worth on the last 60 trading days. In the sample it is SIMULATED. */
import { z } from 'zod';
import { defineDataset, generated } from '../../index.ts';
import { Position } from './portfolios.ts';
import { simulatedHistories } from './simulation/rows.ts';
import { SAMPLE_FIRST } from './simulation/sample.ts';

/** A position that is no longer held. Units and prices are as they were when it was closed. */
export const Trade = Position.extend({
  /** Minutes since 1970, UTC. */
  closed: z.number().int(),
  closePrice: z.number(),
  /** For opening and closing it, in money. */
  fees: z.number().nonnegative(),
});
export type Trade = z.infer<typeof Trade>;

export const History = z.object({
  user: z.string(),
  /** Closed on the last 60 trading days, in the order of closing. */
  closed: z.array(Trade),
  /** What everything was worth at the end of each of the last 61 trading days, the day itself last, in money; null where nobody knows. Fewer for a new user. */
  equity: z.array(z.number().nullable()),
  /** Paid in on these days, in money; paid out is negative. */
  deposits: z.array(z.object({ minute: z.number().int(), amount: z.number() })),
});
export type History = z.infer<typeof History>;

export const histories = defineDataset({
  name: 'histories',
  description: 'What each user did and was worth on the last 60 trading days (simulated)',
  entity: History,
  id: ({ user }) => user,
  source: generated({ first: SAMPLE_FIRST, rows: simulatedHistories }),
});

/** What each user holds at the end of a day. In the sample it is SIMULATED. */
import { z } from 'zod';
import { defineDataset, generated } from '../../index.ts';
import { simulatedPortfolios } from './simulation/rows.ts';
import { SAMPLE_FIRST } from './simulation/sample.ts';

export const Position = z.object({
  ticker: z.string(),
  /** Bought, and not yet sold, as they count today: after a split of two for one they are twice as many. */
  units: z.number().positive(),
  /** Paid for a unit, in money; after a split that of a unit of today. */
  price: z.number(),
  /** What the position moves by, over what was paid in for it: 1 without credit. */
  leverage: z.number().positive(),
  /** Minutes since 1970, UTC. */
  opened: z.number().int(),
});
export type Position = z.infer<typeof Position>;

export const Portfolio = z.object({
  user: z.string(),
  /** Money that is in no position. */
  cash: z.number(),
  positions: z.array(Position),
});
export type Portfolio = z.infer<typeof Portfolio>;

export const portfolios = defineDataset({
  name: 'portfolios',
  description: 'What each user holds at the end of the day (simulated)',
  entity: Portfolio,
  id: ({ user }) => user,
  source: generated({ first: SAMPLE_FIRST, rows: simulatedPortfolios }),
});

/** Closes of a trading day, and what can be traded. In the sample the index is real, and all else SIMULATED on it. */
import { z } from 'zod';
import { defineDocument, generated } from '../../index.ts';
import { simulatedInstruments, simulatedPrices } from './simulation/rows.ts';
import { SIMULATION_FIRST } from './simulation/market.ts';

export const Prices = z.object({
  /** Of the index that returns are held against; null on a day without it. */
  index: z.number().nullable(),
  /** By ticker, in money; what was not traded has none. A price may be zero or negative, as oil's was in April 2020. */
  closes: z.record(z.string(), z.number()),
  /** Units that one unit of the day before has become, by ticker. */
  splits: z.record(z.string(), z.number().positive()).optional(),
});
export type Prices = z.infer<typeof Prices>;

/** Weekends and holidays have no document: a trading day is a day that has one. */
export const prices = defineDocument({
  name: 'prices',
  description: 'The index, and closes and splits of everything that is traded (simulated, but for the index)',
  document: Prices,
  source: generated({ first: SIMULATION_FIRST, rows: simulatedPrices }),
});

export const Line = z.enum(['stocks', 'crypto']);
export type Line = z.infer<typeof Line>;

export const Instruments = z.record(z.string(), z.object({ line: Line, sector: z.string() }));
export type Instruments = z.infer<typeof Instruments>;

/** Loaded on the days on which it changes. */
export const instruments = defineDocument({
  name: 'instruments',
  description: 'Product line and sector of everything that is traded (simulated)',
  document: Instruments,
  source: generated({ first: SIMULATION_FIRST, last: SIMULATION_FIRST, rows: simulatedInstruments }),
});

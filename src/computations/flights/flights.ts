/** Three million US domestic flights of the first half of 2001 (Bureau of Transportation Statistics, by way of vega-datasets). */
import { z } from 'zod';
import { defineDataset } from '../../index.ts';

export const Flight = z.object({
  /** Minutes after local midnight at which it left. */
  minute: z.number().int().min(0).max(1439),
  /** Arrival delay in minutes; early is negative. */
  delay: z.number().int(),
  /** Miles. */
  distance: z.number().int().nonnegative(),
  origin: z.string().length(3),
  destination: z.string().length(3),
});
export type Flight = z.infer<typeof Flight>;

export const flights = defineDataset({
  name: 'flights',
  description: 'US domestic flights, about 16,500 a day',
  entity: Flight,
  source: {
    file: 'node_modules/vega-datasets/data/flights-3m.parquet',
    format: 'parquet',
    dateColumn: 'date',
    parse: (row) => {
      const left = row['date'] as Date;
      return {
        minute: left.getUTCHours() * 60 + left.getUTCMinutes(),
        delay: Number(row['delay']),
        distance: Number(row['distance']),
        origin: String(row['origin']),
        destination: String(row['destination']),
      };
    },
  },
});

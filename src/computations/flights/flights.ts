/**
 * Three million US domestic flights of the first half of 2001: the on-time performance that airlines report to the Bureau
 * of Transportation Statistics (14 CFR Part 234), as vega-datasets drew, sorted and published it.
 * @see https://github.com/vega/vega-datasets/blob/main/scripts/flights.py
 *
 * A flight's day is that of its actual departure, in the local time of the airport that it left. Cancelled and diverted
 * flights have no arrival delay and are not part of the data. The last day, 2001-07-01, holds six flights only.
 */
import { z } from 'zod';
import { defineDataset, number } from '../../index.ts';

/** Two days: the file's own delays lie between -1116 and 1688 minutes. */
const MAX_DELAY_MINUTES = 2880;

export const Flight = z.object({
  /** Minutes from midnight to the actual departure, in the local time of the origin. */
  minute: z.number().int().min(0).max(1439),
  /** Arrival delay against the schedule, in minutes; early is negative. */
  delay: z.number().int().min(-MAX_DELAY_MINUTES).max(MAX_DELAY_MINUTES),
  /** Miles. */
  distance: z.number().int().nonnegative(),
  /** IATA code of the airport. */
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
      // The file's timestamps have no zone: hyparquet reads them as if they were UTC, so the UTC fields are local time.
      const left = row['date'] as Date;
      return {
        minute: left.getUTCHours() * 60 + left.getUTCMinutes(),
        delay: number(row, 'delay'),
        distance: number(row, 'distance'),
        origin: String(row['origin']),
        destination: String(row['destination']),
      };
    },
  },
});

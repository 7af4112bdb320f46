/** Events are asked for counted and measured: what of, of which time, and only those that are so. */
import { useAnswer } from '../data/answer.ts';
import type { AggregatedRow, Filters, Kind } from './event-rows.ts';
import { daysOf, type Range } from './range.ts';
import { urlOf } from './use.ts';

interface Aggregated {
  readonly rows: readonly AggregatedRow[];
  readonly cursor?: string;
}

export interface Asked {
  readonly kind: Kind;
  readonly range: Range;
  readonly filters: Filters;
}

/** Rows of an answer: all that a view shows. */
export const MOST = '1000';

function aggregatedUrl({ kind, range, filters }: Asked, more: Readonly<Record<string, string>>): string {
  const { from, to } = daysOf(range);
  const days = { start_date: from, end_date: to };
  return urlOf('/api/metrics/aggregated', {
    kind,
    ...days,
    ...filters,
    limit: MOST,
    aggregation_window: 'all',
    ...more,
  });
}

export const useAggregated = (asked: Asked, more: Readonly<Record<string, string>>, isWanted = true) =>
  useAnswer<Aggregated>(isWanted ? aggregatedUrl(asked, more) : undefined);

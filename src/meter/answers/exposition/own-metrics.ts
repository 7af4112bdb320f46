/** What a process says of itself, as text that Prometheus scrapes. */
import { type ExposedFamily, writeExposition } from '../../formats/exposition/write.ts';
import type { DialectName } from '../../formats/exposition/dialect.ts';

/** Milliseconds. */
interface Times {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface OwnFigures {
  readonly figures: {
    readonly samples: number;
    readonly events: number;
    readonly rejected: number;
    readonly requests: number;
    readonly queries: number;
    readonly latency: Times;
    readonly queryTime: Times;
  };
  readonly waitingSamples: number;
  readonly liveReaders: number;
  /** Of answers to questions. */
  readonly cache: { readonly hits: number; readonly misses: number };
  readonly residentBytes: number;
  readonly uptimeSeconds: number;
}

export function ownMetrics(own: OwnFigures, dialect: DialectName): string {
  const { samples, events, rejected, requests, latency, queries, queryTime } = own.figures;
  const one = (name: string, type: 'counter' | 'gauge', help: string, value: number): ExposedFamily => ({
    name,
    type,
    help,
    samples: [{ value }],
  });
  const quantiles = (name: string, help: string, { p50, p99, max }: Times): ExposedFamily => ({
    name,
    type: 'gauge',
    help,
    samples: [
      [p50, '0.5'],
      [p99, '0.99'],
      [max, '1'],
    ].map(([ms, quantile]) => ({ labels: [['quantile', quantile as string]], value: (ms as number) / 1_000 })),
  });
  return writeExposition(
    [
      one('daymill_collected_samples_total', 'counter', 'Samples that were kept.', samples),
      one('daymill_collected_events_total', 'counter', 'Events that were kept.', events),
      one('daymill_rejected_items_total', 'counter', 'Samples and events that were refused.', rejected),
      one('daymill_requests_total', 'counter', 'Requests that brought something.', requests),
      one('daymill_queries_total', 'counter', 'Questions that were answered.', queries),
      quantiles('daymill_request_seconds', 'From the first byte of a request to its answer.', latency),
      quantiles('daymill_query_seconds', 'The same of questions.', queryTime),
      one('daymill_waiting_samples', 'gauge', 'Samples on their way to the store.', own.waitingSamples),
      one('daymill_answer_cache_hits_total', 'counter', 'Questions that were answered as before.', own.cache.hits),
      one('daymill_answer_cache_misses_total', 'counter', 'Questions that were not.', own.cache.misses),
      one('daymill_live_readers', 'gauge', 'Readers of live streams.', own.liveReaders),
      one('process_resident_memory_bytes', 'gauge', 'Memory of the process.', own.residentBytes),
      one('process_uptime_seconds', 'gauge', 'Since the process began.', own.uptimeSeconds),
    ],
    dialect,
  );
}

/** What this process has taken in since it began, and how fast: for `/performance`, and for its own metrics. */
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

/** Seconds over which rates are told. */
const RATE_SECONDS = 60;

export interface Figures {
  taken(counts: { readonly samples: number; readonly events: number; readonly rejected: number }): void;
  /** From the request's first byte to its answer, milliseconds. */
  answered(ms: number): void;
  /** The same of a question. */
  queried(ms: number): void;
  read(): FiguresRead;
}

export interface FiguresRead {
  readonly samples: number;
  readonly events: number;
  readonly rejected: number;
  readonly requests: number;
  /** Samples and events a second, over the last minute. */
  readonly itemsPerSecond: number;
  /** Milliseconds; 0 where nothing was answered yet. */
  readonly latency: Latency;
  readonly queries: number;
  readonly queryTime: Latency;
}

export interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** `elapsed`: milliseconds, steady. */
export function figures(elapsed: () => number): Figures {
  const totals = { samples: 0, events: 0, rejected: 0, requests: 0 };
  /** Items by second, of the last minute. */
  const seconds = new Float64Array(RATE_SECONDS);
  const began = elapsed();
  let second = Math.floor(began / 1_000);
  // Microseconds: it counts whole numbers only.
  const histogram = () => createHistogram({ lowest: 1, highest: 600_000_000, figures: 3 });
  const [latency, queryTime] = [histogram(), histogram()];
  const advance = (): void => {
    const now = Math.floor(elapsed() / 1_000);
    for (; second < now; second++) {
      if (now - second > RATE_SECONDS) second = now - RATE_SECONDS;
      seconds[(second + 1) % RATE_SECONDS] = 0;
    }
  };
  return {
    taken({ samples, events, rejected }) {
      advance();
      totals.samples += samples;
      totals.events += events;
      totals.rejected += rejected;
      seconds[second % RATE_SECONDS] = (seconds[second % RATE_SECONDS] as number) + samples + events;
    },
    answered(ms) {
      totals.requests++;
      latency.record(Math.max(1, Math.round(ms * 1_000)));
    },
    queried: (ms) => queryTime.record(Math.max(1, Math.round(ms * 1_000))),
    read() {
      advance();
      const over = Math.min(RATE_SECONDS, Math.max(1, (elapsed() - began) / 1_000));
      return {
        ...totals,
        itemsPerSecond: seconds.reduce((sum, count) => sum + count, 0) / over,
        latency: inMs(latency),
        queries: queryTime.count,
        queryTime: inMs(queryTime),
      };
    },
  };
}

const inMs = (histogram: RecordableHistogram): Latency =>
  histogram.count === 0
    ? { p50: 0, p99: 0, max: 0 }
    : {
        p50: histogram.percentile(50) / 1_000,
        p99: histogram.percentile(99) / 1_000,
        max: histogram.max / 1_000,
      };

/** Where the live state of an organization's runtimes is kept, for other instances and for the next one. */
import type { MetricChange, StoredMetrics } from '../live/metric-change.ts';

export interface MetricBatch {
  /** The same for each attempt to write these changes: what an attempt before has written is not added again. */
  readonly id: string;
  readonly changes: readonly MetricChange[];
}

export interface LiveMetrics {
  /** Undefined where nothing is kept. @throws {RetryableError} UNAVAILABLE */
  fetch(runtimeId: string): Promise<StoredMetrics | undefined>;
  /** All of it is there afterwards. @throws {RetryableError} UNAVAILABLE: some of it may be; the batch has to be written again, as it is */
  write(batch: MetricBatch): Promise<void>;
  /** All of them at once, or none. @throws {RetryableError} UNAVAILABLE: it is not known whether they are gone */
  delete(runtimeIds: readonly string[]): Promise<void>;
}

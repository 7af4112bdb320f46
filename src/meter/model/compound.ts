/** Values that are more than a number: histograms and summaries, whole, as their formats have them. */

/** Counts are 64-bit integers, as `bigint`, except where a native histogram of floats says otherwise. */
export type Count = bigint | number;

/** OTLP's explicit bounds; `counts` has one more than `bounds`, or both are empty. */
export interface ExplicitHistogram {
  readonly kind: 'histogram';
  readonly count: bigint;
  readonly sum?: number | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly bounds: readonly number[];
  readonly counts: readonly bigint[];
}

/** Buckets that follow each other from `offset` on. */
export interface Buckets {
  readonly offset: number;
  readonly counts: readonly Count[];
}

/**
 * Base-2 exponential buckets: OTLP's exponential histogram and Prometheus's native one. A bucket of index i covers (b^i, b^(i+1)] with
 * b = 2^(2^-schema), as OTLP counts them; Prometheus's index is one higher for the same bucket.
 */
export interface ExponentialHistogram {
  readonly kind: 'exponential';
  /** OTLP's scale, -10 to 20; Prometheus's schema, -4 to 8. */
  readonly schema: number;
  readonly count: Count;
  readonly sum?: number | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly zeroThreshold: number;
  readonly zeroCount: Count;
  /** Stretches in ascending order, not touching. OTLP has one at most. */
  readonly positive: readonly Buckets[];
  readonly negative: readonly Buckets[];
  /** Prometheus only: whether the sender knows of a reset before this sample. */
  readonly resetHint?: 'unknown' | 'yes' | 'no' | 'gauge' | undefined;
}

/** Prometheus's native histogram with custom bounds (schema -53); counts as many as there are bounds, and one more. */
export interface CustomHistogram {
  readonly kind: 'custom';
  readonly count: Count;
  readonly sum: number;
  readonly bounds: readonly number[];
  /** From bucket 0 on, by stretches as `ExponentialHistogram` has them. */
  readonly positive: readonly Buckets[];
  readonly resetHint?: 'unknown' | 'yes' | 'no' | 'gauge' | undefined;
}

/** OTLP's summary. */
export interface Summary {
  readonly kind: 'summary';
  readonly count: bigint;
  readonly sum: number;
  readonly quantiles: readonly (readonly [quantile: number, value: number])[];
}

export type Compound = ExplicitHistogram | ExponentialHistogram | CustomHistogram | Summary;

/** What heartbeats are answered, and what of them the store is told. */

export interface RefusedValue {
  readonly key: string;
  readonly reason: string;
}

export interface HeartbeatAnswer {
  /** It is older than the last one: nothing has changed. */
  readonly isLate: boolean;
  /** Values that changed nothing; the others were taken. */
  readonly refused: readonly RefusedValue[];
}

/** What the store has of a runtime, by key. */
export type StoredMetrics = Readonly<Record<string, number>>;

/** What the store does not know of a runtime. */
export interface MetricChange {
  readonly id: string;
  readonly set: StoredMetrics;
  /** To be added to what is there, whoever else adds to it. */
  readonly add: StoredMetrics;
  /** To be kept where what is there is not higher. */
  readonly max: StoredMetrics;
}

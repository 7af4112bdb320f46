/** What one query may take. Each bound has a name, which its refusal says. */
import { QueryError } from '../query-error.ts';

export interface QueryLimits {
  /** Samples that are read, and values that are made on the way, together. 16 bytes each. */
  readonly maxSamples: number;
  /** Steps of a range query. https://prometheus.io/docs/prometheus/latest/querying/api/#range-queries */
  readonly maxSteps: number;
}

export const MAX_STEPS = 11_000;

/** Samples of windows that are looked at between two looks at the clock: a millisecond's work. */
export const LOOKED_AT_ONCE = 262_144;

export class Budget {
  readonly #limits: QueryLimits;
  readonly #checkTime: () => void;
  #samples = 0;
  #looked = 0;

  /** `checkTime` throws when the time is up. */
  constructor(limits: QueryLimits, checkTime: () => void = () => {}) {
    this.#limits = limits;
    this.#checkTime = checkTime;
  }

  get samples(): number {
    return this.#samples;
  }

  /** @throws {QueryError} execution, timeout, canceled */
  spend(samples: number): void {
    this.#samples += samples;
    this.#checkTime();
    if (this.#samples > this.#limits.maxSamples)
      throw new QueryError(
        'execution',
        `query processing would load too many samples into memory: max_samples_per_query is ${this.#limits.maxSamples}. ` +
          'Ask for fewer series, a shorter range, or a longer step.',
      );
  }

  /** Of samples that are there already: each window sees those of a range again. @throws {QueryError} timeout, canceled */
  look(samples: number): void {
    this.#looked += samples;
    if (this.#looked < LOOKED_AT_ONCE) return;
    this.#looked = 0;
    this.#checkTime();
  }
}

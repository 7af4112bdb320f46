/** What one query may take. Each bound has a name, which its refusal says. */
import { QueryError } from '../query-error.ts';

export interface QueryLimits {
  /** Samples that are read, and values that are made on the way, together. 16 bytes each. */
  readonly maxSamples: number;
  /** Steps of a range query. https://prometheus.io/docs/prometheus/latest/querying/api/#range-queries */
  readonly maxSteps: number;
}

export const MAX_STEPS = 11_000;

/** Samples that are gone through between two looks at the time: some ten milliseconds' work where each window is sorted. */
export const SAMPLES_A_LOOK = 65_536;

export class Budget {
  readonly #limits: QueryLimits;
  readonly #checkTime: () => void;
  #samples = 0;
  #untilLook = SAMPLES_A_LOOK;

  /** `checkTime` throws when the time is up. */
  constructor(limits: QueryLimits, checkTime: () => void = () => {}) {
    this.#limits = limits;
    this.#checkTime = checkTime;
  }

  get samples(): number {
    return this.#samples;
  }

  /** Before they are made. @throws {QueryError} execution, timeout, canceled */
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

  /** Samples that are gone through, also again, and not kept: they take time alone. @throws {QueryError} timeout, canceled */
  pass(samples: number): void {
    this.#untilLook -= samples;
    if (this.#untilLook > 0) return;
    this.#untilLook = SAMPLES_A_LOOK;
    this.#checkTime();
  }
}

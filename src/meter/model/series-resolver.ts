/** How readers of formats tell which series a sample is of, without decoding the labels of a series that is known. */
import type { RejectionCode } from './rejection.ts';
import type { Series } from './series.ts';
import type { SymbolNumbers } from './symbol-numbers.ts';

export interface Refusal {
  readonly code: RejectionCode;
  readonly reason: string;
}

/** Of one organization. Numbers are small, dense, and mean something in this process only. */
export interface SeriesResolver {
  /** The number of the series that these bytes name; -1 when they were not added. `bytes` may be reused afterwards. */
  find(bytes: Uint8Array, start: number, end: number): number;
  /**
   * Has these bytes name a series from now on, which may have a number already by other bytes. A refusal, which nothing remembers, when the
   * series is over a limit or is none.
   */
  add(bytes: Uint8Array, start: number, end: number, series: Series): number | Refusal;
  /**
   * For keys that are made of numbers of texts, as those of remote write 2.0 are then, which is twice as fast. They must live exactly as long
   * as what `find` knows: with others, bytes that name one series would name another.
   */
  readonly symbols?: SymbolNumbers | undefined;
}

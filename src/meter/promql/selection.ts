/** What an expression reads: which series, over which times; and what it is given. The evaluator is pure: who asks fetches before. */
import type { Compound } from '../model/compound.ts';
import type { Labels } from '../model/series.ts';

export const MATCH_OPERATORS = ['=', '!=', '=~', '!~'] as const;
export type MatchOperator = (typeof MATCH_OPERATORS)[number];

/** `__name__` is a label like others. A regular expression is RE2's and fits the whole value. A label that is absent is empty. */
export interface Matcher {
  readonly name: string;
  readonly operator: MatchOperator;
  readonly value: string;
}

/** One selector's need, for all steps of a query together; offsets, `@`, lookback and ranges are already in its times. */
export interface Selection {
  readonly matchers: readonly Matcher[];
  /** Milliseconds since 1970; samples after `fromMs`, up to and including `toMs`. */
  readonly fromMs: number;
  readonly toMs: number;
  /** The first evaluation, with its offset taken off: where a window ends. */
  readonly firstMs: number;
  /** Between two evaluations; 0 of an instant query. With `rangeMs` and `func` it says which rollup serves. */
  readonly stepMs: number;
  /** Of a range selector; 0 of an instant one. */
  readonly rangeMs: number;
  /** The function or aggregation right around the selector, as `rate` or `sum`. */
  readonly func?: string | undefined;
}

/** A series' samples in ascending order of time, no time twice. */
export interface SelectedSeries {
  /** Sorted by name, `__name__` among them. */
  readonly labels: Labels;
  readonly timesMs: Float64Array;
  /** Bits are kept: a stale marker is the NaN of `STALE_BITS`. NaN where the sample is a histogram. */
  readonly values: Float64Array;
  /** For how long a sample holds where that is longer than the query's lookback: what is said once a day, or of a rolled-up window. */
  readonly holdsMs?: number | undefined;
  /** How many samples each stands for, where some are of a rolled-up window; one each when absent. */
  readonly weights?: Float64Array | undefined;
  /** What is to be added to each for a counter that only rises, where not all falls can be seen here. */
  readonly corrections?: Float64Array | undefined;
  /** Native histograms by the place of their sample; undefined where there are none. */
  readonly histograms?: ReadonlyMap<number, Compound> | undefined;
}

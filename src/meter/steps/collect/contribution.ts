/** What one request brings to its group. */
import type { Refusal } from '../../model/series-resolver.ts';
import type { Organization } from '../../model/organization.ts';
import type { Metadata, Series } from '../../model/series.ts';
import type { Samples } from '../../model/samples.ts';
import type { DocumentWrite } from '../../ports/day-store.ts';
import type { TakenEvent } from './take-events.ts';
import type { Day } from '../../../values/date.ts';

/** Series by their numbers in this process, and their ids by day; of one organization. */
export interface KnownSeries {
  get(number: number): Series;
  /** By number; 0 where the day does not know it. */
  idsOf(day: Day): Uint32Array;
  /** Answers `idsOf` the day. */
  setIds(day: Day, numbers: Uint32Array, ids: ArrayLike<number>): Uint32Array;
}

export interface Contribution {
  readonly organization: Organization;
  /** Numbers are of `series`. */
  readonly samples: Samples;
  readonly series: KnownSeries;
  readonly maxSeries: number;
  readonly metadata: readonly Metadata[];
  readonly events: readonly TakenEvent[];
  /** The name of the request as a whole, if it has one. */
  readonly claim: string | undefined;
  /** What is kept with that name, for a repeat. */
  readonly answerOf: (kept: Kept) => string;
  readonly documents: readonly DocumentWrite[];
  readonly receivedMs: number;
}

export interface Kept {
  readonly kind: 'kept';
  /** Events that had been taken before, by their index in the request. */
  readonly repeated: ReadonlySet<number>;
  /** Samples, by their place, whose series are too many. */
  readonly refused: ReadonlyMap<number, Refusal>;
}

export type Outcome =
  | Kept
  /** The whole request had been taken before, and was answered like this. */
  | { readonly kind: 'repeated'; readonly answer: string | undefined };

export interface SizeOf {
  readonly samples: number;
  /** Events, claims and documents; and each request is one. */
  readonly items: number;
}

export const size = ({ samples, events, documents }: Contribution): SizeOf => ({
  samples: samples.length,
  items: 1 + events.length + documents.length,
});

/**
 * What is collected, by organization and UTC day: samples and events as immutable segments, and the dictionary of the day's series. A day
 * is that of the sample's, or the event's, own time.
 */
import type { Day } from '../../values/date.ts';
import type { EventKind, StoredEvent } from '../model/event.ts';
import type { Organization } from '../model/organization.ts';
import type { Refusal } from '../model/series-resolver.ts';
import type { Samples } from '../model/samples.ts';
import type { Metadata, Series } from '../model/series.ts';

export interface DayKey {
  readonly organization: Organization;
  readonly day: Day;
}

/** An id of a day's dictionary, from 1; numbers of a process mean nothing in the store. */
export type SeriesId = number;

/** Samples of one day, as they are in hand: `samples.series` are numbers of this process. */
export interface SampleWrite extends DayKey {
  readonly samples: Samples;
  /** By number: what `identify` gave, never 0. */
  readonly ids: Uint32Array;
}

export interface EventWrite extends DayKey {
  readonly kind: EventKind;
  readonly events: readonly StoredEvent[];
}

/** That something was taken, under the name that its sender gave it. */
export interface Claim {
  readonly organization: Organization;
  /** Of any length and characters; it is hashed. */
  readonly key: string;
  /** What the first time was answered, where a repeat is answered alike. */
  readonly answer?: string | undefined;
}

/** Another document of the same commit: a dead letter, a session. */
export interface DocumentWrite {
  readonly path: string;
  /** Whatever is there is replaced. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** All of it, or nothing of it, is there afterwards. */
export interface Together {
  readonly samples: readonly SampleWrite[];
  readonly events: readonly EventWrite[];
  readonly claims: readonly Claim[];
  readonly documents: readonly DocumentWrite[];
}

export type Committed =
  | { readonly kind: 'committed'; readonly writes: number }
  /** Nothing was written: these were taken before, by another commit. */
  | { readonly kind: 'claimed'; readonly claims: readonly Claim[] };

/** What a day holds, however it is packed: equal for equal content. */
export interface DayContent {
  /** Samples, or events. */
  readonly items: number;
  readonly hash: string;
  /** It was dropped when it had had its time: this is what it was, and nothing of it can be read any more. */
  readonly isDropped?: boolean;
}

export interface DecodedSegment {
  /** `samples.series` are ids of the day's dictionary. */
  readonly samples: Samples;
}

/** What the series of a day are called. */
export interface Dictionary {
  readonly series: ReadonlyMap<SeriesId, Series>;
  /** By the metric's name, '' where there is none. */
  readonly byName: ReadonlyMap<string, readonly SeriesId[]>;
  readonly metadata: readonly Metadata[];
}

export interface WantedSamples {
  /** Milliseconds since 1970, both included. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Sort keys of series, in their order; of all series when absent. */
  readonly keys?: readonly string[] | undefined;
}

export interface DayStore {
  /**
   * Ids of a day for series of this process, in their order; a refusal for one that is beyond the organization's limit. They are durable
   * before they are answered. `seriesOf` is asked only for those that the day does not know yet.
   * @throws {RetryableError} CONTENTION, UNAVAILABLE
   */
  identify(
    key: DayKey,
    numbers: Uint32Array,
    seriesOf: (number: number) => Series,
    maxSeries: number,
  ): Promise<readonly (SeriesId | Refusal)[]>;
  /** Says something of metrics, where it is news to the day. @throws {RetryableError} CONTENTION, UNAVAILABLE */
  describe(key: DayKey, metadata: readonly Metadata[]): Promise<void>;
  /**
   * Each of `parts` whole or not at all; one RPC where they fit into one commit. In the order of `parts`; a part that fails for its claims
   * leaves the others out as well, and is answered as such: leave out what was claimed, and commit again.
   * @throws {RetryableError} UNAVAILABLE: it is not known whether it was written @throws {TerminalError} TOO_LARGE
   */
  commit(parts: readonly Together[]): Promise<readonly Committed[]>;
  /** In the order of `claims`; undefined where there is none. */
  claimed(claims: readonly Claim[]): Promise<readonly (Claim | undefined)[]>;

  organizations(): Promise<readonly Organization[]>;
  /** Ascending. */
  days(organization: Organization): Promise<readonly Day[]>;
  /** Undefined where there is nothing of that kind. Costs a read a thousand segments. */
  content(key: DayKey, kind: EventKind | 'samples'): Promise<DayContent | undefined>;
  /** Of the day. */
  seriesCount(key: DayKey): Promise<number>;
  /** What its samples take; reads all of them. */
  stored(key: DayKey): Promise<{ readonly segments: number; readonly samples: number; readonly bytes: number }>;
  /** Empty of a day without anything. What was read before is not read again. */
  dictionary(key: DayKey): Promise<Dictionary>;
  /**
   * In no order; a few at a time. Of `wanted` no sample is left out, and others come along: what is not asked for is left unread where that is
   * known without reading.
   */
  segments(key: DayKey, wanted?: WantedSamples): AsyncIterable<DecodedSegment>;
  events(key: DayKey, kind: EventKind): AsyncIterable<readonly StoredEvent[]>;
}

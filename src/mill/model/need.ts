/** What a computation reads: the typed arrows of the graph. */
import type { Computation } from './computation.ts';
import type { DocumentDataset, EntityDataset } from './dataset.ts';
import type { Day } from '../../values/date.ts';

/** One day of a history, oldest first. */
export interface Dated<T> {
  readonly date: Day;
  readonly value: T;
}

export interface DependencyNeed<T = unknown> {
  readonly kind: 'dependency';
  readonly of: Computation<T>;
}
export interface PreviousNeed<Seed extends HistoryNeed | undefined = HistoryNeed | undefined> {
  readonly kind: 'previous';
  /** Read on a day without a previous result, and on no other. */
  readonly seed: Seed;
}
export interface OwnHistoryNeed {
  readonly kind: 'own-history';
  readonly days: number;
}
export interface HistoryNeed<T = unknown> {
  readonly kind: 'history';
  readonly of: Computation<T> | DocumentDataset<T>;
  readonly days: number;
}
export interface DatasetNeed<T = unknown, Before extends boolean = boolean> {
  readonly kind: 'dataset';
  readonly of: EntityDataset<T>;
  readonly dayBefore: Before;
}
export interface JoinedNeed<T = unknown, Of = EntityDataset<T> | Computation<Readonly<Record<string, T>>>> {
  readonly kind: 'joined';
  readonly of: Of;
}
export interface DocumentNeed<T = unknown> {
  readonly kind: 'document';
  readonly of: DocumentDataset<T>;
}
export interface LatestNeed<T = unknown> {
  readonly kind: 'latest';
  readonly of: DocumentDataset<T>;
}

export type Need =
  | DependencyNeed
  | PreviousNeed
  | OwnHistoryNeed
  | HistoryNeed
  | DatasetNeed
  | JoinedNeed
  | DocumentNeed
  | LatestNeed;
export type Needs = Readonly<Record<string, Need>>;

/** Another computation's result of the same day. */
export const dependency = <T>(of: Computation<T>): DependencyNeed<T> => Object.freeze({ kind: 'dependency', of });

/**
 * This computation's own result of the last day before that has one; undefined on the first.
 * With a seed it comes as `{ result, seed }`: on the first day, and only then, the window is read from which the recursion starts,
 * `previous({ seed: history(prices, 40) })`. On all others `seed` is empty, and nothing in the window makes the day again.
 */
export function previous(): PreviousNeed<undefined>;
export function previous<T>(options: { readonly seed: HistoryNeed<T> }): PreviousNeed<HistoryNeed<T>>;
export function previous({ seed }: { readonly seed?: HistoryNeed } = {}): PreviousNeed {
  return Object.freeze({ kind: 'previous', seed });
}

/** What `previous({ seed })` gives. */
export interface PreviousOrSeed<Own, T> {
  /** Of the last day before that has one. */
  readonly result?: Own | undefined;
  /** The days before this one that have a value, oldest first; empty where there is a result. */
  readonly seed: readonly Dated<T>[];
}

/**
 * The days before this one that have a value, at most `days` calendar days back, oldest first; this day is not part of it.
 * `history(30)` is the computation's own, `history(airportDay, 30)` another's, `history(prices, 30)` a root document's.
 */
export function history(days: number): OwnHistoryNeed;
export function history<T>(of: Computation<T> | DocumentDataset<T>, days: number): HistoryNeed<T>;
export function history<T>(
  ofOrDays: number | Computation<T> | DocumentDataset<T>,
  days = 0,
): OwnHistoryNeed | HistoryNeed<T> {
  return typeof ofOrDays === 'number'
    ? Object.freeze({ kind: 'own-history', days: ofOrDays })
    : Object.freeze({ kind: 'history', of: ofOrDays, days });
}

/**
 * The day's entities of a root dataset, streamed to `perEntity` or `reduce`. With `dayBefore`, each comes with what it was on the day
 * before: `context.before`, undefined where it was not there. Entities that are gone do not come.
 */
export function dataset<T>(of: EntityDataset<T>): DatasetNeed<T, false>;
export function dataset<T>(of: EntityDataset<T>, options: { readonly dayBefore: true }): DatasetNeed<T, true>;
export function dataset<T>(of: EntityDataset<T>, { dayBefore = false } = {}): DatasetNeed<T> {
  return Object.freeze({ kind: 'dataset', of, dayBefore });
}

/**
 * What another dataset, or the day's result of another computation, has under the id of each entity that is streamed:
 * `context.inputs.refunds`, undefined where there is none. They are read side by side, so that a result of a million entities is never
 * in memory whole, as with `dependency` it would be. Entities that only the joined one has do not come.
 */
export function joined<T>(of: EntityDataset<T>): JoinedNeed<T, EntityDataset<T>>;
export function joined<T>(
  of: Computation<Readonly<Record<string, T>>>,
): JoinedNeed<T, Computation<Readonly<Record<string, T>>>>;
export function joined<T>(of: JoinedNeed<T>['of']): JoinedNeed<T> {
  return Object.freeze({ kind: 'joined', of });
}

/** The day's document of a root dataset. */
export const document = <T>(of: DocumentDataset<T>): DocumentNeed<T> => Object.freeze({ kind: 'document', of });

/**
 * The newest document of a root dataset that is of the day or of one before it, however long ago: for what changes now and then, and
 * is loaded on those days alone. A day before the first document has none, and is not computed.
 */
export const latest = <T>(of: DocumentDataset<T>): LatestNeed<T> => Object.freeze({ kind: 'latest', of });

type PreviousInput<Seed, Own> = Seed extends HistoryNeed<infer T> ? PreviousOrSeed<Own, T> : Own | undefined;

/** What one need gives for the whole day. */
type InputOf<N extends Need, Own> =
  N extends DependencyNeed<infer T>
    ? T
    : N extends PreviousNeed<infer Seed>
      ? PreviousInput<Seed, Own>
      : N extends OwnHistoryNeed
        ? readonly Dated<Own>[]
        : N extends HistoryNeed<infer T>
          ? readonly Dated<T>[]
          : N extends DocumentNeed<infer T> | LatestNeed<infer T>
            ? T
            : never;

/** What `compute`, `init` and `finish` get for each need; what is streamed comes entity by entity instead. */
export type Inputs<N extends Needs, Own> = {
  readonly [K in keyof N as N[K] extends DatasetNeed | JoinedNeed ? never : K]: InputOf<N[K], Own>;
};

/** What `perEntity` and `add` get beside an entity: of joined datasets what they have under its id. */
export type EntityInputs<N extends Needs, Own> = {
  readonly [K in keyof N as N[K] extends DatasetNeed ? never : K]: N[K] extends JoinedNeed<infer T>
    ? T | undefined
    : InputOf<N[K], Own>;
};

/** What the context of an entity has beside its inputs: with `dayBefore`, the entity as it was. */
export type BeforeOf<N extends Needs> = true extends {
  [K in keyof N]: N[K] extends { readonly dayBefore: infer Before } ? Before : false;
}[keyof N]
  ? { readonly before: EntityOf<N> | undefined }
  : unknown;

/** The entity type of the one dataset need. */
export type EntityOf<N extends Needs> = { [K in keyof N]: N[K] extends DatasetNeed<infer T> ? T : never }[keyof N];

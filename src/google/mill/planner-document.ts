/** The form of `planner/state` and its pages: what is packed into them, and what a change makes of it. */
import type { Timestamp } from '@google-cloud/firestore';
import { z } from 'zod';
import { packJson, unpackJson } from '../../mill/execution/artifact-codec.ts';
import { type Control, NOTHING_STOPPED } from '../../mill/model/control.ts';
import { Distrust } from '../../mill/model/distrust.ts';
import { DatasetStanding, Standing } from '../../mill/planning/standing.ts';
import type { PlanningChange } from '../../mill/ports/planning.ts';
import { Day } from '../../values/date.ts';
import { Hash } from '../../values/hash.ts';

/** What is packed into `planner/state` and its pages. */
export const Content = z.object({
  standings: z.record(z.string(), Standing),
  datasets: z.record(z.string(), DatasetStanding),
  equivalents: z.record(z.string(), z.array(Hash)),
  distrusted: z.record(z.string(), Distrust),
  /** The last night of the watch. */
  watched: Day.optional(),
  /** The sequence in which each part of a book, and each dataset's days, were written last. */
  books: z.record(z.string(), z.number().int()),
  data: z.record(z.string(), z.number().int()),
  /** As `books`: when `planner/memory` was written last; 0 when never. */
  memory: z.number().int().default(0),
});
export type Content = z.infer<typeof Content>;

export const Head = z.object({
  sequence: z.number().int(),
  openRuns: z.array(z.string()),
  /** Pages that the packed content goes on in. */
  pages: z.number().int().nonnegative(),
  /** See `PagesOf`. */
  pagesOf: z.string().optional(),
  /** Names the commit: after a restore the same sequence may come again with other content. */
  commit: z.string().optional(),
  content: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
});

/** Firestore takes 1 MiB a document, names and overhead included. */
export const PAGE_BYTES = 900_000;

/** The state as it was read. */
export interface Loaded {
  readonly sequence: number;
  readonly openRuns: readonly string[];
  readonly pages: number;
  readonly commit: string | undefined;
  readonly content: Content;
  /** Changed beside the sequence, by people: see firestore-control.ts. */
  readonly control: Control;
  readonly updateTime: Timestamp | undefined;
}

export const NOTHING: Loaded = {
  sequence: 0,
  openRuns: [],
  pages: 0,
  commit: undefined,
  content: { standings: {}, datasets: {}, equivalents: {}, distrusted: {}, books: {}, data: {}, memory: 0 },
  control: NOTHING_STOPPED,
  updateTime: undefined,
};

/** What goes into the head, and into each page that follows it. */
export function packPages(
  content: Content,
  pageBytes: number,
): { readonly first: Uint8Array; readonly rest: Uint8Array[] } {
  const packed = packJson(JSON.stringify(content));
  const pages = Math.max(1, Math.ceil(packed.byteLength / pageBytes));
  const [first = packed, ...rest] = Array.from({ length: pages }, (_, number) =>
    packed.subarray(number * pageBytes, (number + 1) * pageBytes),
  );
  return { first, rest };
}

/** The content once `change` is committed as `sequence`, in which these parts of books are written. */
export function contentAfter(
  base: Content,
  change: PlanningChange,
  parts: Iterable<string>,
  sequence: number,
): Content {
  return {
    standings: change.standings === undefined ? base.standings : Object.fromEntries(change.standings),
    datasets: change.datasets === undefined ? base.datasets : Object.fromEntries(change.datasets),
    equivalents:
      change.equivalents === undefined
        ? base.equivalents
        : Object.fromEntries([...change.equivalents].map(([name, hashes]) => [name, [...hashes]])),
    distrusted: change.distrusted === undefined ? base.distrusted : Object.fromEntries(change.distrusted),
    watched: change.watched ?? base.watched,
    books: { ...base.books, ...writtenIn(parts, sequence) },
    data: { ...base.data, ...writtenIn(change.data?.keys() ?? [], sequence) },
    memory: change.memory === undefined ? base.memory : sequence,
  };
}

/** Each of them, with the sequence in which it is written. */
export const writtenIn = (ids: Iterable<string>, sequence: number) =>
  Object.fromEntries([...ids].map((id) => [id, sequence]));

/** Of what `packJson` made; nothing where there is nothing. */
export const unpack = (content: unknown): unknown => (content instanceof Uint8Array ? unpackJson(content) : {});

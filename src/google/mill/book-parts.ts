/**
 * A book in parts. A year of a computation is one document, `{computation}.{year}`, until it outgrows it; then it is cut between two days,
 * and the second half is `{computation}.{day}`, the day that it begins on. A commit writes the parts that changed, so that a night costs
 * no more than a document a computation, whatever it reads. Pure.
 */
import { packJson } from '../../mill/execution/artifact-codec.ts';
import type { Settled } from '../../mill/model/cell.ts';
import type { Day } from '../../values/date.ts';

export type PartId = string;

/** Of content: Firestore takes 1 MiB a document, names and overhead included. */
export const PART_BYTES = 900_000;

const YEAR_LENGTH = '2024'.length;

const dotOf = (id: string): number => id.lastIndexOf('.');

export const computationOf = (id: PartId): string => id.slice(0, dotOf(id));

/** The book that it is a part of: see `bookId`. */
export const bookOf = (id: PartId): string => id.slice(0, dotOf(id) + 1 + YEAR_LENGTH);

/** The first day that may lie in it. */
export function firstDayOf(id: PartId): Day {
  const beginning = id.slice(dotOf(id) + 1);
  return beginning.length === YEAR_LENGTH ? `${beginning}-01-01` : beginning;
}

/** Ascending, by book; of a book that was never cut the one part that it is. `known`: ids of all parts that there are. */
export function partsIn(known: Iterable<PartId>): (book: string) => readonly PartId[] {
  const cut = new Map<string, PartId[]>();
  for (const id of known) {
    const book = bookOf(id);
    if (book !== id) cut.set(book, [...(cut.get(book) ?? []), id]);
  }
  return (book) => [book, ...(cut.get(book)?.sort() ?? [])];
}

/** The one of these that holds the day. */
export const partWith = (parts: readonly PartId[], day: Day): PartId =>
  parts.findLast((id) => firstDayOf(id) <= day) ?? (parts[0] as PartId);

/** As it is stored. */
export interface PackedPart {
  readonly id: PartId;
  readonly days: ReadonlyMap<Day, Settled>;
  readonly content: Uint8Array;
}

/** A map as it is stored: as one of fields it would cost thousands of index entries and ten times the bytes. */
export const packed = (days: ReadonlyMap<string, unknown>): Uint8Array =>
  packJson(JSON.stringify(Object.fromEntries(days)));

/** The part itself, or halves of it until each fits; a day alone is never cut. The first keeps its id. */
export function cutToFit(id: PartId, days: ReadonlyMap<Day, Settled>, partBytes = PART_BYTES): PackedPart[] {
  const content = packed(days);
  if (content.byteLength <= partBytes || days.size < 2) return [{ id, days, content }];
  const ascending = [...days].sort(([a], [b]) => (a < b ? -1 : 1));
  const middle = ascending.length >> 1;
  const second = ascending.slice(middle);
  return [
    ...cutToFit(id, new Map(ascending.slice(0, middle)), partBytes),
    ...cutToFit(`${computationOf(id)}.${second[0]?.[0]}`, new Map(second), partBytes),
  ];
}

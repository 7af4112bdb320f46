/** The books at hand: a plan asks for cells and days of data, and says which books it missed. */
import type { Settled } from '../model/cell.ts';
import { type Day, type DayOrdinal, fromOrdinal } from '../../values/date.ts';
import type { Hash } from '../../values/hash.ts';

/** One computation's settled cells of a year. */
export const bookId = (computation: string, date: Day): string => `${computation}.${date.slice(0, 4)}`;

/** Grows as books are fetched. */
export interface ShelfContent {
  /** Books by id; those that were not read yet are not in it. */
  readonly books: ReadonlyMap<string, ReadonlyMap<Day, Settled>>;
  /** Hashes of days by dataset; those that were not read yet are not in it. */
  readonly data: ReadonlyMap<string, ReadonlyMap<Day, Hash>>;
}

/** What lies on top of the books and is not written into them yet. */
export interface Overlay {
  /** Outcomes, by computation. */
  readonly cells?: ReadonlyMap<string, ReadonlyMap<Day, Settled>>;
  /** Days of data, by dataset. */
  readonly data?: ReadonlyMap<string, ReadonlyMap<Day, Hash>>;
}

export interface Missing {
  readonly books: Set<string>;
  readonly data: Set<string>;
}

export class Shelf {
  /** Books and datasets that were asked for and are not at hand: whoever asked must get them and ask again. */
  readonly missing: Missing;
  readonly #content: ShelfContent;
  readonly #overlay: Overlay;

  constructor(content: ShelfContent, overlay: Overlay = {}, missing: Missing = { books: new Set(), data: new Set() }) {
    this.#content = content;
    this.#overlay = overlay;
    this.missing = missing;
  }

  /** The same books, with this on top; what is missed is noted together. */
  under(overlay: Overlay): Shelf {
    return new Shelf(this.#content, { ...this.#overlay, ...overlay }, this.missing);
  }

  get isComplete(): boolean {
    return this.missing.books.size === 0 && this.missing.data.size === 0;
  }

  /** What was missed, to be fetched; the shelf is complete again until more is missed. */
  takeMissing(): Missing {
    const { books, data } = this.missing;
    const taken = { books: new Set(books), data: new Set(data) };
    books.clear();
    data.clear();
    return taken;
  }

  /** Whether the cell's book was read. */
  isAtHand(computation: string, ordinal: DayOrdinal): boolean {
    return this.#content.books.has(bookId(computation, fromOrdinal(ordinal)));
  }

  /** Undefined when the cell is not settled, and when its book is missing. */
  settled(computation: string, ordinal: DayOrdinal): Settled | undefined {
    const date = fromOrdinal(ordinal);
    const newer = this.#overlay.cells?.get(computation)?.get(date);
    if (newer !== undefined) return newer;
    const id = bookId(computation, date);
    const book = this.#content.books.get(id);
    if (book === undefined) this.missing.books.add(id);
    return book?.get(date);
  }

  /** Undefined when the day has no data, and when the dataset is missing. */
  dataHash(dataset: string, ordinal: DayOrdinal): Hash | undefined {
    const date = fromOrdinal(ordinal);
    const newer = this.#overlay.data?.get(dataset)?.get(date);
    if (newer !== undefined) return newer;
    const days = this.#content.data.get(dataset);
    if (days === undefined) this.missing.data.add(dataset);
    return days?.get(date);
  }
}

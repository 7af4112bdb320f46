/**
 * Memory for records of doubles, in pages of a quarter of a mebibyte: each page is cut into blocks of one size, and goes back to all sizes
 * when its last block is free. So millions of records are a few hundred objects to the collector, and what they take is known. Pure.
 */

/** Doubles. */
const PAGE_UNITS = 32_768;
const PAGE_BYTES = PAGE_UNITS * 8;

/** Of blocks, in doubles. */
const SIZES = [12, 14, 16, 20, 24, 32, 48, 64, 96, 128, 192] as const;

export const MAX_UNITS = SIZES[SIZES.length - 1] as number;

/** A page of each size, and some to work with. */
export const MIN_ARENA_BYTES = 24 * PAGE_BYTES;

interface Page {
  readonly doubles: Float64Array;
  readonly integers: Int32Array;
  /** Of its blocks; 0 while it is of no size. */
  units: number;
  used: number;
  /** Blocks that were freed. */
  free: number[];
  /** Where no block has been yet. */
  next: number;
  /** Among the open ones of its size. */
  isOpen: boolean;
}

/** Page and place of a block: as long as it is not freed, always the same. */
export type Handle = number;

/** No block. */
export const NONE: Handle = -1;

export class Arena {
  readonly #maxBytes: () => number;
  readonly #pages: Page[] = [];
  /** Pages of no size. */
  readonly #blank: number[] = [];
  /** By size: pages that may have room. */
  readonly #open = SIZES.map((): number[] => []);

  /** What it may take, asked before a page is added; never less than `MIN_ARENA_BYTES`. */
  constructor(maxBytes: () => number) {
    this.#maxBytes = maxBytes;
  }

  /** Of all pages. */
  get bytes(): number {
    return this.#pages.length * PAGE_BYTES;
  }

  /** A block of at least so many doubles, with whatever was in it; `NONE` when there is no room: free another, and try again. */
  allocate(units: number): Handle {
    const size = SIZES.findIndex((one) => one >= units);
    const blockUnits = SIZES[size];
    const open = this.#open[size];
    if (blockUnits === undefined || open === undefined)
      throw new RangeError(`a block of ${units} doubles; ${MAX_UNITS} are the most`);
    for (;;) {
      const at = open.at(-1) ?? this.#takePage(blockUnits, open);
      if (at === NONE) return NONE;
      const page = this.#pages[at] as Page;
      if (page.units !== blockUnits) {
        // It has gone to another size since.
        open.pop();
        continue;
      }
      if (page.free.length === 0 && page.next + blockUnits > PAGE_UNITS) {
        open.pop();
        page.isOpen = false;
        continue;
      }
      const offset = page.free.pop() ?? page.next;
      if (offset === page.next) page.next += blockUnits;
      page.used++;
      return at * PAGE_UNITS + offset;
    }
  }

  free(handle: Handle): void {
    const at = Math.floor(handle / PAGE_UNITS);
    const page = this.#pages[at] as Page;
    page.free.push(handle % PAGE_UNITS);
    page.used--;
    if (page.used === 0) {
      page.units = 0;
      page.free = [];
      page.next = 0;
      this.#blank.push(at);
    } else if (!page.isOpen) {
      page.isOpen = true;
      this.#open[SIZES.findIndex((one) => one === page.units)]?.push(at);
    }
  }

  /** How many doubles the block has. */
  unitsOf(handle: Handle): number {
    return (this.#pages[Math.floor(handle / PAGE_UNITS)] as Page).units;
  }

  /** The page's doubles; the block begins at `offsetOf`. */
  doublesOf(handle: Handle): Float64Array {
    return (this.#pages[Math.floor(handle / PAGE_UNITS)] as Page).doubles;
  }

  /** The same memory; the block begins at twice `offsetOf`. */
  integersOf(handle: Handle): Int32Array {
    return (this.#pages[Math.floor(handle / PAGE_UNITS)] as Page).integers;
  }

  offsetOf(handle: Handle): number {
    return handle % PAGE_UNITS;
  }

  #takePage(units: number, open: number[]): number {
    const at = this.#blank.pop() ?? this.#addPage();
    if (at === NONE) return NONE;
    const page = this.#pages[at] as Page;
    page.units = units;
    page.isOpen = true;
    open.push(at);
    return at;
  }

  #addPage(): number {
    if (this.bytes + PAGE_BYTES > Math.max(this.#maxBytes(), MIN_ARENA_BYTES)) return NONE;
    const doubles = new Float64Array(PAGE_UNITS);
    const integers = new Int32Array(doubles.buffer);
    return this.#pages.push({ doubles, integers, units: 0, used: 0, free: [], next: 0, isOpen: false }) - 1;
  }
}

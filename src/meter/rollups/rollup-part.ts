/**
 * Windows of many series as bytes: a segment, in which each column of a series is a series of its own, numbered 16 times the series' id and the
 * column. Times are ends of windows, which the columns share. See docs/formats/rollup.md. Pure.
 */
import { Samples } from '../model/samples.ts';
import { encodeSegment } from '../segments/segment.ts';
import { lostOf, type RollupWindow, sumOf } from './window.ts';

const COLUMNS = ['count', 'sum', 'min', 'max', 'first', 'firstAt', 'last', 'lastAt', 'lost', 'staleAt'] as const;
type Column = (typeof COLUMNS)[number];

const PER_SERIES = 16;

/** Before it is packed: some 700 kB then, a document's worth. */
export const MAX_PART_VALUES = 400_000;

/** What is read: sums are the nearest doubles. */
export interface StoredWindow {
  endMs: number;
  count: number;
  sum: number;
  min: number;
  max: number;
  first: number;
  firstAtMs: number;
  last: number;
  lastAtMs: number;
  lost: number;
  /** NaN while it goes on. */
  staleAtMs: number;
}

export class RollupPartWriter {
  readonly #samples = new Samples();
  #highest = 0;

  get isFull(): boolean {
    return this.#samples.length >= MAX_PART_VALUES;
  }

  get isEmpty(): boolean {
    return this.#samples.length === 0;
  }

  add(id: number, windows: readonly RollupWindow[]): void {
    for (const [column, name] of COLUMNS.entries()) {
      const number = id * PER_SERIES + column;
      this.#highest = Math.max(this.#highest, number);
      for (const window of windows) {
        const value = valueOf(window, name);
        if (value !== undefined) this.#samples.pushDouble(number, window.endMs, value);
      }
    }
  }

  bytes(): Uint8Array {
    return encodeSegment(
      this.#samples,
      Uint32Array.from({ length: this.#highest + 1 }, (_, number) => number),
    );
  }
}

/** Undefined where nothing says that it is as usual. */
function valueOf(window: RollupWindow, column: Column): number | undefined {
  switch (column) {
    case 'sum':
      return sumOf(window);
    case 'lost': {
      const lost = lostOf(window);
      return lost === 0 ? undefined : lost;
    }
    case 'firstAt':
      return window.endMs - window.firstAtMs;
    case 'lastAt':
      return window.endMs - window.lastAtMs;
    case 'staleAt':
      return Number.isNaN(window.staleAtMs) ? undefined : window.endMs - window.staleAtMs;
    default:
      return window[column];
  }
}

/** Calls for each series that `wants`, with its windows in the order of time. */
export function readRollupPart(
  samples: Samples,
  wants: (id: number) => boolean,
  act: (id: number, windows: readonly StoredWindow[]) => void,
): void {
  for (let start = 0; start < samples.length;) {
    const id = Math.floor((samples.series[start] as number) / PER_SERIES);
    let end = start + 1;
    while (end < samples.length && Math.floor((samples.series[end] as number) / PER_SERIES) === id) end++;
    if (wants(id)) act(id, windowsOf(samples, start, end));
    start = end;
  }
}

function windowsOf(samples: Samples, start: number, end: number): StoredWindow[] {
  const windows = new Map<number, StoredWindow>();
  for (let at = start; at < end; at++) {
    const endMs = samples.timestampsMs[at] as number;
    const value = samples.doubles[at] as number;
    const column = COLUMNS[(samples.series[at] as number) % PER_SERIES] as Column;
    const window = windows.get(endMs) ?? {
      endMs,
      count: 0,
      sum: 0,
      min: 0,
      max: 0,
      first: 0,
      firstAtMs: 0,
      last: 0,
      lastAtMs: 0,
      lost: 0,
      staleAtMs: NaN,
    };
    windows.set(endMs, window);
    if (column === 'firstAt') window.firstAtMs = endMs - value;
    else if (column === 'lastAt') window.lastAtMs = endMs - value;
    else if (column === 'staleAt') window.staleAtMs = endMs - value;
    else window[column] = value;
  }
  return [...windows.values()];
}

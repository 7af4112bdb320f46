/** Cells to pixels, where several cells share one: the worst of them is what the pixel shows, never a mean. */
import type { Palette } from './palette.ts';

export interface Pooling {
  /** A byte a cell, row by row. */
  readonly bytes: Uint8Array;
  readonly days: number;
  /** By place on the screen: the row. */
  readonly order: readonly number[];
  readonly palette: Palette;
}

/** Where a pixel of the plot lies in the grid: places from `first`, up to and without `end`; none when they are the same. */
export type Span = (pixel: number) => readonly [first: number, end: number];

/** Fills `pixels`, `width` a line. Places between groups stay as they are. */
export function pool(
  pixels: Uint32Array,
  width: number,
  { bytes, days, order, palette: { colours, ranks } }: Pooling,
  { rows, columns }: { readonly rows: Span; readonly columns: Span },
): void {
  const height = pixels.length / width;
  const starts = new Int32Array(width);
  const ends = new Int32Array(width);
  for (let x = 0; x < width; x++) [starts[x], ends[x]] = columns(x) as [number, number];
  let before: readonly [number, number] = [-1, -1];
  for (let y = 0; y < height; y++) {
    const [first, end] = rows(y);
    if (first >= end) continue;
    // Of a row that is several pixels high.
    if (first === before[0] && end === before[1]) {
      pixels.copyWithin(y * width, (y - 1) * width, y * width);
      continue;
    }
    before = [first, end];
    for (let x = 0; x < width; x++) {
      let worst = -1;
      let shown = 0;
      for (let place = first; place < end; place++) {
        const row = (order[place] as number) * days;
        for (let column = starts[x] as number; column < (ends[x] as number); column++) {
          const byte = bytes[row + column] as number;
          const rank = ranks[byte] as number;
          if (rank <= worst) continue;
          worst = rank;
          shown = byte;
        }
      }
      if (worst >= 0) pixels[y * width + x] = colours[shown] as number;
    }
  }
}

/** Counts of whole numbers: exact order statistics of any number of values, in the space of their range. */

/** Room for the first value and its neighbours; most minutes of delay lie within. */
const FIRST_SIZE = 128;

/** Never more than four times as wide as the range of the values added, however many there are. */
export interface IntegerHistogram {
  /** `counts[i]` is how often `lowest + i` was added. */
  counts: Uint32Array;
  lowest: number;
  total: number;
}

export const emptyHistogram = (): IntegerHistogram => ({ counts: new Uint32Array(0), lowest: 0, total: 0 });

/** Adds one whole number, in place. */
export function addInteger(histogram: IntegerHistogram, value: number): void {
  let index = value - histogram.lowest;
  if (index < 0 || index >= histogram.counts.length) {
    widen(histogram, value);
    index = value - histogram.lowest;
  }
  // `index` is inside: widen() made room for it.
  histogram.counts[index]! += 1;
  histogram.total++;
}

/** Doubles the range towards the value, so that n widenings cost as much as one of the final size. */
function widen(histogram: IntegerHistogram, value: number): void {
  const { counts, lowest, total } = histogram;
  if (total === 0) {
    histogram.counts = new Uint32Array(FIRST_SIZE);
    histogram.lowest = value - FIRST_SIZE / 4;
    return;
  }
  const highest = lowest + counts.length - 1;
  const newLowest = value < lowest ? Math.min(value, lowest - counts.length) : lowest;
  const newHighest = value > highest ? Math.max(value, highest + counts.length) : highest;
  histogram.counts = new Uint32Array(newHighest - newLowest + 1);
  histogram.counts.set(counts, lowest - newLowest);
  histogram.lowest = newLowest;
}

/** The value of the given rank, 0 for the smallest; the rank must be below the total. */
export function valueOfRank(histogram: IntegerHistogram, rank: number): number {
  let seen = 0;
  let index = -1;
  while (seen <= rank) seen += histogram.counts[++index] ?? rank + 1;
  return histogram.lowest + index;
}

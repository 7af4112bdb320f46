/** What a computation will take, by what it took before. Pure. */
import type { MemoryBook, Remembered } from '../model/memory-book.ts';
import { bucketOf, highest, type InputSize } from './memory-book.ts';

export interface Prediction {
  /** Of the whole process, when it runs alone. */
  readonly peakMB: number;
  /** The part of it that comes on top of an idle worker: what several computations take together is the sum of theirs. */
  readonly addedMB: number;
  /** Of one cell. */
  readonly seconds: number;
}

/** Undefined when nothing like it is remembered. */
export type Predict = (computation: string, size?: InputSize) => Prediction | undefined;

/**
 * In this order: the computation at this size; at the next smaller size, grown in a line; at the next larger size as it is; without a
 * size. Asked without a size: what is remembered without one, else the hungriest of all sizes.
 */
export function predictor(book: MemoryBook): Predict {
  const buckets = bucketsByComputation(book);
  return (computation, size) => {
    const known = buckets.get(computation) ?? [];
    const at = (bucket: number | undefined): Remembered | undefined => book.get(`${computation}~${bucket}`);
    if (size !== undefined && known.length > 0) {
      const wanted = bucketOf(size);
      const bucket = known.findLast((one) => one <= wanted) ?? known[0] ?? wanted;
      return predictionOf(at(bucket), 2 ** Math.max(0, wanted - bucket));
    }
    const taken = known.flatMap((bucket) => at(bucket)?.taken ?? []);
    return predictionOf(book.get(computation) ?? (taken.length === 0 ? undefined : { taken }), 1);
  };
}

/** What comes on top of an idle worker grows with the input. */
function predictionOf(remembered: Remembered | undefined, growth: number): Prediction | undefined {
  if (remembered === undefined) return undefined;
  const addedMB = highest(remembered, 'addedMB');
  return {
    peakMB: highest(remembered, 'peakMB') + addedMB * (growth - 1),
    addedMB: addedMB * growth,
    seconds: highest(remembered, 'seconds') * growth,
  };
}

/** The sizes that are remembered, ascending. */
function bucketsByComputation(book: MemoryBook): Map<string, number[]> {
  const buckets = new Map<string, number[]>();
  for (const key of book.keys()) {
    const [computation = '', bucket] = key.split('~');
    if (bucket !== undefined) buckets.set(computation, [...(buckets.get(computation) ?? []), Number(bucket)]);
  }
  for (const known of buckets.values()) known.sort((a, b) => a - b);
  return buckets;
}

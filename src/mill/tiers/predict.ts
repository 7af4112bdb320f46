/** What a computation will take, by what it took before. Pure. */
import type { MemoryBook, Remembered } from '../model/memory-book.ts';
import { sizeClassOf } from '../model/size-class.ts';
import { highest, type InputSize } from './memory-book.ts';

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
  const classes = classesByComputation(book);
  return (computation, size) => {
    const known = classes.get(computation) ?? [];
    const at = (sizeClass: number | undefined): Remembered | undefined => book.get(`${computation}~${sizeClass}`);
    if (size !== undefined && known.length > 0) {
      const wanted = sizeClassOf(size);
      const sizeClass = known.findLast((one) => one <= wanted) ?? known[0] ?? wanted;
      return predictionOf(at(sizeClass), 2 ** Math.max(0, wanted - sizeClass));
    }
    const taken = known.flatMap((sizeClass) => at(sizeClass)?.taken ?? []);
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
function classesByComputation(book: MemoryBook): Map<string, number[]> {
  const classes = new Map<string, number[]>();
  for (const key of book.keys()) {
    const [computation = '', sizeClass] = key.split('~');
    if (sizeClass !== undefined) classes.set(computation, [...(classes.get(computation) ?? []), Number(sizeClass)]);
  }
  for (const known of classes.values()) known.sort((a, b) => a - b);
  return classes;
}

/** Peaks of tasks as columns that a plot takes: sizes in order, then a column a tier, then the prediction. Pure. */
import type { MemoryAnswer } from '../../mill/answers/memory.ts';

export type Point = MemoryAnswer['computations'][number]['points'][number];

export interface Scatter {
  /** What the points lie by: the entities that a cell read, or, where none of those is known, when they ended. */
  readonly by: 'entities' | 'time';
  /** Entities, or seconds. */
  readonly at: readonly number[];
  /** Of each tier, in the order of `tiers`: where the point is another tier's, null. */
  readonly peaks: readonly (readonly (number | null)[])[];
}

/** Of points whose entities are not known while those of others are, none. */
export function scatterOf(points: readonly Point[], tiers: readonly string[]): Scatter {
  const sized = points.filter(({ entities }) => entities !== undefined);
  const by = sized.length > 0 ? 'entities' : 'time';
  const placeOf = ({ entities = 0, endedMs }: Point): number => (by === 'entities' ? entities : endedMs / 1_000);
  const sorted = (by === 'entities' ? sized : points).toSorted((a, b) => placeOf(a) - placeOf(b));
  return {
    by,
    at: sorted.map(placeOf),
    peaks: tiers.map((tier) => sorted.map((point) => (point.tier === tier ? point.peakMB : null))),
  };
}

/** The least and the most of an axis of megabytes on which all peaks, the prediction and the tier above them are seen. */
export function rangeOf(
  points: readonly Pick<Point, 'peakMB'>[],
  predictedMB: number | null,
  tiersMB: readonly number[],
): [number, number] {
  const values = [...points.map(({ peakMB }) => peakMB), ...(predictedMB === null ? [] : [predictedMB])];
  const most = values.reduce((a, b) => Math.max(a, b), 1);
  const least = values.reduce((a, b) => Math.min(a, b), most);
  const above = tiersMB.find((tier) => tier >= most) ?? most;
  return [least / 1.5, above * 1.2];
}

/** Those from the one to the other: memory is bought so. */
export function powersOfTwo(least: number, most: number): number[] {
  const [first, last] = [Math.ceil(Math.log2(least)), Math.floor(Math.log2(most))];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => 2 ** (first + index));
}

/** Peaks of tasks as columns that a plot takes: sizes in order, then a column a tier, then the prediction. Pure. */

export interface Point {
  /** Of its inputs; absent of those whose size was not noted. */
  readonly inputBytes?: number | undefined;
  readonly entities?: number | undefined;
  readonly peakMB: number;
  readonly tier: string;
  readonly endedMs: number;
}

export interface Scatter {
  /** What the size counts. */
  readonly unit: 'bytes' | 'entities' | 'none';
  readonly sizes: readonly number[];
  /** Of each tier, in the order of `tiers`: where the point is another tier's, null. */
  readonly peaks: readonly (readonly (number | null)[])[];
}

/** Points of a size that is not known lie at 0. */
export function scatterOf(points: readonly Point[], tiers: readonly string[]): Scatter {
  const unit = points.some(({ inputBytes }) => inputBytes !== undefined)
    ? 'bytes'
    : points.some(({ entities }) => entities !== undefined)
      ? 'entities'
      : 'none';
  const sizeOf = ({ inputBytes, entities }: Point): number => (unit === 'bytes' ? inputBytes : entities) ?? 0;
  const sorted = points.toSorted((a, b) => sizeOf(a) - sizeOf(b));
  return {
    unit,
    sizes: sorted.map(sizeOf),
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

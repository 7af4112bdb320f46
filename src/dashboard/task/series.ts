/** Readings of memory as a plot has them: columns, and a level line for each limit that is known. */

type Reading = readonly [seconds: number, rssMB: number, heapMB: number];

/** Seconds, process, heap, then the tier's limit and what was expected where they are known. One reading alone is drawn as a short stretch. */
export function memorySeries(
  readings: readonly Reading[],
  { tierMB, predictedMB }: { readonly tierMB?: number | undefined; readonly predictedMB?: number | undefined },
): [number[], ...number[][]] {
  const [only] = readings;
  const points: readonly Reading[] =
    readings.length === 1 && only !== undefined ? [[0, only[1], only[2]], only] : readings;
  const level = (mb: number | undefined): number[][] => (mb === undefined ? [] : [points.map(() => mb)]);
  return [
    points.map(([at]) => at),
    points.map(([, rss]) => rss),
    points.map(([, , heap]) => heap),
    ...level(tierMB),
    ...level(predictedMB),
  ];
}

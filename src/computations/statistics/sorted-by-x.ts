/** Points from left to right, and those above each other upwards, in about as many steps as there are points. */

/** Below it, counting costs more than comparing. */
const WORTH_COUNTING = 1000;
/** Up to so many in a bucket, each is put where it belongs by passing its neighbours. */
const FEW = 16;

interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * A new array of the points, whose coordinates are finite: dealt into as many buckets of equal width as there are points, each of which is then sorted. Where most
 * fall into few buckets, it is the sorting by comparison that it would have been anyway.
 * Source: E. J. Isaac & R. C. Singleton, "Sorting by Address Calculation", Journal of the ACM 3 (1956), 169-174.
 */
export function sortedByX<P extends Point>(points: readonly P[]): P[] {
  const count = points.length;
  let lowest = Infinity;
  let highest = -Infinity;
  for (const { x } of points) {
    if (x < lowest) lowest = x;
    if (x > highest) highest = x;
  }
  const scale = (count - 1) / (highest - lowest);
  if (count < WORTH_COUNTING || !Number.isFinite(scale)) return points.toSorted(byXThenY);

  // Rises with x, if not strictly: rounding keeps order.
  const bucketOf = (x: number): number => Math.floor((x - lowest) * scale);
  // How many lie in a bucket, then where it begins, then where it ends.
  const ends = new Uint32Array(count + 1);
  for (const { x } of points) ends[bucketOf(x) + 1]! += 1;
  for (let bucket = 0; bucket < count; bucket++) ends[bucket + 1]! += ends[bucket]!;
  const sorted = points.slice();
  for (const point of points) sorted[ends[bucketOf(point.x)]!++] = point;
  for (let bucket = 0, from = 0; bucket < count; bucket++) {
    const to = ends[bucket]!;
    if (to - from > 1) sortPart(sorted, from, to);
    from = to;
  }
  return sorted;
}

function sortPart<P extends Point>(points: P[], from: number, to: number): void {
  if (to - from > FEW) {
    for (const [index, point] of points.slice(from, to).sort(byXThenY).entries()) points[from + index] = point;
    return;
  }
  for (let index = from + 1; index < to; index++) {
    const point = points[index]!;
    let place = index;
    while (place > from && byXThenY(points[place - 1]!, point) > 0) points[place] = points[--place]!;
    points[place] = point;
  }
}

const byXThenY = (a: Point, b: Point): number => a.x - b.x || a.y - b.y;

/** The smallest convex polygon around points, and its upper left edge: the best that they reach. */
import { sortedByX } from './sorted-by-x.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Below it, to look for points that cannot be on the hull costs more than to sort them. */
const WORTH_SIFTING = 64;

/** Relative error of a cross product of differences, rounded up: J. R. Shewchuk, "Adaptive Precision Floating-Point Arithmetic", Discrete & Computational Geometry 18 (1997). */
const CROSS_ERROR = 4 * Number.EPSILON;

/**
 * The corners of the convex hull, counter-clockwise from the left-most (of these, the lowest). Points within an edge and duplicates are no corners: equal points
 * give one corner, points on a line two. Coordinates have to be finite.
 * Source: A. M. Andrew, "Another Efficient Algorithm for Convex Hulls in Two Dimensions", Information Processing Letters 9 (1979), 216-219.
 */
export function convexHull(points: readonly Point[]): Point[] {
  const sorted = leftToRight(points);
  const lower = chain(sorted);
  if (lower.length < 2) return lower;
  const upper = chain(sorted.toReversed());
  return [...lower.slice(0, -1), ...upper.slice(0, -1)];
}

/**
 * The part of the upper hull from the left-most point (of these, the highest) to the highest (of these, the left-most): of points (risk, reward), what reward is
 * reached at most by mixing what has no more than a risk. From left to right, ever higher and ever less steep; empty without points.
 * Source: H. Markowitz, "Portfolio Selection", Journal of Finance 7 (1952), 77-91.
 */
export function upperEdge(points: readonly Point[]): Point[] {
  const upper = chain(leftToRight(points).toReversed()).toReversed();
  // Below the highest left-most point is the hull's left side.
  const first = upper.findLastIndex(({ x }) => x === upper[0]?.x);
  const edge = upper.slice(Math.max(0, first));
  let highest = 0;
  for (const [index, { y }] of edge.entries()) if (y > (edge[highest] as Point).y) highest = index;
  return edge.slice(0, highest + 1);
}

/**
 * How far the point lies below an edge, straight up; negative above it. Right of the edge the height of its end counts, which is had at less; undefined left of
 * the edge, where nothing is reached, and for an empty edge.
 */
export function distanceBelow(edge: readonly Point[], { x, y }: Point): number | undefined {
  const next = edge.findIndex((corner) => corner.x >= x);
  const right = next < 0 ? edge.at(-1) : (edge[next] as Point);
  if (right === undefined) return undefined;
  if (next < 0 || right.x === x) return right.y - y;
  const left = edge[next - 1];
  if (left === undefined) return undefined;
  const share = (x - left.x) / (right.x - left.x);
  return left.y * (1 - share) + right.y * share - y;
}

/** From one end of the sorted points to the other, turning left at every corner. */
function chain(sorted: readonly Point[]): Point[] {
  const corners: Point[] = [];
  let count = 0;
  for (const point of sorted) {
    while (count > 1 && cross(corners[count - 2]!, corners[count - 1]!, point) <= 0) count--;
    const last = corners[count - 1];
    if (count === 0 || last!.x !== point.x || last!.y !== point.y) corners[count++] = point;
  }
  corners.length = count;
  return corners;
}

/** Positive where the way from a over b to c turns left. */
const cross = (a: Point, b: Point, c: Point): number => (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);

const leftToRight = (points: readonly Point[]): Point[] => {
  const extremes = extremesOf(points);
  return sortedByX(points.length < WORTH_SIFTING ? points : sift(points, extremes));
};

/** The farthest points in eight directions, counter-clockwise. */
function extremesOf(points: readonly Point[]): Point[] {
  const first = points[0];
  if (first === undefined) return [];
  let [low, high, left, right] = [first, first, first, first];
  let [lowLeft, lowRight, highLeft, highRight] = [first, first, first, first];
  for (const [index, point] of points.entries()) {
    const { x, y } = point;
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      throw new RangeError(`Point ${index} of ${points.length} is (${x}, ${y}), which lies nowhere: leave it out.`);
    }
    if (y < low.y) low = point;
    if (y > high.y) high = point;
    if (x < left.x) left = point;
    if (x > right.x) right = point;
    if (x + y < lowLeft.x + lowLeft.y) lowLeft = point;
    if (x + y > highRight.x + highRight.y) highRight = point;
    if (x - y > lowRight.x - lowRight.y) lowRight = point;
    if (x - y < highLeft.x - highLeft.y) highLeft = point;
  }
  return [low, lowRight, right, highRight, high, highLeft, left, lowLeft];
}

/**
 * Without the points that surely lie inside the octagon of extremes: of a million in a square or a disc, nearly all.
 * Source: S. G. Akl & G. T. Toussaint, "A Fast Convex Hull Algorithm", Information Processing Letters 7 (1978), 219-222.
 */
function sift(points: readonly Point[], extremes: readonly Point[]): Point[] {
  const sides = extremes
    .map((from, index) => [from, extremes[(index + 1) % extremes.length] as Point] as const)
    .filter(([from, to]) => from.x !== to.x || from.y !== to.y);
  if (sides.length === 0) return [...points];
  return points.filter((point) => !sides.every(([from, to]) => surelyLeft(from, to, point)));
}

/** Whether the point lies left of the line, whatever rounding did. */
function surelyLeft(from: Point, to: Point, { x, y }: Point): boolean {
  const a = (to.x - from.x) * (y - from.y);
  const b = (to.y - from.y) * (x - from.x);
  return a - b > CROSS_ERROR * (Math.abs(a) + Math.abs(b));
}

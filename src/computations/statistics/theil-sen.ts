/** A line through points of which some may lie anywhere. */
import { quantile } from './quantile.ts';

/** 0.975 quantile of the normal distribution: a two-sided interval of 95 %. */
const Z = 1.959963984540054;

export interface RobustLine {
  /** Median of the slopes between all pairs of points: change of y for one more of x. */
  readonly slope: number;
  /** The 95 % interval of the slope; infinite where there are too few pairs to bound it. */
  readonly lowestSlope: number;
  readonly highestSlope: number;
  /** Median of y - slope x: the line's height at x = 0. */
  readonly intercept: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * The Theil-Sen line, of which up to 29 % of the points may be arbitrarily wrong; undefined without two different x. It takes n² / 2 slopes.
 * The interval is Sen's: the slopes of rank (N ± z σ) / 2, with σ² the variance of Kendall's S, as Sen has it for x that are all different; it
 * is approximate below ten points, and too narrow where errors of neighbouring points are alike.
 * Sources: H. Theil, "A rank-invariant method of linear and polynomial regression analysis", Proc. Kon. Ned. Akad. Wetensch. A 53 (1950);
 * P. K. Sen, "Estimates of the Regression Coefficient Based on Kendall's Tau", JASA 63 (1968), 1379-1389.
 */
export function theilSen(points: readonly Point[]): RobustLine | undefined {
  const slopes = slopesOf(points);
  const slope = quantile(slopes, 0.5);
  if (slope === undefined) return undefined;
  const n = points.length;
  const spread = Z * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  // Ranks count from 1: M1 = (N - C) / 2, and the upper limit is the one of rank M2 + 1 = (N + C) / 2 + 1.
  const low = Math.round((slopes.length - spread) / 2);
  const high = Math.round((slopes.length + spread) / 2) + 1;
  const residuals = points.map(({ x, y }) => y - slope * x).sort((a, b) => a - b);
  return {
    slope,
    lowestSlope: low < 1 ? -Infinity : (slopes[low - 1] as number),
    highestSlope: high > slopes.length ? Infinity : (slopes[high - 1] as number),
    intercept: quantile(residuals, 0.5) ?? 0,
  };
}

/** Ascending. */
function slopesOf(points: readonly Point[]): Float64Array & readonly number[] {
  const slopes = new Float64Array((points.length * (points.length - 1)) / 2);
  let count = 0;
  for (const [at, a] of points.entries()) {
    for (let other = at + 1; other < points.length; other++) {
      const b = points[other] as Point;
      if (a.x !== b.x) slopes[count++] = (b.y - a.y) / (b.x - a.x);
    }
  }
  return slopes.subarray(0, count).sort() as Float64Array & readonly number[];
}

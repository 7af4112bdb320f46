/** Where each user stands to the best that could be had of what the user holds. */
import { z } from 'zod';
import { dataset, defineComputation, dependency, joined } from '../../index.ts';
import { convexHull, distanceBelow, type Point, upperEdge } from '../statistics/convex-hull.ts';
import { portfolios } from './portfolios.ts';
import { pricePanel } from './price-panel.ts';
import { riskReturn } from './risk-return.ts';

export const RiskGeometry = z.object({
  /** Tickers with enough of a history. */
  tickers: z.number().int().nonnegative(),
  /** Corners of the hull of their points: daily standard deviation to the right, mean daily return up. */
  corners: z.number().int().nonnegative(),
  /** Of the hull: deviation times return. 0 for points on a line. */
  area: z.number().nonnegative(),
  /** Its upper edge, from the calmest to the best paid: [risk, reward] of each corner. */
  frontier: z.array(z.tuple([z.number(), z.number()])),
  /** Daily return that the best mixture of what is held and cash has beyond the user's, at the user's risk; negative where the user did better, null where the user's is not known, or nothing is held. */
  distance: z.number().nullable(),
});
export type RiskGeometry = z.infer<typeof RiskGeometry>;

/**
 * The convex hull of risk and reward of all that a user holds (A. M. Andrew, "Another Efficient Algorithm for Convex Hulls in Two Dimensions",
 * Information Processing Letters 9, 1979) and its upper edge: an efficient frontier (H. Markowitz, "Portfolio Selection", Journal of Finance 7, 1952) as it would be if
 * what is held moved as one. As it does not quite, a mixture is calmer than the edge says, and a user may stand above it by diversification alone. The distance is to the edge with cash as a
 * point of no risk and no reward (J. Tobin, "Liquidity Preference as Behavior Towards Risk", Review of Economic Studies 25, 1958): most users are calmer than the calmest of what they hold.
 */
export const riskGeometry = defineComputation({
  name: 'risk-geometry',
  category: 'risk',
  productLines: ['trading', 'stocks', 'crypto'],
  tags: ['diversification', 'performance'],
  description: 'Convex hull and efficient frontier of what each user holds, and the distance to it',
  needs: { portfolio: dataset(portfolios), risk: joined(riskReturn), panel: dependency(pricePanel) },
  output: z.record(z.string(), RiskGeometry),
  checks: { nullDensity: false },
  perEntity: ({ positions }, { inputs: { risk: own, panel } }) => {
    const points: Point[] = [];
    for (const ticker of new Set(positions.map((position) => position.ticker))) {
      const { risk, reward } = panel.tickers[ticker] ?? {};
      if (risk != null && reward != null) points.push({ x: risk, y: reward });
    }
    const hull = convexHull(points);
    const frontier = upperEdge(points);
    const { risk, reward } = own ?? { risk: null, reward: null };
    return {
      tickers: points.length,
      corners: hull.length,
      area: areaOf(hull),
      frontier: frontier.map(({ x, y }) => [x, y] as [number, number]),
      distance:
        risk === null || reward === null || points.length === 0
          ? null
          : (distanceBelow(upperEdge([CASH, ...points]), { x: risk, y: reward }) ?? null),
    };
  },
});

const CASH: Point = { x: 0, y: 0 };

/** By the shoelace formula, about the first corner. */
function areaOf(hull: readonly Point[]): number {
  const [first] = hull;
  if (first === undefined) return 0;
  let twice = 0;
  for (let at = 1; at + 1 < hull.length; at++) {
    const [a, b] = [hull[at] as Point, hull[at + 1] as Point];
    twice += (a.x - first.x) * (b.y - first.y) - (b.x - first.x) * (a.y - first.y);
  }
  return Math.abs(twice) / 2;
}

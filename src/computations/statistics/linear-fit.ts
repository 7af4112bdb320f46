/** How one variable moves with another. */

export interface LinearFit {
  /** Least-squares change of y for one more of x. */
  readonly slope: number;
  /** Pearson's r, within -1 and 1. */
  readonly correlation: number;
}

/**
 * The least-squares line of y on x, in two passes so that large means cost no digits; undefined when x or y does not vary.
 * Source: K. Pearson, "Note on Regression and Inheritance", Proceedings of the Royal Society 58 (1895), 240-242.
 */
export function linearFit(points: readonly { readonly x: number; readonly y: number }[]): LinearFit | undefined {
  let meanX = 0;
  let meanY = 0;
  for (const { x, y } of points) {
    meanX += x / points.length;
    meanY += y / points.length;
  }
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (const { x, y } of points) {
    xx += (x - meanX) ** 2;
    xy += (x - meanX) * (y - meanY);
    yy += (y - meanY) ** 2;
  }
  const spread = Math.sqrt(xx * yy);
  if (!(spread > 0)) return undefined;
  return { slope: xy / xx, correlation: Math.max(-1, Math.min(1, xy / spread)) };
}

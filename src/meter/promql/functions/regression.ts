/** A straight line through samples, by least squares. */
import type { Window } from '../evaluate/windows.ts';
import { ExactSum } from './sums.ts';

interface Line {
  /** A second. */
  readonly slope: number;
  readonly intercept: number;
}

/** `zeroMs`: where the intercept is. */
function lineThrough({ times, values, from, to }: Window, zeroMs: number): Line {
  const [sumX, sumY, sumXY, sumXX] = [new ExactSum(), new ExactSum(), new ExactSum(), new ExactSum()];
  const first = values[from] as number;
  let isLevel = true;
  for (let at = from; at < to; at++) {
    const y = values[at] as number;
    const x = ((times[at] as number) - zeroMs) / 1_000;
    if (y !== first) isLevel = false;
    sumX.add(x);
    sumY.add(y);
    sumXY.add(x * y);
    sumXX.add(x * x);
  }
  if (isLevel) return Number.isFinite(first) ? { slope: 0, intercept: first } : { slope: NaN, intercept: NaN };
  const n = to - from;
  const covariance = sumXY.total - (sumX.total * sumY.total) / n;
  const variance = sumXX.total - (sumX.total * sumX.total) / n;
  const slope = covariance / variance;
  return { slope, intercept: sumY.total / n - (slope * sumX.total) / n };
}

export const deriv = (window: Window): number | undefined =>
  window.to - window.from < 2 ? undefined : lineThrough(window, window.times[window.from] as number).slope;

export function predictLinear(window: Window, _: number, seconds: number): number | undefined {
  if (window.to - window.from < 2) return undefined;
  const { slope, intercept } = lineThrough(window, window.atMs);
  return slope * seconds + intercept;
}

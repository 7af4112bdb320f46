/** How far a value lies from its peers, without letting outliers among them hide it. */
import { mean } from './mean.ts';
import { medianOf } from './quantile.ts';

/** 0.75 quantile of the normal distribution: MAD = 0.6745 sigma. */
const MAD_PER_SIGMA = 0.6745;
/** Mean absolute deviation of the normal distribution: sqrt(2 / pi) sigma. */
const MEAN_DEVIATION_PER_SIGMA = Math.sqrt(2 / Math.PI);

export interface RobustScore {
  readonly median: number;
  /** In estimated standard deviations above the median of the peers. */
  readonly score: number;
}

/**
 * The modified z-score, 0.6745 (x - median) / MAD, of Iglewicz & Hoaglin, "How to Detect and Handle Outliers" (ASQC, 1993).
 * Where more than half of the peers are equal, MAD is 0 and the mean absolute deviation from the median takes its place.
 * Undefined when there are no peers or all are equal: then nothing says how far is far.
 */
export function robustScore(value: number, peers: readonly number[]): RobustScore | undefined {
  const median = medianOf(peers);
  if (median === undefined) return undefined;
  const deviations = peers.map((peer) => Math.abs(peer - median));
  const mad = medianOf(deviations) ?? 0;
  const sigma = mad > 0 ? mad / MAD_PER_SIGMA : (mean(deviations) ?? 0) / MEAN_DEVIATION_PER_SIGMA;
  return sigma > 0 ? { median, score: (value - median) / sigma } : undefined;
}

/** What a histogram or a summary must be to be kept. */
import type { Buckets, Compound } from '../../model/compound.ts';
import { MAX_BUCKETS } from './limits.ts';

const LOWEST_SCALE = -10;
const HIGHEST_SCALE = 20;

/** What is wrong with it, in words; undefined when nothing is. */
export function wrongCompound(value: Compound): string | undefined {
  switch (value.kind) {
    case 'histogram': {
      const { bounds, counts } = value;
      if (counts.length > MAX_BUCKETS) return tooMany;
      if (counts.length !== bounds.length + 1 && counts.length + bounds.length > 0)
        return `the histogram has ${counts.length} counts and ${bounds.length} bounds; it needs one count more than bounds, or neither`;
      if (!ascends(bounds)) return 'the bounds of the histogram do not ascend';
      return counts.length === 0 ? undefined : wrongTotal(value.count, sum(counts));
    }
    case 'exponential': {
      const { schema, count, zeroCount, positive, negative, zeroThreshold } = value;
      if (!(schema >= LOWEST_SCALE && schema <= HIGHEST_SCALE))
        return `the histogram has scale ${schema}; ${LOWEST_SCALE} to ${HIGHEST_SCALE} are known`;
      if (!(zeroThreshold >= 0)) return 'the zero threshold of the histogram is no number, or below 0';
      const counts = [...positive, ...negative].flatMap((stretch: Buckets) => stretch.counts as readonly bigint[]);
      if (counts.length > MAX_BUCKETS) return tooMany;
      return wrongTotal(count as bigint, sum(counts) + (zeroCount as bigint));
    }
    case 'summary': {
      if (value.quantiles.length > MAX_BUCKETS) return tooMany;
      return value.quantiles.every(([quantile]) => quantile >= 0 && quantile <= 1)
        ? undefined
        : 'a quantile of the summary is not from 0 to 1';
    }
    case 'custom':
      return undefined;
  }
}

const tooMany = `the value has more than ${MAX_BUCKETS} buckets or quantiles, which are the most`;

const sum = (counts: readonly bigint[]): bigint => counts.reduce((total, count) => total + count, 0n);

const ascends = (bounds: readonly number[]): boolean =>
  bounds.every((bound, at) => !Number.isNaN(bound) && (at === 0 || bound > (bounds[at - 1] as number)));

const wrongTotal = (count: bigint, total: bigint): string | undefined =>
  count === total
    ? undefined
    : `the histogram does not add up: its buckets have ${total} observations, and it counts ${count}`;

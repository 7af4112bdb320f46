/** What a histogram or a summary must be to be kept, whichever format it came in: whoever reads it later relies on that. */
import type {
  Buckets,
  Compound,
  Count,
  CustomHistogram,
  ExplicitHistogram,
  ExponentialHistogram,
} from '../model/compound.ts';

/** Buckets of one histogram, and quantiles of a summary; clients make 160 at most by default. */
const MAX_BUCKETS = 10_000;
/** OTLP's scales; Prometheus's schemas are from -4 to 8. */
const LOWEST_SCHEMA = -10;
const HIGHEST_SCHEMA = 20;
const LAST_INDEX = 2 ** 31;

/** What is wrong with it, in words; undefined when nothing is. */
export function wrongCompound(value: Compound): string | undefined {
  switch (value.kind) {
    case 'histogram':
      return wrongExplicit(value);
    case 'exponential':
      return wrongExponential(value);
    case 'custom':
      return wrongCustom(value);
    case 'summary':
      if (value.quantiles.length > MAX_BUCKETS) return TOO_MANY;
      return value.quantiles.every(([quantile]) => quantile >= 0 && quantile <= 1)
        ? undefined
        : 'a quantile of the summary is not from 0 to 1';
  }
}

const TOO_MANY = `the value has more than ${MAX_BUCKETS} buckets or quantiles, which are the most`;

function wrongExplicit({ bounds, counts, count }: ExplicitHistogram): string | undefined {
  if (counts.length > MAX_BUCKETS) return TOO_MANY;
  if (counts.length !== bounds.length + 1 && counts.length + bounds.length > 0)
    return `the histogram has ${counts.length} counts and ${bounds.length} bounds; it needs one count more than bounds, or neither`;
  if (!ascends(bounds)) return 'the bounds of the histogram do not ascend';
  return counts.length === 0 ? undefined : wrongTotal(count, counts, undefined);
}

function wrongExponential(value: ExponentialHistogram): string | undefined {
  const { schema, count, sum, zeroCount, positive, negative, zeroThreshold } = value;
  if (!(schema >= LOWEST_SCHEMA && schema <= HIGHEST_SCHEMA))
    return `the histogram has schema, or scale, ${schema}; ${LOWEST_SCHEMA} to ${HIGHEST_SCHEMA} are known`;
  if (!(zeroThreshold >= 0)) return 'the zero threshold of the histogram is no number, or below 0';
  if (!follow(positive) || !follow(negative))
    return 'the stretches of the histogram overlap, touch, or are out of order';
  return wrongTotal(count, [zeroCount, ...countsOf(positive), ...countsOf(negative)], sum);
}

function wrongCustom({ bounds, count, sum, positive }: CustomHistogram): string | undefined {
  if (bounds.length > MAX_BUCKETS) return TOO_MANY;
  if (!ascends(bounds) || !bounds.every((bound) => Number.isFinite(bound)))
    return 'the bounds of the histogram do not ascend, or are not finite';
  const last = positive.at(-1);
  if (!follow(positive) || (positive[0]?.offset ?? 0) < 0)
    return 'the stretches of the histogram overlap, touch, or are out of order';
  if (last !== undefined && last.offset + last.counts.length > bounds.length + 1)
    return 'the histogram has buckets beyond its bounds';
  return wrongTotal(count, countsOf(positive), sum);
}

const countsOf = (stretches: readonly Buckets[]): Count[] => stretches.flatMap(({ counts }) => counts as Count[]);

/** Ascending, with a gap between each and the next. */
const follow = (stretches: readonly Buckets[]): boolean =>
  stretches.every(({ offset, counts }, at) => {
    const before = stretches[at - 1];
    const isFree = before === undefined || offset > before.offset + before.counts.length;
    return isFree && counts.length > 0 && Math.abs(offset) + counts.length < LAST_INDEX;
  });

const ascends = (bounds: readonly number[]): boolean =>
  bounds.every((bound, at) => !Number.isNaN(bound) && (at === 0 || bound > (bounds[at - 1] as number)));

/** Integers must add up. Observations that are NaN make the sum NaN, are counted, and are in no bucket. Counts of floats round. */
function wrongTotal(count: Count, counts: readonly Count[], sum: number | undefined): string | undefined {
  if (counts.length > MAX_BUCKETS + 1) return TOO_MANY;
  const all = [count, ...counts];
  if (!all.every((one) => one >= 0)) return 'the histogram has a negative count, or one that is no number';
  if (all.some((one) => typeof one !== typeof count)) return 'the histogram mixes integer and float counts';
  if (typeof count !== 'bigint') return undefined;
  const total = (counts as readonly bigint[]).reduce((before, one) => before + one, 0n);
  const adds = sum !== undefined && Number.isNaN(sum) ? total <= count : total === count;
  return adds
    ? undefined
    : `the histogram does not add up: its buckets have ${total} observations, and it counts ${count}`;
}

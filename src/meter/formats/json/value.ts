/** Values of items: numbers in all the ways that JSON may carry them, histograms and summaries. */
import type { Buckets, Compound, Count } from '../../model/compound.ts';
import type { Refusal } from '../../model/series-resolver.ts';
import { exactNumber } from '../../../values/exact-number.ts';
import { wrongCompound } from '../check-compound.ts';
import { ExactValue, isNumberText, isWholeText } from './item.ts';
import { MAX_BUCKETS } from './limits.ts';

/** A double by itself or by its bits, a 64-bit integer, or more than a number. */
export type ItemValue = number | bigint | { readonly bits: bigint } | Compound;

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

const bad = (reason: string): Refusal => ({ code: 'BAD_VALUE', reason });

/** Undefined when it is of no form that the schema knows. */
export function readValue(value: unknown): ItemValue | Refusal | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value === 'string') return readNumberText(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  if ('kind' in value) {
    const exact = readExact(value);
    const reason = exact === undefined ? undefined : wrongCompound(exact);
    return reason === undefined ? exact : bad(reason);
  }
  if ('buckets' in value) return readHistogram(value);
  if ('quantiles' in value) return readSummary(value);
  const { int64 } = value as { int64?: unknown };
  if (typeof int64 !== 'string' || !/^-?\d{1,19}$/.test(int64) || Object.keys(value).length > 1) return undefined;
  const integer = BigInt(int64);
  return integer >= INT64_MIN && integer <= INT64_MAX ? integer : bad('value.int64 is beyond 64 bits');
}

/** An integer that no double holds is one of 64 bits. */
function readNumberText(text: string): Exclude<ItemValue, Compound> | undefined {
  if (!isNumberText(text)) return undefined;
  if (text.startsWith('NaN(')) return { bits: BigInt(text.slice('NaN('.length, -1)) };
  const special = specialNumber(text);
  if (special !== undefined) return special;
  if (!/^[+-]?\d{16,20}$/.test(text)) return Number(text);
  const integer = BigInt(text.replace('+', ''));
  return exactNumber(text) ?? (integer >= INT64_MIN && integer <= INT64_MAX ? integer : Number(text));
}

function specialNumber(text: string): number | undefined {
  if (text === 'NaN') return NaN;
  return /Inf/.test(text) ? (text.startsWith('-') ? -Infinity : Infinity) : undefined;
}

/** A double; undefined when it is none. Which NaN it is does not count within histograms. */
export function readDouble(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string' || !isNumberText(value)) return undefined;
  return value.startsWith('NaN') ? NaN : (specialNumber(value) ?? Number(value));
}

function readWhole(value: unknown): bigint | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : undefined;
  return typeof value === 'string' && isWholeText(value) ? BigInt(value) : undefined;
}

function readHistogram({
  count,
  sum,
  buckets,
}: {
  count?: unknown;
  sum?: unknown;
  buckets: unknown;
}): Compound | Refusal | undefined {
  const total = readWhole(count);
  const observed = sum === undefined ? undefined : readDouble(sum);
  if (total === undefined || (sum !== undefined && observed === undefined)) return undefined;
  const pairs = pairsOf(buckets, readWhole);
  if (pairs === undefined) return undefined;
  if ('code' in pairs) return pairs;
  const counts = pairs.map(([, upTo], at) => upTo - (pairs[at - 1]?.[1] ?? 0n));
  if (counts.some((one) => one < 0n))
    return bad('value.buckets go down; each counts all observations that were not above its bound');
  const last = pairs.at(-1);
  if (last !== undefined && last[1] > total) return bad('value.buckets have more observations than value.count');
  if (last?.[0] === Infinity && last[1] !== total)
    return bad('the bucket +Inf has other observations than value.count');
  if (last !== undefined && last[0] !== Infinity) counts.push(total - last[1]);
  const bounds = pairs.map(([bound]) => bound).filter((bound) => bound !== Infinity);
  return { kind: 'histogram', count: total, sum: observed, bounds, counts };
}

function readSummary({
  count,
  sum,
  quantiles,
}: {
  count?: unknown;
  sum?: unknown;
  quantiles: unknown;
}): Compound | Refusal | undefined {
  const total = readWhole(count);
  const observed = readDouble(sum);
  const pairs = pairsOf(quantiles, readDouble);
  if (total === undefined || observed === undefined || pairs === undefined) return undefined;
  if ('code' in pairs) return pairs;
  if (pairs.some(([quantile]) => quantile < 0 || quantile > 1)) return bad('value.quantiles are from 0 to 1');
  return { kind: 'summary', count: total, sum: observed, quantiles: pairs };
}

/** Members by the number that is their name, ascending; undefined when a value is none. */
function pairsOf<T>(value: unknown, read: (one: unknown) => T | undefined): [number, T][] | Refusal | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const entries = Object.entries(value);
  if (entries.length > MAX_BUCKETS) return bad(`value has more than ${MAX_BUCKETS} buckets or quantiles`);
  const pairs: [number, T][] = [];
  for (const [name, one] of entries) {
    const number = readDouble(name);
    const made = read(one);
    if (made === undefined) return undefined;
    if (number === undefined || Number.isNaN(number))
      return bad('a bucket or quantile is named by its number, as "0.5" or "+Inf"');
    pairs.push([number, made]);
  }
  pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return pairs.some(([number], at) => number === pairs[at - 1]?.[0])
    ? bad('two buckets or quantiles are the same number')
    : pairs;
}

/** What a dead letter has: slower, as it is rare. */
function readExact(value: object): Compound | undefined {
  const { data } = ExactValue.safeParse(value);
  if (data === undefined) return undefined;
  const double = (one: string | number): number => readDouble(one) ?? NaN;
  const optional = (one: string | number | undefined): number | undefined =>
    one === undefined ? undefined : double(one);
  const whole = (one: string | number): bigint => readWhole(one) ?? 0n;
  const stretches = (list: readonly { offset: number; counts: (string | number)[] }[]): Buckets[] =>
    list.map(({ offset, counts }) => ({ offset, counts: counts.map(countOf) }));
  const { sum } = data;
  switch (data.kind) {
    case 'histogram': {
      const [min, max] = [optional(data.min), optional(data.max)];
      const { bounds, counts } = data;
      return {
        kind: 'histogram',
        count: whole(data.count),
        sum: optional(sum),
        min,
        max,
        bounds: bounds.map(double),
        counts: counts.map(whole),
      };
    }
    case 'exponential':
      return {
        kind: 'exponential',
        schema: data.schema,
        count: countOf(data.count),
        sum: optional(sum),
        min: optional(data.min),
        max: optional(data.max),
        zeroThreshold: double(data.zeroThreshold),
        zeroCount: countOf(data.zeroCount),
        positive: stretches(data.positive),
        negative: stretches(data.negative),
        resetHint: data.resetHint,
      };
    case 'custom': {
      const bounds = data.bounds.map(double);
      return {
        kind: 'custom',
        count: countOf(data.count),
        sum: double(data.sum),
        bounds,
        positive: stretches(data.positive),
        resetHint: data.resetHint,
      };
    }
    case 'summary': {
      const quantiles = data.quantiles.map(([quantile, at]) => [double(quantile), double(at)] as const);
      return { kind: 'summary', count: whole(data.count), sum: double(data.sum), quantiles };
    }
  }
}

/** A string of digits is a 64-bit count, a number is one of floats. */
const countOf = (value: string | number): Count =>
  typeof value === 'string' && isWholeText(value) ? BigInt(value) : (readDouble(value) ?? NaN);

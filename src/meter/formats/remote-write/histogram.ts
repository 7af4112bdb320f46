/**
 * Prometheus's native histogram, which both versions of remote write have under the same field numbers.
 * https://prometheus.io/docs/specs/native_histograms/
 */
import type { Buckets, Compound, Count } from '../../model/compound.ts';
import { STALE_BITS } from '../../model/samples.ts';
import type { Refusal } from '../../model/series-resolver.ts';
import { wrongCompound } from '../check-compound.ts';
import { type ProtobufReader, WIRE } from '../protobuf.ts';
import { MAX_BUCKETS } from './limits.ts';

/** The schema of histograms whose bounds are listed. */
const CUSTOM = -53;
const RESET_HINTS = ['unknown', 'yes', 'no', 'gauge'] as const;

export interface NativeHistogram {
  readonly timestampMs: number;
  /** 0 where it is not said. */
  readonly startMs: number;
  /** `stale` where the series ended. */
  readonly value: Compound | 'stale' | Refusal;
  readonly buckets: number;
}

interface Side {
  /** Offset and length by turns. */
  readonly spans: number[];
  readonly deltas: bigint[];
  readonly counts: number[];
}

interface Fields {
  count: Count;
  zeroCount: Count;
  isFloat: boolean;
  sum: number;
  isStale: boolean;
  schema: number;
  zeroThreshold: number;
  resetHint: number;
  timestampMs: number;
  startMs: number;
  readonly positive: Side;
  readonly negative: Side;
  readonly bounds: number[];
}

/** Reads the message that ends at `end`. @throws {UserError} when it is none. */
export function readHistogram(reader: ProtobufReader, end: number): NativeHistogram {
  const fields: Fields = {
    count: 0n,
    zeroCount: 0n,
    isFloat: false,
    sum: 0,
    isStale: false,
    schema: 0,
    zeroThreshold: 0,
    resetHint: 0,
    timestampMs: 0,
    startMs: 0,
    positive: { spans: [], deltas: [], counts: [] },
    negative: { spans: [], deltas: [], counts: [] },
    bounds: [],
  };
  for (let field = reader.field(end); field !== 0; field = reader.field(end)) readField(reader, field, end, fields);
  const { timestampMs, startMs, positive, negative } = fields;
  const buckets = positive.deltas.length + positive.counts.length + negative.deltas.length + negative.counts.length;
  return { timestampMs, startMs, buckets, value: fields.isStale ? 'stale' : compoundOf(fields, buckets) };
}

function readField(reader: ProtobufReader, field: number, end: number, fields: Fields): void {
  switch (field) {
    case 1:
    case 6:
      reader.expect(WIRE.varint);
      fields[field === 1 ? 'count' : 'zeroCount'] = reader.uint64(end);
      return;
    case 2:
    case 7:
      reader.expect(WIRE.fixed64);
      fields[field === 2 ? 'count' : 'zeroCount'] = reader.double(end);
      fields.isFloat = true;
      return;
    case 3: {
      reader.expect(WIRE.fixed64);
      const at = reader.fixed64At(end);
      fields.isStale = reader.bitsAt(at) === STALE_BITS;
      fields.sum = reader.doubleAt(at);
      return;
    }
    case 4:
      reader.expect(WIRE.varint);
      fields.schema = reader.sint32(end);
      return;
    case 5:
      reader.expect(WIRE.fixed64);
      fields.zeroThreshold = reader.double(end);
      return;
    case 8:
    case 11:
      readSpan(reader, reader.message(end), fields[field === 8 ? 'negative' : 'positive'].spans);
      return;
    case 9:
    case 12: {
      const { deltas } = fields[field === 9 ? 'negative' : 'positive'];
      reader.repeated(WIRE.varint, end, (within) => keep(deltas, reader.sint64(within)));
      return;
    }
    case 10:
    case 13: {
      const { counts } = fields[field === 10 ? 'negative' : 'positive'];
      reader.repeated(WIRE.fixed64, end, (within) => keep(counts, reader.double(within)));
      return;
    }
    case 14:
      reader.expect(WIRE.varint);
      fields.resetHint = reader.varint(end);
      return;
    case 15:
    case 17:
      reader.expect(WIRE.varint);
      fields[field === 15 ? 'timestampMs' : 'startMs'] = reader.int64AsNumber(end);
      return;
    case 16:
      reader.repeated(WIRE.fixed64, end, (within) => keep(fields.bounds, reader.double(within)));
      return;
    default:
      reader.skip(end);
  }
}

function readSpan(reader: ProtobufReader, end: number, spans: number[]): void {
  let offset = 0;
  let length = 0;
  for (let field = reader.field(end); field !== 0; field = reader.field(end)) {
    if (field === 1 || field === 2) reader.expect(WIRE.varint);
    if (field === 1) offset = reader.sint32(end);
    else if (field === 2) length = reader.varint(end);
    else reader.skip(end);
  }
  keep(spans, offset);
  keep(spans, length);
}

/** One more than may be is enough to see that there are too many, however many there are. */
function keep<T>(list: T[], value: T): void {
  if (list.length <= 2 * MAX_BUCKETS) list.push(value);
}

const MIXED = 'mixes integer and float counts';

const bad = (reason: string): Refusal => ({ code: 'BAD_VALUE', reason: `the native histogram ${reason}` });

function compoundOf(fields: Fields, buckets: number): Compound | Refusal {
  const { schema, bounds, isFloat, sum } = fields;
  if (buckets > MAX_BUCKETS || fields.positive.spans.length + fields.negative.spans.length > 2 * MAX_BUCKETS)
    return bad(`has more than ${MAX_BUCKETS} buckets or spans, which are the most`);
  // Prometheus's index is one higher than ours for the same bucket.
  const shift = schema === CUSTOM ? 0 : -1;
  const positive = stretchesOf(fields.positive, isFloat, shift);
  const negative = stretchesOf(fields.negative, isFloat, shift);
  if (typeof positive === 'string') return bad(positive);
  if (typeof negative === 'string') return bad(negative);
  const count = isFloat ? Number(fields.count) : fields.count;
  const zeroCount = isFloat ? Number(fields.zeroCount) : fields.zeroCount;
  const resetHint = RESET_HINTS[fields.resetHint] ?? 'unknown';
  if (isFloat && [fields.count, fields.zeroCount].some((one) => typeof one === 'bigint' && one > 0n)) return bad(MIXED);
  if (schema === CUSTOM && (negative.length > 0 || zeroCount > 0))
    return bad('has bounds of its own, and yet negative buckets or a zero bucket');
  const { zeroThreshold } = fields;
  const value: Compound =
    schema === CUSTOM
      ? { kind: 'custom', count, sum, bounds, positive, resetHint }
      : { kind: 'exponential', schema, count, sum, zeroThreshold, zeroCount, positive, negative, resetHint };
  const reason = wrongCompound(value);
  return reason === undefined ? value : { code: 'BAD_VALUE', reason };
}

/** Spans with their counts, absolute, those that touch put together; or what is wrong. */
function stretchesOf({ spans, deltas, counts }: Side, isFloat: boolean, shift: number): Buckets[] | string {
  if (isFloat ? deltas.length > 0 : counts.length > 0) return MIXED;
  const absolute = isFloat ? counts : runningSum(deltas);
  const stretches: { offset: number; counts: Count[] }[] = [];
  let index = shift;
  let taken = 0;
  for (let span = 0; span < spans.length; span += 2) {
    const offset = spans[span] as number;
    const length = spans[span + 1] as number;
    if (span > 0 && offset < 0) return 'has spans that overlap';
    if (length > absolute.length - taken) return 'has fewer counts than its spans say';
    const last = stretches.at(-1);
    index += offset;
    if (length > 0) {
      const own = absolute.slice(taken, taken + length);
      if (last !== undefined && last.offset + last.counts.length === index) last.counts.push(...own);
      else stretches.push({ offset: index, counts: own });
    }
    index += length;
    taken += length;
  }
  if (taken < absolute.length) return 'has more counts than its spans say';
  return Math.abs(index) > 2 ** 31 ? 'has a bucket index beyond 2^31' : stretches;
}

function runningSum(deltas: readonly bigint[]): bigint[] {
  let sum = 0n;
  return deltas.map((delta) => (sum += delta));
}

/**
 * A sample as an item of our own JSON, from which the reader makes the same sample again, bit by bit: for dead letters and their replay.
 * What numbers and objects of JSON cannot carry is written as texts and pairs.
 */
import type { Buckets, Compound, Count } from '../../model/compound.ts';
import { type Exemplar, KIND, type Samples } from '../../model/samples.ts';
import { type Label, NAME_LABEL, type Series } from '../../model/series.ts';

/** A number that JSON has no word for is a text: `NaN`, `+Inf`, `-Inf`, `-0`, `NaN(0x7ff0000000000002)`. */
export type WrittenNumber = number | string;

export interface WrittenItem {
  readonly name: string;
  readonly type?: 'histogram' | 'summary';
  readonly value: unknown;
  readonly labels?: unknown;
  readonly timestamp: number | string;
  readonly start?: number;
  readonly temporality?: string;
  readonly origin?: string;
  readonly exemplars?: readonly unknown[];
}

/** The quiet NaN that JavaScript computes with. */
const PLAIN_NAN = 0x7ff8000000000000n;
const NANOS_PER_MS = 1_000_000;
/** Keys that the door drops at any depth, as they could reach a prototype. */
const UNSAFE = new Set(['__proto__', 'constructor', 'prototype']);

/** One of `samples`, which is of `series`. */
export function itemOf(series: Series, samples: Samples, sample: number): WrittenItem {
  const timestampMs = samples.timestampsMs[sample] as number;
  const startMs = samples.startsMs?.[sample] ?? NaN;
  const compound = samples.compoundAt(sample);
  const exemplars = exemplarsOf(samples, sample).map(exemplarOf);
  const labels = series.labels.filter(([name]) => name !== NAME_LABEL);
  return {
    name: series.labels.find(([name]) => name === NAME_LABEL)?.[1] ?? '',
    ...(compound === undefined ? {} : { type: compound.kind === 'summary' ? 'summary' : 'histogram' }),
    value: compound === undefined ? scalarOf(samples, sample) : writtenCompound(compound),
    ...(labels.length === 0 ? {} : { labels: writtenLabels(labels) }),
    timestamp: writtenTime(timestampMs, samples.nanos?.[sample] ?? 0),
    ...(Number.isNaN(startMs) ? {} : { start: startMs }),
    ...(series.temporality === undefined ? {} : { temporality: series.temporality }),
    ...(series.origin === undefined ? {} : { origin: series.origin }),
    ...(exemplars.length === 0 ? {} : { exemplars }),
  };
}

interface BySample {
  readonly length: number;
  readonly bySample: ReadonlyMap<number, readonly Exemplar[]>;
}

/** As long as there are no more of them: many items are made of the same samples, and each must not look at all exemplars. */
const exemplarsBySample = new WeakMap<Samples, BySample>();

function exemplarsOf(samples: Samples, sample: number): readonly Exemplar[] {
  const { exemplars } = samples;
  if (exemplars.length === 0) return exemplars;
  let known = exemplarsBySample.get(samples);
  if (known?.length !== exemplars.length) {
    known = { length: exemplars.length, bySample: Map.groupBy(exemplars, (exemplar) => exemplar.sample) };
    exemplarsBySample.set(samples, known);
  }
  return known.bySample.get(sample) ?? [];
}

/** An object, or pairs where a name could be taken for more than a name. */
const writtenLabels = (labels: readonly Label[]): unknown =>
  labels.some(([name]) => UNSAFE.has(name)) ? labels : Object.fromEntries(labels);

const scalarOf = (samples: Samples, sample: number): unknown => {
  const bits = samples.bits[sample] as bigint;
  return samples.kinds[sample] === KIND.int64
    ? { int64: bits.toString() }
    : writtenNumber(samples.doubles[sample] as number, BigInt.asUintN(64, bits));
};

/** `bits` are those of the number, where a NaN may be another than the plain one. */
export function writtenNumber(value: number, bits = PLAIN_NAN): WrittenNumber {
  if (Number.isNaN(value)) return bits === PLAIN_NAN ? 'NaN' : `NaN(0x${bits.toString(16)})`;
  if (Object.is(value, -0)) return '-0';
  if (Number.isFinite(value)) return value;
  return value > 0 ? '+Inf' : '-Inf';
}

/** Whole milliseconds as a number; with nanoseconds as RFC 3339. */
const writtenTime = (timestampMs: number, nanos: number): number | string =>
  nanos === 0
    ? timestampMs
    : `${new Date(timestampMs).toISOString().slice(0, -1)}${String(nanos).padStart(String(NANOS_PER_MS).length - 1, '0')}Z`;

/** A 64-bit count is a text of digits, a count of floats is a number. */
const writtenCount = (count: Count): WrittenNumber =>
  typeof count === 'bigint' ? count.toString() : writtenNumber(count);

const stretch = ({ offset, counts }: Buckets): unknown => ({ offset, counts: counts.map(writtenCount) });

const optional = (name: string, value: number | undefined): Record<string, WrittenNumber> =>
  value === undefined ? {} : { [name]: writtenNumber(value) };

/** Under the names of the model, so that no kind of histogram is turned into another. */
export function writtenCompound(value: Compound): Readonly<Record<string, unknown>> {
  const head = { kind: value.kind, count: writtenCount(value.count), ...optional('sum', value.sum) };
  const hint = 'resetHint' in value && value.resetHint !== undefined ? { resetHint: value.resetHint } : {};
  switch (value.kind) {
    case 'histogram':
      return {
        ...head,
        ...optional('min', value.min),
        ...optional('max', value.max),
        bounds: value.bounds.map((bound) => writtenNumber(bound)),
        counts: value.counts.map(writtenCount),
      };
    case 'exponential':
      return {
        ...head,
        ...optional('min', value.min),
        ...optional('max', value.max),
        schema: value.schema,
        zeroThreshold: writtenNumber(value.zeroThreshold),
        zeroCount: writtenCount(value.zeroCount),
        positive: value.positive.map(stretch),
        negative: value.negative.map(stretch),
        ...hint,
      };
    case 'custom':
      return {
        ...head,
        bounds: value.bounds.map((bound) => writtenNumber(bound)),
        positive: value.positive.map(stretch),
        ...hint,
      };
    case 'summary':
      return { ...head, quantiles: value.quantiles.map((pair) => pair.map((number) => writtenNumber(number))) };
  }
}

const exemplarOf = ({ labels, value, timestampMs, origin }: Exemplar): unknown => ({
  labels,
  value: writtenNumber(value),
  ...(timestampMs === undefined ? {} : { timestamp: timestampMs }),
  ...(origin === undefined ? {} : { origin }),
});

/** Requests as values, and both of their encodings, by protobufjs. */
import * as fc from 'fast-check';
import type { Buckets, Compound, Count } from '../../../../src/meter/model/compound.ts';
import type { Label } from '../../../../src/meter/model/series.ts';
import { encode, Request, WriteRequest } from './schema.ts';

export interface SentSample {
  readonly bits: bigint;
  readonly timestampMs: number;
  readonly startMs?: number | undefined;
}

export interface SentHistogram {
  readonly value: Extract<Compound, { kind: 'exponential' | 'custom' }>;
  readonly timestampMs: number;
}

export interface SentSeries {
  readonly labels: readonly Label[];
  readonly samples: readonly SentSample[];
  readonly histograms?: readonly SentHistogram[];
  readonly exemplars?: readonly { labels: readonly Label[]; value: number; timestampMs: number }[];
  readonly metadata?: { type: number; help: string; unit: string };
  readonly createdMs?: number;
}

const HINTS = ['unknown', 'yes', 'no', 'gauge'];

export const writeRequest = (series: readonly SentSeries[], metadata: readonly unknown[] = []): Uint8Array =>
  encode(WriteRequest, {
    timeseries: series.map(({ labels, samples, histograms, exemplars }) => ({
      labels: labels.map(([name, value]) => ({ name, value })),
      samples: samples.map(sampleMessage),
      histograms: (histograms ?? []).map(histogramMessage),
      exemplars: (exemplars ?? []).map(({ labels, value, timestampMs }) => ({
        labels: labels.map(([name, value]) => ({ name, value })),
        value,
        timestamp: String(timestampMs),
      })),
    })),
    metadata,
  });

export function request2(series: readonly SentSeries[], first = ['']): Uint8Array {
  const symbols = [...first];
  const numbers = new Map(symbols.map((text, at) => [text, at]));
  const ref = (text: string): number => {
    const known = numbers.get(text);
    if (known !== undefined) return known;
    numbers.set(text, symbols.push(text) - 1);
    return symbols.length - 1;
  };
  const refs = (labels: readonly Label[]): number[] => labels.flatMap(([name, value]) => [ref(name), ref(value)]);
  const timeseries = series.map(({ labels, samples, histograms, exemplars, metadata, createdMs }) => ({
    labelsRefs: refs(labels),
    samples: samples.map(sampleMessage),
    histograms: (histograms ?? []).map(histogramMessage),
    exemplars: (exemplars ?? []).map(({ labels, value, timestampMs }) => ({
      labelsRefs: refs(labels),
      value,
      timestamp: String(timestampMs),
    })),
    ...(metadata === undefined
      ? {}
      : { metadata: { type: metadata.type, helpRef: ref(metadata.help), unitRef: ref(metadata.unit) } }),
    ...(createdMs === undefined ? {} : { createdTimestamp: String(createdMs) }),
  }));
  return encode(Request, { symbols, timeseries });
}

const sampleMessage = ({ bits, timestampMs, startMs }: SentSample): unknown => ({
  value: bits.toString(),
  timestamp: String(timestampMs),
  ...(startMs === undefined ? {} : { startTimestamp: String(startMs) }),
});

const doubleBits = (value: number): string => new BigUint64Array(new Float64Array([value]).buffer)[0]?.toString() ?? '';

function histogramMessage({ value, timestampMs }: SentHistogram): unknown {
  const isFloat = typeof value.count === 'number';
  const count = (name: string, it: Count): Record<string, unknown> =>
    isFloat ? { [`${name}Float`]: it } : { [`${name}Int`]: it.toString() };
  const shift = value.kind === 'custom' ? 0 : 1;
  return {
    ...count('count', value.count),
    sum: doubleBits(value.sum ?? 0),
    schema: value.kind === 'custom' ? -53 : value.schema,
    ...sideMessage('positive', value.positive, isFloat, shift),
    ...(value.kind === 'custom'
      ? { customValues: value.bounds }
      : {
          ...count('zeroCount', value.zeroCount),
          zeroThreshold: value.zeroThreshold,
          ...sideMessage('negative', value.negative, isFloat, shift),
        }),
    resetHint: HINTS.indexOf(value.resetHint ?? 'unknown'),
    timestamp: String(timestampMs),
  };
}

function sideMessage(
  side: string,
  stretches: readonly Buckets[],
  isFloat: boolean,
  shift: number,
): Record<string, unknown> {
  const all = stretches.flatMap(({ counts }) => counts);
  let after = 0;
  const spans = stretches.map(({ offset, counts }) => {
    const span = { offset: offset + shift - after, length: counts.length };
    after = offset + shift + counts.length;
    return span;
  });
  const deltas = all.map((one, at) => (isFloat ? '' : ((one as bigint) - ((all[at - 1] ?? 0n) as bigint)).toString()));
  return { [`${side}Spans`]: spans, ...(isFloat ? { [`${side}Counts`]: all } : { [`${side}Deltas`]: deltas }) };
}

const NAMES = ['method', 'le', 'host.name', 'ü', '日本', 'a'];
const label = fc.tuple(fc.constantFrom(...NAMES), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }));

/** Sorted, with a name, without duplicates. */
export const labels: fc.Arbitrary<readonly Label[]> = fc
  .tuple(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
    fc.uniqueArray(label, { selector: ([name]) => name }),
  )
  .map(([name, others]) => [['__name__', name] as const, ...others].toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** From 2001 to 2100. */
export const time = fc.integer({ min: 978_307_200_000, max: 4_102_444_800_000 });

/** Every double, NaNs with all of their payloads among them. */
export const bits = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.constantFrom(0n, 1n << 63n, 0x7ff0000000000002n, 0x7ff8000000000000n, 0xfff8000000000001n, 0x7ff0000000000000n),
);

const sample: fc.Arbitrary<SentSample> = fc.record(
  { bits, timestampMs: time, startMs: time },
  { requiredKeys: ['bits', 'timestampMs'] },
);

/** Stretches that do not touch. */
const stretches = (count: fc.Arbitrary<Count>, first: fc.Arbitrary<number>): fc.Arbitrary<Buckets[]> =>
  fc
    .tuple(
      first,
      fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.array(count, { minLength: 1, maxLength: 5 })), {
        maxLength: 3,
      }),
    )
    .map(([start, parts]) => {
      let offset = start;
      return parts.map(([gap, counts]) => {
        const made = { offset: offset + gap, counts };
        offset = made.offset + counts.length;
        return made;
      });
    });

const total = (counts: readonly Count[], isFloat: boolean): Count =>
  isFloat
    ? counts.reduce<number>((sum, one) => sum + Number(one), 0)
    : counts.reduce<bigint>((sum, one) => sum + BigInt(one), 0n);

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

export const native: fc.Arbitrary<SentHistogram['value']> = fc.boolean().chain((isFloat) => {
  const count: fc.Arbitrary<Count> = isFloat
    ? fc.double({ min: 0, max: 1e9, noNaN: true })
    : fc.oneof(fc.bigInt({ min: 0n, max: 9n }), fc.bigInt({ min: 0n, max: 2n ** 53n }));
  const hint = fc.constantFrom('unknown', 'yes', 'no', 'gauge');
  const exponential = fc
    .record({
      schema: fc.integer({ min: -4, max: 8 }),
      sum: finite,
      zeroThreshold: fc.double({ min: 0, max: 1, noNaN: true }).map(Math.abs),
      zeroCount: count,
      positive: stretches(count, fc.integer({ min: -1_000, max: 1_000 })),
      negative: stretches(count, fc.integer({ min: -1_000, max: 1_000 })),
      resetHint: hint,
    })
    .map((made) => {
      const all = [made.zeroCount, ...[...made.positive, ...made.negative].flatMap(({ counts }) => counts)];
      return Object.assign(made, { kind: 'exponential', count: total(all, isFloat) });
    });
  const custom = fc
    .record({ sum: finite, positive: stretches(count, fc.constant(-1)), resetHint: hint })
    .map((made) => {
      const last = made.positive.at(-1);
      const buckets = last === undefined ? 0 : last.offset + last.counts.length;
      const bounds = Array.from({ length: buckets }, (_, at) => at / 2 - 3);
      const count = total(
        made.positive.flatMap(({ counts }) => counts),
        isFloat,
      );
      return Object.assign(made, { kind: 'custom', bounds, count });
    });
  return fc.oneof(exponential, custom) as fc.Arbitrary<SentHistogram['value']>;
});

export const requests: fc.Arbitrary<readonly SentSeries[]> = fc.uniqueArray(
  fc.record({
    labels,
    samples: fc.array(sample, { maxLength: 4 }),
    histograms: fc.array(fc.record({ value: native, timestampMs: time }), { maxLength: 2 }),
  }),
  { maxLength: 5, selector: ({ labels }) => JSON.stringify(labels) },
);

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KIND, Samples, STALE_BITS } from '../../../src/meter/model/samples.ts';
import { contentOfSamples, CONTENT_MODULUS } from '../../../src/meter/segments/content.ts';
import { decodeSegment, encodeSegment } from '../../../src/meter/segments/segment.ts';

const double = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.integer({ min: -100_000, max: 100_000 }).map((n) => n / 100),
  fc.constantFrom(-0, 0, NaN, Infinity, -Infinity, Number.MAX_VALUE, Number.MIN_VALUE, 2 ** 53, -(2 ** 53), 0.1 + 0.2),
);
const bits = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const compound = fc.record({
  kind: fc.constant('summary' as const),
  count: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  sum: double,
  quantiles: fc.array(fc.tuple(double, double), { maxLength: 3 }),
});
const value = fc.oneof(
  { weight: 5, arbitrary: fc.record({ double }) },
  fc.record({ nan: fc.constantFrom(STALE_BITS, 0x7ff8000000000001n, 0x7ff0000000000001n, 0x7fffffffffffffffn) }),
  fc.record({ int64: bits }),
  fc.record({ compound }),
);
const time = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 20 }).map((step) => 1_795_000_000_000 + step * 15_000) },
  fc.integer({ min: -(2 ** 48), max: 2 ** 48 }),
);
const sample = fc.record({
  series: fc.nat({ max: 12 }),
  time,
  value,
  nanos: fc.constantFrom(0, 0, 1, 999_999),
  start: fc.constantFrom(undefined, undefined, 1_795_000_000_000, 5),
  exemplar: fc.constantFrom(undefined, undefined, 'trace'),
});
type Sample = typeof sample extends fc.Arbitrary<infer T> ? T : never;

function made(all: readonly Sample[]): Samples {
  const samples = new Samples();
  const bytes = new DataView(new ArrayBuffer(8));
  for (const { series, time: at, value: given, nanos, start, exemplar } of all) {
    if ('double' in given) samples.pushDouble(series, at, given.double);
    else if ('nan' in given) {
      bytes.setBigUint64(0, given.nan, true);
      samples.pushBytes(series, at, new Uint8Array(bytes.buffer), 0);
    } else if ('int64' in given) samples.pushInt64(series, at, given.int64);
    else samples.pushCompound(series, at, given.compound);
    samples.setNanos(nanos);
    if (start !== undefined) samples.setStart(start);
    if (exemplar !== undefined) samples.addExemplar({ labels: [['trace_id', exemplar]], value: -0, timestampMs: at });
  }
  return samples;
}

const ids = Uint32Array.from({ length: 20 }, (_, number) => [7, 3, 900_000, 1, 4_294_967_295][number] ?? number + 10);

/** Sorted as the segment has them. */
const told = (samples: Samples, idOf: (number: number) => number) => {
  const exemplars = Map.groupBy(samples.exemplars, (one) => one.sample);
  return Array.from({ length: samples.length }, (_, at) => ({
    id: idOf(samples.series[at] as number),
    time: samples.timestampsMs[at] as number,
    kind: samples.kinds[at],
    value: samples.kinds[at] === KIND.compound ? samples.compoundAt(at) : samples.bits[at],
    nanos: samples.nanos?.[at] ?? 0,
    start: samples.startsMs?.[at] ?? NaN,
    exemplars: (exemplars.get(at) ?? []).map(({ labels, value: one, timestampMs }) => ({
      labels,
      value: one,
      timestampMs,
    })),
  })).toSorted((a, b) => a.id - b.id || a.time - b.time);
};

describe('a segment', () => {
  test('brings back all that samples hold, to the bit', () => {
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 300 }), (all) => {
        const samples = made(all);
        const decoded = decodeSegment(encodeSegment(samples, ids));
        expect(told(decoded, (id) => id)).toEqual(told(samples, (number) => ids[number] as number));
      }),
      { numRuns: 300 },
    );
  });

  test('of times that are no whole numbers brings them back, too', () => {
    const samples = made([]);
    for (const at of [0.5, -0, 1e300, -1e15]) samples.pushDouble(1, at, 1);
    const decoded = decodeSegment(encodeSegment(samples, ids));
    expect([...decoded.timestampsMs.subarray(0, 4)].map((at) => (Object.is(at, -0) ? '-0' : at))).toEqual([
      -1e15,
      '-0',
      0.5,
      1e300,
    ]);
  });

  test('is taken for nothing else when any byte of it is missing, or another', () => {
    const samples = made(fc.sample(sample, { numRuns: 60, seed: 5 }));
    const bytes = encodeSegment(samples, ids);
    for (let end = 0; end < bytes.length; end++) expect(() => decodeSegment(bytes.slice(0, end))).toThrow(/damaged/u);
    for (let at = 0; at < bytes.length; at++) {
      const other = bytes.slice();
      other[at] = (other[at] as number) ^ 0x55;
      expect(() => decodeSegment(other)).toThrow(/damaged/u);
    }
    expect(() => decodeSegment(new Uint8Array([...bytes, 0]))).toThrow(/damaged/u);
  });

  test('of a scrape says the shared time once, and counters as their steps', () => {
    const samples = new Samples();
    const count = 10_000;
    for (let scrape = 0; scrape < 4; scrape++)
      for (let series = 0; series < count; series++)
        samples.pushDouble(series, 1_795_000_000_000 + scrape * 15_000, series * 1_000 + scrape * (series % 100));
    const dense = Uint32Array.from({ length: count }, (_, number) => number + 1);
    // Of constants less than a byte a sample, of counters about one.
    expect(encodeSegment(samples, dense).byteLength / samples.length).toBeLessThan(1.2);
  });

  test('has a content that is the same however the samples are cut and ordered', () => {
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 60 }), fc.nat(), (all, seed) => {
        const whole = contentOfSamples(made(all), ids);
        const cut = seed % all.length;
        const shuffled = [...all.slice(cut), ...all.slice(0, cut)];
        const parts = [shuffled.slice(0, 7), shuffled.slice(7)].map((some) => contentOfSamples(made(some), ids));
        const sum = (name: 'h1' | 'h2') => parts.reduce((total, part) => total + part[name], 0) % CONTENT_MODULUS;
        expect({ h1: sum('h1'), h2: sum('h2') }).toEqual(whole);
      }),
    );
  });

  test.each([
    ['a value', (samples: Samples) => samples.pushDouble(1, 5, 2)],
    ['a time', (samples: Samples) => samples.pushDouble(1, 6, 1)],
    ['a series', (samples: Samples) => samples.pushDouble(2, 5, 1)],
    ['a kind', (samples: Samples) => samples.pushInt64(1, 5, 0x3ff0000000000000n)],
  ])('has another content with another %s', (_, push) => {
    const [one, other] = [new Samples(), new Samples()];
    one.pushDouble(1, 5, 1);
    push(other);
    const [a, b] = [contentOfSamples(one, ids), contentOfSamples(other, ids)];
    expect(a.h1).not.toBe(b.h1);
    expect(a.h2).not.toBe(b.h2);
  });
});

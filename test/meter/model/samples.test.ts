import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KIND, Samples, STALE_BITS } from '../../../src/meter/model/samples.ts';

describe('Samples', () => {
  test('keeps which NaN it was, and integers beyond 2^53', () => {
    const samples = new Samples();
    const bytes = new Uint8Array([9, 9, 2, 0, 0, 0, 0, 0, 0xf0, 0x7f]);
    samples.pushBytes(1, 5, bytes, 2);
    samples.pushInt64(2, 5, 2n ** 53n + 1n);
    samples.pushStale(1, 6);
    expect(samples.bits[0]).toBe(STALE_BITS);
    expect(samples.bits[1]).toBe(9_007_199_254_740_993n);
    expect([0, 1, 2].map((at) => samples.isStale(at))).toEqual([true, false, true]);
  });

  test('keeps each value where its columns grow, by whatever way it comes', () => {
    const COUNT = 5_000;
    const value = (at: number): number => at + 0.5;
    const numbers = Array.from({ length: COUNT }, (_, at) => at);
    const pushed = new Samples();
    for (const at of numbers) pushed.pushDouble(1, at, value(at));
    const copied = new Samples();
    for (const at of numbers) copied.copy(pushed, at, 1);
    const byBits = new Samples();
    for (const at of numbers) byBits.pushBits(1, at, pushed.bits[at] as bigint);
    const byBytes = new Samples();
    for (const at of numbers) byBytes.pushBytes(1, at, pushed.bytes, at * 8);
    const byRuns = new Samples();
    for (let at = 0; at < COUNT; at += 100)
      byRuns.pushDoubles(1, pushed.timestampsMs.subarray(at, at + 100), pushed.doubles.subarray(at, at + 100));
    for (const samples of [pushed, copied, byBits, byBytes, byRuns])
      expect(numbers.filter((at) => samples.doubles[at] !== value(at) || samples.timestampsMs[at] !== at)).toEqual([]);
    const integers = new Samples();
    for (const at of numbers) integers.pushInt64(1, at, BigInt(at));
    expect(numbers.filter((at) => integers.bits[at] !== BigInt(at))).toEqual([]);
    const compounds = new Samples();
    for (const at of numbers)
      compounds.pushCompound(1, at, { kind: 'summary', count: BigInt(at), sum: at, quantiles: [] });
    expect(numbers.filter((at) => compounds.compoundAt(at)?.count !== BigInt(at))).toEqual([]);
  });

  const sample = fc.record({
    series: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    time: fc.integer(),
    value: fc.oneof(
      fc.double(),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.constant('summary' as const),
    ),
    nanos: fc.integer({ min: 0, max: 999_999 }),
    start: fc.option(fc.integer(), { nil: undefined }),
  });
  type Sample = typeof sample extends fc.Arbitrary<infer T> ? T : never;
  const made = (all: readonly Sample[]): Samples => {
    const samples = new Samples();
    for (const [index, { series, time, value, nanos, start }] of all.entries()) {
      if (typeof value === 'number') samples.pushDouble(series, time, value);
      else if (typeof value === 'bigint') samples.pushInt64(series, time, value);
      else samples.pushCompound(series, time, { kind: 'summary', count: BigInt(index), sum: time, quantiles: [] });
      samples.setNanos(nanos);
      if (start !== undefined) samples.setStart(start);
    }
    return samples;
  };
  const told = (samples: Samples): unknown[] =>
    Array.from({ length: samples.length }, (_, at) => [
      samples.series[at],
      samples.timestampsMs[at],
      samples.kinds[at],
      samples.kinds[at] === KIND.compound ? samples.compoundAt(at) : samples.bits[at],
      samples.nanos?.[at] ?? 0,
      samples.startsMs?.[at] ?? NaN,
    ]);

  test('appended to others are what they were, one by one or all at once', () => {
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 600 }), fc.array(sample, { maxLength: 600 }), (first, second) => {
        const [one, other] = [made(first), made(second)];
        const expected = [...told(one), ...told(other)];
        const copied = made(first);
        for (let at = 0; at < other.length; at++) copied.copy(other, at, other.series[at] as number);
        one.append(other);
        expect(told(one)).toEqual(expected);
        expect(told(copied)).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });

  test('exemplars follow their samples', () => {
    const [one, other] = [new Samples(), new Samples()];
    one.pushDouble(1, 1, 1);
    other.pushDouble(2, 1, 1);
    other.addExemplar({ labels: [['trace_id', 'a']], value: 3 });
    one.append(other);
    expect(one.exemplars).toEqual([{ sample: 1, labels: [['trace_id', 'a']], value: 3 }]);
  });
});

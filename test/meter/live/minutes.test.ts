/** Minutes of many instances: they merge exactly, and are the same bytes whoever saw which sample. Parts that are not whole are refused. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergeMinutes, type Minute, MINUTE_MS, type SeriesKind, windowOf } from '../../../src/meter/live/minute.ts';
import { decodeMinutePart, encodeMinutePart } from '../../../src/meter/live/minute-part.ts';
import { codeOf, MAX_SCALE } from '../../../src/meter/live/sketch.ts';
import { LiveWindows } from '../../../src/meter/live/windows.ts';

const START = 29_000_000 * MINUTE_MS;

interface Sample {
  readonly kind: SeriesKind;
  readonly atMs: number;
  readonly value: number;
}

const value = fc.oneof(
  fc.integer({ min: -1_000, max: 1_000 }),
  fc.double({ min: -1e15, max: 1e15, noNaN: true }),
  fc.constantFrom(0, -0, 1e292, -1e292, 5e-324),
);
const counted = fc.oneof(fc.integer({ min: 0, max: 1_000 }), fc.double({ min: 0, max: 1e6, noNaN: true }));
const at = fc.integer({ min: 0, max: MINUTE_MS - 1 }).map((offset) => START + offset);
const samplesOf = (kind: SeriesKind): fc.Arbitrary<Sample[]> =>
  fc.array(fc.record({ kind: fc.constant(kind), atMs: at, value: kind === 'counter' ? counted : value }), {
    minLength: 1,
    maxLength: 40,
  });
const samples = fc.oneof(...(['gauge', 'counter', 'delta'] as const).map(samplesOf));

/** What an instance that takes these hands out. */
function minuteOf(taken: readonly Sample[]): Minute {
  const windows = new LiveWindows();
  for (const sample of taken) expect(windows.add('org', 0, sample, START)).toBe('taken');
  const [closed] = [...windows.close(START + 10 * MINUTE_MS, () => 'series')];
  const minute = decodeMinutePart(closed?.data ?? new Uint8Array()).series.get('series');
  if (minute === undefined) throw new Error('the series is missing');
  return minute;
}

const bytesOf = (minute: Minute): string =>
  Buffer.from(encodeMinutePart({ minute: START / MINUTE_MS, series: new Map([['series', minute]]) })).toString('hex');

describe('minutes', () => {
  test('of instances that saw some of the samples each merge, in any order, to that of all samples, down to the last bit', () => {
    fc.assert(
      fc.property(samples, fc.infiniteStream(fc.nat()), (all, choices) => {
        const pick = (below: number): number => (choices.next().value ?? 0) % below;
        const whole = bytesOf(minuteOf(all));
        const shares = Map.groupBy(all, () => pick(4));
        const minutes = [...shares.values()].map((share) => minuteOf(share));
        while (minutes.length > 1) {
          const [a] = minutes.splice(pick(minutes.length), 1) as [Minute];
          const [b] = minutes.splice(pick(minutes.length), 1) as [Minute];
          minutes.push(pick(2) === 0 ? mergeMinutes(a, b) : mergeMinutes(b, a));
        }
        expect(bytesOf(minutes[0] as Minute)).toBe(whole);
      }),
      { numRuns: 300 },
    );
  });

  test('say of each series what its samples are', () => {
    const gauge = minuteOf([3, 1, 2].map((value, place) => ({ kind: 'gauge', atMs: START + place * 10, value })));
    expect(windowOf([[0, gauge]], MINUTE_MS, [0, 0.5, 1])).toEqual({
      count: 3,
      sum: 6,
      min: 1,
      max: 3,
      last: 2,
      lastAtMs: START + 20,
      quantiles: [expect.closeTo(1, 4), expect.closeTo(2, 4), expect.closeTo(3, 4)],
      relativeError: expect.any(Number),
    });
    const delta = minuteOf([3, 1, 2].map((value, place) => ({ kind: 'delta', atMs: START + place * 10, value })));
    expect(windowOf([[0, delta]], MINUTE_MS, [])).toMatchObject({ sum: 6, rate: 0.1 });
  });

  test('hazard 16: of a counter count what it gained between instances, through resets and over the borders of minutes', () => {
    const counter = (atMs: number, value: number): Sample => ({ kind: 'counter', atMs, value });
    const one = minuteOf([counter(START, 10), counter(START + 20_000, 30)]);
    // The other saw that it began anew in between: 10, 12, reset, 5, 30.
    const other = minuteOf([counter(START + 10_000, 12), counter(START + 15_000, 5)]);
    const merged = mergeMinutes(other, one);
    expect(windowOf([[0, merged]], MINUTE_MS, [])?.rate).toBeCloseTo((2 + 5 + 25) / 20, 12);
    const next: Minute = {
      ...one,
      points: [
        [START + 60_000, 50],
        [START + 70_000, 1],
      ],
      last: 1,
      lastAtMs: START + 70_000,
    };
    expect(
      windowOf(
        [
          [1, next],
          [0, merged],
        ],
        5 * MINUTE_MS,
        [],
      )?.rate,
    ).toBeCloseTo((32 + 20 + 1) / 70, 12);
    expect(windowOf([], MINUTE_MS, [])).toBeUndefined();
  });

  test('keep what a counter gained, however often it is told in a minute', () => {
    const all = Array.from({ length: 1_000 }, (_, place): Sample => ({
      kind: 'counter',
      atMs: START + place * 50,
      value: place % 300,
    }));
    const minute = minuteOf(all);
    expect(minute.count).toBe(1_000);
    expect(minute.points?.length).toBeLessThanOrEqual(64);
    expect(windowOf([[0, minute]], MINUTE_MS, [])?.rate).toBeCloseTo((3 * 299 + 99) / 49.95, 9);
  });
});

describe('a part', () => {
  const series = new Map(
    (['gauge', 'counter', 'delta'] as const).map((kind, place) => [
      `name-${place}-ž`,
      minuteOf([1.5, 2, 0, 7].map((value, step) => ({ kind, atMs: START + step * 7, value }))),
    ]),
  );
  const bytes = encodeMinutePart({ minute: START / MINUTE_MS, series });

  test('comes back as it was', () => {
    const decoded = decodeMinutePart(bytes);
    expect(decoded.minute).toBe(START / MINUTE_MS);
    expect(Buffer.from(encodeMinutePart(decoded))).toEqual(Buffer.from(bytes));
  });

  test('is refused when it is cut off anywhere, goes on, or has another bit', () => {
    for (let length = 0; length < bytes.length; length++)
      expect(() => decodeMinutePart(bytes.subarray(0, length))).toThrow(/damaged/);
    expect(() => decodeMinutePart(Buffer.concat([bytes, Uint8Array.of(0)]))).toThrow(/checksum/);
    for (let place = 0; place < bytes.length; place++) {
      const other = Uint8Array.from(bytes);
      other[place] = (other[place] as number) ^ 1;
      expect(() => decodeMinutePart(other)).toThrow(/damaged/);
    }
  });

  test('is as its page draws it', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/formats/live-minutes.md'), 'utf8');
    const hex = page.split('```').at(-2)?.replace(/\s/g, '') ?? '';
    const { minute, series: found } = decodeMinutePart(Buffer.from(hex, 'hex'));
    expect(minute).toBe(29_000_000);
    expect(found.get('jobs_total')).toMatchObject({ kind: 'counter', count: 3, sum: [25], min: 3, max: 12, last: 3 });
    expect(found.get('jobs_total')?.points?.map(([atMs, value]) => [atMs - START, value])).toEqual([
      [0, 10],
      [15_000, 12],
      [30_000, 3],
    ]);
    const load = found.get('load');
    expect(load).toMatchObject({ kind: 'gauge', count: 2, sum: [0.75], min: 0.25, max: 0.5, last: 0.25 });
    // (2^-2, 2^-1] ends at one half, at every scale.
    expect(load?.sketch?.buckets()).toEqual([
      [codeOf(0.25), 1],
      [codeOf(0.5), 1],
    ]);
    expect([codeOf(0), MAX_SCALE, bytes[0]]).toEqual([2_147_483_647, 18, 1]);
  });

  test('of a thousand constant gauges takes a few bytes each', () => {
    const minute = minuteOf(
      [0, 15_000, 30_000, 45_000].map((offset) => ({ kind: 'gauge', atMs: START + offset, value: 42 })),
    );
    const many = new Map(Array.from({ length: 1_000 }, (_, place) => [`series-${place}`, minute]));
    expect(encodeMinutePart({ minute: 1, series: many }).length / 1_000).toBeLessThan(8);
  });
});

/** Live windows beside what the samples themselves say; late and early ones; and memory that ends. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MIN_ARENA_BYTES } from '../../../src/meter/live/arena.ts';
import { MINUTE_MS, type SeriesKind, windowOf, type Minute } from '../../../src/meter/live/minute.ts';
import { decodeMinutePart } from '../../../src/meter/live/minute-part.ts';
import { LATE_GRACE_MS, LiveWindows, type WindowName, WINDOWS } from '../../../src/meter/live/windows.ts';

/** Midnight. */
const START = Date.UTC(2026, 0, 1);
const NAMES = Object.keys(WINDOWS) as WindowName[];

interface Sample {
  readonly series: number;
  readonly kind: SeriesKind;
  readonly atMs: number;
  readonly value: number;
}

const gauge = (atMs: number, value: number) => ({ kind: 'gauge' as const, atMs, value });

const drain = (windows: LiveWindows, nowMs: number) =>
  [...windows.close(nowMs, (organization, series) => `${organization}/${series}`)].filter(
    (closed) => closed !== undefined,
  );

describe('a window', () => {
  test('is what its samples are, whatever comes when and is closed when', () => {
    const kinds = ['gauge', 'counter', 'delta'] as const;
    const step = fc.record({
      series: fc.nat(2),
      /** How far time goes on, and how late the sample is. */
      pause: fc.oneof(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 0, max: 20 * MINUTE_MS })),
      lag: fc.integer({ min: 0, max: 90_000 }),
      value: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.double({ min: 0, max: 1_000, noNaN: true })),
      close: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 120 }), (steps) => {
        const windows = new LiveWindows();
        const taken: Sample[] = [];
        let now = START;
        for (const { series, pause, lag, value, close } of steps) {
          now += pause;
          const sample = { series, kind: kinds[series] as SeriesKind, atMs: now - lag, value };
          const outcome = windows.add('org', series, sample, now);
          const isOver = (Math.floor(sample.atMs / MINUTE_MS) + 1) * MINUTE_MS + LATE_GRACE_MS <= now;
          expect(outcome).toBe(isOver ? 'late' : 'taken');
          if (outcome === 'taken') taken.push(sample);
          if (close) drain(windows, now);
        }
        drain(windows, now);
        for (const series of [0, 1, 2]) {
          const own = taken.filter((sample) => sample.series === series);
          for (const name of NAMES) {
            const last = own.at(-1);
            if (last !== undefined) check(windows, own, name, last.atMs, now);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  const check = (windows: LiveWindows, own: readonly Sample[], name: WindowName, atMs: number, now: number): void => {
    const length = WINDOWS[name] * MINUTE_MS;
    const start = Math.floor(atMs / length) * length;
    const inside = own.filter((sample) => sample.atMs >= start && sample.atMs < start + length);
    const found = windows.read('org', own[0]?.series ?? 0, name, atMs, [0.5]);
    // A minute that is closed is kept by longer windows alone, and of these each keeps its latest.
    const isKept =
      name === '1m' ? start + length + LATE_GRACE_MS > now : own.every((sample) => sample.atMs < start + length);
    if (!isKept) return;
    const sorted = inside.map(({ value }) => value).sort((a, b) => a - b);
    expect(found).toMatchObject({ count: inside.length, min: sorted[0], max: sorted.at(-1) });
    const inTime = inside.toSorted((a, b) => a.atMs - b.atMs || a.value - b.value);
    expect(found).toMatchObject({ last: inTime.at(-1)?.value, lastAtMs: inTime.at(-1)?.atMs });
    expect(found?.sum).toBeCloseTo(
      sorted.reduce((sum, value) => sum + value, 0),
      6,
    );
    const kind = own[0]?.kind;
    if (kind === 'delta') expect(found?.rate).toBeCloseTo((found?.sum ?? 0) / (length / 1_000), 9);
    if (kind === 'counter') {
      let gained = 0;
      for (const [place, { value }] of inTime.entries()) {
        const before = inTime[place - 1]?.value;
        if (before !== undefined) gained += value >= before ? value - before : value;
      }
      const seconds = ((inTime.at(-1)?.atMs ?? 0) - (inTime[0]?.atMs ?? 0)) / 1_000;
      if (seconds > 0) expect(found?.rate).toBeCloseTo(gained / seconds, 6);
      else expect(found?.rate).toBeUndefined();
    } else {
      const median = sorted[Math.max(1, Math.ceil(sorted.length / 2)) - 1] as number;
      expect(Math.abs((found?.quantiles?.[0] ?? NaN) - median)).toBeLessThanOrEqual(
        (found?.relativeError ?? 0) * median + 1e-9,
      );
    }
  };

  test('of an hour is the same from memory and from the minutes that were written', () => {
    const windows = new LiveWindows();
    const written: [number, Minute][] = [];
    for (let at = START; at < START + 50 * MINUTE_MS; at += 7_000) {
      windows.add('org', 5, gauge(at, Math.sin(at) * 100), at);
      for (const { minute, data } of drain(windows, at)) {
        const of = decodeMinutePart(data).series.get('org/5');
        if (of !== undefined) written.push([minute, of]);
      }
    }
    for (const { minute, data } of drain(windows, START + 60 * MINUTE_MS))
      written.push([minute, decodeMinutePart(data).series.get('org/5') as Minute]);
    const memory = windows.read('org', 5, '1h', START, [0.5, 0.99]);
    expect(memory).toEqual(windowOf(written.toReversed(), 60 * MINUTE_MS, [0.5, 0.99]));
    expect(written).toHaveLength(50);
  });
});

describe('a sample', () => {
  test('goes where it belongs within the grace period, and is counted as late after it', () => {
    const windows = new LiveWindows();
    const minute = START + 5 * MINUTE_MS;
    const end = minute + MINUTE_MS;
    expect(windows.add('org', 1, gauge(minute + 5, 1), minute + 5)).toBe('taken');
    expect(windows.add('org', 1, gauge(minute + 7, 2), end + LATE_GRACE_MS - 1)).toBe('taken');
    expect(drain(windows, end + LATE_GRACE_MS - 1)).toEqual([]);
    expect(windows.add('org', 1, gauge(minute + 9, 3), end + LATE_GRACE_MS)).toBe('late');
    expect(windows.read('org', 1, '1m', minute)).toMatchObject({ count: 2, last: 2 });
    expect(drain(windows, end + LATE_GRACE_MS)).toMatchObject([
      { organization: 'org', minute: minute / MINUTE_MS, series: 1 },
    ]);
    expect(drain(windows, end + LATE_GRACE_MS)).toEqual([]);
    // Also where the clock goes back afterwards.
    expect(windows.add('org', 1, gauge(minute + 9, 3), minute + 10)).toBe('late');
    expect(windows.counts()).toMatchObject({ taken: 2, late: 2, early: 0, unfit: 0, series: 1 });
  });

  test.each([
    [NaN, 'unfit'],
    [Infinity, 'unfit'],
    [1e300, 'unfit'],
  ])('of %d is %s', (value, outcome) => {
    expect(new LiveWindows().add('org', 1, gauge(START, value), START)).toBe(outcome);
  });

  test('of the future is counted as early, and one without a time as unfit', () => {
    const windows = new LiveWindows();
    expect(windows.add('org', 1, gauge(START + 60_001, 1), START)).toBe('early');
    expect(windows.add('org', 1, gauge(NaN, 1), START)).toBe('unfit');
  });

  test('is of its organization alone', () => {
    const windows = new LiveWindows();
    windows.add('one', 1, gauge(START, 1), START);
    windows.add('two', 1, gauge(START, 2), START);
    expect(windows.read('one', 1, '1d', START)).toMatchObject({ count: 1, last: 1 });
    expect(windows.read('two', 1, '1d', START)).toMatchObject({ count: 1, last: 2 });
    expect(windows.read('three', 1, '1d', START)).toBeUndefined();
    expect(
      drain(windows, START + 10 * MINUTE_MS).map(({ organization, data }) => [
        organization,
        [...decodeMinutePart(data).series.keys()],
      ]),
    ).toEqual([
      ['one', ['one/1']],
      ['two', ['two/1']],
    ]);
    expect(windows.seriesOf('one')).toEqual([1]);
  });
});

describe('memory', () => {
  test('that is used up lets go what was silent longest, and counts it', () => {
    const windows = new LiveWindows({ maxBytes: MIN_ARENA_BYTES });
    const many = 100_000;
    for (let series = 0; series < many; series++) {
      windows.add('org', series, gauge(START, series), START);
      // One is heard of again and again.
      if (series % 100 === 0) windows.add('org', 0, gauge(START, 1), START);
    }
    const counts = windows.counts();
    expect(counts.letGo).toBeGreaterThan(many / 4);
    expect(counts.minutesLost).toBe(counts.letGo);
    expect(counts.series + counts.letGo).toBe(many);
    expect(counts.bytes).toBeLessThan(1.5 * MIN_ARENA_BYTES);
    expect(windows.read('org', 0, '1m', START)).toMatchObject({ count: 1 + many / 100 });
    expect(windows.read('org', many - 1, '1m', START)).toMatchObject({ count: 1 });
    expect(windows.read('org', 1, '1m', START)).toBeUndefined();
    const closed = drain(windows, START + 10 * MINUTE_MS);
    expect(closed.reduce((sum, { series }) => sum + series, 0) + windows.counts().letGo).toBeGreaterThanOrEqual(many);
  });

  test('stays bounded while series change their shape, through minutes and days', () => {
    const windows = new LiveWindows({ maxBytes: MIN_ARENA_BYTES });
    let at = START;
    for (let round = 0; round < 60; round++) {
      at += 47 * MINUTE_MS;
      for (let series = 0; series < 500; series++)
        for (let sample = 0; sample < 10; sample++)
          windows.add(
            'org',
            series,
            { kind: series % 3 === 0 ? 'counter' : 'gauge', atMs: at + sample, value: (series * 37 * sample) % 1_000 },
            at,
          );
      drain(windows, at + 5 * MINUTE_MS);
    }
    expect(windows.counts().bytes).toBeLessThan(1.5 * MIN_ARENA_BYTES);
    expect(windows.counts().taken).toBe(60 * 500 * 10);
  });

  test('is written in pieces, with pauses in between, however many series there are', () => {
    const windows = new LiveWindows();
    for (let series = 0; series < 20_000; series++) windows.add('org', series, gauge(START, series * 1.5), START);
    const handed = [
      ...windows.close(
        START + 10 * MINUTE_MS,
        (_, series) => `a-name-that-is-as-long-as-those-of-series-are-${series}`,
      ),
    ];
    expect(handed.filter((closed) => closed === undefined).length).toBeGreaterThan(30);
    const parts = handed.filter((closed) => closed !== undefined);
    expect(parts.length).toBeGreaterThan(1);
    expect(Math.max(...parts.map(({ data }) => data.length))).toBeLessThan(700_000);
    expect(parts.reduce((sum, { series }) => sum + series, 0)).toBe(20_000);
  });
});

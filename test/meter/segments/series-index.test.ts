import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Series, seriesKey, sortedLabels } from '../../../src/meter/model/series.ts';
import { SeriesIndex } from '../../../src/meter/segments/series-index.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const open = () => new SeriesIndex({ seed: 12_345, check: () => undefined });
const seriesOf = (name: string, value: string): Series => ({
  labels:
    sortedLabels([
      ['__name__', name],
      ['job', value],
    ]) ?? [],
});

describe('an index of series', () => {
  test('is what a Map would be, for any series and any bytes', () => {
    const key = fc.uint8Array({ maxLength: 40 });
    const named = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('x', 'y', 'z'), fc.boolean());
    fc.assert(
      fc.property(fc.array(fc.tuple(key, named), { maxLength: 200 }), (added) => {
        const index = open();
        const byKey = new Map<string, number>();
        const bySeries = new Map<string, number>();
        for (const [bytes, [name, value, isDelta]] of added) {
          const series: Series = { ...seriesOf(name, value), ...(isDelta ? { temporality: 'delta' as const } : {}) };
          const given = index.add(bytes, 0, bytes.length, series) as number;
          const text = Buffer.from(bytes).toString('hex');
          expect(bySeries.get(seriesKey(series)) ?? given).toBe(given);
          bySeries.set(seriesKey(series), given);
          if (!byKey.has(text)) byKey.set(text, given);
          expect(index.get(given)).toEqual(series);
        }
        expect(index.size).toBe(bySeries.size);
        for (const [text, number] of byKey) {
          const bytes = Buffer.from(`ff${text}ff`, 'hex');
          expect(index.find(bytes, 1, bytes.length - 1)).toBe(number);
        }
        expect(index.find(bytesOf('never added, and longer than forty bytes are'), 0, 44)).toBe(-1);
      }),
    );
  });

  test('keeps a hundred thousand apart, and brings each back', () => {
    const index = open();
    const count = 100_000;
    for (let at = 0; at < count; at++) {
      const bytes = bytesOf(`series ${at}`);
      expect(index.add(bytes, 0, bytes.length, seriesOf('m', `job-${at}`))).toBe(at);
    }
    for (let at = 0; at < count; at += 997) {
      const bytes = bytesOf(`series ${at}`);
      expect(index.find(bytes, 0, bytes.length)).toBe(at);
      expect(index.get(at).labels).toContainEqual(['job', `job-${at}`]);
    }
  });

  test('remembers no series that is refused', () => {
    const index = new SeriesIndex({ seed: 1, check: () => ({ code: 'BAD_NAME', reason: 'no' }) });
    const bytes = bytesOf('x');
    expect(index.add(bytes, 0, 1, seriesOf('m', 'a'))).toEqual({ code: 'BAD_NAME', reason: 'no' });
    expect(index.find(bytes, 0, 1)).toBe(-1);
    expect(index.size).toBe(0);
  });

  test('has ids by day, of as many series as there are', () => {
    const index = open();
    for (const name of 'abcdefgh') index.add(bytesOf(name), 0, 1, seriesOf(name, name));
    index.setIds('2026-11-26', Uint32Array.of(1, 3), [70, 80]);
    for (let at = 0; at < 1_000; at++) index.add(bytesOf(`m${at}`), 0, `m${at}`.length, seriesOf('m', String(at)));
    const ids = index.idsOf('2026-11-26');
    expect([ids[0], ids[1], ids[3], ids[900]]).toEqual([0, 70, 80, 0]);
    expect(index.idsOf('2026-11-27')[1]).toBe(0);
  });
});

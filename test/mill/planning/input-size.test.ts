/** Days by size, packed as ranges: the same as a plain table, however often it changes. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDays, type Day } from '../../../src/values/date.ts';
import { largestOf, sizeClassOf } from '../../../src/mill/model/size-class.ts';
import { inputSizes } from '../../../src/mill/planning/input-size.ts';
import { afterDataChanged, type DatasetStanding, NO_DATASET } from '../../../src/mill/planning/standing.ts';
import { graph } from '../../support/graph.ts';

const manifest = graph('a: dataset flights', 'b: a', 'c: document weather');
const dayAt = (index: number): Day => addDays('2024-01-01', index);
const sizeOf = (flights: DatasetStanding, date: Day, computation = 'a'): number | undefined =>
  inputSizes(manifest, new Map([['flights', flights]]))(computation, date);

describe('input sizes', () => {
  test('are powers of two', () => {
    expect([0, 1, 2, 3, 4, 255, 256].map(sizeClassOf)).toEqual([0, 1, 2, 2, 3, 8, 9]);
    expect([0, 1, 2, 8].map(largestOf)).toEqual([0, 1, 3, 255]);
  });

  test('are what the last change of each day said', () => {
    const change = fc.record({
      day: fc.nat({ max: 20 }),
      there: fc.boolean(),
      count: fc.option(fc.nat({ max: 5_000 })),
    });
    fc.assert(
      fc.property(fc.array(fc.array(change, { maxLength: 8 }), { maxLength: 12 }), (rounds) => {
        let flights = NO_DATASET;
        const table = new Map<Day, number>();
        for (const [round, changes] of rounds.entries()) {
          const days = new Map(
            changes.map(({ day, there, count }) => [dayAt(day), { there, count: count ?? undefined }] as const),
          );
          flights = afterDataChanged(flights, days, round + 1);
          for (const [date, { there, count }] of days) {
            if (!there) table.delete(date);
            else if (count !== undefined) table.set(date, largestOf(sizeClassOf(count)));
          }
        }
        for (let day = 0; day <= 20; day++) expect(sizeOf(flights, dayAt(day))).toBe(table.get(dayAt(day)));
      }),
      { numRuns: 200 },
    );
  });

  test('are known of what streams a dataset, and of nothing else', () => {
    const flights = afterDataChanged(NO_DATASET, new Map([[dayAt(0), { there: true, count: 100 }]]), 1);
    expect(['a', 'b', 'c', 'gone'].map((name) => sizeOf(flights, dayAt(0), name))).toEqual([
      127,
      undefined,
      undefined,
      undefined,
    ]);
    // Ten years of one size take as much room as one day.
    const days = new Map(Array.from({ length: 3_650 }, (_, index) => [dayAt(index), { there: true, count: 900 }]));
    expect(JSON.stringify(afterDataChanged(NO_DATASET, days, 1).sizes).length).toBeLessThan(40);
  });

  test('are of what is joined as well, where that is known', () => {
    const of = (count: number) => afterDataChanged(NO_DATASET, new Map([[dayAt(0), { there: true, count }]]), 1);
    const net = graph('net: dataset orders joined refunds');
    const sizes = (...known: [string, DatasetStanding][]) => inputSizes(net, new Map(known))('net', dayAt(0));
    expect(sizes(['orders', of(100)], ['refunds', of(3)])).toBe(127 + 3);
    expect(sizes(['orders', of(100)])).toBe(127);
    expect(sizes(['refunds', of(3)])).toBeUndefined();
  });

  test('are of a joined result as many again as are streamed, at most', () => {
    const of = (count: number) => afterDataChanged(NO_DATASET, new Map([[dayAt(0), { there: true, count }]]), 1);
    const score = graph('base: dataset orders', 'score: dataset orders streamed base', 'best: dataset orders base');
    const sizes = inputSizes(score, new Map([['orders', of(100)]]));
    expect(sizes('score', dayAt(0))).toBe(2 * 127);
    expect(sizes('best', dayAt(0))).toBe(127);
  });
});

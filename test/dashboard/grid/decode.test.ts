/** The grid's bytes are read as they are packed, and changed in place as it is told. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyChanges, dayAt, decodeGrid } from '../../../src/dashboard/grid/decode.ts';
import { REASONS as PAGE_REASONS } from '../../../src/dashboard/grid/palette.ts';
import { type GridAnswer, gridChanges, REASONS } from '../../../src/mill/answers/grid.ts';
import { packGrid } from '../../../src/mill/answers/pack-grid.ts';

const answer = (states: readonly number[]): GridAnswer => ({
  sequence: 9,
  from: '2024-02-27',
  to: '2024-03-02',
  computations: ['a', 'b'],
  states: Uint8Array.from(states),
});
const ten = fc.array(fc.nat(255), { minLength: 10, maxLength: 10 });
const bufferOf = (grid: GridAnswer): ArrayBuffer => Uint8Array.from(packGrid(grid)).buffer;

describe('a grid', () => {
  test('is read as it was packed', () => {
    fc.assert(
      fc.property(ten, (states) => {
        const { states: read, days, ...rest } = decodeGrid(bufferOf(answer(states)));
        expect([[...read], days]).toEqual([states, 5]);
        expect(rest).toEqual({ sequence: 9, from: '2024-02-27', to: '2024-03-02', computations: ['a', 'b'] });
      }),
    );
  });

  test('that was cut off anywhere is an error', () => {
    const whole = bufferOf(answer(Array.from({ length: 10 }, () => 7)));
    for (let length = 0; length < whole.byteLength; length++)
      expect(() => decodeGrid(whole.slice(0, length))).toThrow('cut off');
  });

  test('of another version asks for another page', () => {
    const bytes = new TextEncoder().encode('{"v":1}');
    const buffer = new ArrayBuffer(4 + bytes.length);
    new DataView(buffer).setUint32(0, bytes.length, true);
    new Uint8Array(buffer).set(bytes, 4);
    expect(() => decodeGrid(buffer)).toThrow('reload the page');
  });

  test('has a day for each column', () => {
    const grid = decodeGrid(bufferOf(answer(Array.from({ length: 10 }, () => 7))));
    expect([0, 2, 4].map((column) => dayAt(grid, column))).toEqual(['2024-02-27', '2024-02-29', '2024-03-02']);
  });

  test('knows as many reasons as there are', () => {
    expect(PAGE_REASONS).toHaveLength(REASONS.length);
  });
});

describe('changes', () => {
  test('make of one grid the next', () => {
    fc.assert(
      fc.property(ten, ten, (before, after) => {
        const grid = decodeGrid(bufferOf(answer(before)));
        const different = before.filter((state, at) => state !== after[at]).length;
        expect(applyChanges(grid, gridChanges(answer(before), answer(after)) ?? [])).toBe(different);
        expect([...grid.states]).toEqual(after);
      }),
    );
  });

  test('outside of it are left out', () => {
    const grid = decodeGrid(bufferOf(answer(Array.from({ length: 10 }, () => 7))));
    const outside = [
      [2, 0, 0, 1],
      [-1, 0, 0, 1],
      [0, 4, 5, 1],
    ] as const;
    expect(applyChanges(grid, outside)).toBe(0);
  });
});

/** Memory in blocks: none overlaps another, what is freed is used again, and pages go from one size to another. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Arena, type Handle, MAX_UNITS, MIN_ARENA_BYTES, NONE } from '../../../src/meter/live/arena.ts';

describe('blocks', () => {
  test('keep what is written in them, whatever is allocated and freed beside them', () => {
    const step = fc.oneof(fc.record({ units: fc.integer({ min: 1, max: MAX_UNITS }) }), fc.record({ free: fc.nat() }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const arena = new Arena(() => MIN_ARENA_BYTES);
        const live: { handle: Handle; units: number; mark: number }[] = [];
        for (const [mark, one] of steps.entries()) {
          if ('units' in one) {
            const handle = arena.allocate(one.units);
            expect(handle).not.toBe(NONE);
            expect(arena.unitsOf(handle)).toBeGreaterThanOrEqual(one.units);
            const at = arena.offsetOf(handle);
            arena.doublesOf(handle).fill(mark, at, at + arena.unitsOf(handle));
            live.push({ handle, units: one.units, mark });
          } else if (live.length > 0) {
            const [gone] = live.splice(one.free % live.length, 1);
            if (gone !== undefined) arena.free(gone.handle);
          }
        }
        for (const { handle, mark } of live) {
          const at = arena.offsetOf(handle);
          const block = arena.doublesOf(handle).subarray(at, at + arena.unitsOf(handle));
          expect(block.every((value) => value === mark)).toBe(true);
        }
      }),
    );
  });

  test('are refused when the memory is used up, and there again when one of any size is free', () => {
    const arena = new Arena(() => MIN_ARENA_BYTES);
    const handles: Handle[] = [];
    for (let handle = arena.allocate(12); handle !== NONE; handle = arena.allocate(12)) handles.push(handle);
    expect(arena.bytes).toBe(MIN_ARENA_BYTES);
    expect(arena.allocate(MAX_UNITS)).toBe(NONE);
    for (const handle of handles) arena.free(handle);
    const large: Handle[] = [];
    for (let handle = arena.allocate(MAX_UNITS); handle !== NONE; handle = arena.allocate(MAX_UNITS))
      large.push(handle);
    expect(large.length * MAX_UNITS * 8).toBeGreaterThan(0.98 * MIN_ARENA_BYTES);
    expect(arena.bytes).toBe(MIN_ARENA_BYTES);
    expect(() => arena.allocate(MAX_UNITS + 1)).toThrow(RangeError);
  });
});

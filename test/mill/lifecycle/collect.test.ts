/** Which generations of shards may go, and when. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  collect,
  COLLECT_AFTER_MINUTES,
  onRemoved,
  REMOVED_AFTER_DAYS,
  SWEEP_DAYS,
} from '../../../src/mill/lifecycle/collect.ts';
import { ShardEntry } from '../../../src/mill/model/shard-entry.ts';

const GRACE = COLLECT_AFTER_MINUTES * 60_000;
const DAY = 86_400_000;

describe('a generation', () => {
  test('that is pointed to stays, and is looked at again in a week', () => {
    const entry = { checkMs: 5, generations: { g1: { writtenMs: 0, unpointedMs: 3 } } };
    expect(collect(entry, 'g1', GRACE)).toEqual({
      garbage: [],
      entry: { checkMs: GRACE + SWEEP_DAYS * DAY, generations: { g1: { writtenMs: 0 } } },
    });
  });

  test('that nothing points to is noted, and goes after the grace', () => {
    const written: ShardEntry = { checkMs: GRACE, generations: { g1: { writtenMs: 0 }, g2: { writtenMs: 0 } } };
    const noted = collect(written, 'g2', GRACE);
    expect(noted).toEqual({
      garbage: [],
      entry: {
        checkMs: 2 * GRACE,
        generations: { g1: { writtenMs: 0, unpointedMs: GRACE }, g2: { writtenMs: 0 } },
      },
    });
    const gone = collect(noted.entry ?? written, 'g2', 2 * GRACE);
    expect(gone.garbage).toEqual(['g1']);
    expect(Object.keys(gone.entry?.generations ?? {})).toEqual(['g2']);
  });

  test('that may be in the writing is not noted as one that nothing points to', () => {
    const entry = { checkMs: 0, generations: { g1: { writtenMs: 10 } } };
    expect(collect(entry, undefined, GRACE)).toEqual({
      garbage: [],
      entry: { checkMs: GRACE + 10, generations: { g1: { writtenMs: 10 } } },
    });
  });

  test('that was the last leaves no entry', () => {
    const entry = { checkMs: 0, generations: { g1: { writtenMs: 0, unpointedMs: 0 } } };
    expect(collect(entry, undefined, GRACE)).toEqual({ garbage: ['g1'], entry: undefined });
  });

  test('is never collected within the grace of having been written or pointed to, whenever it is looked at', () => {
    // Each step: time passes, then the place is looked at, pointing to one of its generations or to none.
    const steps = fc.array(
      fc.record({ ms: fc.nat({ max: 2 * GRACE }), pointed: fc.constantFrom('g0', 'g1', 'g2', undefined) }),
      { maxLength: 20, size: 'max' },
    );
    let collected = 0;
    fc.assert(
      fc.property(steps, (looks) => {
        let nowMs = 0;
        let entry: ShardEntry | undefined = {
          checkMs: 0,
          generations: { g0: { writtenMs: 0 }, g1: { writtenMs: 0 }, g2: { writtenMs: 0 } },
        };
        const neededMs = new Map([
          ['g0', 0],
          ['g1', 0],
          ['g2', 0],
        ]);
        for (const { ms, pointed } of looks) {
          if (entry === undefined) return;
          nowMs += ms;
          if (pointed !== undefined) neededMs.set(pointed, nowMs);
          const { garbage, entry: next } = collect(entry, pointed, nowMs);
          for (const name of garbage) {
            collected++;
            expect(nowMs - (neededMs.get(name) ?? 0)).toBeGreaterThanOrEqual(GRACE);
          }
          expect(new Set([...garbage, ...Object.keys(next?.generations ?? {})]).size).toBe(
            Object.keys(entry.generations).length,
          );
          if (next !== undefined) {
            expect(next.checkMs).toBeGreaterThan(nowMs);
            expect(ShardEntry.parse(next)).toEqual(next);
          }
          entry = next;
        }
      }),
    );
    expect(collected).toBeGreaterThan(50);
  });
});

test('a removed computation is forgotten after a week, not at once', () => {
  const entry = { checkMs: 0, generations: { g1: { writtenMs: 0 } } };
  const noted = onRemoved(entry, 10);
  expect(noted).toEqual({ forget: false, entry: { ...entry, removedMs: 10, checkMs: 10 + REMOVED_AFTER_DAYS * DAY } });
  expect(onRemoved(noted.entry, noted.entry.checkMs - 1).forget).toBe(false);
  expect(onRemoved(noted.entry, noted.entry.checkMs).forget).toBe(true);
});

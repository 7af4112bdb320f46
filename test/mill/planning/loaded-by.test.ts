/** Which days were loaded by which code, as they are loaded, merged, replaced and taken away. */
import { describe, expect, test } from 'vitest';
import type { Day } from '../../../src/values/date.ts';
import { hashOf } from '../../../src/values/hash.ts';
import { daysOfSet } from '../../../src/mill/planning/day-set.ts';
import {
  afterLoadByHand,
  type LoadByHand,
  type LoadedBy,
  loadedOtherwise,
} from '../../../src/mill/planning/loaded-by.ts';

const [OLD, NEW] = [hashOf('old'), hashOf('new')];

const march = (...days: readonly number[]): Day[] => days.map((day) => `2024-03-${String(day).padStart(2, '0')}`);

const load = (loader: string, loaded: readonly Day[], more: Partial<LoadByHand> = {}): LoadByHand => ({
  loader,
  file: `${loader === OLD ? 'old' : 'new'}.csv`,
  loaded,
  gone: [],
  merges: false,
  ...more,
});

const after = (...loads: readonly LoadByHand[]): LoadedBy[] =>
  loads.reduce<LoadedBy[]>((before, one) => afterLoadByHand(before, one), []);

/** Days that plan and report name once the code is the new one. */
const named = (loads: readonly LoadedBy[]): Day[] => loadedOtherwise(loads, NEW).flatMap(({ days }) => daysOfSet(days));

describe('days that other code has loaded', () => {
  test.each<[what: string, loads: readonly LoadByHand[], days: readonly Day[]]>([
    ['none were loaded', [], []],
    ['the code is the same', [load(NEW, march(1, 2)), load(NEW, march(3))], []],
    ['all were', [load(OLD, march(1, 2, 3))], march(1, 2, 3)],
    ['some were loaded again', [load(OLD, march(1, 2, 3)), load(NEW, march(2))], march(1, 3)],
    ['all were loaded again', [load(OLD, march(1, 2)), load(NEW, march(1, 2, 3))], []],
    ['some went', [load(OLD, march(1, 2, 3)), load(NEW, march(3), { gone: march(1) })], march(2)],
    ['entities were merged into them', [load(OLD, march(1, 2)), load(NEW, march(2, 3), { merges: true })], march(1, 2)],
    ['a merge came to days of their own', [load(NEW, march(1)), load(NEW, march(1, 2), { merges: true })], []],
    ['the older code came back', [load(OLD, march(1)), load(NEW, march(1)), load(OLD, march(1))], march(1)],
  ])('are told where %s', (_, loads, days) => {
    expect(named(after(...loads))).toEqual(days);
  });

  test('come with the file that was read last, and are kept once for each code', () => {
    const loads = after(load(OLD, march(1)), load(OLD, march(2), { file: 'later.csv' }), load(NEW, march(5)));
    expect(loads).toEqual([
      { loader: OLD, file: 'later.csv', days: [19_783, 19_784] },
      { loader: NEW, file: 'new.csv', days: [19_787, 19_787] },
    ]);
  });
});

/** Which cells at rest are looked at on which night: after how many nights each computation, each year and each cell was. */
import { describe, expect, test } from 'vitest';
import { cellName } from '../../../src/mill/model/cell.ts';
import { addDays, type Day, daysAfter, toOrdinal } from '../../../src/values/date.ts';
import type { Distrust } from '../../../src/mill/model/distrust.ts';
import { computationIn } from '../../../src/mill/model/manifest.ts';
import { behaviourOf } from '../../../src/mill/model/vector.ts';
import { dayCount, daySpan } from '../../../src/mill/planning/day-set.ts';
import { plan } from '../../../src/mill/planning/plan.ts';
import { needsHash, type Standing, unknownStanding } from '../../../src/mill/planning/standing.ts';
import type { PlanningState } from '../../../src/mill/planning/state.ts';
import { cellsToWatch, WATCH_SECONDS, type WatchedCell } from '../../../src/mill/planning/watch.ts';
import { fingerprintAt, graph } from '../../support/graph.ts';
import { stateOf } from '../../support/planning-world.ts';

const FROM = '2015-01-01';
const QUICK = { seconds: 0.1, reads: 3 };

/** A settled project that is watched night after night. */
class Nights {
  readonly manifest;
  days: number;
  state: PlanningState;
  night: Day = '2026-01-01';

  constructor(names: readonly string[], days: number) {
    this.manifest = graph(...names.map((name) => `${name}: dataset flights`));
    this.days = days;
    this.state = { ...stateOf(new Map()), standings: new Map(names.map((name) => [name, this.#settled(name)])) };
  }

  /** The cells of the next night. A day later the history may be longer. */
  next({
    cells = 8,
    effortOf = () => QUICK,
    grows = 0,
  }: Partial<Parameters<typeof cellsToWatch>[0]> & { grows?: number } = {}) {
    const { manifest, state } = this;
    const to = addDays(FROM, this.days - 1);
    const made = plan({ manifest, state, from: FROM, to, mode: 'dispatch' });
    const drawn = cellsToWatch({ plan: made, cells, effortOf });
    this.night = addDays(this.night, 1);
    this.days += grows;
    const last = new Map(drawn.map(({ computation, visits }) => [computation, visits]));
    const standings = [...state.standings.keys()].map((name): [string, Standing] => {
      const visits = last.get(name);
      const { watched: before } = state.standings.get(name) ?? {};
      const watched = visits === undefined ? before : { night: this.night, visits };
      return [name, { ...this.#settled(name), ...(watched === undefined ? {} : { watched }) }];
    });
    this.state = { ...state, standings: new Map(standings) };
    return drawn;
  }

  #settled(name: string): Standing {
    const days = daySpan(toOrdinal(FROM), daysAfter(toOrdinal(FROM), this.days - 1));
    const { needs } = computationIn(this.manifest, name) ?? { needs: [] };
    return {
      ...unknownStanding(days, []),
      fingerprint: fingerprintAt({}, name),
      needs: needsHash({ needs }),
      rest: [{ reason: { why: 'UNCHANGED' }, days }],
    };
  }
}

const namesOf = (drawn: readonly WatchedCell[]): string[] => drawn.map(({ computation }) => computation);

describe('the nightly watch', () => {
  test('comes to every computation before it comes to one again', () => {
    const names = Array.from({ length: 100 }, (_, index) => `c${index}`);
    const nights = new Nights(names, 365);
    const seen: string[] = [];
    for (let night = 0; night < 13; night++) seen.push(...namesOf(nights.next()));
    expect(new Set(seen.slice(0, 100)).size).toBe(100);
    expect(seen).toHaveLength(13 * 8);
  });

  test('comes to every year of a computation within three visits a year', () => {
    const nights = new Nights(['a'], 3_650);
    const years = new Set<string>();
    for (let visit = 0; visit < 30; visit++)
      for (const { date } of nights.next({ cells: 1 })) years.add(date.slice(0, 4));
    expect(years.size).toBe(10);
  });

  test.each([1, 2, 3, 30, 365])('comes to each cell of %i days within three times as many visits', (days) => {
    const nights = new Nights(['a', 'b'], days);
    const seen = new Set<string>();
    for (let visit = 0; visit < 3 * days; visit++)
      for (const cell of nights.next({ cells: 2 })) seen.add(cellName(cell));
    expect(seen.size).toBe(2 * days);
  });

  test('still does when a day is added every night', () => {
    const nights = new Nights(['a'], 60);
    const seen = new Set<string>();
    for (let night = 0; night < 40; night++) for (const cell of nights.next({ grows: 1 })) seen.add(cellName(cell));
    const old = Array.from({ length: 60 }, (_, index) => `a@${addDays(FROM, index)}`);
    expect(old.filter((cell) => !seen.has(cell))).toEqual([]);
  });

  test('takes several days of each when there are fewer computations than cells, and no cell twice a night', () => {
    const drawn = new Nights(['a', 'b', 'c'], 100).next();
    expect(drawn.map(cellName)).toHaveLength(new Set(drawn.map(cellName)).size);
    expect(namesOf(drawn).filter((name) => name === 'a').length).toBeGreaterThan(1);
    expect(new Nights(['a'], 3).next().map(cellName).sort()).toEqual(['a@2015-01-01', 'a@2015-01-02', 'a@2015-01-03']);
  });

  test('is the same from the same state, so that a plan can tell of it', () => {
    const names = ['a', 'b', 'c', 'd'];
    expect(new Nights(names, 500).next()).toEqual(new Nights(names, 500).next());
  });

  test('takes no more than its time: what is slow has a night to itself, and does not come every night', () => {
    const nights = new Nights(['quick', 'slow', 'other'], 100);
    const effortOf = (name: string) => (name === 'slow' ? { seconds: 10 * WATCH_SECONDS, reads: 9 } : QUICK);
    const seen = Array.from({ length: 10 }, () => namesOf(nights.next({ effortOf })));
    const withSlow = seen.filter((drawn) => drawn.includes('slow'));
    expect(withSlow.length).toBeGreaterThan(2);
    expect(withSlow.length).toBeLessThan(6);
    expect(withSlow.every((drawn) => drawn.length === 1)).toBe(true);
  });

  test('leaves out what is known to differ, what is paused, and what does not rest', () => {
    const distrusted = (because: Distrust['because'], times?: number): Map<string, Distrust> => {
      const behaviour = behaviourOf(fingerprintAt({}, 'a'));
      return new Map([['a', { behaviour, because, text: '', ...(times === undefined ? {} : { times }) }]]);
    };
    const drawn = (more: Partial<PlanningState>): Set<string> => {
      const nights = new Nights(['a', 'b'], 10);
      nights.state = { ...nights.state, ...more };
      return new Set(namesOf(nights.next()));
    };
    expect(drawn({})).toEqual(new Set(['a', 'b']));
    expect(drawn({ distrusted: distrusted('NONDETERMINISTIC') })).toEqual(new Set(['b']));
    // Found wrong once it is looked at on; found wrong twice it is hopeless.
    expect(drawn({ distrusted: distrusted('AUDIT', 1) })).toEqual(new Set(['a', 'b']));
    expect(drawn({ distrusted: distrusted('AUDIT', 2) })).toEqual(new Set(['b']));
    // What no analysis follows is what the watch is for.
    expect(drawn({ distrusted: distrusted('UNANALYSABLE') })).toEqual(new Set(['a', 'b']));
    expect(drawn({ control: { paused: { a: { sinceMs: 0 } }, cancelled: [] } })).toEqual(new Set(['b']));
    const failed = new Nights(['a', 'b'], 10);
    const a = failed.state.standings.get('a') as Standing;
    failed.state = {
      ...failed.state,
      standings: new Map([...failed.state.standings, ['a', { ...a, rest: [], made: [], failed: a.made }]]),
    };
    expect(dayCount(a.made)).toBe(10);
    expect(new Set(namesOf(failed.next()))).toEqual(new Set(['b']));
  });
});

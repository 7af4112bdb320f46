/** What a plan will cost, by values: operations, seconds and dollars, and what planning saved. */
import { describe, expect, test } from 'vitest';
import { daysFrom } from '../../../src/values/date.ts';
import type { Manifest } from '../../../src/mill/model/manifest.ts';
import { PRICE_TABLES } from '../../../src/mill/model/price-table.ts';
import type { TierName } from '../../../src/mill/model/tier-name.ts';
import type { Tiers } from '../../../src/mill/model/tier.ts';
import {
  DISPATCH_READS,
  DISPATCH_SECONDS,
  type Estimate,
  estimate,
  type EstimateRequest,
  TASK_READS,
  TASK_WRITES,
  WAVE_WRITES,
} from '../../../src/mill/planning/estimate.ts';
import { HEARTBEAT_SECONDS } from '../../../src/mill/lifecycle/limits.ts';
import type { Cost } from '../../../src/mill/planning/cost.ts';
import { SLOWER } from '../../../src/mill/planning/most.ts';
import { plan } from '../../../src/mill/planning/plan.ts';
import type { Typical } from '../../../src/mill/planning/typical.ts';
import { graph, graphAt } from '../../support/graph.ts';
import { PlanningWorld, stateOf } from '../../support/planning-world.ts';

const DAYS = daysFrom('2024-01-01', '2024-01-04');
const LINES = ['a: dataset flights', 'b: a'];
const ab = graph(...LINES);
const TYPICAL: Typical = { seconds: 2, entities: 100, reads: 3, writes: 5, tasks: 1, cells: 9 };
const TIERS: Tiers = [
  { name: 'standard', memoryMB: 2_048, topic: 'a' },
  { name: 'high-mem', memoryMB: 8_192, topic: 'b' },
];
const PRICES = PRICE_TABLES['us-central1'];

/** Both settled on all four days, `a` with what it took. */
function world(manifest: Manifest = ab, typical: Readonly<Record<string, Typical>> = { a: TYPICAL, b: TYPICAL }) {
  const known = new PlanningWorld().data('flights', DAYS);
  for (const day of DAYS) {
    known.completed(ab, `a@${day}`, { 'dataset:flights': `flights ${day}` });
    known.completed(ab, `b@${day}`, { 'dependency:a': `result of a@${day}` });
  }
  const state = stateOf(known.book, known);
  const standings = new Map(
    [...state.standings].map(([name, standing]) => [
      name,
      typical[name] ? { ...standing, typical: typical[name] } : standing,
    ]),
  );
  return (tierOf: (name: string) => TierName = () => 'standard', more: Partial<EstimateRequest> = {}) =>
    estimate({
      plan: plan({
        manifest,
        state: { ...state, standings },
        from: DAYS[0] ?? '',
        to: DAYS[3] ?? '',
        mode: 'forecast',
      }),
      computations: ['a', 'b'],
      prices: PRICES,
      tierOf,
      tiers: TIERS,
      ...more,
    });
}

test('a quiet day costs its dispatches, and says what its cells would have cost', () => {
  const { computations, certain, saved, pipeline } = world()();
  expect(computations).toEqual([]);
  expect(certain.dollars).toBe(0);
  expect(saved.unchanged).toMatchObject({ cells: 8, seconds: 16 });
  expect(saved.stable.cells + saved.cutOff.cells).toBe(0);
  expect(pipeline).toMatchObject({ writes: 0, seconds: 2 });
});

test('what has changed is certain, what reads it is conditional, and both are counted to the cent', () => {
  const { computations, certain, conditional, pipeline } = world(graphAt({ code: { a: 2 } }, ...LINES))();
  const usage = {
    cells: 4,
    tasks: 4,
    reads: 4 * (3 + TASK_READS),
    writes: 4 * (5 + TASK_WRITES),
    // The four shards of each result that is replaced.
    deletes: 4 * 4,
    seconds: 8,
  };
  const dollars =
    usage.reads * 0.3e-6 +
    usage.writes * 0.9e-6 +
    usage.deletes * 0.1e-6 +
    4 * 0.4e-6 +
    8 * (24e-6 + 2 * 2.5e-6) +
    (4 * 2_000 * 40) / 2 ** 40;
  expect(certain).toEqual({ ...usage, dollars: expect.closeTo(dollars, 12) as number });
  expect(conditional).toEqual(certain);
  expect(computations.map(({ computation, guess, tier }) => ({ computation, guess, tier }))).toEqual([
    { computation: 'a', guess: false, tier: 'standard' },
    { computation: 'b', guess: false, tier: 'standard' },
  ]);
  // One wave, and the dispatch that finds nothing left; the indexer and the reconciler beside them.
  expect(pipeline).toMatchObject({
    reads: 2 * DISPATCH_READS + 1,
    writes: WAVE_WRITES + 1,
    seconds: 4 * DISPATCH_SECONDS,
  });
});

test('cells of fused tasks share what a task costs', () => {
  const changed = graphAt({ code: { a: 2 } }, ...LINES);
  const { certain } = world(changed, { a: { ...TYPICAL, tasks: 0.25 } })();
  expect(certain).toMatchObject({ cells: 4, tasks: 1, reads: 4 * 3 + TASK_READS, writes: 4 * 5 + TASK_WRITES });
});

test('the larger tier costs its memory and its second CPU', () => {
  const changed = world(graphAt({ code: { a: 2 } }, ...LINES));
  const more = changed(() => 'high-mem').certain.dollars - changed().certain.dollars;
  expect(more).toBeCloseTo(8 * (24e-6 + 6 * 2.5e-6), 12);
});

test('a computation that never ran is taken to be like the others, and said to be a guess', () => {
  const three = graph(...LINES, 'c: a history a 7');
  const { computations, certain } = world(three)(undefined, { computations: ['a', 'b', 'c'] });
  expect(computations.map(({ computation, guess }) => ({ computation, guess }))).toEqual([
    { computation: 'c', guess: true },
  ]);
  // Of its two needs one is a window, of which a worker remembers all but the newest day.
  expect(certain).toMatchObject({ cells: 4, seconds: 8, reads: 4 * (2 + TASK_READS) });
});

test('of a selection, only that is counted', () => {
  const { certain, conditional, saved } = world(graphAt({ code: { a: 2 } }, ...LINES))(undefined, {
    computations: ['b'],
  });
  expect([certain.cells, conditional.cells, saved.unchanged.cells]).toEqual([0, 4, 0]);
});

test('the nightly watch reads what cells that were made one after another remembered, and writes no result', () => {
  const windowed = graph(...LINES, 'c: a history a 200');
  const watched = ['a', 'c'].map((computation) => ({ computation, date: DAYS[1] ?? '' }));
  const { watch, certain } = world(windowed)(undefined, { computations: [], watched });
  // Of a, and of c, which never ran: what cells take, their window, and the stored result to compare with.
  const inputs = 3 + 1 + (2 + 200 + 1);
  // The books of a, of c, and the days of flights.
  const wave = 3 + DISPATCH_READS;
  expect(watch).toMatchObject({
    cells: 2,
    tasks: 2,
    reads: inputs + 2 * TASK_READS + wave,
    deletes: 0,
    seconds: 4 + DISPATCH_SECONDS,
  });
  expect(watch.writes).toBe(2 * TASK_WRITES + WAVE_WRITES);
  expect(watch.dollars).toBeGreaterThan(0);
  expect(certain.cells).toBe(0);
  expect(world()().watch).toMatchObject({ cells: 0, dollars: 0 });
});

describe('the most that a run may take', () => {
  const asked = {
    lanes: 8,
    audit: { share: 0.01, most: 20 },
    loading: { days: 0, datasets: 0, again: [], againDays: 0 },
    changed: 0,
    computations: ['a', 'b'],
  };
  const parts = ({ certain, conditional, pipeline, watch }: Estimate): Cost[] => [
    certain,
    conditional,
    pipeline,
    watch,
  ];
  const MEASURES = ['cells', 'reads', 'writes', 'deletes', 'seconds', 'dollars'] as const;

  test.each<[string, Manifest, Partial<EstimateRequest>]>([
    ['on a quiet day', ab, {}],
    ['after a change of code', graphAt({ code: { a: 2 } }, ...LINES), { changed: 1 }],
    ['of what never ran', graph(...LINES, 'c: a history a 7'), { computations: ['a', 'b', 'c'], changed: 1 }],
    ['with the nightly watch', ab, { watched: [{ computation: 'a', date: DAYS[1] ?? '' }] }],
    ['with days to load', ab, { loading: { days: 30, datasets: 2, again: [], againDays: 0 } }],
  ])('is no less than what is planned %s', (_, manifest, more) => {
    const planned = world(manifest)(undefined, { ...asked, ...more });
    for (const measure of MEASURES) {
      const all = parts(planned).reduce((total, cost) => total + cost[measure], 0);
      expect({ measure, holds: planned.most[measure] >= all }).toEqual({ measure, holds: true });
    }
  });

  test('is in whole reads and writes, whatever cells took in the middle', () => {
    const typical = { ...TYPICAL, reads: 3.286, writes: 1.5 };
    const changed = graphAt({ code: { a: 2 } }, ...LINES);
    const { reads, writes, deletes } = world(changed, { a: typical, b: typical })(undefined, asked).most;
    for (const count of [reads, writes, deletes]) expect(Number.isInteger(count)).toBe(true);
  });

  test('has heartbeats, audits, loading and the registry in it', () => {
    const changed = graphAt({ code: { a: 2 } }, ...LINES);
    const most = (more: Partial<EstimateRequest>, typical = TYPICAL): Cost =>
      world(changed, { a: typical, b: TYPICAL })(undefined, { ...asked, ...more }).most;
    const { reads, writes } = most({});
    // Four cells of 100 s each, up to four times as slow, with a heartbeat every two seconds.
    expect(most({}, { ...TYPICAL, seconds: 102 }).writes - writes).toBe((4 * 100 * SLOWER) / HEARTBEAT_SECONDS);
    expect(most({ audit: { share: 0, most: 0 } }).reads).toBeLessThan(reads);
    expect(most({ loading: { days: 10, datasets: 1, again: [], againDays: 0 } }).writes).toBeGreaterThanOrEqual(
      writes + 10,
    );
    expect(most({ changed: 3 }).writes).toBeGreaterThanOrEqual(writes + 3);
  });
});

test('where a file has changed, the most has all that was made of it', () => {
  const loading = { days: 0, datasets: 0, again: ['flights'], againDays: 4 };
  const { certain, conditional, most } = world()(undefined, { lanes: 8, changed: 0, loading });
  expect([certain.cells, conditional.cells, most.cells]).toEqual([0, 0, 8]);
});

test('inputs that nothing in the run makes are read, whatever workers remembered before', () => {
  const remembered = { ...TYPICAL, reads: 0 };
  const changed = graphAt({ code: { b: 2 } }, ...LINES);
  const { certain } = world(changed, { a: remembered, b: remembered })();
  expect(certain.reads).toBe(4 * (1 + TASK_READS));
  const both = graphAt({ code: { a: 2, b: 2 } }, ...LINES);
  const made = world(both, { a: remembered, b: remembered })().computations.find(
    ({ computation }) => computation === 'b',
  );
  expect(made?.certain.reads).toBe(4 * TASK_READS);
});

test('a wave is spread over its lanes', () => {
  const changed = graphAt({ code: { a: 2 } }, ...LINES);
  expect(world(changed)(undefined, { lanes: 2 }).certain.tasks).toBe(2);
  expect(world(changed)(undefined, { lanes: 100 }).certain.tasks).toBe(4);
});

/** What the planner decides of a cell, and why: every outcome and every reason. */
import { describe, expect, test } from 'vitest';
import { daysFrom } from '../../../src/values/date.ts';
import { hashOfParts } from '../../../src/values/hash.ts';
import type { Manifest } from '../../../src/mill/model/manifest.ts';
import { decodeWindow, encodeWindow, windowHash } from '../../../src/mill/model/window.ts';
import { daySetOfDays } from '../../../src/mill/planning/day-set.ts';
import { plan } from '../../../src/mill/planning/plan.ts';
import type { DatasetStanding } from '../../../src/mill/planning/standing.ts';
import { behaviourOf } from '../../../src/mill/model/vector.ts';
import { fingerprintAt, graph, graphAt } from '../../support/graph.ts';
import { BROKEN, h, PlanningWorld, say } from '../../support/planning-world.ts';

const SAT_BEFORE = '2023-12-30';
const SUN_BEFORE = '2023-12-31';
const MON = '2024-01-01';
const TUE = '2024-01-02';
const WED = '2024-01-03';
const THU = '2024-01-04';
const FRI = '2024-01-05';
const SAT = '2024-01-06';
const SUN = '2024-01-07';
const NEXT_MON = '2024-01-08';
const NEXT_TUE = '2024-01-09';

const oneDay = (manifest: Manifest, dispatchId?: string) => ({
  manifest,
  from: MON,
  to: MON,
  ...(dispatchId === undefined ? {} : { dispatchId }),
});

/** `a` over the flights of a day, `b` over `a`; `a` is settled. */
const ab = graph('a: dataset flights', 'b: a');
const settledAb = (): PlanningWorld =>
  new PlanningWorld()
    .data('flights', [MON])
    .completed(ab, `a@${MON}`, { 'dataset:flights': `flights ${MON}` })
    .completed(ab, `b@${MON}`, { 'dependency:a': `result of a@${MON}` });

describe('one day', () => {
  test('a cell that never ran runs, and what reads it waits', () => {
    expect(say(new PlanningWorld().data('flights', [MON]).plan(oneDay(ab)))).toEqual([
      `a@${MON}: RUN never ran`,
      `b@${MON}: BLOCKED waits for a@${MON}`,
    ]);
  });

  test('nothing runs where nothing that is read has changed', () => {
    expect(say(settledAb().plan(oneDay(ab)))).toEqual([
      `a@${MON}: SKIP nothing that it reads has changed`,
      `b@${MON}: SKIP nothing that it reads has changed`,
    ]);
  });

  test.each([
    ['code', graphAt({ code: { a: 2 } }, 'a: dataset flights', 'b: a')],
    ['layer', graphAt({ layer: { a: 2 } }, 'a: dataset flights', 'b: a')],
  ])('a new %s runs the computation again; its reader waits', (part, manifest) => {
    expect(say(settledAb().plan(oneDay(manifest)))).toEqual([
      `a@${MON}: RERUN changed: ${part}`,
      `b@${MON}: BLOCKED waits for a@${MON}`,
    ]);
  });

  test.each([
    ['infrastructure', graphAt({ infrastructure: 2 }, 'a: dataset flights', 'b: a')],
    ['epoch', graphAt({ epoch: 2 }, 'a: dataset flights', 'b: a')],
  ])('a new %s makes everything new', (part, manifest) => {
    expect(say(settledAb().plan({ ...oneDay(manifest), mode: 'forecast' }))).toEqual([
      `a@${MON}: RERUN changed: ${part}`,
      `b@${MON}: RERUN changed: ${part}`,
    ]);
  });

  test('new root data of the day names the dataset', () => {
    expect(say(settledAb().data('flights', [MON], 'corrected').plan(oneDay(ab)))[0]).toBe(
      `a@${MON}: RERUN changed: dataset:flights`,
    );
  });

  test('everything that differs is named, in the order of the vector', () => {
    const manifest = graphAt({ code: { a: 2 }, epoch: 2 }, 'a: dataset flights', 'b: a');
    expect(say(settledAb().data('flights', [MON], 'corrected').plan(oneDay(manifest)))[0]).toBe(
      `a@${MON}: RERUN changed: code, epoch, dataset:flights`,
    );
  });

  test('a need that was added, and one that was dropped, are differences', () => {
    const manifest = graph('a: document calendar', 'b: a');
    expect(say(settledAb().data('calendar', [MON]).plan(oneDay(manifest)))[0]).toBe(
      `a@${MON}: RERUN changed: dataset:flights, document:calendar`,
    );
  });

  test('a dependency with a new result is named', () => {
    const world = settledAb().completed(
      ab,
      `a@${MON}`,
      { 'dataset:flights': `flights ${MON}` },
      { result: 'another', dispatchId: 'now' },
    );
    expect(say(world.plan(oneDay(ab, 'now')))).toEqual([
      `a@${MON}: SKIP nothing that it reads has changed`,
      `b@${MON}: RERUN changed: dependency:a`,
    ]);
  });

  test('early cutoff: a dependency that ran in this dispatch with the same result is named, and nothing runs', () => {
    const world = settledAb().completed(ab, `a@${MON}`, { 'dataset:flights': `flights ${MON}` }, { dispatchId: 'now' });
    expect(say(world.plan(oneDay(ab, 'now')))).toEqual([
      `a@${MON}: SKIP nothing that it reads has changed`,
      `b@${MON}: SKIP dependency:a ran again with the same result`,
    ]);
    expect(say(world.plan(oneDay(ab, 'a later one')))[1]).toBe(`b@${MON}: SKIP nothing that it reads has changed`);
  });

  test('a cell that ran in this dispatch itself was not cut off', () => {
    const world = settledAb()
      .completed(ab, `a@${MON}`, { 'dataset:flights': `flights ${MON}` }, { dispatchId: 'now' })
      .completed(ab, `b@${MON}`, { 'dependency:a': `result of a@${MON}` }, { dispatchId: 'now' });
    expect(say(world.plan(oneDay(ab, 'now')))[1]).toBe(`b@${MON}: SKIP nothing that it reads has changed`);
  });

  test('without data a cell is impossible, and so is, by name, what reads it', () => {
    const manifest = graph('a: dataset flights', 'b: a', 'c: b');
    expect(say(new PlanningWorld().plan(oneDay(manifest)))).toEqual([
      `a@${MON}: IMPOSSIBLE NO_DATA flights`,
      `b@${MON}: IMPOSSIBLE UPSTREAM a`,
      `c@${MON}: IMPOSSIBLE UPSTREAM b`,
    ]);
  });

  test('data that is removed makes settled cells impossible, and its return makes them new', () => {
    const world = settledAb().noData('flights', MON);
    const planned = world.plan(oneDay(ab));
    expect(say(planned)).toEqual([`a@${MON}: IMPOSSIBLE NO_DATA flights`, `b@${MON}: IMPOSSIBLE UPSTREAM a`]);
    expect(planned.map(({ settled }) => settled?.status)).toEqual(['COMPLETED', 'COMPLETED']);
    // The dispatcher takes what is impossible out of the book.
    for (const { decision } of planned) world.book.get(decision.computation)?.delete(decision.date);
    expect(say(world.data('flights', [MON]).plan(oneDay(ab)))).toEqual([
      `a@${MON}: RUN never ran`,
      `b@${MON}: BLOCKED waits for a@${MON}`,
    ]);
  });

  test('data that comes back before anybody looked has changed nothing', () => {
    const world = settledAb().noData('flights', MON).data('flights', [MON]);
    expect(say(world.plan(oneDay(ab)))[0]).toBe(`a@${MON}: SKIP nothing that it reads has changed`);
  });

  test('impossible is said before blocked: what is missing for good needs no waiting', () => {
    const manifest = graph('a: dataset flights', 'b: a document calendar');
    expect(say(new PlanningWorld().data('flights', [MON]).plan(oneDay(manifest)))[1]).toBe(
      `b@${MON}: IMPOSSIBLE NO_DATA calendar`,
    );
  });

  test('a cell that another run is making is left to it, and its readers wait', () => {
    const world = new PlanningWorld().data('flights', [MON]).isMaking('run-7', `a@${MON}`);
    expect(say(world.plan(oneDay(ab)))).toEqual([
      `a@${MON}: BLOCKED being made by run run-7`,
      `b@${MON}: BLOCKED waits for a@${MON}`,
    ]);
  });

  test('only passes up to the one asked for are planned', () => {
    expect(say(settledAb().plan({ ...oneDay(ab), throughPass: 1 }))).toHaveLength(1);
  });
});

describe('failures', () => {
  const inputs = { 'dataset:flights': `flights ${MON}` };

  test('a cell that failed in this dispatch waits for the next one, and its readers have failed with it', () => {
    const world = new PlanningWorld().data('flights', [MON]).failed(ab, `a@${MON}`, { inputs, dispatchId: 'now' });
    expect(say(world.plan(oneDay(ab, 'now')))).toEqual([
      `a@${MON}: BLOCKED failed just now: COMPUTE_FAILED`,
      `b@${MON}: FAILED_DEPENDENCY a@${MON} failed`,
    ]);
  });

  test('the first cause is named through several computations', () => {
    const manifest = graph('a: dataset flights', 'b: a', 'c: b');
    const world = new PlanningWorld().data('flights', [MON]).failed(manifest, `a@${MON}`, { dispatchId: 'now' });
    expect(say(world.plan(oneDay(manifest, 'now')))[2]).toBe(`c@${MON}: FAILED_DEPENDENCY a@${MON} failed`);
  });

  test.each([
    ['with the inputs that it had read', { inputs }],
    ['before it had read any', {}],
  ])('a cell that failed earlier, %s, runs again', (_, failure) => {
    const planned = new PlanningWorld().data('flights', [MON]).failed(ab, `a@${MON}`, failure).plan(oneDay(ab, 'now'));
    expect(planned[0]?.decision).toMatchObject({
      outcome: 'RERUN',
      reason: { why: 'FAILED_BEFORE', error: BROKEN },
    });
  });

  test('a change since the failure is the better reason', () => {
    const world = new PlanningWorld().data('flights', [MON], 'corrected').failed(ab, `a@${MON}`, { inputs });
    expect(say(world.plan(oneDay(ab, 'now')))[0]).toBe(`a@${MON}: RERUN changed: dataset:flights`);
  });

  test('a settled reader of a failure keeps its result, but is not called fresh', () => {
    const world = settledAb().failed(ab, `a@${MON}`, { inputs, dispatchId: 'now' });
    expect(say(world.plan(oneDay(ab, 'now')))[1]).toBe(`b@${MON}: FAILED_DEPENDENCY a@${MON} failed`);
  });

  test('impossible is said before failed', () => {
    const manifest = graph('a: dataset flights', 'b: a document calendar');
    const world = new PlanningWorld().data('flights', [MON]).failed(manifest, `a@${MON}`, { dispatchId: 'now' });
    expect(say(world.plan(oneDay(manifest, 'now')))[1]).toBe(`b@${MON}: IMPOSSIBLE NO_DATA calendar`);
  });
});

describe('a computation that reads its previous day', () => {
  const chain = graph('a: document prices previous');
  const days = [MON, TUE, WED];

  test('runs all its days in order at once', () => {
    const planned = new PlanningWorld().data('prices', days).plan({ manifest: chain, from: MON, to: WED });
    expect(say(planned)).toEqual(days.map((day) => `a@${day}: RUN never ran`));
    expect(planned.map(({ reads }) => reads)).toEqual([{ previous: '' }, { previous: MON }, { previous: TUE }]);
  });

  test('a changed day reruns what follows only if its result changes', () => {
    const world = new PlanningWorld()
      .data('prices', days)
      .completed(chain, `a@${MON}`, { 'document:prices': 'old', previous: 'none' })
      .completed(chain, `a@${TUE}`, { 'document:prices': `prices ${TUE}`, previous: `result of a@${MON}` })
      .completed(chain, `a@${WED}`, { 'document:prices': `prices ${WED}`, previous: `result of a@${TUE}` });
    expect(say(world.plan({ manifest: chain, from: MON, to: WED }))).toEqual([
      `a@${MON}: RERUN changed: document:prices`,
      `a@${TUE}: RERUN if previous changes`,
      `a@${WED}: RERUN if previous changes`,
    ]);
  });

  test('a day that changed itself says so, whatever the day before will be', () => {
    const world = new PlanningWorld()
      .data('prices', days)
      .completed(chain, `a@${MON}`, { 'document:prices': 'old', previous: 'none' })
      .completed(chain, `a@${TUE}`, { 'document:prices': 'old', previous: `result of a@${MON}` });
    expect(say(world.plan({ manifest: chain, from: MON, to: TUE }))[1]).toBe(
      `a@${TUE}: RERUN changed: document:prices`,
    );
  });

  test('days without data are stepped over: Monday reads Friday', () => {
    const open = [THU, FRI, NEXT_MON, NEXT_TUE];
    const planned = new PlanningWorld().data('prices', open).plan({ manifest: chain, from: THU, to: NEXT_TUE });
    expect(say(planned)).toEqual([
      `a@${THU}: RUN never ran`,
      `a@${FRI}: RUN never ran`,
      `a@${SAT}: IMPOSSIBLE NO_DATA prices`,
      `a@${SUN}: IMPOSSIBLE NO_DATA prices`,
      `a@${NEXT_MON}: RUN never ran`,
      `a@${NEXT_TUE}: RUN never ran`,
    ]);
    expect(planned.flatMap(({ reads }) => Object.values(reads))).toEqual(['', THU, FRI, NEXT_MON]);
  });

  test('the first day of the grid reads what was settled before it, over a weekend', () => {
    const world = new PlanningWorld()
      .data('prices', [NEXT_MON])
      .completed(chain, `a@${FRI}`, { 'document:prices': `prices ${FRI}`, previous: 'none' });
    const [monday] = world.plan({ manifest: chain, from: NEXT_MON, to: NEXT_MON });
    expect(monday?.reads).toEqual({ previous: FRI });
    expect(monday?.vector?.inputs['previous']).toBe(h(`result of a@${FRI}`));
  });

  test('the first day of the grid was made from what was settled before it, and stays so', () => {
    const world = new PlanningWorld()
      .data('prices', [MON, TUE])
      .completed(chain, `a@${MON}`, { 'document:prices': `prices ${MON}`, previous: 'none' })
      .completed(chain, `a@${TUE}`, { 'document:prices': `prices ${TUE}`, previous: `result of a@${MON}` });
    expect(say(world.plan({ manifest: chain, from: TUE, to: TUE }))).toEqual([
      `a@${TUE}: SKIP nothing that it reads has changed`,
    ]);
  });

  test('the first day of the grid waits for what is lost before it', () => {
    const world = new PlanningWorld()
      .data('prices', [MON, TUE])
      .completed(chain, `a@${MON}`, { 'document:prices': `prices ${MON}`, previous: 'none' });
    const state = world.state();
    const lost = { reason: { why: 'LOST' }, days: daySetOfDays([MON]), since: 0 } as const;
    const standings = new Map([...state.standings].map(([name, of]) => [name, { ...of, again: [lost] }]));
    const planned = plan({ mode: 'dispatch', manifest: chain, from: TUE, to: TUE, state: { ...state, standings } });
    expect(say(planned.cells())).toEqual([`a@${TUE}: BLOCKED waits for a@${MON}`]);
  });

  test('a failure before the grid is no result: the day before that is read', () => {
    const world = new PlanningWorld()
      .data('prices', [FRI])
      .completed(chain, `a@${WED}`, { 'document:prices': `prices ${WED}`, previous: 'none' })
      .failed(chain, `a@${THU}`);
    expect(world.plan({ manifest: chain, from: FRI, to: FRI })[0]?.reads).toEqual({ previous: WED });
  });

  describe('with a seed', () => {
    const seeded = graph('a: document prices previous seed prices 3');
    const days = [MON, TUE, WED];
    const inputs = { 'document:prices': 'p', previous: 'none' };
    const settled = (): PlanningWorld =>
      new PlanningWorld()
        .data('prices', [SUN_BEFORE], 'p0')
        .data('prices', days, 'p')
        .completed(seeded, `a@${MON}`, { ...inputs, 'seed:prices:3': '' })
        .completed(seeded, `a@${TUE}`, { ...inputs, previous: `result of a@${MON}` })
        .completed(seeded, `a@${WED}`, { ...inputs, previous: `result of a@${TUE}` });

    test('the first day reads the window, the others the day before', () => {
      const world = new PlanningWorld().data('prices', [SUN_BEFORE, ...days]);
      const planned = world.plan({ manifest: seeded, from: MON, to: WED });
      expect(planned.map(({ reads }) => reads)).toEqual([
        { previous: '', 'seed:prices:3': encodeWindow([SUN_BEFORE], MON, 3) },
        { previous: MON },
        { previous: TUE },
      ]);
      expect(planned.map(({ vector }) => Object.keys(vector?.inputs ?? {}))).toEqual([
        ['document:prices', 'previous', 'seed:prices:3'],
        ['document:prices'],
        ['document:prices'],
      ]);
    });

    test('a day of the window that changes makes the first day again, and the others only if it turns out another', () => {
      expect(say(settled().plan({ manifest: seeded, from: MON, to: WED }))).toEqual([
        `a@${MON}: RERUN changed: seed:prices:3`,
        `a@${TUE}: RERUN if previous changes`,
        `a@${WED}: RERUN if previous changes`,
      ]);
      // Sunday lies in the windows of Tuesday and Wednesday as well.
      expect(say(settled().plan({ manifest: seeded, from: TUE, to: WED }))).toEqual([
        `a@${TUE}: SKIP nothing that it reads has changed`,
        `a@${WED}: SKIP nothing that it reads has changed`,
      ]);
    });

    test('a day that is the first no more reads its window no more', () => {
      const world = settled().data('prices', [SAT_BEFORE]);
      const [, , monday, tuesday] = say(world.plan({ manifest: seeded, from: SAT_BEFORE, to: TUE }));
      expect([monday, tuesday]).toEqual([
        `a@${MON}: RERUN changed: seed:prices:3`,
        `a@${TUE}: RERUN if previous changes`,
      ]);
    });
  });

  test('a first day is settled without a previous result, and stays so', () => {
    const world = new PlanningWorld()
      .data('prices', [MON])
      .completed(chain, `a@${MON}`, { 'document:prices': `prices ${MON}`, previous: 'none' });
    expect(say(world.plan({ manifest: chain, from: MON, to: MON }))).toEqual([
      `a@${MON}: SKIP nothing that it reads has changed`,
    ]);
  });

  test('a removed day in the middle makes the next one read the day before it', () => {
    const world = new PlanningWorld()
      .data('prices', [MON, WED])
      .completed(chain, `a@${MON}`, { 'document:prices': `prices ${MON}`, previous: 'none' })
      .completed(chain, `a@${TUE}`, { 'document:prices': `prices ${TUE}`, previous: `result of a@${MON}` })
      .completed(chain, `a@${WED}`, { 'document:prices': `prices ${WED}`, previous: `result of a@${TUE}` });
    expect(say(world.plan({ manifest: chain, from: MON, to: WED }))).toEqual([
      `a@${MON}: SKIP nothing that it reads has changed`,
      `a@${TUE}: IMPOSSIBLE NO_DATA prices`,
      `a@${WED}: RERUN changed: previous`,
    ]);
  });

  test('a failed day fails the days after it, by the name of the first', () => {
    const world = new PlanningWorld().data('prices', days).failed(chain, `a@${MON}`, { dispatchId: 'now' });
    expect(say(world.plan({ manifest: chain, from: MON, to: WED, dispatchId: 'now' }))).toEqual([
      `a@${MON}: BLOCKED failed just now: COMPUTE_FAILED`,
      `a@${TUE}: FAILED_DEPENDENCY a@${MON} failed`,
      `a@${WED}: FAILED_DEPENDENCY a@${MON} failed`,
    ]);
  });

  test('a day that waits for another computation holds up the days after it', () => {
    const manifest = graph('p: dataset flights', 'a: p previous');
    const world = new PlanningWorld()
      .data('flights', [MON, TUE, WED])
      .completed(manifest, `p@${MON}`, { 'dataset:flights': `flights ${MON}` })
      .completed(manifest, `p@${WED}`, { 'dataset:flights': `flights ${WED}` });
    expect(say(world.plan({ manifest, from: MON, to: WED })).slice(3)).toEqual([
      `a@${MON}: RUN never ran`,
      `a@${TUE}: BLOCKED waits for p@${TUE}`,
      `a@${WED}: BLOCKED waits for a@${TUE}`,
    ]);
  });

  test('a day that another run is making holds up the days after it', () => {
    const world = new PlanningWorld().data('prices', days).isMaking('run-7', `a@${TUE}`);
    expect(say(world.plan({ manifest: chain, from: MON, to: WED }))).toEqual([
      `a@${MON}: RUN never ran`,
      `a@${TUE}: BLOCKED being made by run run-7`,
      `a@${WED}: BLOCKED waits for a@${TUE}`,
    ]);
  });
});

describe('a history', () => {
  test('of another computation has the days of the window that have a result, and never the day itself', () => {
    const manifest = graph('p: document prices', 'a: history p 3');
    const world = new PlanningWorld().data('prices', [MON, TUE, THU, FRI]);
    for (const day of [MON, TUE, THU, FRI])
      world.completed(manifest, `p@${day}`, { 'document:prices': `prices ${day}` });
    const friday = world.plan({ manifest, from: MON, to: FRI }).at(-1);
    expect(decodeWindow(friday?.reads['history:p:3'] ?? '', FRI)).toEqual([TUE, THU]);
    expect(friday?.vector?.inputs['history:p:3']).toBe(
      windowHash([TUE, h(`result of p@${TUE}`), THU, h(`result of p@${THU}`)]),
    );
  });

  test('of nothing is no obstacle: the first day runs with an empty window', () => {
    const manifest = graph('p: document prices', 'a: history p 3');
    const first = new PlanningWorld().data('prices', [MON]).plan({ manifest, from: MON, to: MON })[1];
    expect(first?.decision.outcome).toBe('RUN');
    expect(first?.vector?.inputs).toEqual({ 'history:p:3': 'none' });
    expect(decodeWindow(first?.reads['history:p:3'] ?? '', MON)).toEqual([]);
  });

  test('reaches behind the first day of the grid, for results and for documents', () => {
    const manifest = graph('p: document prices', 'a: history p 2 history prices 2');
    const world = new PlanningWorld()
      .data('prices', [MON, TUE, WED])
      .completed(manifest, `p@${MON}`, { 'document:prices': `prices ${MON}` })
      .completed(manifest, `p@${TUE}`, { 'document:prices': `prices ${TUE}` });
    const wednesday = world.plan({ manifest, from: WED, to: WED })[1];
    expect(decodeWindow(wednesday?.reads['history:p:2'] ?? '', WED)).toEqual([MON, TUE]);
    expect(decodeWindow(wednesday?.reads['history:prices:2'] ?? '', WED)).toEqual([MON, TUE]);
    expect(wednesday?.vector?.inputs['history:prices:2']).toBe(
      hashOfParts([MON, h(`prices ${MON}`), TUE, h(`prices ${TUE}`)]),
    );
  });

  test('with one failed day fails its reader, with one coming day blocks it', () => {
    const manifest = graph('p: document prices', 'a: history p 3');
    const world = new PlanningWorld()
      .data('prices', [MON, TUE, WED])
      .completed(manifest, `p@${MON}`, { 'document:prices': `prices ${MON}` })
      .failed(manifest, `p@${TUE}`, { dispatchId: 'now' });
    const planned = say(world.plan({ manifest, from: MON, to: THU, dispatchId: 'now' }));
    expect(planned.slice(4)).toEqual([
      `a@${MON}: RUN never ran`,
      `a@${TUE}: RUN never ran`,
      `a@${WED}: FAILED_DEPENDENCY p@${TUE} failed`,
      `a@${THU}: FAILED_DEPENDENCY p@${TUE} failed`,
    ]);
    const waiting = new PlanningWorld().data('prices', [MON]);
    expect(say(waiting.plan({ manifest, from: MON, to: TUE })).slice(2)).toEqual([
      `a@${MON}: RUN never ran`,
      `a@${TUE}: BLOCKED waits for p@${MON}`,
    ]);
  });

  test('of its own chains the days, each with a longer window', () => {
    const manifest = graph('a: document prices history 2');
    const days = daysFrom(MON, THU);
    const planned = new PlanningWorld().data('prices', days).plan({ manifest, from: MON, to: THU });
    expect(planned.map(({ decision, reads }) => decodeWindow(reads['history:2'] ?? '', decision.date))).toEqual([
      [],
      [MON],
      [MON, TUE],
      [TUE, WED],
    ]);
  });

  test('moves with the day that leaves it: a removed day is a changed window', () => {
    const manifest = graph('a: document prices', 'b: history a 3');
    const world = new PlanningWorld()
      .data('prices', [MON, TUE, WED])
      .completed(manifest, `a@${MON}`, { 'document:prices': `prices ${MON}` })
      .completed(manifest, `a@${TUE}`, { 'document:prices': `prices ${TUE}` });
    const inputs = { 'history:a:3': [MON, h(`result of a@${MON}`), TUE, h(`result of a@${TUE}`)].join('\u0000') };
    world
      .completed(manifest, `b@${WED}`, inputs)
      .completed(manifest, `a@${WED}`, { 'document:prices': `prices ${WED}` });
    const wednesday = () => say(world.plan({ manifest, from: WED, to: WED })).at(-1);
    expect(wednesday()).toBe(`b@${WED}: SKIP nothing that it reads has changed`);
    world.book.get('a')?.delete(MON);
    expect(wednesday()).toBe(`b@${WED}: RERUN changed: history:a:3`);
  });
});

describe('the latest document', () => {
  const manifest = graph('a: latest stores', 'b: a');
  const planOf = (world: PlanningWorld, from = MON) => world.planned({ manifest, from, to: THU, mode: 'forecast' });

  test.each([MON, WED, THU])('is of the day or of one before it, before a grid from %s as well', (from) => {
    const made = planOf(new PlanningWorld().data('stores', ['2019-05-05', WED]), from);
    const read = daysFrom(from, THU).map((date) => made.cell({ computation: 'a', date })?.reads['latest:stores']);
    expect(read).toEqual(daysFrom(from, THU).map((date) => (date < WED ? '2019-05-05' : WED)));
    expect(made.cell({ computation: 'a', date: from })?.vector?.inputs).toEqual({
      'latest:stores': h(`stores ${from < WED ? '2019-05-05' : WED}`),
    });
  });

  test('is not there before the first, and what reads such a day has nothing either', () => {
    expect(say(planOf(new PlanningWorld().data('stores', [WED])).cells())).toEqual([
      `a@${MON}: IMPOSSIBLE NO_DATA stores`,
      `a@${TUE}: IMPOSSIBLE NO_DATA stores`,
      `a@${WED}: RUN never ran`,
      `a@${THU}: RUN never ran`,
      `b@${MON}: IMPOSSIBLE UPSTREAM a`,
      `b@${TUE}: IMPOSSIBLE UPSTREAM a`,
      `b@${WED}: RUN never ran`,
      `b@${THU}: RUN never ran`,
    ]);
  });

  test('that is lost is waited for, and no older one taken in its place', () => {
    const state = new PlanningWorld().data('stores', ['2019-05-05', TUE, THU]).state();
    const stores = { ...state.datasets.get('stores'), doubted: daySetOfDays([TUE]) } as DatasetStanding;
    const made = plan({
      manifest,
      from: MON,
      to: THU,
      mode: 'dispatch',
      throughPass: 1,
      state: { ...state, datasets: new Map([['stores', stores]]) },
    });
    const lost = `BLOCKED the data of stores on ${TUE} is gone, or is another than was indexed`;
    expect(say(made.cells())).toEqual([
      `a@${MON}: RUN never ran`,
      `a@${TUE}: ${lost}`,
      `a@${WED}: ${lost}`,
      `a@${THU}: RUN never ran`,
    ]);
  });
});

describe('a forecast', () => {
  test('says what a whole pipeline would do, where a dispatch would wait', () => {
    const world = new PlanningWorld().data('flights', [MON]);
    expect(say(world.plan({ ...oneDay(ab), mode: 'forecast' }))).toEqual([
      `a@${MON}: RUN never ran`,
      `b@${MON}: RUN never ran`,
    ]);
  });

  test('leaves open what depends on a result that is still to be made', () => {
    const world = settledAb().data('flights', [MON], 'corrected');
    expect(say(world.plan({ ...oneDay(ab), mode: 'forecast' }))).toEqual([
      `a@${MON}: RERUN changed: dataset:flights`,
      `b@${MON}: RERUN if dependency:a changes`,
    ]);
  });

  test('counts what is in flight as coming', () => {
    const world = settledAb().isMaking('run-7', `a@${MON}`);
    expect(say(world.plan({ ...oneDay(ab), mode: 'forecast' }))).toEqual([
      `a@${MON}: BLOCKED being made by run run-7`,
      `b@${MON}: RERUN if dependency:a changes`,
    ]);
  });

  test('tries failures of earlier dispatches again', () => {
    const world = settledAb().failed(ab, `a@${MON}`, { inputs: { 'dataset:flights': `flights ${MON}` } });
    expect(say(world.plan({ ...oneDay(ab), mode: 'forecast' }))).toEqual([
      `a@${MON}: RERUN failed before: COMPUTE_FAILED`,
      `b@${MON}: RERUN if dependency:a changes`,
    ]);
  });
});

test('what was cut off in this dispatch runs after all once its skips are not trusted', () => {
  const world = new PlanningWorld()
    .data('flights', [MON])
    .completed(ab, `a@${MON}`, { 'dataset:flights': `flights ${MON}` }, { dispatchId: 'night' })
    .completed(ab, `b@${MON}`, { 'dependency:a': `result of a@${MON}` });
  const request = { ...oneDay(ab, 'night'), mode: 'dispatch' } as const;
  const first = plan({ ...request, state: world.state() });
  expect(say(first.cells())[1]).toBe(`b@${MON}: SKIP dependency:a ran again with the same result`);
  const behaviour = behaviourOf(fingerprintAt({}, 'b'));
  const distrusted = new Map([['b', { behaviour, because: 'AUDIT' as const, text: 'a skip was wrong' }]]);
  const second = plan({ ...request, state: { ...world.state(), standings: first.standings(1), distrusted } });
  expect(say(second.cells())[1]).toBe(`b@${MON}: RERUN dependency:a ran again, and its skips are not trusted`);
});

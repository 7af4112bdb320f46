/** Which cells of a plan make the next wave, and that a plan which goes on pass by pass is the plan of all of them. */
import { describe, expect, test } from 'vitest';
import { cellName } from '../../../src/mill/model/cell.ts';
import { type Plan, plan } from '../../../src/mill/planning/plan.ts';
import { bookId, Shelf } from '../../../src/mill/planning/shelf.ts';
import { isIdle, type Wave, waveOf, type WaveRequest } from '../../../src/mill/planning/wave.ts';
import { graph } from '../../support/graph.ts';
import { PlanningWorld, say } from '../../support/planning-world.ts';

const MON = '2024-01-01';
const TUE = '2024-01-02';
const abc = graph('a: dataset flights', 'b: a', 'c: b', 'd: document weather');
const data = (): PlanningWorld => new PlanningWorld().data('flights', [MON]).data('weather', [MON]);
/** `a` and `d` are made. */
const firstPassMade = (): PlanningWorld =>
  data()
    .completed(abc, `a@${MON}`, { 'dataset:flights': `flights ${MON}` })
    .completed(abc, `d@${MON}`, { 'document:weather': `weather ${MON}` });
const allMade = (): PlanningWorld =>
  firstPassMade()
    .completed(abc, `b@${MON}`, { 'dependency:a': `result of a@${MON}` })
    .completed(abc, `c@${MON}`, { 'dependency:b': `result of b@${MON}` });

/** As mill/steps/dispatch/survey.ts: pass after pass, as far as one that has something. */
function waveIn(world: PlanningWorld, request: Partial<WaveRequest> = {}): Wave & { readonly plan: Plan } {
  const whole = { audit: { share: 0, most: 0 }, seed: '', ...request };
  const pass = whole.pass === undefined ? {} : { throughPass: whole.pass };
  let made = world.planned({ manifest: abc, from: MON, to: MON, ...pass });
  while (made.isPartial && isIdle(waveOf(made, whole))) made = made.through(made.pass + 1);
  return { ...waveOf(made, whole), plan: made };
}

const named = ({ runs, asked, inFlight, plan: { pass } }: ReturnType<typeof waveIn>) => ({
  runs: runs.map(cellName),
  asked,
  inFlight,
  pass,
});

describe('the next wave', () => {
  test.each<[string, PlanningWorld, Partial<WaveRequest>, Partial<ReturnType<typeof named>>]>([
    ['is of the pass that is asked for', data(), { pass: 1 }, { runs: [`a@${MON}`, `d@${MON}`], pass: 1 }],
    [
      'is of the next pass when this one has nothing left',
      firstPassMade(),
      { pass: 1 },
      { runs: [`b@${MON}`], asked: ['a', 'd', 'b'], pass: 2 },
    ],
    ['passes over what is not asked for', data(), { pass: 2 }, { runs: [], asked: ['b', 'c'], pass: 3 }],
    ['is none when all is made', allMade(), { pass: 1 }, { runs: [], inFlight: 0, pass: 3 }],
    ['is of all that can run when no pass is asked for', data(), {}, { runs: [`a@${MON}`, `d@${MON}`], pass: 3 }],
    [
      'waits for what another run makes, and does not go on beyond it',
      firstPassMade().isMaking('other', `b@${MON}`),
      { pass: 1 },
      { runs: [], inFlight: 1, pass: 2 },
    ],
    [
      'is of the computations that are named',
      data(),
      { pass: 1, computations: ['d'] },
      { runs: [`d@${MON}`], asked: ['d'] },
    ],
    [
      'does not stop at a pass whose cells are not asked for',
      firstPassMade(),
      { pass: 1, computations: ['a', 'c'] },
      { runs: [], pass: 3 },
    ],
    ['is of the cells that are named', data(), { only: [{ computation: 'd', date: MON }] }, { runs: [`d@${MON}`] }],
  ])('%s', (_, world, request, wave) => {
    expect(named(waveIn(world, request))).toMatchObject(wave);
  });
});

describe('a plan that goes on', () => {
  test('pass by pass is the plan of all passes', () => {
    for (const world of [data(), firstPassMade(), allMade()]) {
      const request = { manifest: abc, from: MON, to: TUE };
      const whole = world.planned(request);
      let made = world.planned({ ...request, throughPass: 1 });
      expect(made.isPartial).toBe(true);
      while (made.isPartial) made = made.through(made.pass + 1);
      expect(made.computations).toEqual(whole.computations);
      expect(say(made.cells())).toEqual(say(whole.cells()));
      expect(made.standings(1)).toEqual(whole.standings(1));
    }
  });

  test('decides anew what was decided without its books, and nothing else', () => {
    const state = allMade().state();
    const whole = new Map([...allMade().book].map(([name, days]) => [bookId(name, MON), days]));
    const books = new Map([...whole].filter(([id]) => id === bookId('a', MON) || id === bookId('d', MON)));
    const shelf = new Shelf({ books, data: allMade().availability });
    const request = { manifest: abc, from: MON, to: MON, mode: 'dispatch' } as const;
    let made = plan({ ...request, state: { ...state, shelf } });
    expect([...shelf.missing.books]).toEqual([bookId('b', MON)]);
    // Who looks at it again misses it now.
    books.delete(bookId('d', MON));
    while (!shelf.isComplete) {
      const { books: missing } = shelf.takeMissing();
      expect([...missing]).not.toContain(bookId('d', MON));
      for (const id of missing) books.set(id, whole.get(id) ?? new Map());
      made = made.anew();
    }
    const all = plan({ ...request, state: allMade().state() });
    for (const computation of all.computations)
      expect(made.decision({ computation, date: MON })).toEqual(all.decision({ computation, date: MON }));
  });
});

/** How outcomes of tasks get into the book. */
import { expect, test } from 'vitest';
import type { CellOutcome, Settled } from '../../../src/mill/model/cell.ts';
import { encodeWindow } from '../../../src/mill/model/window.ts';
import { fold, type OpenRun } from '../../../src/mill/planning/fold.ts';
import { fromOrdinal } from '../../../src/values/date.ts';
import { daysOfSet } from '../../../src/mill/planning/day-set.ts';
import { aRun, aTask, aTaskCell, fingerprintAt } from '../../support/graph.ts';
import { BROKEN, type Books, h, stateOf } from '../../support/planning-world.ts';

const MON = '2024-01-01';
const TUE = '2024-01-02';
const WED = '2024-01-03';

const completed = (result: string, dispatchId = 'dispatch-1') =>
  ({
    status: 'COMPLETED',
    vector: { fingerprint: fingerprintAt({}, 'a'), inputs: { 'dataset:flights': h(`what ${result} was made from`) } },
    resultHash: h(result),
    dispatchId,
  }) satisfies Settled;
const failed = { status: 'FAILED', error: BROKEN, dispatchId: 'dispatch-1' } satisfies CellOutcome;
const bookOf = (computation: string, days: Record<string, Settled>): Books =>
  new Map([[computation, new Map(Object.entries(days))]]);

/** As the first change of a new state takes it in. */
const settled = (outcome: Settled, claimedMs: number, first = true): Settled => ({
  ...outcome,
  claimedMs,
  foldedIn: 1,
  first,
});

/** The fold, its books whole again and its cells by name. */
function foldInto(books: Books, open: readonly OpenRun[]) {
  const folded = fold(stateOf(books), open);
  const after = new Map([...books].map(([name, days]) => [name, new Map(days)]));
  for (const { cell, to } of folded.settled)
    after.set(cell.computation, (after.get(cell.computation) ?? new Map()).set(cell.date, to));
  const inFlight = [...folded.state.inFlight].flatMap(([name, days]) =>
    [...days].map(([day, run]) => [`${name}@${fromOrdinal(day)}`, run]),
  );
  return { ...folded, book: after, inFlight };
}

test('a finished task settles its cells and closes its run', () => {
  const task = aTask({ status: 'COMPLETED', outcomes: { [MON]: completed('one') } });
  const folded = foldInto(new Map(), [{ run: aRun({ createdMs: 5 }), tasks: [task] }]);
  const to = settled(completed('one'), 5);
  expect(folded.book).toEqual(bookOf('a', { [MON]: to }));
  expect(folded.settled).toEqual([{ cell: { computation: 'a', date: MON }, to }]);
  expect(folded.closedRuns).toEqual(['run-1']);
  expect(folded.inFlight).toEqual([]);
});

test('each cell of a task of several computations is settled, or in flight, by its own name', () => {
  const cells = [aTaskCell(MON, 'a'), aTaskCell(MON, 'b'), aTaskCell(MON, 'c')];
  const outcomes = { [`a@${MON}`]: completed('one'), [`b@${MON}`]: failed };
  const folded = foldInto(new Map(), [{ run: aRun({ createdMs: 5 }), tasks: [aTask({ cells, outcomes })] }]);
  expect(folded.settled).toEqual([
    { cell: { computation: 'a', date: MON }, to: settled(completed('one'), 5) },
    { cell: { computation: 'b', date: MON }, to: settled(failed, 5) },
  ]);
  expect(folded.inFlight).toEqual([[`c@${MON}`, 'run-1']]);
  expect([...folded.book.keys()]).toEqual(['a', 'b']);
});

test('a cell without an outcome is in flight, and keeps its run open', () => {
  const task = aTask({ status: 'IN_PROGRESS', days: [MON, TUE], outcomes: { [MON]: completed('one') } });
  const folded = foldInto(new Map(), [{ run: aRun(), tasks: [task] }]);
  expect(folded.inFlight).toEqual([[`a@${TUE}`, 'run-1']]);
  expect(folded.closedRuns).toEqual([]);
  expect(folded.settled.map(({ cell }) => cell.date)).toEqual([MON]);
});

test('a failure is settled as one; days that were unchanged or not tried stay as they were', () => {
  const before = bookOf('a', { [MON]: completed('before'), [TUE]: completed('before'), [WED]: completed('before') });
  const task = aTask({
    status: 'FAILED',
    days: [MON, TUE, WED],
    outcomes: { [MON]: { status: 'UNCHANGED' }, [TUE]: failed, [WED]: { status: 'NOT_TRIED' } },
  });
  const folded = foldInto(before, [{ run: aRun({ createdMs: 5 }), tasks: [task] }]);
  expect(folded.settled).toEqual([{ cell: { computation: 'a', date: TUE }, to: settled(failed, 5, false) }]);
  expect(folded.book.get('a')?.get(MON)).toEqual(completed('before'));
  expect(folded.book.get('a')?.get(WED)).toEqual(completed('before'));
  expect(folded.inFlight).toEqual([]);
  expect(folded.closedRuns).toEqual(['run-1']);
});

test('the book that was given stays as it was', () => {
  const before = bookOf('a', { [MON]: completed('before') });
  foldInto(before, [{ run: aRun(), tasks: [aTask({ status: 'COMPLETED', outcomes: { [MON]: completed('after') } })] }]);
  expect(before).toEqual(bookOf('a', { [MON]: completed('before') }));
});

test('what was folded once changes nothing when its run is still open the next time', () => {
  const tasks = [
    aTask({ status: 'COMPLETED', days: [MON], outcomes: { [MON]: completed('one') } }),
    aTask({ status: 'FAILED', days: [TUE], outcomes: { [TUE]: failed } }),
    aTask({ status: 'IN_PROGRESS', days: [WED] }),
  ];
  const open = [{ run: aRun({ createdMs: 5, totalTasks: 3 }), tasks }];
  const once = foldInto(new Map(), open);
  const twice = foldInto(once.book, open);
  expect(twice.settled).toEqual([]);
  expect(twice.book).toEqual(once.book);
});

test('a run that is still open does not bring back what a later run has made anew since', () => {
  const slow = {
    run: aRun({ id: 'slow', createdMs: 5, totalTasks: 2 }),
    tasks: [
      aTask({ runId: 'slow', status: 'COMPLETED', days: [MON], outcomes: { [MON]: completed('old') } }),
      aTask({ runId: 'slow', status: 'IN_PROGRESS', days: [TUE] }),
    ],
  };
  const later = {
    run: aRun({ id: 'later', createdMs: 9 }),
    tasks: [aTask({ runId: 'later', status: 'COMPLETED', outcomes: { [MON]: completed('new', 'dispatch-2') } })],
  };
  const fresh = settled(completed('new', 'dispatch-2'), 9);
  expect(foldInto(new Map(), [slow, later]).book.get('a')?.get(MON)).toEqual({ ...fresh, first: false });
  expect(foldInto(new Map(), [later, slow]).book.get('a')?.get(MON)).toEqual(fresh);
  // The later run has closed: its outcome is in the book only.
  const folded = foldInto(bookOf('a', { [MON]: fresh }), [slow]);
  expect(folded.book.get('a')?.get(MON)).toEqual(fresh);
  expect(folded.settled).toEqual([]);
});

test('two runs are folded together, each cell in flight by the name of its run', () => {
  const folded = foldInto(new Map(), [
    { run: aRun({ id: 'one' }), tasks: [aTask({ runId: 'one', computation: 'a' })] },
    { run: aRun({ id: 'two' }), tasks: [aTask({ runId: 'two', computation: 'b' })] },
  ]);
  expect(folded.inFlight).toEqual([
    [`a@${MON}`, 'one'],
    [`b@${MON}`, 'two'],
  ]);
});

test('what was folded is made, or failed, and no longer at rest; its readers hear of it', () => {
  const tasks = [
    aTask({ status: 'COMPLETED', days: [MON], outcomes: { [MON]: completed('one') } }),
    aTask({ status: 'FAILED', days: [TUE], outcomes: { [TUE]: failed } }),
  ];
  const standing = fold(stateOf(bookOf('a', { [TUE]: completed('before') })), [
    { run: aRun(), tasks },
  ]).state.standings.get('a');
  expect(daysOfSet(standing?.made ?? [])).toEqual([MON]);
  expect(daysOfSet(standing?.failed ?? [])).toEqual([TUE]);
  expect(standing?.log.changes.map(([at, days]) => [at, daysOfSet(days)])).toEqual([[1, [MON, TUE]]]);
});

test('what a cell took is learned from, once, and leaves the book', () => {
  const effort = { seconds: 2, entities: 100, reads: 3, writes: 1 };
  const cells = [aTaskCell(MON, 'a'), aTaskCell(TUE, 'a'), aTaskCell(MON, 'b'), aTaskCell(TUE, 'b')];
  const outcomes: Record<string, CellOutcome> = {
    [`a@${MON}`]: { ...completed('one'), effort },
    [`a@${TUE}`]: { ...completed('two'), effort: { ...effort, seconds: 4 } },
    [`b@${MON}`]: failed,
    [`b@${TUE}`]: { status: 'UNCHANGED' },
  };
  const open = [{ run: aRun({ createdMs: 5 }), tasks: [aTask({ cells, outcomes })] }];
  const folded = foldInto(new Map(), open);
  expect(folded.state.standings.get('a')?.typical).toEqual({
    seconds: 3,
    entities: 100,
    reads: 3,
    writes: 1,
    tasks: 0.25,
    cells: 2,
  });
  expect(folded.state.standings.get('b')?.typical).toBeUndefined();
  expect(folded.book.get('a')?.get(MON)).toEqual(settled(completed('one'), 5));
  const again = fold({ ...folded.state, sequence: 1 }, open);
  expect(again.state.standings.get('a')?.typical?.cells).toBe(2);
});

test.each([
  ['dataset:flights', 'flights', undefined, [TUE]],
  ['joined:refunds', 'refunds', undefined, [TUE]],
  ['document:prices', 'prices', undefined, [TUE]],
  ['latest:stores', 'stores', MON, [MON]],
  ['history:prices:3', 'prices', encodeWindow([MON], TUE, 3), [MON]],
])('root data that was read as another than was planned is doubted: %s', (id, dataset, reads, days) => {
  const vector = { fingerprint: fingerprintAt({}, 'a'), inputs: { [id]: h('as it was read') } };
  const outcome = { ...completed('one'), vector };
  const planned = (hash: string) => ({
    ...aTaskCell(TUE),
    inputs: { [id]: hash },
    reads: reads === undefined ? {} : { [id]: reads },
  });
  const doubtedAfter = (hash: string) => {
    const task = aTask({ status: 'COMPLETED', cells: [planned(hash)], outcomes: { [TUE]: outcome } });
    const { datasets } = foldInto(new Map(), [{ run: aRun({ claimedIn: 1 }), tasks: [task] }]).state;
    return daysOfSet(datasets.get(dataset)?.doubted ?? []);
  };
  expect(doubtedAfter(h('as it was read'))).toEqual([]);
  expect(doubtedAfter(h('as it was planned'))).toEqual(days);
});

test('of two outcomes that of the later claim holds, also when the clock has gone back since', () => {
  const task = aTask({ status: 'COMPLETED', outcomes: { [MON]: completed('old') } });
  const before = foldInto(new Map(), [{ run: aRun({ createdMs: 9_000_000, claimedIn: 4 }), tasks: [task] }]);
  const made = { ...task, runId: 'run-2', outcomes: { [`a@${MON}`]: completed('new') } };
  const later = { run: aRun({ id: 'run-2', createdMs: 5, claimedIn: 5 }), tasks: [made] };
  expect(foldInto(before.book, [later]).book.get('a')?.get(MON)).toMatchObject({ resultHash: h('new'), claimedIn: 5 });
  const earlier = {
    run: aRun({ id: 'run-3', createdMs: 99_000_000, claimedIn: 3 }),
    tasks: [{ ...made, runId: 'run-3' }],
  };
  expect(foldInto(before.book, [earlier]).settled).toEqual([]);
});

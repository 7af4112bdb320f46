/** How outcomes of tasks get into the book. */
import { expect, test } from 'vitest';
import type { CellOutcome, Settled } from '../../src/model/cell.ts';
import { fold } from '../../src/planning/fold.ts';
import type { Book } from '../../src/planning/state.ts';
import { aRun, aTask, aTaskCell, fingerprintAt } from '../support/graph.ts';
import { BROKEN, h } from '../support/planning-world.ts';

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
const bookOf = (computation: string, days: Record<string, Settled>): Book =>
  new Map([[computation, new Map(Object.entries(days))]]);

test('a finished task settles its cells and closes its run', () => {
  const task = aTask({ status: 'COMPLETED', outcomes: { [MON]: completed('one') } });
  const folded = fold(new Map(), [{ run: aRun({ createdMs: 5 }), tasks: [task] }]);
  const to = { ...completed('one'), claimedMs: 5 };
  expect(folded.book).toEqual(bookOf('a', { [MON]: to }));
  expect(folded.settled).toEqual([{ cell: { computation: 'a', date: MON }, to }]);
  expect(folded.closedRuns).toEqual(['run-1']);
  expect(folded.inFlight.size).toBe(0);
});

test('each cell of a task of several computations is settled, or in flight, by its own name', () => {
  const cells = [aTaskCell(MON, 'a'), aTaskCell(MON, 'b'), aTaskCell(MON, 'c')];
  const outcomes = { [`a@${MON}`]: completed('one'), [`b@${MON}`]: failed };
  const folded = fold(new Map(), [{ run: aRun({ createdMs: 5 }), tasks: [aTask({ cells, outcomes })] }]);
  expect(folded.settled).toEqual([
    { cell: { computation: 'a', date: MON }, to: { ...completed('one'), claimedMs: 5 } },
    { cell: { computation: 'b', date: MON }, to: { ...failed, claimedMs: 5 } },
  ]);
  expect([...folded.inFlight]).toEqual([[`c@${MON}`, 'run-1']]);
  expect([...folded.book.keys()]).toEqual(['a', 'b']);
});

test('a cell without an outcome is in flight, and keeps its run open', () => {
  const task = aTask({ status: 'IN_PROGRESS', days: [MON, TUE], outcomes: { [MON]: completed('one') } });
  const folded = fold(new Map(), [{ run: aRun(), tasks: [task] }]);
  expect([...folded.inFlight]).toEqual([[`a@${TUE}`, 'run-1']]);
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
  const folded = fold(before, [{ run: aRun({ createdMs: 5 }), tasks: [task] }]);
  expect(folded.settled).toEqual([{ cell: { computation: 'a', date: TUE }, to: { ...failed, claimedMs: 5 } }]);
  expect(folded.book.get('a')?.get(MON)).toEqual(completed('before'));
  expect(folded.book.get('a')?.get(WED)).toEqual(completed('before'));
  expect(folded.inFlight.size).toBe(0);
  expect(folded.closedRuns).toEqual(['run-1']);
});

test('the book that was given stays as it was', () => {
  const before = bookOf('a', { [MON]: completed('before') });
  fold(before, [{ run: aRun(), tasks: [aTask({ status: 'COMPLETED', outcomes: { [MON]: completed('after') } })] }]);
  expect(before).toEqual(bookOf('a', { [MON]: completed('before') }));
});

test('what was folded once changes nothing when its run is still open the next time', () => {
  const tasks = [
    aTask({ status: 'COMPLETED', days: [MON], outcomes: { [MON]: completed('one') } }),
    aTask({ status: 'FAILED', days: [TUE], outcomes: { [TUE]: failed } }),
    aTask({ status: 'IN_PROGRESS', days: [WED] }),
  ];
  const open = [{ run: aRun({ createdMs: 5, totalTasks: 3 }), tasks }];
  const once = fold(new Map(), open);
  const twice = fold(once.book, open);
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
  const fresh = { ...completed('new', 'dispatch-2'), claimedMs: 9 };
  expect(fold(new Map(), [slow, later]).book.get('a')?.get(MON)).toEqual(fresh);
  expect(fold(new Map(), [later, slow]).book.get('a')?.get(MON)).toEqual(fresh);
  // The later run has closed: its outcome is in the book only.
  const folded = fold(bookOf('a', { [MON]: fresh }), [slow]);
  expect(folded.book.get('a')?.get(MON)).toEqual(fresh);
  expect(folded.settled).toEqual([]);
});

test('two runs are folded together, each cell in flight by the name of its run', () => {
  const folded = fold(new Map(), [
    { run: aRun({ id: 'one' }), tasks: [aTask({ runId: 'one', computation: 'a' })] },
    { run: aRun({ id: 'two' }), tasks: [aTask({ runId: 'two', computation: 'b' })] },
  ]);
  expect([...folded.inFlight]).toEqual([
    [`a@${MON}`, 'one'],
    [`b@${MON}`, 'two'],
  ]);
});

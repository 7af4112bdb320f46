/** What is committed when outcomes are folded in. */
import { describe, expect, test } from 'vitest';
import { closing } from '../../../src/mill/planning/closing.ts';
import { fold, type OpenRun } from '../../../src/mill/planning/fold.ts';
import { plan } from '../../../src/mill/planning/plan.ts';
import { aRun, aTask, fingerprintAt, graph } from '../../support/graph.ts';
import { h, PlanningWorld } from '../../support/planning-world.ts';

const MON = '2024-01-01';
const a = graph('a: dataset flights');
const ended: OpenRun = {
  run: aRun({ id: 'ended' }),
  tasks: [
    aTask({
      runId: 'ended',
      status: 'COMPLETED',
      outcomes: {
        [MON]: {
          status: 'COMPLETED',
          vector: { fingerprint: fingerprintAt({}, 'a'), inputs: { 'dataset:flights': h(`flights ${MON}`) } },
          resultHash: h('one'),
          dispatchId: 'dispatch-1',
        },
      },
    }),
  ],
};
const underWay: OpenRun = {
  run: aRun({ id: 'under-way' }),
  tasks: [aTask({ runId: 'under-way', status: 'IN_PROGRESS' })],
};
/** Made once, of data that has gone since. */
const gone = (): PlanningWorld => new PlanningWorld().completed(a, `a@${MON}`, { 'dataset:flights': `flights ${MON}` });

const closed = (world: PlanningWorld, open: readonly OpenRun[], mayClose: boolean, planned: boolean) => {
  const folded = fold(world.state(), open);
  const made = planned ? plan({ manifest: a, from: MON, to: MON, mode: 'dispatch', state: folded.state }) : undefined;
  return closing(folded, open, () => mayClose, made);
};

describe('runs close', () => {
  const world = new PlanningWorld().data('flights', [MON]);

  test('when their tasks are over and nobody waits, with what they made and what they teach', () => {
    const { closedRuns, ended: tasks, isNews, change } = closed(world, [ended, underWay], true, false);
    expect(closedRuns).toEqual(['ended']);
    expect(tasks).toEqual(ended.tasks);
    expect(isNews).toBe(true);
    expect(change).toMatchObject({ closedRuns: ['ended'], settled: [{ cell: { computation: 'a', date: MON } }] });
    // Of the data nothing was decided.
    expect(change).not.toHaveProperty('datasets');
  });

  test('not while somebody waits, though what they made is kept', () => {
    const { closedRuns, ended: tasks, isNews, change } = closed(world, [ended], false, false);
    expect({ closedRuns, tasks, isNews }).toEqual({ closedRuns: [], tasks: [], isNews: true });
    expect(change.settled).toHaveLength(1);
  });

  test('alike with a plan and without one', () => {
    const alone = closed(world, [ended], true, false).change;
    const planned = closed(world, [ended], true, true).change;
    expect(planned.settled).toEqual(alone.settled);
    expect(planned.closedRuns).toEqual(alone.closedRuns);
    expect(planned.standings.get('a')?.made).toEqual(alone.standings.get('a')?.made);
    expect(planned.datasets).toBeDefined();
  });
});

describe('a result whose data is gone', () => {
  const removed = (open: readonly OpenRun[], mayClose: boolean) =>
    closed(gone(), open, mayClose, true).change.settled.filter(({ to }) => to === null);

  test('goes with a plan', () => {
    expect(removed([], true)).toEqual([{ cell: { computation: 'a', date: MON }, to: null }]);
  });

  test('stays while a run that made it is open: the next fold would bring it back', () => {
    expect(removed([ended], false)).toEqual([]);
    expect(removed([ended], true)).toHaveLength(1);
  });

  test('stays without a plan', () => {
    expect(closed(gone(), [], true, false)).toMatchObject({ isNews: false, change: { settled: [] } });
  });
});

/** How a task becomes two. */
import { describe, expect, test } from 'vitest';
import { onCellDone } from '../../../src/mill/lifecycle/finish.ts';
import { decideLease } from '../../../src/mill/lifecycle/lease.ts';
import { continueLater, halve, isDivisible } from '../../../src/mill/lifecycle/split.ts';
import type { CellOutcome } from '../../../src/mill/model/cell.ts';
import { type Lease, Task } from '../../../src/mill/model/task.ts';
import { Tiers } from '../../../src/mill/model/tier.ts';
import { aCell, aTask, aTaskCell } from '../../support/graph.ts';
import { BROKEN } from '../../support/planning-world.ts';

const MON = '2024-01-01';
const TUE = '2024-01-02';
const WED = '2024-01-03';
const lease: Lease = { token: 't1', worker: 'w1', sinceMs: 0, untilMs: 15_000 };
const unchanged: CellOutcome = { status: 'UNCHANGED' };
const namesOf = (task: Task): string[] => task.cells.map(({ computation }) => computation);
const fused = (names: string, given: Partial<Task> = {}): Task =>
  aTask({
    cells: names.split('').map((name) => aTaskCell(MON, name)),
    status: 'IN_PROGRESS',
    attempts: 2,
    lease,
    ...given,
  });

describe('halving', () => {
  test('counts the second half where the first is counted', () => {
    expect(halve(fused('abcd', { leaf: 7 })).part.leaf).toBe(7);
    expect(halve(fused('abcd')).part).not.toHaveProperty('leaf');
  });

  test('leaves the first half where it is and makes a task of the second, both with all attempts before them', () => {
    const { task, part } = halve(fused('abcde', { lastError: BROKEN }));
    expect(namesOf(task)).toEqual(['a', 'b', 'c']);
    expect(task).toMatchObject({ id: `run-1.a.${MON}`, status: 'PENDING', attempts: 0, parts: [`run-1.d.${MON}`] });
    expect(task.lease).toBeUndefined();
    expect(task.lastError).toBeUndefined();
    expect(part).toEqual(aTask({ computation: 'd', cells: [aTaskCell(MON, 'd'), aTaskCell(MON, 'e')] }));
    expect(Task.parse(task)).toEqual(task);
  });

  test('looks at the open cells only; what is done stays with its task', () => {
    const { task, part } = halve(onCellDone(fused('abcd'), aCell(MON, 'a'), unchanged));
    expect([namesOf(task), namesOf(part)]).toEqual([['a', 'b', 'c'], ['d']]);
    expect(task.outcomes).toEqual({ [`a@${MON}`]: unchanged });
    expect(part.outcomes).toEqual({});
  });

  test('is for independent cells: not for the last one, and not for a chain', () => {
    expect(isDivisible(fused('ab'))).toBe(true);
    expect(isDivisible(fused('a'))).toBe(false);
    expect(isDivisible(onCellDone(fused('ab'), aCell(MON, 'b'), unchanged))).toBe(false);
    expect(isDivisible(aTask({ days: [MON, TUE] }))).toBe(false);
    expect(() => halve(fused('a'))).toThrow('cannot be split');
  });
});

describe('a lease after a death', () => {
  const tiers = Tiers.parse([
    { name: 'standard', memoryMB: 1_000 },
    { name: 'high-mem', memoryMB: 4_000 },
  ]);
  const request = {
    worker: 'w2',
    token: 't2',
    tier: 'standard',
    nowMs: 20_000,
    leaseMs: 15_000,
    tiers,
  } as const;

  test('halves a task of independent cells and begins with the first half, whatever the attempts were', () => {
    const decision = decideLease(fused('abcd', { attempts: 3 }), request);
    expect(decision).toMatchObject({ kind: 'run', save: { attempts: 1, lease: { token: 't2' } } });
    expect([decision.save, ...(decision.parts ?? [])].map((task) => task && namesOf(task))).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  test('does so before it moves the task to a larger tier: together they may take what none takes alone', () => {
    const timestamp = new Date(10_000).toISOString();
    const telemetry = {
      lastHeartbeat: timestamp,
      lastMemory: { rssMB: 990, heapUsedMB: 1, timestamp },
      peakRssMB: 990,
      entities: 0,
    };
    expect(decideLease(fused('ab', { telemetry }), request)).toMatchObject({
      kind: 'run',
      save: { resources: 'standard' },
    });
    expect(decideLease(fused('a', { telemetry }), request)).toMatchObject({
      kind: 'reroute',
      save: { resources: 'high-mem' },
    });
  });

  test('keeps both halves on their tier when the message came on the other', () => {
    const decision = decideLease(fused('ab'), { ...request, tier: 'high-mem' });
    expect(decision).toMatchObject({ kind: 'reroute', save: { resources: 'standard', attempts: 0 } });
    expect(decision.parts).toMatchObject([{ resources: 'standard', status: 'PENDING' }]);
  });
});

describe('a chain whose time is up', () => {
  const chain = aTask({ days: [MON, TUE, WED], status: 'IN_PROGRESS', attempts: 1, lease });

  test('ends with the days that it made; the rest is a chain of its own', () => {
    const { task, part } = continueLater(onCellDone(chain, aCell(MON), unchanged));
    expect(task).toEqual(
      aTask({
        days: [MON],
        chained: true,
        status: 'COMPLETED',
        attempts: 1,
        outcomes: { [MON]: unchanged },
        parts: [part.id],
      }),
    );
    expect(part).toEqual(aTask({ days: [TUE, WED] }));
  });

  test('is not continued after a failed day, nor before it has made one', () => {
    const failed = onCellDone(chain, aCell(MON), { status: 'FAILED', error: BROKEN, dispatchId: 'd' });
    expect(() => continueLater(failed)).toThrow('not tried');
    expect(() => continueLater(chain)).toThrow('cannot be split');
  });
});

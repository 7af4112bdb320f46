/** What a worker does about a failure, and what the watchdog does with a worker that is stuck. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RetryableError, TerminalError, UserError } from '../../../src/errors.ts';
import { decideFailure, failureOf, type Failure, type FailureDecision } from '../../../src/mill/lifecycle/failure.ts';
import { onCancel } from '../../../src/mill/lifecycle/cancel.ts';
import { decideLease } from '../../../src/mill/lifecycle/lease.ts';
import { MAX_ATTEMPTS } from '../../../src/mill/lifecycle/limits.ts';
import { decideStuck } from '../../../src/mill/lifecycle/stuck.ts';
import { DEFAULT_TIERS } from '../../../src/mill/tiers/default-tiers.ts';
import { cellName } from '../../../src/mill/model/cell.ts';
import { isTerminal, type Lease, openCells, type Task } from '../../../src/mill/model/task.ts';
import type { TierName } from '../../../src/mill/model/tier-name.ts';
import { aTask, aTaskCell } from '../../support/graph.ts';

const lease: Lease = { token: 't1', worker: 'w1', sinceMs: 0, untilMs: 15_000 };
const DAY = '2024-01-01';
const one = (given: Parameters<typeof aTask>[0] = {}): Task =>
  aTask({ status: 'IN_PROGRESS', attempts: 1, lease, ...given });
const many = (given: Parameters<typeof aTask>[0] = {}): Task =>
  one({ cells: ['a', 'b', 'c'].map((name) => aTaskCell(DAY, name)), ...given });
const ended = one({ status: 'COMPLETED', outcomes: { [`a@${DAY}`]: { status: 'UNCHANGED' } } });
const cancelled = onCancel(one()) as Task;

const passing = new RetryableError('UNAVAILABLE', 'no answer');
const changed = new RetryableError('INPUT_CHANGED', 'a was rewritten');
const unknown = new TypeError('x is not a function');
const memory = new Error('Array buffer allocation failed');
const overtime = new RetryableError('OVERTIME', 'they took too long');
const terminal = new TerminalError('COMPUTE_FAILED', 'it broke');
const stopping = new RetryableError('SHUTTING_DOWN', 'told to end');
const lost = new RetryableError('LEASE_LOST', 'taken over');

const decide = (task: Task, thrown: unknown, tier: TierName = task.resources): FailureDecision =>
  decideFailure(task, failureOf(thrown), { tier, tiers: DEFAULT_TIERS });
const largest = { resources: 'high-mem' };
const last = { attempts: MAX_ATTEMPTS };

describe('a failure', () => {
  test.each<[string, Task, unknown, FailureDecision['kind'], string | undefined]>([
    ['that may pass comes again', one(), passing, 'retry', 'UNAVAILABLE'],
    ['that may pass comes again whole, of several cells', many(), passing, 'retry', 'UNAVAILABLE'],
    ['because an input changed comes again', one(), changed, 'retry', 'INPUT_CHANGED'],
    ['that nobody foresaw comes again', one(), unknown, 'retry', 'UNAVAILABLE'],
    ['of a value that is no error comes again', one(), 'oops', 'retry', 'UNAVAILABLE'],
    ['of memory moves up', one(), memory, 'reroute', 'OUT_OF_MEMORY'],
    ['of memory halves several cells', many(), memory, 'halve', 'OUT_OF_MEMORY'],
    ['of memory halves them on the last attempt too', many(last), memory, 'halve', 'OUT_OF_MEMORY'],
    ['of memory moves a chain up', one({ days: [DAY, '2024-01-02'] }), memory, 'reroute', 'OUT_OF_MEMORY'],
    ['of memory ends it on the largest tier', one(largest), memory, 'give-up', 'OUT_OF_TIERS'],
    ['of memory ends the last attempt', one(last), memory, 'give-up', 'ATTEMPTS_EXHAUSTED'],
    ['of time halves several cells', many(), overtime, 'halve', 'OVERTIME'],
    ['of time comes again for one', one(), overtime, 'retry', 'OVERTIME'],
    ['that would come again ends it', one(), terminal, 'give-up', 'COMPUTE_FAILED'],
    ['that would come again ends several cells', many(), terminal, 'give-up', 'COMPUTE_FAILED'],
    ['that would come again names itself on the last attempt', one(last), terminal, 'give-up', 'COMPUTE_FAILED'],
    [
      'of the input, which a person must mend, is tried again',
      one(),
      new UserError('BAD_DATE', 'x'),
      'retry',
      'BAD_DATE',
    ],
    ['on the last attempt ends it', one(last), passing, 'give-up', 'ATTEMPTS_EXHAUSTED'],
    ['because the process ends hands it back', one(), stopping, 'hand-back', undefined],
    ['because the process ends hands the last attempt back', one(last), stopping, 'hand-back', undefined],
    ['because the lease is gone is left alone', one(), lost, 'lost', undefined],
    ['because the lease is gone is left alone on the last attempt', one(last), lost, 'lost', undefined],
    ['after its end comes again, and changes nothing', ended, passing, 'over', undefined],
    ['after its end comes again when the process ends', ended, stopping, 'over', undefined],
    ['of a cancelled task changes nothing', cancelled, memory, 'over', undefined],
  ])('%s', (_, task, thrown, kind, code) => {
    const decision = decide(task, thrown);
    expect(decision.kind).toBe(kind);
    expect('error' in decision ? decision.error.code : undefined).toBe(code);
  });

  test('keeps the task as it was but for its lease and its error, and waits for the next delivery', () => {
    const { lease: _, ...unleased } = one();
    expect(decide(one(), passing)).toEqual({
      kind: 'retry',
      because: 'no answer',
      error: { code: 'UNAVAILABLE', message: 'no answer' },
      save: { ...unleased, status: 'PENDING', lastError: { code: 'UNAVAILABLE', message: 'no answer' } },
    });
  });

  test('of memory notes down what was outgrown, and says so of each tier in the end', () => {
    const moved = decide(one(), memory);
    expect(moved).toMatchObject({
      kind: 'reroute',
      save: { status: 'PENDING', resources: 'high-mem', attempts: 1, outgrown: [{ tier: 'standard' }] },
    });
    const { outgrown } = 'save' in moved ? moved.save : one();
    expect(decide(one({ ...largest, attempts: 2, outgrown }), memory)).toMatchObject({
      kind: 'give-up',
      because: expect.stringMatching(/^out of memory on the largest tier \(standard: .*; high-mem: /) as string,
      save: { status: 'FAILED', deadLetter: { status: 'OPEN' }, lastError: { code: 'OUT_OF_TIERS' } },
    });
  });

  test('of a worker on another tier than the task belongs on sends it there', () => {
    expect(decide(one(largest), passing, 'standard')).toMatchObject({
      kind: 'reroute',
      save: { resources: 'high-mem' },
    });
  });

  test('does not take an earlier heartbeat for evidence of memory', () => {
    const timestamp = new Date(1).toISOString();
    const telemetry = {
      lastHeartbeat: timestamp,
      lastMemory: { rssMB: 2_000, heapUsedMB: 1, timestamp },
      peakRssMB: 2_000,
      entities: 1,
    };
    expect(decide(one({ telemetry }), passing).kind).toBe('retry');
  });
});

describe('whatever fails, as often as it does', () => {
  const failures = fc.constantFrom<unknown>(
    passing,
    changed,
    unknown,
    memory,
    overtime,
    terminal,
    stopping,
    lost,
    new RetryableError('CONTENTION', 'another was faster'),
    new UserError('UNKNOWN_DATASET', 'no such dataset'),
  );
  const tasks = fc
    .record({
      size: fc.integer({ min: 1, max: 4 }),
      chained: fc.boolean(),
      attempts: fc.integer({ min: 1, max: MAX_ATTEMPTS }),
    })
    .map(({ size, chained, attempts }) => {
      const cells = Array.from({ length: size }, (_, at) =>
        chained ? aTaskCell(`2024-01-0${at + 1}`, 'a') : aTaskCell(DAY, 'abcd'.charAt(at)),
      );
      return one({ cells, chained, attempts });
    });

  test('it ends in one outcome: tried again, divided, left, or given up as a dead letter', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(tasks, failures, fc.constantFrom<TierName>('standard', 'high-mem'), (task, thrown, tier) => {
        const decision = decide({ ...task, resources: tier }, thrown, tier);
        seen.add(decision.kind);
        expect(decision.because).not.toBe('');
        if (decision.kind === 'lost' || decision.kind === 'over' || decision.kind === 'hand-back') {
          expect(decision).not.toHaveProperty('save');
          return;
        }
        const { save } = decision;
        expect(save.lease).toBeUndefined();
        const isDead = save.deadLetter !== undefined;
        expect([isTerminal(save), isDead, openCells(save).length === 0]).toEqual(
          Array.from({ length: 3 }, () => decision.kind === 'give-up'),
        );
        if (decision.kind === 'give-up') expect(save.lastError).toEqual(decision.error);
        else expect(save.status).toBe('PENDING');
        // No cell is lost, none is there twice, and nobody who tries again has more attempts than there are.
        const parts = decision.kind === 'halve' ? [save, decision.part] : [save];
        expect(parts.flatMap(({ cells }) => cells.map(cellName)).sort()).toEqual(task.cells.map(cellName).sort());
        if (decision.kind === 'retry' || decision.kind === 'reroute') expect(save.attempts).toBeLessThan(MAX_ATTEMPTS);
      }),
      { numRuns: 2_000 },
    );
    expect([...seen].sort()).toEqual(['give-up', 'halve', 'hand-back', 'lost', 'reroute', 'retry']);
  });

  test('an ended task is never saved over, and a cancelled one never tried again', () => {
    fc.assert(
      fc.property(tasks, failures, (task, thrown) => {
        const kind = decide(onCancel(task) as Task, thrown).kind;
        expect(['over', 'lost']).toContain(kind);
      }),
    );
  });

  test('no task takes more leases than there are attempts, and all come to an end', () => {
    fc.assert(
      fc.property(tasks, fc.array(failures, { minLength: 40, maxLength: 40 }), (first, thrown) => {
        const waiting: Task[] = [{ ...first, status: 'PENDING', attempts: 0 }];
        for (const error of thrown) {
          const task = waiting.shift();
          if (task === undefined) return;
          const request = { worker: 'w', token: 't', tier: task.resources, nowMs: 0, leaseMs: 1, tiers: DEFAULT_TIERS };
          const leased = decideLease(task, request);
          expect(leased.kind).toBe('run');
          if (leased.kind !== 'run') return;
          expect(leased.save.attempts).toBeLessThanOrEqual(MAX_ATTEMPTS);
          const decision = decide(leased.save, error);
          if (decision.kind === 'halve') waiting.push(decision.save, decision.part);
          if (decision.kind === 'retry' || decision.kind === 'reroute') waiting.push(decision.save);
        }
        expect(waiting).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a worker that is stuck', () => {
  const cell = { computation: 'b', date: DAY } as const;
  const stuck = { token: 't1' };

  test.each([
    ['on its only cell loses the task', one(), stuck, 'give-up'],
    ['on the only cell that is left loses the task, whether it is known or not', one(), { ...stuck, cell }, 'give-up'],
    ['on a day of a chain loses the task', one({ days: [DAY, '2024-01-02'] }), stuck, 'give-up'],
    ['on one of several loses the cell', many(), { ...stuck, cell }, 'set-aside'],
    ['on one of several that is not known dies', many(), stuck, 'release'],
    ['with a lease that is another one changes nothing', one({ lease: { ...lease, token: 't2' } }), stuck, 'lost'],
    ['with a task that has ended changes nothing', ended, stuck, 'lost'],
    ['with a task that was cancelled changes nothing', cancelled, stuck, 'lost'],
  ] as const)('%s', (_, task, request, kind) => {
    expect(decideStuck(task, request, 'own').kind).toBe(kind);
  });

  test('is shut out by a token of the watchdog', () => {
    expect(decideStuck(one(), stuck, 'own').save).toEqual(one({ lease: { ...lease, token: 'own' } }));
    expect(decideStuck(many(), stuck, 'own').save).toEqual(many({ lease: { ...lease, token: 'own', untilMs: 0 } }));
  });
});

test('what was thrown is told by class and code', () => {
  const table: [unknown, Failure][] = [
    [terminal, { code: 'COMPUTE_FAILED', message: 'it broke', isTerminal: true }],
    [passing, { code: 'UNAVAILABLE', message: 'no answer', isTerminal: false }],
    [unknown, { code: undefined, message: 'x is not a function', isTerminal: false }],
    ['oops', { code: undefined, message: 'oops', isTerminal: false }],
  ];
  for (const [thrown, failure] of table) expect(failureOf(thrown)).toEqual(failure);
});

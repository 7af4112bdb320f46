/**
 * The life of a run's tasks as a model: random interleavings of deliveries, heartbeats, deaths, duplicates, slow workers and
 * splits, against a ledger that refuses every write whose fencing token is not the task's.
 */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RetryableError } from '../../../src/errors.ts';
import { decideFailure, failureOf } from '../../../src/mill/lifecycle/failure.ts';
import { isStopped, onCellDone, onCellStuck, onGiveUp, onHandedBack } from '../../../src/mill/lifecycle/finish.ts';
import { decideLease } from '../../../src/mill/lifecycle/lease.ts';
import { LEASE_SECONDS, MAX_ATTEMPTS } from '../../../src/mill/lifecycle/limits.ts';
import { continueLater } from '../../../src/mill/lifecycle/split.ts';
import { decideStuck } from '../../../src/mill/lifecycle/stuck.ts';
import { cellName, type CellOutcome } from '../../../src/mill/model/cell.ts';
import { isTerminal, openCells, type TierName, type Task } from '../../../src/mill/model/task.ts';
import { Tiers } from '../../../src/mill/model/tier.ts';
import { aTask, aTaskCell, fingerprintAt } from '../../support/graph.ts';
import { BROKEN, h } from '../../support/planning-world.ts';

const tiers = Tiers.parse([
  { name: 'standard', memoryMB: 1_000 },
  { name: 'high-mem', memoryMB: 4_000 },
]);
const leaseMs = LEASE_SECONDS * 1_000;

type Event =
  /** Pub/Sub delivers a task's message once more, on either tier's topic. */
  | { readonly is: 'delivery'; readonly task: number; readonly tier: TierName }
  | { readonly is: 'time'; readonly ms: number }
  | { readonly is: 'heartbeat'; readonly worker: number; readonly rssMB: number }
  | { readonly is: 'cell'; readonly worker: number; readonly failed: boolean }
  | { readonly is: 'passing trouble'; readonly worker: number; readonly memory: boolean }
  | { readonly is: 'hand back'; readonly worker: number }
  /** The task's planned time is over: what is left goes on in a new one. */
  | { readonly is: 'time up'; readonly worker: number }
  /** The watchdog stops a worker; it may know on which cell. */
  | { readonly is: 'stuck'; readonly worker: number; readonly known: boolean }
  | { readonly is: 'death'; readonly worker: number };

/** Counted back from the newest worker that lives. */
const worker = fc.nat({ max: 2 });
const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      is: fc.constant('delivery' as const),
      task: fc.nat({ max: 7 }),
      tier: fc.constantFrom<TierName>('standard', 'standard', 'high-mem'),
    }),
  },
  { weight: 3, arbitrary: fc.constantFrom(2_000, 9_000, leaseMs, 60_000).map((ms): Event => ({ is: 'time', ms })) },
  {
    weight: 2,
    arbitrary: fc.record({ is: fc.constant('heartbeat' as const), worker, rssMB: fc.constantFrom(100, 900, 3_500) }),
  },
  { weight: 4, arbitrary: fc.record({ is: fc.constant('cell' as const), worker, failed: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ is: fc.constant('passing trouble' as const), worker, memory: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('hand back' as const), worker }) },
  { weight: 2, arbitrary: fc.record({ is: fc.constant('death' as const), worker }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('time up' as const), worker }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('stuck' as const), worker, known: fc.boolean() }) },
);

/** A worker that believes it holds the task: its copy of it, and its token. It may be wrong. */
interface Worker {
  task: Task;
  readonly token: string;
  readonly resources: TierName;
}

interface Life {
  readonly tasks: Map<string, Task>;
  readonly cells: readonly string[];
  /** As the run's document has them. */
  counts: { total: number; remaining: number };
  nowMs: number;
  tokens: number;
  workers: (Worker | undefined)[];
  /** By task. */
  readonly leasesTaken: Map<string, number>;
  readonly moves: Map<string, number>;
  splits: number;
  readonly wrongs: string[];
}

const DAYS = ['2024-01-01', '2024-01-02', '2024-01-03'];

/** A chain of days, or as many independent cells of one date. */
function begin({ chained, size }: { readonly chained: boolean; readonly size: number }): Life {
  const task = chained
    ? aTask({ days: DAYS.slice(0, size) })
    : aTask({ cells: ['a', 'b', 'c', 'd', 'e'].slice(0, size).map((name) => aTaskCell('2024-01-01', name)) });
  return {
    tasks: new Map([[task.id, task]]),
    cells: task.cells.map(cellName),
    counts: { total: 1, remaining: 1 },
    nowMs: Date.UTC(2024, 0, 4),
    tokens: 0,
    workers: [],
    leasesTaken: new Map(),
    moves: new Map(),
    splits: 0,
    wrongs: [],
  };
}

/** Saves what a holder made of the task, as the ledger does: refused unless the task still carries its token. */
function save(life: Life, index: number, next: Task, parts: readonly Task[] = []): void {
  const holder = life.workers[index];
  if (holder === undefined) return;
  if (life.tasks.get(next.id)?.lease?.token !== holder.token) {
    life.workers[index] = undefined;
    return;
  }
  commit(life, next, parts);
  holder.task = next;
  if (next.lease === undefined) life.workers[index] = undefined;
}

/** One commit: the task, its parts and the run's counts. */
function commit(life: Life, next: Task, parts: readonly Task[] = []): void {
  const before = life.tasks.get(next.id);
  if (before === undefined) throw new Error(`${next.id} is not in the ledger`);
  if (isTerminal(before)) life.wrongs.push(`a ${before.status} task was written over`);
  for (const [cell, outcome] of Object.entries(before.outcomes)) {
    if (next.outcomes[cell] !== outcome) life.wrongs.push(`the outcome of ${cell} was changed`);
  }
  if (before.resources !== next.resources) raise(life.moves, next.id);
  if (before.resources === 'high-mem' && next.resources === 'standard') life.wrongs.push('it was moved down');
  const taken = next.attempts - before.attempts;
  // With fewer cells all attempts are before it again; an attempt that is handed back does not count.
  if (taken < 0 && openCells(next).length < openCells(before).length) life.leasesTaken.set(next.id, next.attempts);
  else life.leasesTaken.set(next.id, (life.leasesTaken.get(next.id) ?? 0) + Math.sign(taken));
  life.tasks.set(next.id, next);
  for (const part of parts) {
    if (life.tasks.has(part.id)) life.wrongs.push(`${part.id} was made twice`);
    life.tasks.set(part.id, part);
  }
  life.splits += parts.length;
  life.counts.total += parts.length;
  life.counts.remaining += parts.length - (isTerminal(next) ? 1 : 0);
  if (!isTerminal(next)) return;
  if (openCells(next).length > 0) life.wrongs.push('it ended with a cell open');
  if (next.lease !== undefined) life.wrongs.push('it ended under a lease');
}

const raise = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);

function deliver(life: Life, task: Task, tier: TierName): void {
  const token = `t${++life.tokens}`;
  const decision = decideLease(task, { worker: token, token, tier, nowMs: life.nowMs, leaseMs, tiers });
  if (decision.save === undefined) return;
  commit(life, decision.save, decision.parts);
  if (decision.kind === 'run' || decision.kind === 'give-up') {
    const index = life.workers.push({ task: decision.save, token, resources: decision.save.resources }) - 1;
    if (decision.kind === 'run' && tier !== decision.save.resources) life.wrongs.push(`it runs on ${tier}`);
    if (decision.kind === 'give-up') save(life, index, onGiveUp(decision.save, decision.error));
  }
}

function happen(life: Life, one: Event): void {
  if (one.is === 'delivery') {
    const task = [...life.tasks.values()][one.task % life.tasks.size];
    return task === undefined ? undefined : deliver(life, task, one.tier);
  }
  if (one.is === 'time') {
    life.nowMs += one.ms;
    return undefined;
  }
  const living = life.workers.flatMap((known, index) => (known === undefined ? [] : [index]));
  const index = living[living.length - 1 - (one.worker % Math.max(1, living.length))] ?? -1;
  const holder = life.workers[index];
  if (holder === undefined) return undefined;
  switch (one.is) {
    case 'death':
      life.workers[index] = undefined;
      return undefined;
    case 'heartbeat':
      return beat(life, index, holder, one.rssMB);
    case 'cell': {
      const [open] = openCells(holder.task);
      if (open === undefined) return undefined;
      const outcome: CellOutcome = isStopped(holder.task) ? { status: 'NOT_TRIED' } : outcomeOf(one.failed);
      return save(life, index, onCellDone(holder.task, open, outcome));
    }
    case 'time up': {
      const [first] = holder.task.cells;
      // As the worker does: only after it has made something, and of a stopped chain nothing is left to be made.
      if (
        first === undefined ||
        isStopped(holder.task) ||
        holder.task.outcomes[cellName(first)] === undefined ||
        openCells(holder.task).length === 0
      )
        return undefined;
      const { task, part } = continueLater(holder.task);
      return save(life, index, task, [part]);
    }
    case 'hand back':
      // It is told to stop; what it may still want to write carries a token that is no longer the task's.
      return trouble(life, index, holder, new RetryableError('SHUTTING_DOWN', 'told to end'));
    case 'stuck':
      return stop(life, index, holder, one.known);
    case 'passing trouble':
      return trouble(
        life,
        index,
        holder,
        one.memory ? new Error('Array buffer allocation failed') : new RetryableError('UNAVAILABLE', 'no answer'),
      );
  }
}

/** The watchdog: under a token of its own, then the process is killed. */
function stop(life: Life, index: number, holder: Worker, known: boolean): void {
  const error = { code: 'TIMEOUT', message: 'it held its worker' };
  const found = life.tasks.get(holder.task.id);
  const [open] = found === undefined ? [] : openCells(found);
  const decision = found && decideStuck(found, { token: holder.token, cell: known ? open : undefined }, 'watchdog');
  if (decision?.kind === 'give-up') commit(life, onGiveUp(decision.save, error));
  else if (decision?.kind === 'set-aside') commit(life, onCellStuck(decision.save, decision.cell, error));
  else if (decision?.kind === 'release') commit(life, decision.save);
  life.workers[index] = undefined;
}

/** Saves what was decided; whether it is sent or comes again, deliveries are events of their own. */
function trouble(life: Life, index: number, holder: Worker, thrown: Error): void {
  const decision = decideFailure(holder.task, failureOf(thrown), { tier: holder.resources, tiers });
  if (decision.kind === 'hand-back') save(life, index, onHandedBack(holder.task));
  else if ('save' in decision) save(life, index, decision.save, decision.kind === 'halve' ? [decision.part] : []);
}

/** Touches telemetry and the lease's end only, and never a task that is no longer its own. */
function beat(life: Life, index: number, holder: Worker, rssMB: number): void {
  const found = life.tasks.get(holder.task.id);
  if (found?.lease === undefined || found.lease.token !== holder.token) {
    life.workers[index] = undefined;
    return;
  }
  const timestamp = new Date(life.nowMs).toISOString();
  const telemetry = {
    lastHeartbeat: timestamp,
    lastMemory: { rssMB, heapUsedMB: 1, timestamp },
    peakRssMB: rssMB,
    entities: 0,
  };
  holder.task = { ...found, telemetry, lease: { ...found.lease, untilMs: life.nowMs + leaseMs } };
  life.tasks.set(found.id, holder.task);
}

const outcomeOf = (failed: boolean): CellOutcome =>
  failed
    ? { status: 'FAILED', error: BROKEN, dispatchId: 'dispatch-1' }
    : {
        status: 'COMPLETED',
        vector: { fingerprint: fingerprintAt({}, 'a'), inputs: {} },
        resultHash: h('one'),
        dispatchId: 'dispatch-1',
      };

/** What any life must be like, at any moment. */
function wrongsOf(life: Life): string[] {
  const tasks = [...life.tasks.values()];
  const wrongs = [...life.wrongs];
  const cells = tasks.flatMap((task) => task.cells.map(cellName)).sort();
  if (cells.join() !== [...life.cells].sort().join()) wrongs.push(`the tasks have the cells ${cells.join()}`);
  const living = tasks.filter((task) => !isTerminal(task)).length;
  if (life.counts.total !== tasks.length || life.counts.remaining !== living)
    wrongs.push(`${life.counts.remaining} of ${life.counts.total} are counted, ${living} of ${tasks.length} are there`);
  for (const [id, leases] of life.leasesTaken) if (leases > MAX_ATTEMPTS) wrongs.push(`${id}: ${leases} leases`);
  for (const [id, moves] of life.moves) if (moves > 1) wrongs.push(`${id}: moved ${moves} times`);
  for (const task of tasks) wrongs.push(...wrongsOfTask(task));
  return wrongs;
}

function wrongsOfTask(task: Task): string[] {
  const wrongs: string[] = [];
  if (task.attempts > MAX_ATTEMPTS) wrongs.push(`${task.attempts} attempts`);
  if ((task.status === 'IN_PROGRESS') !== (task.lease !== undefined))
    wrongs.push(`${task.status}, lease ${task.lease?.token}`);
  const own = new Set(task.cells.map(cellName));
  const strange = Object.keys(task.outcomes).filter((cell) => !own.has(cell));
  if (strange.length > 0) wrongs.push(`outcomes of ${strange.join()}, which it does not have`);
  const failed = Object.values(task.outcomes).some(({ status }) => status === 'FAILED');
  if (isTerminal(task) && (task.status === 'FAILED') !== failed) wrongs.push(`${task.status} with other outcomes`);
  if (task.status === 'FAILED' && task.lastError === undefined) wrongs.push('failed without an error');
  return wrongs;
}

const lives = fc.tuple(
  fc.oneof(
    fc.record({ chained: fc.constant(true), size: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ chained: fc.constant(false), size: fc.integer({ min: 1, max: 5 }) }),
  ),
  fc.array(event, { maxLength: 60, size: 'max' }),
);

const isOver = (life: Life): boolean => [...life.tasks.values()].every(isTerminal);

describe('whatever happens to the tasks of a run', () => {
  test('each cell ends once, each task is counted once, and takes no more than three leases and one move', () => {
    const seen = { ended: 0, moved: 0, exhausted: 0, split: 0, alone: 0 };
    fc.assert(
      fc.property(lives, ([size, events]) => {
        const life = begin(size);
        for (const one of events) {
          happen(life, one);
          expect(wrongsOf(life)).toEqual([]);
        }
        if (isOver(life)) seen.ended++;
        if (life.moves.size > 0) seen.moved++;
        if (life.splits > 0) seen.split++;
        if (life.tasks.size === life.cells.length && life.cells.length > 1) seen.alone++;
        if ([...life.tasks.values()].some(({ lastError }) => lastError?.code === 'ATTEMPTS_EXHAUSTED'))
          seen.exhausted++;
      }),
      { numRuns: 3_000 },
    );
    // The model goes everywhere.
    expect(seen.ended).toBeGreaterThan(500);
    expect(seen.moved).toBeGreaterThan(300);
    expect(seen.split).toBeGreaterThan(500);
    expect(seen.alone).toBeGreaterThan(100);
    expect(seen.exhausted).toBeGreaterThan(20);
  });

  test('all end as long as their messages keep coming, on whichever topic they belong', () => {
    fc.assert(
      fc.property(lives, ([size, events]) => {
        const life = begin(size);
        for (const one of events) happen(life, one);
        // Every worker dies with every lease; Pub/Sub goes on.
        const rounds = (MAX_ATTEMPTS + 3) * life.cells.length;
        for (let round = 0; round <= rounds && !isOver(life); round++) {
          life.nowMs += 60_000;
          life.workers = [];
          for (const task of life.tasks.values()) deliver(life, task, task.resources);
        }
        expect(
          [...life.tasks.values()].map(({ status }) => status).filter((status) => !/^(COMPLETED|FAILED)$/.test(status)),
        ).toEqual([]);
        expect(life.counts.remaining).toBe(0);
        expect(wrongsOf(life)).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([0, 1, 2, 3, 4])('of five cells, number %i kills its worker: in the end it alone has failed', (culprit) => {
    const life = begin({ chained: false, size: 5 });
    const name = life.cells[culprit] ?? '';
    for (let round = 0; round < 20 && !isOver(life); round++) {
      for (const task of life.tasks.values()) deliver(life, task, task.resources);
      for (const [index, holder] of life.workers.entries()) {
        for (const cell of holder === undefined ? [] : openCells(holder.task)) {
          if (cellName(cell) === name) break;
          save(life, index, onCellDone(holder?.task ?? aTask(), cell, outcomeOf(false)));
        }
      }
      life.workers = [];
      life.nowMs += 60_000;
    }
    expect(wrongsOf(life)).toEqual([]);
    const statuses = [...life.tasks.values()].flatMap(({ outcomes }) => Object.entries(outcomes));
    expect(statuses.filter(([, { status }]) => status !== 'COMPLETED').map(([cell]) => cell)).toEqual([name]);
    const alone = [...life.tasks.values()].find(({ status }) => status === 'FAILED');
    expect(alone).toMatchObject({ attempts: MAX_ATTEMPTS, lastError: { code: 'ATTEMPTS_EXHAUSTED' } });
  });
});

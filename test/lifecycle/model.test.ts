/**
 * A task's life as a model run: random interleavings of deliveries, heartbeats, deaths, duplicates and slow workers, against a
 * ledger that refuses every write whose fencing token is not the task's.
 */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isStopped, onAttemptFailed, onCellDone, onGiveUp, onHandedBack } from '../../src/lifecycle/finish.ts';
import { decideLease } from '../../src/lifecycle/lease.ts';
import { LEASE_SECONDS, MAX_ATTEMPTS } from '../../src/lifecycle/limits.ts';
import { routeAfterDeath } from '../../src/lifecycle/routing.ts';
import type { CellOutcome } from '../../src/model/cell.ts';
import { isTerminal, openCells, type Resources, type Task } from '../../src/model/task.ts';
import { Tiers } from '../../src/model/tier.ts';
import { aTask, fingerprintAt } from '../support/graph.ts';
import { BROKEN, h } from '../support/planning-world.ts';

const tiers = Tiers.parse([
  { name: 'standard', memoryMB: 1_000 },
  { name: 'high-mem', memoryMB: 4_000 },
]);
const leaseMs = LEASE_SECONDS * 1_000;

type Event =
  /** Pub/Sub delivers the message once more, on either tier's topic. */
  | { readonly is: 'delivery'; readonly tier: Resources }
  | { readonly is: 'time'; readonly ms: number }
  | { readonly is: 'heartbeat'; readonly worker: number; readonly rssMB: number }
  | { readonly is: 'cell'; readonly worker: number; readonly failed: boolean }
  | { readonly is: 'passing trouble'; readonly worker: number; readonly memory: boolean }
  | { readonly is: 'hand back'; readonly worker: number }
  | { readonly is: 'death'; readonly worker: number };

/** Counted back from the newest worker that lives. */
const worker = fc.nat({ max: 2 });
const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.constantFrom<Event>({ is: 'delivery', tier: 'standard' }, { is: 'delivery', tier: 'high-mem' }),
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
);

/** A worker that believes it holds the task: its copy of it, and its token. It may be wrong. */
interface Worker {
  task: Task;
  readonly token: string;
  readonly resources: Resources;
}

interface Life {
  task: Task;
  nowMs: number;
  tokens: number;
  workers: (Worker | undefined)[];
  /** Times that the run's count went down. */
  countedDown: number;
  leasesTaken: number;
  moves: number;
  readonly wrongs: string[];
}

const begin = (days: number): Life => ({
  task: aTask({ days: ['2024-01-01', '2024-01-02', '2024-01-03'].slice(0, days) }),
  nowMs: Date.UTC(2024, 0, 4),
  tokens: 0,
  workers: [],
  countedDown: 0,
  leasesTaken: 0,
  moves: 0,
  wrongs: [],
});

/** Saves what a holder made of the task, as the ledger does: refused unless the task still carries its token. */
function save(life: Life, index: number, next: Task): void {
  const holder = life.workers[index];
  if (holder === undefined) return;
  if (life.task.lease?.token !== holder.token) {
    life.workers[index] = undefined;
    return;
  }
  commit(life, next);
  holder.task = next;
  if (next.lease === undefined) life.workers[index] = undefined;
}

function commit(life: Life, next: Task): void {
  const before = life.task;
  if (isTerminal(before)) life.wrongs.push(`a ${before.status} task was written over`);
  for (const [cell, outcome] of Object.entries(before.outcomes)) {
    if (next.outcomes[cell] !== outcome) life.wrongs.push(`the outcome of ${cell} was changed`);
  }
  if (before.resources !== next.resources) life.moves++;
  if (before.resources === 'high-mem' && next.resources === 'standard') life.wrongs.push('it was moved down');
  // An attempt that is handed back does not count.
  life.leasesTaken += Math.sign(next.attempts - before.attempts);
  life.task = next;
  if (!isTerminal(next)) return;
  life.countedDown++;
  if (openCells(next).length > 0) life.wrongs.push('it ended with a cell open');
  if (next.lease !== undefined) life.wrongs.push('it ended under a lease');
}

function deliver(life: Life, tier: Resources): void {
  const token = `t${++life.tokens}`;
  const decision = decideLease(life.task, { worker: token, token, tier, nowMs: life.nowMs, leaseMs, tiers });
  if (decision.save === undefined) return;
  commit(life, decision.save);
  if (decision.kind === 'run' || decision.kind === 'give-up') {
    const index = life.workers.push({ task: decision.save, token, resources: decision.save.resources }) - 1;
    if (decision.kind === 'run' && tier !== decision.save.resources) life.wrongs.push(`it runs on ${tier}`);
    if (decision.kind === 'give-up') save(life, index, onGiveUp(decision.save, decision.error));
  }
}

function happen(life: Life, one: Event): void {
  if (one.is === 'delivery') return deliver(life, one.tier);
  if (one.is === 'time') {
    life.nowMs += one.ms;
    return undefined;
  }
  const living = life.workers.flatMap((known, index) => (known === undefined ? [] : [index]));
  const index = living[living.length - 1 - (one.worker % Math.max(1, living.length))] ?? -1;
  const holder = life.workers[index];
  if (holder === undefined) return undefined;
  if (one.is === 'death') {
    life.workers[index] = undefined;
    return undefined;
  }
  if (one.is === 'hand back') {
    // It is told to stop; what it may still want to write carries a token that is no longer the task's.
    return save(life, index, onHandedBack(holder.task));
  }
  if (one.is === 'heartbeat') return beat(life, index, holder, one.rssMB);
  if (one.is === 'cell') {
    const [open] = openCells(holder.task);
    if (open === undefined) return undefined;
    return save(
      life,
      index,
      onCellDone(holder.task, open, isStopped(holder.task) ? { status: 'NOT_TRIED' } : outcomeOf(one.failed)),
    );
  }
  const error = one.memory
    ? { code: 'OUT_OF_MEMORY', message: 'Array buffer allocation failed' }
    : { code: 'UNAVAILABLE', message: 'no answer' };
  const { resources, attempts } = holder.task;
  const route = routeAfterDeath({ resources, attempts, lastError: error }, tiers);
  const { to } = route;
  const ends = to === undefined || attempts >= MAX_ATTEMPTS;
  return save(life, index, ends ? onGiveUp(holder.task, error) : onAttemptFailed(holder.task, error, to));
}

/** Touches telemetry and the lease's end only, and never a task that is no longer its own. */
function beat(life: Life, index: number, holder: Worker, rssMB: number): void {
  const { lease } = life.task;
  if (lease === undefined || lease.token !== holder.token) {
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
  life.task = { ...life.task, telemetry, lease: { ...lease, untilMs: life.nowMs + leaseMs } };
  holder.task = life.task;
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
  const { task } = life;
  const wrongs = [...life.wrongs];
  if (task.attempts > MAX_ATTEMPTS) wrongs.push(`${task.attempts} attempts`);
  if (life.leasesTaken > MAX_ATTEMPTS) wrongs.push(`${life.leasesTaken} leases`);
  if (life.moves > 1) wrongs.push(`moved ${life.moves} times`);
  if (life.countedDown !== (isTerminal(task) ? 1 : 0))
    wrongs.push(`${task.status}, counted down ${life.countedDown} times`);
  if ((task.status === 'IN_PROGRESS') !== (task.lease !== undefined))
    wrongs.push(`${task.status}, lease ${task.lease?.token}`);
  const failed = Object.values(task.outcomes).some(({ status }) => status === 'FAILED');
  if (isTerminal(task) && (task.status === 'FAILED') !== failed) wrongs.push(`${task.status} with other outcomes`);
  if (task.status === 'FAILED' && task.lastError === undefined) wrongs.push('failed without an error');
  return wrongs;
}

const lives = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.array(event, { maxLength: 60, size: 'max' }));

describe('whatever happens to a task', () => {
  test('it ends once, is counted once, and takes no more than three leases and one move', () => {
    const seen = { ended: 0, moved: 0, exhausted: 0 };
    fc.assert(
      fc.property(lives, ([days, events]) => {
        const life = begin(days);
        for (const one of events) {
          happen(life, one);
          expect(wrongsOf(life)).toEqual([]);
        }
        if (isTerminal(life.task)) seen.ended++;
        if (life.moves > 0) seen.moved++;
        if (life.task.lastError?.code === 'ATTEMPTS_EXHAUSTED') seen.exhausted++;
      }),
      { numRuns: 3_000 },
    );
    // The model goes everywhere.
    expect(seen.ended).toBeGreaterThan(500);
    expect(seen.moved).toBeGreaterThan(500);
    expect(seen.exhausted).toBeGreaterThan(20);
  });

  test('it ends as long as its message keeps coming, on whichever topic it belongs', () => {
    fc.assert(
      fc.property(lives, ([days, events]) => {
        const life = begin(days);
        for (const one of events) happen(life, one);
        // Every worker dies with every lease; Pub/Sub goes on.
        for (let round = 0; round <= MAX_ATTEMPTS + 2 && !isTerminal(life.task); round++) {
          life.nowMs += 60_000;
          life.workers = [];
          deliver(life, life.task.resources);
        }
        expect(life.task.status).toMatch(/^(COMPLETED|FAILED)$/);
        expect(wrongsOf(life)).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });
});

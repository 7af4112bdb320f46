/**
 * The steps as a model run: dispatchers, deliveries and reconcilers in any order, any of which dies or is paused at any of its
 * calls, while time goes by. Whatever happened, once the world is well again the run ends: every task once, counted once, answered.
 */
import { Firestore } from '@google-cloud/firestore';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ports } from '../../../../src/compose.ts';
import { RetryableError } from '../../../../src/errors.ts';
import { ZOMBIE_MINUTES } from '../../../../src/mill/lifecycle/limits.ts';
import { cellName } from '../../../../src/mill/model/cell.ts';
import { hashOf } from '../../../../src/values/hash.ts';
import type { TaskMessage } from '../../../../src/mill/model/message.ts';
import { recordIn } from '../../../../src/google/mill/cell-document.ts';
import { fromLedger } from '../../../../src/google/mill/ledger-document.ts';
import { isTerminal, outcomeOf } from '../../../../src/mill/model/task.ts';
import { reconcile } from '../../../../src/mill/steps/mend/reconcile.ts';
import { work } from '../../../../src/mill/steps/work/work.ts';
import { howMany } from '../../../support/long.ts';
import { type Mortal, mortal, type Stop } from '../../../support/mortal.ts';
import { type WaveBench, waveBench } from '../../../support/wave-bench.ts';
import { steady } from '../../../support/steady.ts';

/** Undefined: it goes through. */
type Fate = (Stop & { readonly afterwards: 'dies' | 'wakes' }) | undefined;

type Event =
  | { readonly is: 'dispatch'; readonly fate: Fate }
  | { readonly is: 'reconcile'; readonly fate: Fate }
  /** Of what was published and not acknowledged; or once more of what was. */
  | { readonly is: 'delivery'; readonly message: number; readonly again: boolean; readonly fate: Fate }
  | { readonly is: 'time'; readonly seconds: number }
  /** The longest paused goes on. */
  | { readonly is: 'waking' };

const fate: fc.Arbitrary<Fate> = fc.option(
  fc.record({
    at: fc.integer({ min: 1, max: 9 }),
    when: fc.constantFrom('before' as const, 'after' as const),
    afterwards: fc.constantFrom('dies' as const, 'wakes' as const),
  }),
  { nil: undefined, freq: 2 },
);

const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ is: fc.constant('dispatch' as const), fate }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('reconcile' as const), fate }) },
  {
    weight: 6,
    arbitrary: fc.record({
      is: fc.constant('delivery' as const),
      message: fc.nat({ max: 20 }),
      again: fc.boolean(),
      fate,
    }),
  },
  { weight: 2, arbitrary: fc.constantFrom(2, 20, 60, 1_200).map((seconds): Event => ({ is: 'time', seconds })) },
  { weight: 1, arbitrary: fc.constant<Event>({ is: 'waking' }) },
);

const lives = fc
  .tuple(fate, fc.array(event, { minLength: 10, maxLength: 30, size: 'max' }))
  .map(([fate, events]) => [{ is: 'dispatch', fate } as Event].concat(events));

/** Rounds that a healthy world may need: three attempts, a move to another tier, a callback and a reconciliation. */
const HEALTHY_ROUNDS = 8;

const LIVES = howMany('DAYMILL_LIVES', 8, 60);

describe('whatever dies or is paused between whatever', () => {
  let bench: WaveBench;
  let db: Firestore;
  let lived = 0;
  const seen = { stops: 0, wakings: 0 };
  beforeAll(async () => {
    bench = await waveBench();
    db = new Firestore({ projectId: 'daymill-local' });
  });
  afterAll(async () => {
    await db.terminate();
    await bench.close();
  });

  /** One run, from nothing to its end. */
  const live = async (events: readonly Event[]): Promise<void> => {
    const id = `life-${++lived}`;
    const waiting: TaskMessage[] = [];
    const acknowledged: TaskMessage[] = [];
    const paused: (() => Promise<void>)[] = [];
    let aheadMs = 0;
    const open = (): Ports => {
      const ports = bench.open();
      // What was made in the life before was made in another epoch, so that all is claimed anew.
      const computations = ports.manifest.computations.map((one) => ({
        ...one,
        fingerprint: { ...one.fingerprint, epoch: lived + 1 },
      }));
      return {
        ...ports,
        manifest: { ...ports.manifest, computations },
        clock: steady(() => Date.now() + aheadMs),
        queue: { publish: (messages) => Promise.resolve(void waiting.push(...messages)) },
      };
    };
    /** Whether it went through. */
    const act = async (step: (ports: Ports) => Promise<unknown>, fate: Fate): Promise<boolean> => {
      const process: Mortal | undefined = fate && mortal(open(), fate);
      const done = step(process?.ports ?? open()).then(
        () => true,
        (error: unknown) => {
          if (error instanceof RetryableError) return false;
          throw error;
        },
      );
      if (process === undefined) return done;
      const stopped = await Promise.race([done.then(() => false), process.died.then(() => true)]);
      if (!stopped) return done;
      seen.stops++;
      if (fate?.afterwards === 'wakes')
        paused.push(async () => {
          process.wake();
          await done;
        });
      return false;
    };
    const wake = async (): Promise<void> => {
      const next = paused.shift();
      if (next === undefined) return;
      seen.wakings++;
      await next();
    };
    const deliver = async (message: TaskMessage, fate: Fate): Promise<void> => {
      const on = (ports: Ports): Promise<void> => work(message, { ...ports, tier: message.resources });
      if (!(await act(on, fate))) return;
      const index = waiting.indexOf(message);
      if (index >= 0) acknowledged.push(...waiting.splice(index, 1));
    };
    const happen = async (one: Event): Promise<void> => {
      if (one.is === 'time') aheadMs += one.seconds * 1_000;
      else if (one.is === 'waking') await wake();
      else if (one.is === 'dispatch') await act((ports) => bench.ask(ports, id), one.fate);
      else if (one.is === 'reconcile') await act(reconcile, one.fate);
      else {
        const from = one.again && acknowledged.length > 0 ? acknowledged : waiting;
        const message = from[one.message % Math.max(1, from.length)];
        if (message !== undefined) await deliver(message, one.fate);
      }
    };

    for (const one of events) await happen(one);
    for (let round = 0; round < HEALTHY_ROUNDS; round++) {
      aheadMs += (ZOMBIE_MINUTES + 1) * 60_000;
      await act((ports) => bench.ask(ports, id), undefined);
      for (const message of waiting.slice()) await deliver(message, undefined);
      await act(reconcile, undefined);
      await wake();
    }
    while (paused.length > 0) await wake();
    await check(`run-${hashOf(bench.local.callbackUrl(id))}`);
    expect(await bench.claimed()).toEqual([]);
  };

  const check = async (runId: string): Promise<void> => {
    const run = await bench.open().runs.read(runId);
    const found = await db.collection('computation_audit_ledger').where('runId', '==', runId).get();
    const tasks = found.docs.map((task) => fromLedger(task.data()));
    expect(run).toMatchObject({ totalTasks: tasks.length, remainingTasks: 0, status: 'COMPLETED' });
    expect(run?.calledBackMs).toBeDefined();
    expect(tasks.filter((task) => !isTerminal(task) || task.lease !== undefined)).toEqual([]);
    for (const task of tasks) {
      for (const cell of task.cells) {
        const outcome = outcomeOf(task, cell);
        if (outcome?.status !== 'COMPLETED') continue;
        const stored = await db.doc(`results/${cell.computation}/days/${cell.date}`).get();
        expect({ cell: cellName(cell), by: recordIn(stored)?.taskId, hash: stored.get('artifact.hash') }).toEqual({
          cell: cellName(cell),
          by: task.id,
          hash: outcome.resultHash,
        });
      }
    }
  };

  test('the run ends: every task once, counted once, answered, and every result is of the attempt that counted', async () => {
    await fc.assert(fc.asyncProperty(lives, live), { numRuns: LIVES });
    // The model goes everywhere.
    expect(seen.stops).toBeGreaterThan(LIVES / 6);
    expect(seen.wakings).toBeGreaterThan(LIVES / 16);
  });
});

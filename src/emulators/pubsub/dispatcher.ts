/**
 * Delivery of stored messages to push endpoints.
 *
 * A message is *due* (in the store), then *outstanding* (a push is under way, in memory only), and then acknowledged
 * (its row is deleted), due again later (nacked), or moved to the dead-letter topic. Invariants:
 * 1. A row leaves the store only after an acknowledging answer, so a kill at any point costs a repetition, never a message.
 * 2. At most `maxOutstanding` messages of a subscription are outstanding, none of them twice (faults aside).
 */
import { Agent } from 'node:http';
import { sendRequest } from '../http-request.ts';
import type { State } from '../state.ts';
import type { Timers } from '../timers.ts';
import { forwardDeadLetter } from './dead-letter.ts';
import type { FaultKind, PubsubFaults } from './faults.ts';
import { draw } from './faults.ts';
import { ACKNOWLEDGING_STATUSES, PUSH_BACKOFF_MS } from './limits.ts';
import { pushRequest } from './push.ts';
import type { Subscription } from './schemas.ts';
import { durationMs } from './schemas.ts';
import type { Delivery, Store, StoredMessage } from './store.ts';

interface Queue {
  outstanding: Set<number>;
  cancelTimer: () => void;
}

/** The state file refused a write (a full disk): how long until the message is tried again. */
const WRITE_RETRY_MS = 1_000;

export type Dispatcher = ReturnType<typeof startDispatcher>;

export function startDispatcher(options: {
  state: State;
  store: Store;
  maxOutstanding: (subscription: string) => number;
  timers: Timers;
  counters: { delivered: number; acknowledged: number };
  log: (line: string) => void;
  faults: PubsubFaults | undefined;
}) {
  const { state, store, maxOutstanding, timers, counters, log, faults } = options;
  const queues = new Map<string, Queue>();
  const woken = new Set<string>();
  const running = new Set<Promise<void>>();
  const agent = new Agent({ keepAlive: true });
  let abort = new AbortController();
  let waiting: (() => void)[] = [];

  const probability = (kind: FaultKind): number =>
    (kind === 'delay' ? faults?.delay?.probability : faults?.[kind]) ?? 0;
  const strikes = (kind: FaultKind, subscription: string, { message, failures }: Delivery): boolean =>
    faults !== undefined && draw(faults.seed, kind, subscription, message, failures) < probability(kind);

  const queueOf = (name: string): Queue => {
    let queue = queues.get(name);
    if (queue === undefined) queues.set(name, (queue = { outstanding: new Set(), cancelTimer: () => {} }));
    return queue;
  };

  const wake = (names: readonly string[]): void => {
    if (woken.size === 0 && names.length > 0) {
      setImmediate(() => {
        const batch = [...woken];
        woken.clear();
        if (!abort.signal.aborted) for (const name of batch) pump(name);
        settleIdle();
      });
    }
    for (const name of names) woken.add(name);
  };

  const pump = (name: string): void => {
    const subscription = store.findSubscription(name);
    if (subscription === undefined || subscription.pushConfig === null) return;
    const queue = queueOf(name);
    const now = timers.now();
    queue.cancelTimer();
    const { outstanding } = queue;
    const most = maxOutstanding(name);
    const free = most - outstanding.size;
    if (free <= 0) return;
    const due = store.due(name, now, most).filter(({ message }) => !outstanding.has(message));
    for (const delivery of reordered(name, due.slice(0, free))) {
      outstanding.add(delivery.message);
      track(deliver(subscription, delivery));
    }
    const next = store.nextDue(name, now);
    if (next !== undefined) {
      queue.cancelTimer = timers.at(next, () => wake([name]));
    }
  };

  const reordered = (name: string, batch: Delivery[]): Delivery[] => {
    for (let index = 0; index + 1 < batch.length; index++) {
      const here = batch[index] as Delivery;
      if (!strikes('reorder', name, here)) continue;
      batch[index] = batch[index + 1] as Delivery;
      batch[index + 1] = here;
    }
    return batch;
  };

  const track = (work: Promise<void>): void => {
    const tracked = work
      .catch((error: unknown) => log(`Pub/Sub: ${String(error)}`))
      .finally(() => {
        running.delete(tracked);
        settleIdle();
      });
    running.add(tracked);
  };

  const deliver = async (subscription: Subscription, delivery: Delivery): Promise<void> => {
    const { signal } = abort;
    const message = store.message(delivery.message);
    if (strikes('duplicate', subscription.name, delivery))
      track(attempt(subscription, message, delivery).then(() => {}));
    const answered = await attempt(subscription, message, delivery);
    const acknowledged = answered && !strikes('unacknowledged', subscription.name, delivery);
    if (signal.aborted) return;
    const { outstanding } = queueOf(subscription.name);
    try {
      const touched = await state.write(() => settle(subscription, message, delivery, acknowledged));
      counters.acknowledged += Number(acknowledged);
      outstanding.delete(delivery.message);
      wake([subscription.name, ...touched]);
    } catch (error) {
      log(`Pub/Sub: the outcome of message ${message.id} could not be stored: ${String(error)}`);
      timers.after(WRITE_RETRY_MS, () => {
        if (signal.aborted) return;
        outstanding.delete(delivery.message);
        wake([subscription.name]);
      });
    }
  };

  /** Whether the endpoint answered in time with a status that acknowledges. */
  const attempt = async (
    subscription: Subscription,
    message: StoredMessage,
    { failures }: Delivery,
  ): Promise<boolean> => {
    const started = performance.now();
    const describe = (outcome: string): string =>
      `Pub/Sub push ${message.id} to ${subscription.name}, attempt ${failures + 1}: ${outcome}, ${(performance.now() - started).toFixed(1)} ms`;
    counters.delivered += 1;
    try {
      const request = pushRequest(subscription, message, failures + 1, timers.now());
      // 102 (Processing) acknowledges although it is not the last answer.
      const { status } = await sendRequest(request, {
        signal: abort.signal,
        timers,
        timeoutMs: subscription.ackDeadlineSeconds * 1_000,
        agent,
        interim: 102,
      });
      log(describe(String(status)));
      return ACKNOWLEDGING_STATUSES.has(status);
    } catch (error) {
      if (!abort.signal.aborted) log(describe((error as Error).message));
      return false;
    }
  };

  /** Runs in `state.write`. @returns the other subscriptions that now have more to deliver */
  const settle = (
    subscription: Subscription,
    message: StoredMessage,
    { failures }: Delivery,
    acknowledged: boolean,
  ): string[] => {
    const { name } = subscription;
    const now = timers.now();
    if (acknowledged) {
      store.acknowledge(name, message.id);
      return [];
    }
    const forwarded = forwardDeadLetter(store, subscription, message, failures + 1, now, delay);
    if (forwarded !== undefined) return forwarded;
    store.postpone(name, message.id, now + backoffMs(subscription, failures));
    return [];
  };

  const delay = (subscription: string, message: number): number => {
    const once = { message, failures: 0 };
    if (faults?.delay === undefined || !strikes('delay', subscription, once)) return 0;
    return Math.round(draw(faults.seed, 'delay by', subscription, message, 0) * faults.delay.milliseconds);
  };

  const settleIdle = (): void => {
    if (waiting.length === 0 || running.size > 0 || woken.size > 0) return;
    if (!abort.signal.aborted && store.pending()) return;
    const resolved = waiting;
    waiting = [];
    for (const resolve of resolved) resolve();
  };

  return {
    /** Looks for due messages of these subscriptions, soon. */
    wake,
    /** Milliseconds by which the faults delay a message. */
    delay,
    /** Resolves when no push subscription has a message left. */
    idle: (): Promise<void> =>
      new Promise((resolve) => {
        waiting.push(resolve);
        settleIdle();
      }),
    /** Breaks off all pushes and timers; resolves when the last has ended. What was not acknowledged stays stored. */
    async stop(): Promise<void> {
      abort.abort();
      for (const queue of queues.values()) queue.cancelTimer();
      await Promise.all(running);
      agent.destroy();
      queues.clear();
      woken.clear();
      settleIdle();
      abort = new AbortController();
    },
  };
}

/** The wait before the next delivery, doubled with each failure from the smallest to the longest. */
export function backoffMs({ retryPolicy }: Pick<Subscription, 'retryPolicy'>, failures: number): number {
  const minimum = retryPolicy === null ? PUSH_BACKOFF_MS.minimum : durationMs(retryPolicy.minimumBackoff);
  const maximum = retryPolicy === null ? PUSH_BACKOFF_MS.maximum : durationMs(retryPolicy.maximumBackoff);
  return Math.min(maximum, Math.round(minimum * 2 ** failures));
}

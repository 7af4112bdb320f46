/**
 * Pull by single requests. A message is leased to who asks for it: it is due again when its deadline has passed, so that
 * a lease is a row like any other and outlives a restart. Every lease counts as a delivery.
 */
import { status } from '@grpc/grpc-js';
import { invalidArgument, RpcError } from '../rpc-error.ts';
import type { State } from '../state.ts';
import type { Timers } from '../timers.ts';
import { forwardDeadLetter } from './dead-letter.ts';
import { backoffMs } from './dispatcher.ts';
import { ACK_DEADLINE_SECONDS, MAX_PULLED_MESSAGES } from './limits.ts';
import type { Subscription } from './schemas.ts';
import type { Store, StoredMessage } from './store.ts';

/** What an ack id stands for: the nth delivery of a message. */
interface Lease {
  message: number;
  delivery: number;
}

export interface PullRequest {
  subscription: string;
  maxMessages: number;
}

export interface AcknowledgeRequest {
  subscription: string;
  ackIds: string[];
}

export interface ModifyAckDeadlineRequest extends AcknowledgeRequest {
  ackDeadlineSeconds: number;
}

/** Each answers as its RPC does. */
export function pullMethods(options: {
  state: State;
  store: Store;
  timers: Timers;
  counters: { acknowledged: number };
  delay: (subscription: string, id: number) => number;
  wake: (subscriptions: readonly string[]) => void;
}) {
  const { state, store, timers, counters, delay, wake } = options;

  /** In `state.write`: a message is given up, or due again after its back-off. */
  function nack(subscription: Subscription, lease: Lease, now: number): string[] {
    const message = store.message(lease.message);
    const forwarded = forwardDeadLetter(store, subscription, message, lease.delivery, now, delay);
    if (forwarded === undefined) store.lease(subscription.name, lease, now + pause(subscription, lease.delivery));
    return forwarded ?? [];
  }

  return {
    /** Answers at once, whether there is a message or not: the service may wait for one. */
    pull: async ({ subscription: name, maxMessages }: PullRequest): Promise<object> => {
      const subscription = pulled(store.subscription(name));
      if (maxMessages <= 0) throw invalidArgument(`Invalid max_messages given (${maxMessages}). It must be positive.`);
      const woken: string[] = [];
      const receivedMessages = await state.write(() => {
        const now = timers.now();
        return store.due(name, now, Math.min(maxMessages, MAX_PULLED_MESSAGES)).flatMap(({ message: id, failures }) => {
          const message = store.message(id);
          const forwarded = forwardDeadLetter(store, subscription, message, failures, now, delay);
          woken.push(...(forwarded ?? []));
          if (forwarded !== undefined) return [];
          const lease = { message: id, delivery: failures + 1 };
          const deadline = now + subscription.ackDeadlineSeconds * 1_000;
          store.postpone(name, id, deadline + pause(subscription, lease.delivery));
          return [received(subscription, message, lease)];
        });
      });
      wake(woken);
      return { receivedMessages };
    },

    /** Also after the deadline: the service promises no less, and no more. */
    acknowledge: async ({ subscription: name, ackIds }: AcknowledgeRequest): Promise<object> => {
      pulled(store.subscription(name));
      const leases = ackIds.map((ackId) => leaseOf(name, ackId));
      const gone = await state.write(() => leases.filter(({ message }) => store.acknowledge(name, message)));
      counters.acknowledged += gone.length;
      return {};
    },

    /** Moves the deadline of leases that are the last of their message; 0 gives the message back. */
    modifyAckDeadline: async (request: ModifyAckDeadlineRequest): Promise<object> => {
      const { subscription: name, ackIds, ackDeadlineSeconds: seconds } = request;
      const subscription = pulled(store.subscription(name));
      if (seconds < 0 || seconds > ACK_DEADLINE_SECONDS.maximum) {
        const { maximum } = ACK_DEADLINE_SECONDS;
        throw invalidArgument(`Invalid ack_deadline_seconds given (${seconds}). It must be between 0 and ${maximum}.`);
      }
      const leases = ackIds.map((ackId) => leaseOf(name, ackId));
      const woken = await state.write(() => {
        const now = timers.now();
        return leases.flatMap((lease) => {
          if (!store.isLeased(name, lease)) return [];
          if (seconds === 0) return nack(subscription, lease, now);
          store.lease(name, lease, now + seconds * 1_000 + pause(subscription, lease.delivery));
          return [];
        });
      });
      wake(woken);
      return {};
    },
  };
}

function pulled(subscription: Subscription): Subscription {
  if (subscription.pushConfig === null) return subscription;
  throw new RpcError(
    status.FAILED_PRECONDITION,
    `This method is not supported for this subscription type: ${subscription.name} is delivered by push.`,
  );
}

/** Without a retry policy a message comes again at once. */
const pause = (subscription: Subscription, delivery: number): number =>
  subscription.retryPolicy === null ? 0 : backoffMs(subscription, delivery - 1);

const received = (subscription: Subscription, message: StoredMessage, lease: Lease): object => ({
  ackId: Buffer.from(JSON.stringify([subscription.name, lease.message, lease.delivery])).toString('base64url'),
  message: {
    data: message.data,
    attributes: message.attributes,
    messageId: String(message.id),
    publishTime: {
      seconds: String(Math.floor(message.publishTime / 1_000)),
      nanos: (message.publishTime % 1_000) * 1_000_000,
    },
    orderingKey: message.orderingKey,
  },
  ...(subscription.deadLetterPolicy !== null && { deliveryAttempt: lease.delivery }),
});

/** @throws {RpcError} INVALID_ARGUMENT for an id that this subscription never gave. */
function leaseOf(subscription: string, ackId: string): Lease {
  try {
    const [name, message, delivery] = JSON.parse(Buffer.from(ackId, 'base64url').toString()) as unknown[];
    if (name === subscription && Number.isInteger(message) && Number.isInteger(delivery)) {
      return { message: Number(message), delivery: Number(delivery) };
    }
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
  }
  throw invalidArgument(`You have passed an invalid ack ID to the service (ack_id=${ackId}).`);
}

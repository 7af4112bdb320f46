/** The local Pub/Sub: google.pubsub.v1 Publisher and Subscriber over gRPC, delivering by HTTP push from the shared state file. */
import type { handleUnaryCall, sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import { Server, status } from '@grpc/grpc-js';
import { listenGrpc } from '../loopback.ts';
import { RpcError } from '../rpc-error.ts';
import type { State } from '../state.ts';
import type { TimersOptions } from '../timers.ts';
import { timersOf } from '../timers.ts';
import { startDispatcher } from './dispatcher.ts';
import type { PubsubFaults } from './faults.ts';
import { DEFAULT_MAX_OUTSTANDING_PUSHES, DEFAULT_PAGE_SIZE, MAX_RECEIVE_BYTES, RETENTION_SECONDS } from './limits.ts';
import { loadServices } from './protos.ts';
import { pullMethods } from './pull.ts';
import type { NewSubscription, PubsubMessage, PushConfig, Subscription, Topic } from './schemas.ts';
import { checkMessages, checkPushConfig, checkSubscription, checkTopic } from './schemas.ts';
import { openStore } from './store.ts';

/** Pushes under way at once: for every subscription, or by a subscription's full name. */
export type PushBound = number | ((subscription: string) => number);

export interface PubsubEmulator {
  port: number;
  /** Since the start: messages published by RPC, pushes sent, messages acknowledged, RPCs answered. */
  counters(): { published: number; delivered: number; acknowledged: number; rpcs: number };
  /** Resolves when nothing is outstanding or queued for a push endpoint. */
  idle(): Promise<void>;
  /** Deletes all topics, subscriptions and messages; pushes under way are broken off. */
  clear(): Promise<void>;
  /** Ends pushes, timers and connections, once. What was not acknowledged is delivered after the next start. */
  close(): Promise<void>;
}

interface ListRequest {
  project: string;
  pageSize: number;
  pageToken: string;
}

/** @throws when the port is taken. */
export async function startPubsub(
  options: TimersOptions & {
    state: State;
    /** 0, the default, takes a free one. */
    port?: number;
    maxOutstandingPushes?: PushBound;
    log?: (line: string) => void;
    faults?: PubsubFaults;
  },
): Promise<PubsubEmulator> {
  const { state, log = () => {}, faults, maxOutstandingPushes: bound = DEFAULT_MAX_OUTSTANDING_PUSHES } = options;
  const timers = timersOf(options);
  const counters = { published: 0, delivered: 0, acknowledged: 0, rpcs: 0 };
  const store = openStore(state.db);
  const maxOutstanding = typeof bound === 'number' ? () => bound : bound;
  const dispatcher = startDispatcher({ state, store, maxOutstanding, timers, counters, log, faults });

  const pull = pullMethods({ state, store, timers, counters, delay: dispatcher.delay, wake: dispatcher.wake });

  const rpc = <Request>(answer: (request: Request) => object | Promise<object>): handleUnaryCall<Request, object> => {
    const serve = async (call: ServerUnaryCall<Request, object>, callback: sendUnaryData<object>): Promise<void> => {
      const started = performance.now();
      let code = status.OK;
      try {
        callback(null, await answer(call.request));
      } catch (error) {
        code = error instanceof RpcError ? error.code : status.INTERNAL;
        callback({ code, details: error instanceof Error ? error.message : String(error) });
      }
      counters.rpcs += 1;
      const method = call.getPath().split('/').at(-1);
      log(`Pub/Sub: ${method} ${status[code]} ${(performance.now() - started).toFixed(1)} ms`);
    };
    return (call, callback) => void serve(call, callback);
  };

  const publisher = {
    CreateTopic: rpc(async (request: Topic) => {
      const topic = checkTopic(request);
      await state.write(() => store.createTopic(topic));
      return topicAnswer(topic);
    }),
    GetTopic: rpc(({ topic }: { topic: string }) => topicAnswer(store.topic(topic))),
    DeleteTopic: rpc(async ({ topic }: { topic: string }) => {
      await state.write(() => store.deleteTopic(topic));
      return {};
    }),
    ListTopics: rpc((request: ListRequest) => {
      const { items, nextPageToken } = page(request, (after, size) =>
        store.page<Topic>('topics', request.project, after, size),
      );
      return { topics: items.map(topicAnswer), nextPageToken };
    }),
    Publish: rpc(async ({ topic, messages }: { topic: string; messages: PubsubMessage[] }) => {
      checkMessages(messages);
      const ids = await state.write(() =>
        messages.map((message) => store.publish(topic, message, timers.now(), dispatcher.delay)),
      );
      counters.published += ids.length;
      dispatcher.wake(store.subscribers(topic).map(({ name }) => name));
      return { messageIds: ids.map(String) };
    }),
  };

  const subscriber = {
    CreateSubscription: rpc(async (request: NewSubscription) => {
      const subscription = checkSubscription(request);
      await state.write(() => store.createSubscription(subscription));
      return subscriptionAnswer(subscription);
    }),
    GetSubscription: rpc(({ subscription }: { subscription: string }) =>
      subscriptionAnswer(store.subscription(subscription)),
    ),
    ModifyPushConfig: rpc(async (request: { subscription: string; pushConfig: PushConfig | null }) => {
      const pushConfig = checkPushConfig(request.pushConfig);
      await state.write(() => store.modifyPushConfig(request.subscription, pushConfig));
      dispatcher.wake([request.subscription]);
      return {};
    }),
    ListSubscriptions: rpc((request: ListRequest) => {
      const { items, nextPageToken } = page(request, (after, size) =>
        store.page<Subscription>('subscriptions', request.project, after, size),
      );
      return { subscriptions: items.map(subscriptionAnswer), nextPageToken };
    }),
    Pull: rpc(pull.pull),
    Acknowledge: rpc(pull.acknowledge),
    ModifyAckDeadline: rpc(pull.modifyAckDeadline),
    // None can be made, so the whole list is known: tools ask for it before anything else.
    ListSnapshots: rpc(() => ({ snapshots: [], nextPageToken: '' })),
    DeleteSubscription: rpc(async ({ subscription }: { subscription: string }) => {
      await state.write(() => store.deleteSubscription(subscription));
      dispatcher.wake([subscription]);
      return {};
    }),
  };

  const schemas = { ListSchemas: rpc(() => ({ schemas: [], nextPageToken: '' })) };

  // grpc-js answers the methods that have no handler with UNIMPLEMENTED and their name.
  const server = new Server({ 'grpc.max_receive_message_length': MAX_RECEIVE_BYTES });
  const services = loadServices();
  server.addService(services.publisher, publisher);
  server.addService(services.subscriber, subscriber);
  server.addService(services.schemas, schemas);
  const { port, close } = await listenGrpc(server, options.port);
  dispatcher.wake(store.pushed());

  let closing: Promise<void> | undefined;
  return {
    port,
    counters: () => ({ ...counters }),
    idle: () => dispatcher.idle(),
    async clear() {
      // First the rows, so that no push starts that the stop would miss.
      await state.write(() => store.clear());
      await dispatcher.stop();
    },
    close: () => (closing ??= close().then(() => dispatcher.stop())),
  };
}

const topicAnswer = (topic: Topic): object => ({ ...topic, state: 'ACTIVE' });
const subscriptionAnswer = (subscription: Subscription): object => ({
  ...subscription,
  pushConfig: subscription.pushConfig ?? {},
  messageRetentionDuration: { seconds: RETENTION_SECONDS },
  state: 'ACTIVE',
});

/** A page token is the last name of the page before. */
function page<T extends { name: string }>(
  { pageSize, pageToken }: ListRequest,
  rows: (after: string, size: number) => T[],
): { items: T[]; nextPageToken: string } {
  const size = pageSize > 0 ? pageSize : DEFAULT_PAGE_SIZE;
  const items = rows(Buffer.from(pageToken, 'base64url').toString(), size + 1);
  const last = items.length > size ? items[size - 1]?.name : undefined;
  return { items: items.slice(0, size), nextPageToken: Buffer.from(last ?? '').toString('base64url') };
}

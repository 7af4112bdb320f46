/** The local Pub/Sub: google.pubsub.v1 Publisher and Subscriber over gRPC, delivering by HTTP push from the shared state file. */
import type { handleUnaryCall, sendUnaryData, UntypedServiceImplementation } from '@grpc/grpc-js';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import type { State } from '../state.ts';
import type { Timers } from '../timers.ts';
import { timersOf } from '../timers.ts';
import { startDispatcher } from './dispatcher.ts';
import type { PubsubFaults } from './faults.ts';
import { DEFAULT_MAX_OUTSTANDING_PUSHES, DEFAULT_PAGE_SIZE, MAX_PUBLISH_BYTES, MAX_RECEIVE_BYTES } from './limits.ts';
import { loadServices } from './protos.ts';
import { invalid, RpcError } from './rpc-error.ts';
import type { PubsubMessage, PushConfig, Subscription, Topic } from './schemas.ts';
import { checkMessages, checkPushConfig, checkSubscription, checkTopic, UPDATABLE } from './schemas.ts';
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

/** How long a client may take to hang up before {@link PubsubEmulator.close} cuts the connection. */
const SHUTDOWN_GRACE_MS = 500;

interface ListRequest {
  project: string;
  topic: string;
  pageSize: number;
  pageToken: string;
}

/** @throws when the port is taken. */
export async function startPubsub(options: {
  state: State;
  /** 0, the default, takes a free one. */
  port?: number;
  maxOutstandingPushes?: PushBound;
  /** Milliseconds since 1970. */
  clock?: () => number;
  /** Replaces `setTimeout`, for tests that move time; the answer cancels. */
  after?: Timers['after'];
  log?: (line: string) => void;
  faults?: PubsubFaults;
}): Promise<PubsubEmulator> {
  const { state, log = () => {} } = options;
  const bound = options.maxOutstandingPushes ?? DEFAULT_MAX_OUTSTANDING_PUSHES;
  const timers = timersOf(options);
  const counters = { published: 0, delivered: 0, acknowledged: 0, rpcs: 0 };
  const store = openStore(state.db);
  const dispatcher = startDispatcher({
    state,
    store,
    maxOutstanding: typeof bound === 'number' ? () => bound : bound,
    timers,
    counters,
    log,
    faults: options.faults,
  });
  const write = state.write.bind(state);

  const rpc = <Request>(name: string, answer: (request: Request) => unknown): handleUnaryCall<Request, unknown> => {
    const answered = async (call: { request: Request }, callback: sendUnaryData<unknown>): Promise<void> => {
      const started = performance.now();
      let code = status.OK;
      try {
        const response = await answer(call.request);
        callback(null, response);
      } catch (error) {
        code = error instanceof RpcError ? error.code : status.INTERNAL;
        callback({ code, details: error instanceof Error ? error.message : String(error) });
      }
      counters.rpcs += 1;
      log(`Pub/Sub ${name} ${status[code]} ${(performance.now() - started).toFixed(1)} ms`);
    };
    return (call, callback) => void answered(call, callback);
  };

  const publisher: UntypedServiceImplementation = {
    CreateTopic: rpc('CreateTopic', async (request: Topic & Record<string, unknown>) => {
      const topic = checkTopic(request);
      await write(() => store.createTopic(topic));
      return topicAnswer(topic);
    }),
    GetTopic: rpc('GetTopic', ({ topic }: { topic: string }) => topicAnswer(store.topic(topic))),
    DeleteTopic: rpc('DeleteTopic', async ({ topic }: { topic: string }) => {
      await write(() => store.deleteTopic(topic));
      return {};
    }),
    ListTopics: rpc('ListTopics', (request: ListRequest) => {
      const { items, nextPageToken } = page(request, (after, size) =>
        store.page<Topic>('topics', request.project, after, size),
      );
      return { topics: items.map(topicAnswer), nextPageToken };
    }),
    ListTopicSubscriptions: rpc('ListTopicSubscriptions', (request: ListRequest) => {
      const names = store.subscribers(store.topic(request.topic).name).map(({ name }) => ({ name }));
      const { items, nextPageToken } = page(request, (after, size) =>
        names.filter(({ name }) => name > after).slice(0, size),
      );
      return { subscriptions: items.map(({ name }) => name), nextPageToken };
    }),
    Publish: rpc('Publish', async ({ topic, messages }: { topic: string; messages: PubsubMessage[] }) => {
      checkMessages(messages);
      const bytes = messages.reduce((sum, { data }) => sum + data.length, 0);
      if (bytes > MAX_PUBLISH_BYTES) {
        throw invalid(
          `Request payload size exceeds the limit: ${MAX_PUBLISH_BYTES} bytes (got ${bytes} of message data).`,
        );
      }
      const ids = await write(() =>
        messages.map((message) => store.publish(topic, message, timers.now(), dispatcher.delay)),
      );
      counters.published += ids.length;
      dispatcher.wake(store.subscribers(topic).map(({ name }) => name));
      return { messageIds: ids.map(String) };
    }),
  };

  const subscriber: UntypedServiceImplementation = {
    CreateSubscription: rpc('CreateSubscription', async (request: Subscription & Record<string, unknown>) => {
      const subscription = checkSubscription(request);
      await write(() => store.createSubscription(subscription));
      return subscriptionAnswer(subscription);
    }),
    GetSubscription: rpc('GetSubscription', ({ subscription }: { subscription: string }) =>
      subscriptionAnswer(store.subscription(subscription)),
    ),
    UpdateSubscription: rpc(
      'UpdateSubscription',
      async ({ subscription, updateMask }: { subscription: Subscription; updateMask: { paths: string[] } | null }) => {
        const fields = fieldsOf(updateMask?.paths ?? []);
        const stored = store.subscription(subscription.name);
        const wanted = Object.fromEntries(fields.map((field) => [field, subscription[field]]));
        const checked = checkSubscription({ ...stored, ...wanted });
        const change = Object.fromEntries(fields.map((field) => [field, checked[field]]));
        const updated = await write(() => store.updateSubscription(subscription.name, change));
        dispatcher.wake([updated.name]);
        return subscriptionAnswer(updated);
      },
    ),
    ModifyPushConfig: rpc(
      'ModifyPushConfig',
      async ({ subscription, pushConfig }: { subscription: string; pushConfig: PushConfig | null }) => {
        const checked = checkPushConfig(pushConfig);
        await write(() => store.updateSubscription(subscription, { pushConfig: checked }));
        dispatcher.wake([subscription]);
        return {};
      },
    ),
    ListSubscriptions: rpc('ListSubscriptions', (request: ListRequest) => {
      const { items, nextPageToken } = page(request, (after, size) =>
        store.page<Subscription>('subscriptions', request.project, after, size),
      );
      return { subscriptions: items.map(subscriptionAnswer), nextPageToken };
    }),
    DeleteSubscription: rpc('DeleteSubscription', async ({ subscription }: { subscription: string }) => {
      await write(() => store.deleteSubscription(subscription));
      dispatcher.wake([subscription]);
      return {};
    }),
  };

  // grpc-js answers the methods that have no handler with UNIMPLEMENTED and their name.
  const server = new Server({ 'grpc.max_receive_message_length': MAX_RECEIVE_BYTES });
  const services = loadServices();
  server.addService(services.publisher, publisher);
  server.addService(services.subscriber, subscriber);
  const port = await listen(server, options.port ?? 0);
  dispatcher.wake(store.pushed());

  let closing: Promise<void> | undefined;
  return {
    port,
    counters: () => ({ ...counters }),
    idle: () => dispatcher.idle(),
    async clear() {
      // First the rows, so that no push starts that the stop would miss.
      await write(() => store.clear());
      await dispatcher.stop();
    },
    close: () => (closing ??= shutDown(server).then(() => dispatcher.stop())),
  };
}

const topicAnswer = (topic: Topic): object => ({ ...topic, state: 'ACTIVE' });
const subscriptionAnswer = (subscription: Subscription): object => ({
  ...subscription,
  pushConfig: subscription.pushConfig ?? {},
  state: 'ACTIVE',
});

/** A page token is the last name of the page before. */
function page<T extends { name: string }>(
  { pageSize, pageToken }: ListRequest,
  rows: (after: string, size: number) => T[],
): { items: T[]; nextPageToken: string } {
  const size = pageSize > 0 ? pageSize : DEFAULT_PAGE_SIZE;
  const items = rows(Buffer.from(pageToken, 'base64url').toString(), size + 1);
  const last = items.length > size ? items[size - 1] : undefined;
  return {
    items: items.slice(0, size),
    nextPageToken: last === undefined ? '' : Buffer.from(last.name).toString('base64url'),
  };
}

function fieldsOf(paths: readonly string[]): (keyof Subscription)[] {
  if (paths.length === 0) throw invalid('UpdateSubscription needs an update_mask with at least one path.');
  return paths.map((path) => {
    const [top = ''] = path.split('.');
    // Clients send either spelling of a field's name.
    const field = UPDATABLE[top.replaceAll(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`)];
    if (field === undefined || path !== top) {
      throw invalid(
        `Invalid update_mask provided (path=${path}). A subscription's ${Object.keys(UPDATABLE).join(', ')} can change.`,
      );
    }
    return field;
  });
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
}

function shutDown(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.forceShutdown(), SHUTDOWN_GRACE_MS);
    server.tryShutdown(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** The methods of google.pubsub.v1 that there are; the others answer UNIMPLEMENTED by their names. */
import type { State } from '../state.ts';
import type { Timers } from '../timers.ts';
import type { Dispatcher } from './dispatcher.ts';
import { DEFAULT_PAGE_SIZE, RETENTION_SECONDS } from './limits.ts';
import { pullMethods } from './pull.ts';
import type { NewSubscription, PubsubMessage, PushConfig, Subscription, Topic } from './schemas.ts';
import { checkMessages, checkPushConfig, checkSubscription, checkTopic } from './schemas.ts';
import type { Store } from './store.ts';

/** What methods work on. */
export interface Workings {
  readonly state: State;
  readonly store: Store;
  readonly timers: Timers;
  readonly dispatcher: Dispatcher;
  readonly counters: { published: number; acknowledged: number };
}

/** By the names of their RPCs; each takes its own request. */
export type Methods = Readonly<Record<string, (request: never) => object | Promise<object>>>;

interface ListRequest {
  project: string;
  pageSize: number;
  pageToken: string;
}

export function publisherMethods({ state, store, timers, dispatcher, counters }: Workings): Methods {
  return {
    CreateTopic: async (request: Topic) => {
      const topic = checkTopic(request);
      await state.write(() => store.createTopic(topic));
      return topicAnswer(topic);
    },
    GetTopic: ({ topic }: { topic: string }) => topicAnswer(store.topic(topic)),
    DeleteTopic: async ({ topic }: { topic: string }) => {
      await state.write(() => store.deleteTopic(topic));
      return {};
    },
    ListTopics: (request: ListRequest) => {
      const { items, nextPageToken } = page(request, (after, size) =>
        store.page<Topic>('topics', request.project, after, size),
      );
      return { topics: items.map(topicAnswer), nextPageToken };
    },
    Publish: async ({ topic, messages }: { topic: string; messages: PubsubMessage[] }) => {
      checkMessages(messages);
      const ids = await state.write(() =>
        messages.map((message) => store.publish(topic, message, timers.now(), dispatcher.delay)),
      );
      counters.published += ids.length;
      dispatcher.wake(store.subscribers(topic).map(({ name }) => name));
      return { messageIds: ids.map(String) };
    },
  };
}

export function subscriberMethods({ state, store, timers, dispatcher, counters }: Workings): Methods {
  const pull = pullMethods({ state, store, timers, counters, delay: dispatcher.delay, wake: dispatcher.wake });
  return {
    CreateSubscription: async (request: NewSubscription) => {
      const subscription = checkSubscription(request);
      await state.write(() => store.createSubscription(subscription));
      return subscriptionAnswer(subscription);
    },
    GetSubscription: ({ subscription }: { subscription: string }) =>
      subscriptionAnswer(store.subscription(subscription)),
    ModifyPushConfig: async (request: { subscription: string; pushConfig: PushConfig | null }) => {
      const pushConfig = checkPushConfig(request.pushConfig);
      await state.write(() => store.modifyPushConfig(request.subscription, pushConfig));
      dispatcher.wake([request.subscription]);
      return {};
    },
    ListSubscriptions: (request: ListRequest) => {
      const { items, nextPageToken } = page(request, (after, size) =>
        store.page<Subscription>('subscriptions', request.project, after, size),
      );
      return { subscriptions: items.map(subscriptionAnswer), nextPageToken };
    },
    Pull: pull.pull,
    Acknowledge: pull.acknowledge,
    ModifyAckDeadline: pull.modifyAckDeadline,
    // None can be made, so the whole list is known: tools ask for it before anything else.
    ListSnapshots: () => ({ snapshots: [], nextPageToken: '' }),
    DeleteSubscription: async ({ subscription }: { subscription: string }) => {
      await state.write(() => store.deleteSubscription(subscription));
      dispatcher.wake([subscription]);
      return {};
    },
  };
}

export function schemaMethods(): Methods {
  return { ListSchemas: () => ({ schemas: [], nextPageToken: '' }) };
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

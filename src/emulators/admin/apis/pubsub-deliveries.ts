/** What is published, and pushed to who subscribes: as the accounts that are named, again and again, and in the end to where dead letters go. */
import { ApiError } from '../../rest-server.ts';
import { after } from '../core/events.ts';
import { type Json, textAt, valueAt } from '../core/json.ts';
import type { AdminApi, Call } from '../core/method.ts';
import { assertMay } from '../core/policies.ts';
import { find, fullName, listIn, needs } from '../core/resources.ts';
import { assertToken, callService } from '../core/traffic.ts';
import type { World } from '../core/world.ts';
import { agentOf } from './service-usage.ts';

const HOST = 'pubsub.googleapis.com';

/** Of a subscription that says nothing: at once. */
const FIRST_PAUSE_SECONDS = 0.1;
const LONGEST_PAUSE_SECONDS = 600;

const secondsOf = (duration: string, otherwise: number): number =>
  duration === '' ? otherwise : Number.parseFloat(duration);

function publish({ world, request }: Call): Json {
  const topic = textAt(request, 'topic');
  find(world, HOST, topic);
  const messages = (request['messages'] ?? []) as readonly Json[];
  if (messages.length === 0) throw new ApiError('INVALID_ARGUMENT', 'The value for message_count is too small: 0.');
  return { messageIds: messages.map((message) => send(world, topic, message)) };
}

/** To every subscription of the topic. The message's id. */
function send(world: World, topic: string, message: Json): string {
  const messageId = world.id();
  for (const subscription of listIn(world, HOST, `projects/${world.projectId}/subscriptions`)) {
    if (subscription['topic'] !== topic) continue;
    const name = textAt(subscription, 'name');
    if (textAt(subscription, 'pushConfig.pushEndpoint') === '') wait(world, name);
    else after(world, 0, () => push(world, name, { message: { ...message, messageId }, subscription: name }, 1));
  }
  return messageId;
}

const wait = (world: World, name: string): void => {
  world.backlogs.set(name, (world.backlogs.get(name) ?? 0) + 1);
};

/** @param attempt from 1 */
function push(world: World, name: string, body: Json, attempt: number): void {
  const subscription = world.resources.get(fullName(HOST, name));
  if (subscription === undefined || attemptDelivery(world, subscription, body)) return;
  const letters = (subscription['deadLetterPolicy'] ?? {}) as Json;
  if (attempt >= Number(letters['maxDeliveryAttempts'] ?? Infinity) && giveUp(world, name, letters, body)) return;
  const first = secondsOf(textAt(subscription, 'retryPolicy.minimumBackoff'), FIRST_PAUSE_SECONDS);
  const longest = secondsOf(textAt(subscription, 'retryPolicy.maximumBackoff'), LONGEST_PAUSE_SECONDS);
  const seconds = Math.min(first * 2 ** (attempt - 1), longest);
  after(world, seconds * 1_000, () => push(world, name, body, attempt + 1));
}

/** Whether it was taken; what refuses it is told to nobody, as with Google. */
function attemptDelivery(world: World, subscription: Json, body: Json): boolean {
  const config = subscription['pushConfig'] as Json;
  const email = textAt(config, 'oidcToken.serviceAccountEmail');
  const endpoint = textAt(config, 'pushEndpoint');
  return isDone(() => {
    assertToken(world, { agent: agentOf(world, 'pubsub'), email });
    callService(world, email, endpoint, textAt(config, 'oidcToken.audience') || endpoint, body);
  });
}

/** Google's account takes it from the one, and gives it to the other: without either right it stays. */
function giveUp(world: World, name: string, letters: Json, body: Json): boolean {
  const topic = textAt(letters, 'deadLetterTopic');
  return isDone(() => {
    const agent = agentOf(world, 'pubsub');
    assertMay(world, agent, 'pubsub.topics.publish', fullName(HOST, topic));
    assertMay(world, agent, 'pubsub.subscriptions.consume', fullName(HOST, name));
    send(world, topic, (valueAt(body, 'message') ?? {}) as Json);
  });
}

function isDone(doing: () => void): boolean {
  try {
    doing();
    return true;
  } catch (thrown) {
    if (thrown instanceof ApiError) return false;
    throw thrown;
  }
}

export const pubsubDeliveries: AdminApi = {
  service: HOST,
  methods: {
    'google.pubsub.v1.Publisher.Publish': { needs: needs(HOST, 'pubsub.topics.publish', 'topic'), answer: publish },
  },
};

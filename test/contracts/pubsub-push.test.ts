/** Publish and push, seen by the official client and an HTTP endpoint. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { CreateSubscriptionOptions, Topic } from '@google-cloud/pubsub';
import type { PushReceiver } from '../support/push-receiver.ts';
import { startPushReceiver } from '../support/push-receiver.ts';
import type { PubsubUnderTest } from '../support/pubsub-under-test.ts';
import { pubsubUnderTest } from '../support/pubsub-under-test.ts';

/** The shortest retry that the service allows. */
const AT_ONCE = { minimumBackoff: { seconds: 0 }, maximumBackoff: { seconds: 0 } };

describe('push', () => {
  let cloud: PubsubUnderTest;
  const receivers: PushReceiver[] = [];
  beforeAll(async () => {
    cloud = await pubsubUnderTest();
  });
  afterAll(() => cloud.close());
  afterEach(async () => {
    await Promise.all(receivers.splice(0).map((receiver) => receiver.close()));
  });

  async function subscribed(
    answer?: Parameters<typeof startPushReceiver>[0],
    options: CreateSubscriptionOptions = {},
  ): Promise<{ topic: Topic; receiver: PushReceiver; subscription: string }> {
    const receiver = await startPushReceiver(answer);
    receivers.push(receiver);
    const [topic] = await cloud.client.createTopic(cloud.unique('topic'));
    const [subscription] = await topic.createSubscription(cloud.unique('sub'), {
      pushEndpoint: receiver.url,
      ...options,
    });
    return { topic, receiver, subscription: subscription.name };
  }

  test('a published message arrives as the JSON wrapper with its id, time, data and attributes', async () => {
    const { topic, receiver, subscription } = await subscribed();
    const id = await topic.publishMessage({ data: Buffer.from('hello'), attributes: { kind: 'greeting' } });
    const [push] = await receiver.arrived(1);
    expect(push?.method).toBe('POST');
    expect(push?.headers['content-type']).toBe('application/json');
    expect(push?.body.subscription).toBe(subscription);
    expect(push?.body.message).toMatchObject({
      data: Buffer.from('hello').toString('base64'),
      attributes: { kind: 'greeting' },
      messageId: id,
    });
    expect(Date.parse(push?.body.message.publishTime ?? '')).toBeGreaterThan(Date.now() - 60_000);
    expect(push?.body).not.toHaveProperty('deliveryAttempt');
  });

  test('a message that was refused is pushed again under the same id until it is accepted', async () => {
    const { topic, receiver } = await subscribed((_, count) => (count < 3 ? 500 : 204), { retryPolicy: AT_ONCE });
    const id = await topic.publishMessage({ data: Buffer.from('again') });
    const pushes = await receiver.arrived(3);
    expect(pushes.map(({ body }) => body.message.messageId)).toEqual([id, id, id]);
  });

  test.each([102, 200, 201, 202, 204])('status %i acknowledges', async (status) => {
    const { topic, receiver } = await subscribed(() => status, { retryPolicy: AT_ONCE });
    await topic.publishMessage({ data: Buffer.from('first') });
    await receiver.arrived(1);
    await topic.publishMessage({ data: Buffer.from('second') });
    await receiver.arrived(2);
    expect(receiver.texts()).toEqual(['first', 'second']);
  });

  test('each subscription of a topic gets its own copy, and one made later gets nothing from before', async () => {
    const { topic, receiver } = await subscribed();
    const other = await startPushReceiver();
    const late = await startPushReceiver();
    receivers.push(other, late);
    await topic.createSubscription(cloud.unique('other'), { pushEndpoint: other.url });
    await topic.publishMessage({ data: Buffer.from('one') });
    await topic.createSubscription(cloud.unique('late'), { pushEndpoint: late.url });
    await topic.publishMessage({ data: Buffer.from('two') });
    await Promise.all([receiver.arrived(2), other.arrived(2), late.arrived(1)]);
    expect(receiver.texts().sort()).toEqual(['one', 'two']);
    expect(other.texts().sort()).toEqual(['one', 'two']);
    expect(late.texts()).toEqual(['two']);
  });

  test('only messages that match the filter arrive', async () => {
    const { topic, receiver } = await subscribed(undefined, {
      filter: 'attributes.tier = "high-mem" AND NOT attributes:test',
    });
    await topic.publishMessage({ data: Buffer.from('no'), attributes: { tier: 'standard' } });
    await topic.publishMessage({ data: Buffer.from('no'), attributes: { tier: 'high-mem', test: '' } });
    await topic.publishMessage({ data: Buffer.from('yes'), attributes: { tier: 'high-mem' } });
    await receiver.arrived(1);
    await topic.publishMessage({ data: Buffer.from('yes too'), attributes: { tier: 'high-mem' } });
    await receiver.arrived(2);
    expect(receiver.texts()).toEqual(['yes', 'yes too']);
  });

  test('with a dead-letter policy the attempt is told, and the last failure moves the message', async () => {
    const [deadTopic] = await cloud.client.createTopic(cloud.unique('dead'));
    const dead = await startPushReceiver();
    receivers.push(dead);
    await deadTopic.createSubscription(cloud.unique('dead-sub'), { pushEndpoint: dead.url });
    const { topic, receiver, subscription } = await subscribed(() => 500, {
      retryPolicy: AT_ONCE,
      deadLetterPolicy: { deadLetterTopic: deadTopic.name, maxDeliveryAttempts: 5 },
    });
    await topic.publishMessage({ data: Buffer.from('doomed'), attributes: { kept: 'yes' } });
    const [letter] = await dead.arrived(1);
    // The service counts attempts by best effort: https://cloud.google.com/pubsub/docs/handling-failures
    expect(receiver.pushes.map(({ body }) => body.deliveryAttempt)).toEqual([1, 2, 3, 4, 5]);
    expect(letter?.text).toBe('doomed');
    expect(letter?.body.message.attributes).toMatchObject({
      kept: 'yes',
      CloudPubSubDeadLetterSourceDeliveryCount: '5',
      CloudPubSubDeadLetterSourceSubscription: subscription.split('/').at(-1),
    });
  });

  test('messages of one ordering key arrive in order, past a failure', async () => {
    const failed = new Set<string>();
    const { topic, receiver } = await subscribed(
      ({ text }) => {
        if (text !== '1' || failed.has(text)) return 204;
        failed.add(text);
        return 503;
      },
      { enableMessageOrdering: true, retryPolicy: AT_ONCE },
    );
    const ordered = cloud.client.topic(topic.name, { messageOrdering: true });
    const texts = ['0', '1', '2', '3', '4'];
    await Promise.all(texts.map((text) => ordered.publishMessage({ data: Buffer.from(text), orderingKey: 'key' })));
    await receiver.arrived(6);
    expect(receiver.texts()).toEqual(['0', '1', '1', '2', '3', '4']);
  });
});

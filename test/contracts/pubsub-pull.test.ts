/** Pull by single requests, seen by the official low-level client; the high-level one streams. */
import { credentials } from '@grpc/grpc-js';
import { v1 } from '@google-cloud/pubsub';
import type { CreateSubscriptionOptions, Topic } from '@google-cloud/pubsub';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PubsubUnderTest } from '../support/pubsub-under-test.ts';
import { pubsubUnderTest } from '../support/pubsub-under-test.ts';

/** gRPC status codes. */
const INVALID_ARGUMENT = 3;
const NOT_FOUND = 5;
const FAILED_PRECONDITION = 9;

describe('pull', () => {
  let cloud: PubsubUnderTest;
  let client: v1.SubscriberClient;
  beforeAll(async () => {
    cloud = await pubsubUnderTest();
    const [servicePath = '', port] = cloud.endpoint.split(':');
    client = new v1.SubscriberClient({ servicePath, port: Number(port), sslCreds: credentials.createInsecure() });
  });
  afterAll(async () => {
    await client.close();
    await cloud.close();
  });

  async function subscribed(options: CreateSubscriptionOptions = {}): Promise<{ topic: Topic; subscription: string }> {
    const [topic] = await cloud.client.createTopic(cloud.unique('topic'));
    const [{ name }] = await topic.createSubscription(cloud.unique('sub'), options);
    return { topic, subscription: name };
  }
  const pull = async (subscription: string, maxMessages = 10) => {
    const [{ receivedMessages }] = await client.pull({ subscription, maxMessages, returnImmediately: true });
    return (receivedMessages ?? []).map(({ ackId, message, deliveryAttempt }) => ({
      ackId: ackId ?? '',
      text: Buffer.from((message?.data ?? '') as Uint8Array).toString(),
      message,
      deliveryAttempt,
    }));
  };

  test('a message comes as it was published, and not again while it is leased or once it is acknowledged', async () => {
    const { topic, subscription } = await subscribed();
    expect(await pull(subscription)).toEqual([]);
    const id = await topic.publishMessage({ data: Buffer.from('hello'), attributes: { kind: 'greeting' } });
    const [first, ...more] = await pull(subscription);
    expect(more).toEqual([]);
    expect(first).toMatchObject({ text: 'hello', message: { messageId: id, attributes: { kind: 'greeting' } } });
    expect(Number(first?.message?.publishTime?.seconds)).toBeGreaterThan(1.7e9);
    expect(first?.deliveryAttempt ?? 0).toBe(0);
    expect(await pull(subscription)).toEqual([]);
    await client.acknowledge({ subscription, ackIds: [first?.ackId ?? ''] });
    await client.modifyAckDeadline({ subscription, ackIds: [first?.ackId ?? ''], ackDeadlineSeconds: 0 });
    expect(await pull(subscription)).toEqual([]);
  });

  test('a deadline of 0 gives a message back at once, to be counted as another delivery', async () => {
    const [{ name: deadLetterTopic }] = await cloud.client.createTopic(cloud.unique('dead'));
    const { topic, subscription } = await subscribed({ deadLetterPolicy: { deadLetterTopic, maxDeliveryAttempts: 5 } });
    const [letters] = await cloud.client.topic(deadLetterTopic).createSubscription(cloud.unique('letters'));
    await topic.publishMessage({ data: Buffer.from('hot') });
    for (const attempt of [1, 2, 3, 4, 5]) {
      const [one] = await pull(subscription);
      expect(one).toMatchObject({ text: 'hot', deliveryAttempt: attempt });
      await client.modifyAckDeadline({ subscription, ackIds: [one?.ackId ?? ''], ackDeadlineSeconds: 0 });
    }
    expect(await pull(subscription)).toEqual([]);
    const [letter] = await pull(letters.name);
    expect(letter).toMatchObject({
      text: 'hot',
      message: { attributes: { CloudPubSubDeadLetterSourceDeliveryCount: '5' } },
    });
  });

  test('no more messages come than are asked for, the oldest first', async () => {
    const { topic, subscription } = await subscribed();
    for (const text of ['a', 'b', 'c']) await topic.publishMessage({ data: Buffer.from(text) });
    expect((await pull(subscription, 2)).map(({ text }) => text)).toEqual(['a', 'b']);
    expect((await pull(subscription, 2)).map(({ text }) => text)).toEqual(['c']);
  });

  test('messages of an ordering key come one after another', async () => {
    const { topic, subscription } = await subscribed({ enableMessageOrdering: true });
    topic.setPublishOptions({ messageOrdering: true });
    for (const text of ['a', 'b']) await topic.publishMessage({ data: Buffer.from(text), orderingKey: 'k' });
    const texts: string[] = [];
    while (texts.length < 2) {
      const list = await pull(subscription);
      texts.push(...list.map(({ text }) => text));
      await client.acknowledge({ subscription, ackIds: list.map(({ ackId }) => ackId) });
    }
    expect(texts).toEqual(['a', 'b']);
  });

  test('what cannot be pulled is refused', async () => {
    const { subscription } = await subscribed();
    const { subscription: pushed } = await subscribed({ pushEndpoint: 'http://127.0.0.1:9/nobody' });
    const refused = (call: Promise<unknown>): Promise<unknown> =>
      call.then(
        () => 0,
        ({ code }: { code: number }) => code,
      );
    const wrong = { subscription, ackIds: ['nonsense'] };
    expect(
      await Promise.all([
        refused(pull(pushed)),
        refused(pull(`${subscription}-none`)),
        refused(pull(subscription, 0)),
        refused(client.acknowledge(wrong)),
        refused(client.modifyAckDeadline({ ...wrong, ackDeadlineSeconds: 10 })),
        refused(client.modifyAckDeadline({ subscription, ackIds: [], ackDeadlineSeconds: 601 })),
      ]),
    ).toEqual([FAILED_PRECONDITION, NOT_FOUND, INVALID_ARGUMENT, INVALID_ARGUMENT, INVALID_ARGUMENT, INVALID_ARGUMENT]);
  });
});

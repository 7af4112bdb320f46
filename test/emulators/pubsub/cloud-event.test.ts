/** A push, received by Google's functions framework. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cloudEvent } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { PubSub } from '@google-cloud/pubsub';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PubsubEmulator } from '../../../src/emulators/pubsub/server.ts';
import { startPubsub } from '../../../src/emulators/pubsub/server.ts';
import type { State } from '../../../src/emulators/state.ts';
import { openState } from '../../../src/emulators/state.ts';
import type { PushBody } from '../../support/push-receiver.ts';
import { startPushReceiver } from '../../support/push-receiver.ts';

interface ReceivedEvent {
  id: string;
  source: string;
  type: string;
  time?: string;
  data?: PushBody;
}

const refused = (what: string): object => ({ code: 12, message: expect.stringContaining(what) });

describe('a cloudevent function', () => {
  let state: State;
  let pubsub: PubsubEmulator;
  let client: PubSub;
  let server: Server;
  let failures: number;
  let events: ReceivedEvent[];

  beforeEach(async () => {
    failures = 0;
    events = [];
    cloudEvent<PushBody>('worker', (event: ReceivedEvent) => {
      events.push(event);
      if (failures-- > 0) throw new Error('not this time');
    });
    server = getTestServer('worker');
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    state = openState(':memory:');
    pubsub = await startPubsub({ state });
    client = new PubSub({ projectId: 'demo', apiEndpoint: `127.0.0.1:${pubsub.port}`, emulatorMode: true });
  });
  afterEach(async () => {
    await client.close();
    await pubsub.close();
    await state.close();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const endpoint = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

  test('receives the whole message, its subscription and the attempt', async () => {
    const [dead] = await client.createTopic('dead');
    const [topic] = await client.createTopic('tasks');
    await topic.createSubscription('worker', {
      pushEndpoint: endpoint(),
      deadLetterPolicy: { deadLetterTopic: dead.name, maxDeliveryAttempts: 5 },
      retryPolicy: { minimumBackoff: { seconds: 0 }, maximumBackoff: { seconds: 0 } },
    });
    failures = 1;
    const id = await topic.publishMessage({
      json: { date: '2026-01-01' },
      attributes: { tier: 'standard' },
      orderingKey: 'k',
    });
    await pubsub.idle();
    expect(events).toHaveLength(2);
    expect(events.map(({ data }) => data?.deliveryAttempt)).toEqual([1, 2]);
    const [event] = events;
    expect(event).toMatchObject({
      id,
      source: '//pubsub.googleapis.com/projects/demo/topics/tasks',
      type: 'google.cloud.pubsub.topic.v1.messagePublished',
      data: {
        message: {
          data: Buffer.from('{"date":"2026-01-01"}').toString('base64'),
          attributes: { tier: 'standard' },
          messageId: id,
          message_id: id,
          orderingKey: 'k',
        },
        subscription: 'projects/demo/subscriptions/worker',
      },
    });
    expect(event?.data?.message.publishTime).toBe(event?.time);
  });

  test('receives a message without data', async () => {
    const [topic] = await client.createTopic('tasks');
    await topic.createSubscription('worker', { pushEndpoint: endpoint() });
    await topic.publishMessage({ attributes: { only: 'this' } });
    await pubsub.idle();
    expect(events[0]?.data?.message).toMatchObject({ attributes: { only: 'this' } });
    expect(events[0]?.data?.message).not.toHaveProperty('data');
  });

  test('a push config with a wrapper of its own gets no CloudEvent headers, one with a token its audience', async () => {
    const receiver = await startPushReceiver();
    const [topic] = await client.createTopic('tasks');
    await topic.createSubscription('plain', {
      pushConfig: {
        pushEndpoint: `${receiver.url}path?query=1`,
        pubsubWrapper: {},
        oidcToken: { serviceAccountEmail: 'pusher@demo.iam.gserviceaccount.com', audience: 'https://audience.example' },
      },
    });
    await topic.publishMessage({ data: Buffer.from('x') });
    const [push] = await receiver.arrived(1);
    expect(push?.path).toBe('/path?query=1');
    expect(Object.keys(push?.headers ?? {}).filter((name) => name.startsWith('ce-'))).toEqual([]);
    const [, payload = ''] = (push?.headers.authorization ?? '').split('.');
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
      aud: 'https://audience.example',
      email: 'pusher@demo.iam.gserviceaccount.com',
    });
    await pubsub.idle();
    await receiver.close();
  });

  test('what is not there is refused by name', async () => {
    const [topic] = await client.createTopic('tasks');
    await expect(topic.createSubscription('sub-a', { retainAckedMessages: true })).rejects.toMatchObject(
      refused('Subscription.retainAckedMessages'),
    );
    await expect(topic.createSubscription('sub-b', { enableExactlyOnceDelivery: true })).rejects.toMatchObject(
      refused('Subscription.enableExactlyOnceDelivery'),
    );
    await expect(client.createTopic({ name: 'other', kmsKeyName: 'key' })).rejects.toMatchObject(
      refused('Topic.kmsKeyName'),
    );
    await expect(topic.setMetadata({ labels: { a: 'b' } })).rejects.toMatchObject(refused('UpdateTopic'));
    await expect(client.subscription('sub-a').seek(new Date())).rejects.toMatchObject(refused('Seek'));
    await expect(client.createSchema('schema', 'AVRO', '{}')).rejects.toMatchObject(refused('CreateSchema'));
  });

  test('clear forgets everything but never uses an id again', async () => {
    const [topic] = await client.createTopic('tasks');
    await topic.createSubscription('worker', { pushEndpoint: 'http://127.0.0.1:9/nobody' });
    const before = await topic.publishMessage({ data: Buffer.from('x') });
    await pubsub.clear();
    await pubsub.idle();
    expect(await topic.exists()).toEqual([false]);
    await client.createTopic('tasks');
    expect(Number(await topic.publishMessage({ data: Buffer.from('y') }))).toBeGreaterThan(Number(before));
  });
});

/** Requests that no official client sends. */
import { Client, credentials } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadServices } from '../../../src/emulators/pubsub/protos.ts';
import type { PubsubEmulator } from '../../../src/emulators/pubsub/server.ts';
import { startPubsub } from '../../../src/emulators/pubsub/server.ts';
import type { State } from '../../../src/emulators/state.ts';
import { openState } from '../../../src/emulators/state.ts';

const TOPIC = 'projects/demo/topics/tasks';
const { publisher, subscriber, schemas } = loadServices();

const whole = (buffer: Buffer): Buffer => buffer;
const invalid = (part: string): object => ({ code: 3, details: expect.stringContaining(part) });

describe('the local Pub/Sub', () => {
  let state: State;
  let pubsub: PubsubEmulator;
  let client: Client;

  beforeEach(async () => {
    state = openState(':memory:');
    pubsub = await startPubsub({ state });
    client = new Client(`127.0.0.1:${pubsub.port}`, credentials.createInsecure());
    await call('CreateTopic', { name: TOPIC });
  });
  afterEach(async () => {
    client.close();
    await pubsub.close();
    await state.close();
  });

  const send = (path: string, bytes: Buffer): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      client.makeUnaryRequest(path, whole, whole, bytes, (error, answer) => {
        if (error === null) resolve(answer as Buffer);
        else reject(error);
      });
    });
  const call = async (method: string, request: object): Promise<Record<string, unknown>> => {
    const { path, requestSerialize, responseDeserialize } = (publisher[method] ??
      subscriber[method] ??
      schemas[method]) as NonNullable<(typeof publisher)[string]>;
    return responseDeserialize(await send(path, requestSerialize(request))) as Record<string, unknown>;
  };
  const publish = (messages: object[]): Promise<unknown> => call('Publish', { topic: TOPIC, messages });

  test('answers bytes that are no protobuf with an error and lives on', async () => {
    const garbage = Buffer.from('fffffffffffffffff', 'hex');
    await expect(send('/google.pubsub.v1.Publisher/Publish', garbage)).rejects.toMatchObject({ code: 13 });
    await expect(call('GetTopic', { topic: TOPIC })).resolves.toMatchObject({ name: TOPIC });
  });

  test('names the limit that a Publish breaks, and publishes none of its messages', async () => {
    const data = Buffer.from('x');
    await expect(publish([])).rejects.toMatchObject(invalid('at least one message'));
    await expect(publish(Array.from({ length: 1_001 }, () => ({ data })))).rejects.toMatchObject(
      invalid('limit is 1000'),
    );
    await expect(publish([{ data: Buffer.alloc(10_000_001) }])).rejects.toMatchObject(invalid('limit is 10000000'));
    await expect(publish([{ data }, {}])).rejects.toMatchObject(invalid('messages[1] is empty'));
    await expect(publish([{ data, orderingKey: 'é'.repeat(513) }])).rejects.toMatchObject(invalid('limit is 1024'));
    const attributes = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`k${index}`, 'v']));
    await expect(publish([{ attributes }])).rejects.toMatchObject(invalid('attributes is 101'));
    await expect(publish([{ attributes: { goog_x: 'v' } }])).rejects.toMatchObject(invalid('"goog_x"'));
    await expect(publish([{ attributes: { k: 'v'.repeat(1_025) } }])).rejects.toMatchObject(invalid('is 1025'));
    expect(pubsub.counters().published).toBe(0);
  });

  test.each([
    ['deadLetterPolicy', { deadLetterTopic: TOPIC, maxDeliveryAttempts: 4 }, 'between 5 and 100'],
    ['deadLetterPolicy', { deadLetterTopic: 'projects/demo/topics/none' }, 'Resource not found (resource=none)'],
    ['retryPolicy', { minimumBackoff: { seconds: 601 } }, 'minimum_backoff'],
    ['retryPolicy', { minimumBackoff: { seconds: 9 }, maximumBackoff: { seconds: 8 } }, 'greater than'],
    ['messageRetentionDuration', { seconds: 600 }, 'Subscription.messageRetentionDuration'],
    ['pushConfig', { pushEndpoint: 'ftp://example.com' }, 'push endpoint'],
    ['pushConfig', { pushEndpoint: 'http://127.0.0.1:1', noWrapper: {} }, 'PushConfig.noWrapper'],
    ['pushConfig', { pushEndpoint: 'http://127.0.0.1:1', attributes: { 'x-goog-version': 'v1beta1' } }, 'v1beta1'],
    ['expirationPolicy', { ttl: { seconds: 3_600 } }, 'Subscription.expirationPolicy'],
    ['detached', true, 'Subscription.detached'],
    ['tags', { a: 'b' }, 'Subscription.tags'],
    ['topic', 'projects/demo/topics/none', 'Resource not found (resource=none)'],
  ])('refuses a subscription whose %s is %j', async (field, value, part) => {
    const request = { name: 'projects/demo/subscriptions/sub', topic: TOPIC, [field]: value };
    await expect(call('CreateSubscription', request)).rejects.toMatchObject({ details: expect.stringContaining(part) });
  });

  test('answers each method that it does not have with UNIMPLEMENTED and its name', async () => {
    const missing = [
      'UpdateTopic',
      'UpdateSubscription',
      'ListTopicSubscriptions',
      'ListTopicSnapshots',
      'DetachSubscription',
    ];
    for (const method of [...missing, 'CreateSnapshot', 'GetSnapshot', 'DeleteSnapshot', 'Seek', 'CreateSchema']) {
      await expect(call(method, {})).rejects.toMatchObject({ code: 12, details: expect.stringContaining(method) });
    }
  });
});

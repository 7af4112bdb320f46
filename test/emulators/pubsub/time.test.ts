/** Waits of the local Pub/Sub, on a clock that the test moves. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CreateSubscriptionOptions, Topic } from '@google-cloud/pubsub';
import { PubSub, v1 } from '@google-cloud/pubsub';
import { credentials } from '@grpc/grpc-js';
import type { PubsubEmulator } from '../../../src/emulators/pubsub/server.ts';
import { startPubsub } from '../../../src/emulators/pubsub/server.ts';
import type { State } from '../../../src/emulators/state.ts';
import { openState } from '../../../src/emulators/state.ts';
import type { ManualTimers } from '../../support/manual-timers.ts';
import { manualTimers } from '../../support/manual-timers.ts';
import type { PushReceiver } from '../../support/push-receiver.ts';
import { startPushReceiver } from '../../support/push-receiver.ts';
import { PATIENCE_MS } from '../../support/patience.ts';

describe('the local Pub/Sub waits', () => {
  let timers: ManualTimers;
  let state: State;
  let pubsub: PubsubEmulator;
  let client: PubSub;
  let receiver: PushReceiver;
  let answer: () => number | Promise<number>;

  beforeEach(async () => {
    timers = manualTimers();
    state = openState(':memory:');
    pubsub = await startPubsub({ state, clock: timers.now, after: timers.after });
    client = new PubSub({ projectId: 'demo-time', apiEndpoint: `127.0.0.1:${pubsub.port}`, emulatorMode: true });
    receiver = await startPushReceiver(() => answer());
  });
  afterEach(async () => {
    await client.close();
    await pubsub.close();
    await state.close();
    await receiver.close();
    if (timers.waits().length > 0) throw new Error('a timer outlived the emulator');
  });

  const subscribed = async (options: CreateSubscriptionOptions = {}): Promise<Topic> => {
    const [topic] = await client.createTopic('topic');
    await topic.createSubscription('sub', { pushEndpoint: receiver.url, ...options });
    return topic;
  };
  const waits = (expected: number[]): Promise<void> =>
    vi.waitFor(() => expect(timers.waits()).toEqual(expected), { interval: 1, timeout: PATIENCE_MS });

  test.each([
    ['its retry policy', { minimumBackoff: { seconds: 10 }, maximumBackoff: { seconds: 60 } }, [10, 20, 40, 60, 60]],
    ['the service, when it has none', undefined, [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 60, 60]],
  ])('between two pushes of a message as %s says', async (_, retryPolicy, seconds) => {
    answer = () => 500;
    // A deadline unlike every wait below, so that a push under way cannot be taken for one.
    const topic = await subscribed({ ackDeadlineSeconds: 77, ...(retryPolicy && { retryPolicy }) });
    await topic.publishMessage({ data: Buffer.from('x') });
    for (const [index, second] of seconds.entries()) {
      await receiver.arrived(index + 1);
      await waits([second * 1_000]);
      if (index + 1 === seconds.length) answer = () => 200;
      timers.advance(second * 1_000);
    }
    await pubsub.idle();
    expect(receiver.pushes).toHaveLength(seconds.length + 1);
    expect(timers.waits()).toEqual([]);
  });

  test('for an answer until the acknowledgement deadline, then pushes again', async () => {
    answer = () => new Promise<number>(() => {});
    const topic = await subscribed({ ackDeadlineSeconds: 30, retryPolicy: { minimumBackoff: { seconds: 5 } } });
    await topic.publishMessage({ data: Buffer.from('x') });
    await receiver.arrived(1);
    await waits([30_000]);
    timers.advance(29_999);
    expect(timers.waits()).toEqual([1]);
    timers.advance(1);
    await waits([5_000]);
    answer = () => 200;
    timers.advance(5_000);
    await pubsub.idle();
    expect(receiver.pushes).toHaveLength(2);
    expect(pubsub.counters()).toMatchObject({ published: 1, delivered: 2, acknowledged: 1 });
  });

  test('for who has pulled a message until its deadline, which can be moved', async () => {
    const [topic] = await client.createTopic('topic');
    const [{ name }] = await topic.createSubscription('pulled', {
      ackDeadlineSeconds: 30,
      retryPolicy: { minimumBackoff: { seconds: 5 } },
    });
    await topic.publishMessage({ data: Buffer.from('x') });
    const sslCreds = credentials.createInsecure();
    const puller = new v1.SubscriberClient({ servicePath: '127.0.0.1', port: pubsub.port, sslCreds });
    const pull = async (): Promise<string[]> => {
      const [{ receivedMessages }] = await puller.pull({ subscription: name, maxMessages: 10 });
      return (receivedMessages ?? []).map(({ ackId }) => ackId ?? '');
    };
    const [first = ''] = await pull();
    // The deadline, and the back-off after it.
    timers.advance(34_999);
    expect(await pull()).toEqual([]);
    timers.advance(1);
    const [second = ''] = await pull();
    await puller.modifyAckDeadline({ subscription: name, ackIds: [first], ackDeadlineSeconds: 0 });
    await puller.modifyAckDeadline({ subscription: name, ackIds: [second], ackDeadlineSeconds: 100 });
    timers.advance(109_999);
    expect(await pull()).toEqual([]);
    timers.advance(1);
    expect(await pull()).toHaveLength(1);
    // Too late, and taken all the same.
    await puller.acknowledge({ subscription: name, ackIds: [second] });
    timers.advance(1_000_000);
    expect(await pull()).toEqual([]);
    expect(pubsub.counters().acknowledged).toBe(1);
    await puller.close();
  });

  test('with no more pushes under way than its bound', async () => {
    const held: ((status: number) => void)[] = [];
    answer = () => new Promise((resolve) => held.push(resolve));
    await pubsub.close();
    pubsub = await startPubsub({ state, clock: timers.now, after: timers.after, maxOutstandingPushes: 3 });
    await client.close();
    client = new PubSub({ projectId: 'demo-time', apiEndpoint: `127.0.0.1:${pubsub.port}`, emulatorMode: true });
    const topic = await subscribed();
    await Promise.all(Array.from({ length: 7 }, (_, index) => topic.publishMessage({ data: Buffer.from(`${index}`) })));
    for (const arrived of [3, 4, 5, 6, 7]) {
      await receiver.arrived(arrived);
      // Each push under way has one deadline timer.
      expect(timers.waits()).toHaveLength(3);
      expect(receiver.pushes).toHaveLength(arrived);
      held.shift()?.(200);
    }
    for (const release of held) release(200);
    await pubsub.idle();
    expect(receiver.texts()).toEqual(['0', '1', '2', '3', '4', '5', '6']);
  });
});

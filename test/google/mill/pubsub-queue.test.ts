import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { PubSub } from '@google-cloud/pubsub';
import { type PubsubEmulator, startPubsub } from '../../../src/emulators/pubsub/server.ts';
import { openState, type State } from '../../../src/emulators/state.ts';
import { pubsubQueue } from '../../../src/google/mill/pubsub-queue.ts';
import { DEFAULT_TIERS } from '../../../src/mill/tiers/default-tiers.ts';
import { messageFor } from '../../../src/mill/model/message.ts';
import { aTask } from '../../support/graph.ts';

let state: State;
let pubsub: PubsubEmulator;

beforeAll(async () => {
  state = openState(':memory:');
  pubsub = await startPubsub({ state });
  vi.stubEnv('PUBSUB_EMULATOR_HOST', `127.0.0.1:${pubsub.port}`);
  const client = new PubSub({ projectId: 'demo-queue' });
  await Promise.all(DEFAULT_TIERS.map(({ topic }) => client.createTopic(topic ?? '')));
  await client.close();
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await pubsub.close();
  await state.close();
});

test('250 messages of one tier are three calls', async () => {
  const queue = pubsubQueue('demo-queue', DEFAULT_TIERS);
  const messages = Array.from({ length: 250 }, (_, at) => messageFor(aTask({ id: `task-${at}` })));
  const before = pubsub.counters();
  await queue.publish(messages);
  const after = pubsub.counters();
  expect(after.published - before.published).toBe(250);
  expect(after.rpcs - before.rpcs).toBe(3);
});

test('messages of two tiers go to the topic of each', async () => {
  const queue = pubsubQueue('demo-queue', DEFAULT_TIERS);
  const before = pubsub.counters();
  await queue.publish([messageFor(aTask()), messageFor(aTask({ resources: 'high-mem' })), messageFor(aTask())]);
  const after = pubsub.counters();
  expect(after.published - before.published).toBe(3);
  expect(after.rpcs - before.rpcs).toBe(2);
});

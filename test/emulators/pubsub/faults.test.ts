/** Injected faults: each happens, none loses a message, and a seed repeats them. */
import { PubSub } from '@google-cloud/pubsub';
import { describe, expect, test } from 'vitest';
import type { PubsubFaults } from '../../../src/emulators/pubsub/faults.ts';
import { startPubsub } from '../../../src/emulators/pubsub/server.ts';
import { openState } from '../../../src/emulators/state.ts';
import { startPushReceiver } from '../../support/push-receiver.ts';

const COUNT = 40;

/** Publishes messages "0" to "39" and answers with what arrived, in order, once all are acknowledged. */
async function delivered(
  faults: PubsubFaults,
  maxOutstandingPushes = 1,
): Promise<{ texts: string[]; acknowledged: number }> {
  const state = openState(':memory:');
  const pubsub = await startPubsub({ state, faults, maxOutstandingPushes });
  const client = new PubSub({ projectId: 'demo', apiEndpoint: `127.0.0.1:${pubsub.port}`, emulatorMode: true });
  const receiver = await startPushReceiver();
  try {
    const [topic] = await client.createTopic('topic');
    await topic.createSubscription('sub', {
      pushEndpoint: receiver.url,
      retryPolicy: { minimumBackoff: { seconds: 0 }, maximumBackoff: { seconds: 0 } },
    });
    await Promise.all(
      Array.from({ length: COUNT }, (_, index) => topic.publishMessage({ data: Buffer.from(String(index)) })),
    );
    await pubsub.idle();
    return { texts: receiver.texts(), acknowledged: pubsub.counters().acknowledged };
  } finally {
    await client.close();
    await pubsub.close();
    await state.close();
    await receiver.close();
  }
}

const all = Array.from({ length: COUNT }, (_, index) => String(index));
const copies = (texts: readonly string[]): number[] =>
  all.map((text) => texts.filter((other) => other === text).length);

describe('a fault', () => {
  test('is absent when its probability is 0', async () => {
    expect(await delivered({ seed: 1 })).toEqual({ texts: all, acknowledged: COUNT });
  });

  test('that duplicates sends a message twice and acknowledges it once', async () => {
    const { texts, acknowledged } = await delivered({ seed: 1, duplicate: 1 }, 10);
    expect(copies(texts)).toEqual(all.map(() => 2));
    expect(acknowledged).toBe(COUNT);
  });

  test('that loses acknowledgements repeats some messages, the same for the same seed', async () => {
    const { texts, acknowledged } = await delivered({ seed: 1, unacknowledged: 0.3 });
    const again = await delivered({ seed: 1, unacknowledged: 0.3 });
    const other = await delivered({ seed: 2, unacknowledged: 0.3 });
    expect(texts.length).toBeGreaterThan(COUNT);
    expect(Math.min(...copies(texts))).toBe(1);
    expect(acknowledged).toBe(COUNT);
    expect(copies(again.texts)).toEqual(copies(texts));
    expect(copies(other.texts)).not.toEqual(copies(texts));
  });

  test('that reorders or delays changes the order and keeps every message', async () => {
    const reordered = await delivered({ seed: 1, reorder: 0.5 }, 10);
    const delayed = await delivered({ seed: 1, delay: { probability: 0.5, milliseconds: 50 } });
    for (const { texts } of [reordered, delayed]) {
      expect(texts).not.toEqual(all);
      expect(copies(texts)).toEqual(all.map(() => 1));
    }
  });
});

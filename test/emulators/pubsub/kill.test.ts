/** kill -9 under load: what Publish has answered is delivered, whatever was under way. DAYMILL_KILL_ROUNDS=100 for the long run. */
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PubSub } from '@google-cloud/pubsub';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PushReceiver } from '../../support/push-receiver.ts';
import { startPushReceiver } from '../../support/push-receiver.ts';

const ROUNDS = Number(process.env['DAYMILL_KILL_ROUNDS'] ?? 4);
const PUBLISHERS = 16;
const SECONDS_A_ROUND = 4;

describe('kill -9', () => {
  let folder: string;
  let receiver: PushReceiver;
  let child: ChildProcess | undefined;
  /** Texts whose push has been answered with an acknowledging status. */
  let accepted: Set<string>;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'daymill-kill-'));
    accepted = new Set();
    // A third of the pushes is refused, so that messages of all states are there when the process dies.
    receiver = await startPushReceiver(({ text }, count) => {
      if (count % 3 === 0) return 500;
      accepted.add(text);
      return 204;
    });
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    await receiver.close();
    rmSync(folder, { recursive: true });
  });

  async function serve(): Promise<{ emulator: ChildProcess; client: PubSub }> {
    child = fork(new URL('../../support/pubsub-process.ts', import.meta.url), [join(folder, 'state.db')]);
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    const client = new PubSub({ projectId: 'demo', apiEndpoint: `127.0.0.1:${port}`, emulatorMode: true });
    return { emulator: child, client };
  }

  test(
    `loses no unacknowledged message in ${ROUNDS} rounds`,
    async () => {
      const published = new Set<string>();
      for (let round = 0; round < ROUNDS; round++) {
        const { emulator, client } = await serve();
        if (round === 0) {
          const [topic] = await client.createTopic('topic');
          await topic.createSubscription('sub', {
            pushEndpoint: receiver.url,
            retryPolicy: { minimumBackoff: { seconds: 0 }, maximumBackoff: { seconds: 1 } },
          });
        }
        const before = published.size;
        let next = 0;
        const publishAll = async (): Promise<void> => {
          const topic = client.topic('topic', { batching: { maxMessages: 1 } });
          while (emulator.connected) {
            const text = `${round}-${next++}`;
            await topic.publishMessage({ data: Buffer.from(text) });
            published.add(text);
            // Where in the work the kill strikes differs from round to round.
            if (published.size >= before + 40 + 37 * (round % 5)) emulator.kill('SIGKILL');
          }
        };
        // What the kill interrupts may fail or never settle; only what was answered counts.
        for (let index = 0; index < PUBLISHERS; index++) publishAll().catch(() => {});
        await once(emulator, 'exit');
        await client.close();
        expect(published.size).toBeGreaterThan(before);
      }
      const { emulator, client } = await serve();
      emulator.send('idle?');
      await once(emulator, 'message');
      await client.close();
      expect([...published].filter((text) => !accepted.has(text))).toEqual([]);
    },
    (ROUNDS + 5) * SECONDS_A_ROUND * 1_000,
  );
});

/** The task queue on Pub/Sub: one topic a tier. The client batches by 100 messages, which is its default. */
import type { PubSub } from '@google-cloud/pubsub';
import { RetryableError, toError } from '../errors.ts';
import type { TaskMessage } from '../model/message.ts';
import { tierNamed, type Tiers } from '../model/tier.ts';
import type { Queue } from '../steps/ports.ts';

export function pubsubQueue(projectId: string, tiers: Tiers): Queue {
  let opened: Promise<PubSub> | undefined;
  return {
    async publish(messages) {
      try {
        const client = await (opened ??= openPubsub(projectId));
        await Promise.all(
          messages.map((message) =>
            client.topic(tierNamed(tiers, message.resources).topic).publishMessage(toPubsub(message)),
          ),
        );
      } catch (thrown) {
        throw new RetryableError(
          'UNAVAILABLE',
          `${messages.length} messages were not all published: ${toError(thrown).message}`,
          { cause: thrown },
        );
      }
    },
  };
}

/** The client is a quarter of what a process loads at its start, and most processes never publish. */
async function openPubsub(projectId: string): Promise<PubSub> {
  const { PubSub } = await import('@google-cloud/pubsub');
  return new PubSub({ projectId });
}

/** Attributes are for filters and logs; the worker reads the body. */
const toPubsub = (message: TaskMessage) => ({
  data: Buffer.from(JSON.stringify(message)),
  attributes: { action: message.action, runId: message.runId, computation: message.computation, date: message.date },
});

/** The task queue on Pub/Sub: one topic a tier. */
import type { PubSub, Topic } from '@google-cloud/pubsub';
import { RetryableError, toError } from '../../errors.ts';
import type { TaskMessage } from '../../mill/model/message.ts';
import { tierNamed, type Tiers } from '../../mill/model/tier.ts';
import type { Queue } from '../../mill/ports/messages.ts';

/** What is published at once goes out together: nothing that comes later is waited for. */
const BATCHING = { maxMessages: 100, maxMilliseconds: 1 };

export function pubsubQueue(projectId: string | undefined, tiers: Tiers): Queue {
  let opened: Promise<PubSub> | undefined;
  // The client batches by topic object, and makes a new one whenever it is asked.
  const topics = new Map<string, Topic>();
  const topicOf = (client: PubSub, name: string): Topic => {
    const topic = topics.get(name) ?? client.topic(name, { batching: BATCHING });
    topics.set(name, topic);
    return topic;
  };
  return {
    async publish(messages) {
      try {
        const client = await (opened ??= openPubsub(projectId));
        await Promise.all(
          messages.map((message) =>
            topicOf(client, tierNamed(tiers, message.resources).topic).publishMessage(toPubsub(message)),
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
async function openPubsub(projectId: string | undefined): Promise<PubSub> {
  const { PubSub } = await import('@google-cloud/pubsub');
  return new PubSub(projectId === undefined ? {} : { projectId });
}

/** Attributes are for filters and logs; the worker reads the body. */
const toPubsub = (message: TaskMessage) => ({
  data: Buffer.from(JSON.stringify(message)),
  attributes: { action: message.action, runId: message.runId, computation: message.computation, date: message.date },
});

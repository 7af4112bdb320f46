/** The task queue on Pub/Sub: one topic a tier. */
import { PubSub, type Topic } from '@google-cloud/pubsub';
import { RetryableError, toError } from '../errors.ts';
import type { TaskMessage } from '../model/message.ts';
import { tierNamed, type Tiers } from '../model/tier.ts';
import type { Queue } from '../steps/ports.ts';

/** What is published at once goes out together: nothing that comes later is waited for. */
const BATCHING = { maxMessages: 100, maxMilliseconds: 1 };

export function pubsubQueue(projectId: string, tiers: Tiers): Queue {
  const client = new PubSub({ projectId });
  // The client batches by topic object, and makes a new one whenever it is asked.
  const topics = new Map<string, Topic>();
  const topicOf = (name: string): Topic => {
    const topic = topics.get(name) ?? client.topic(name, { batching: BATCHING });
    topics.set(name, topic);
    return topic;
  };
  return {
    async publish(messages) {
      try {
        await Promise.all(
          messages.map((message) =>
            topicOf(tierNamed(tiers, message.resources).topic).publishMessage(toPubsub(message)),
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

/** Attributes are for filters and logs; the worker reads the body. */
const toPubsub = (message: TaskMessage) => ({
  data: Buffer.from(JSON.stringify(message)),
  attributes: { action: message.action, runId: message.runId, computation: message.computation, date: message.date },
});

/** Messages that were delivered as often as their subscription allows, and never acknowledged. */
import type { Subscription } from './schemas.ts';
import type { Store, StoredMessage } from './store.ts';

/**
 * Publishes the message to the dead-letter topic once it has had its attempts. Runs in `state.write`.
 * @returns the subscriptions that now have more to deliver; undefined when the message stays where it is
 */
export function forwardDeadLetter(
  store: Store,
  { name, deadLetterPolicy }: Subscription,
  message: StoredMessage,
  attempts: number,
  now: number,
  delay: (subscription: string, id: number) => number,
): string[] | undefined {
  if (deadLetterPolicy === null || attempts < deadLetterPolicy.maxDeliveryAttempts) return undefined;
  const topic = deadLetterPolicy.deadLetterTopic;
  if (!store.hasTopic(topic)) return undefined;
  if (!store.acknowledge(name, message.id)) return [];
  const letter = {
    ...message,
    data: Buffer.from(message.data),
    attributes: deadLetterAttributes(name, message, attempts),
  };
  store.publish(topic, letter, now, delay);
  return store.subscribers(topic).map((subscriber) => subscriber.name);
}

/** What a forwarded message carries: https://cloud.google.com/pubsub/docs/handling-failures#track-delivery-attempts */
function deadLetterAttributes(subscription: string, message: StoredMessage, attempts: number): Record<string, string> {
  const [, project = '', , id = ''] = subscription.split('/');
  return {
    ...message.attributes,
    CloudPubSubDeadLetterSourceDeliveryCount: String(attempts),
    CloudPubSubDeadLetterSourceSubscription: id,
    CloudPubSubDeadLetterSourceSubscriptionProject: project,
    CloudPubSubDeadLetterSourceTopicPublishTime: new Date(message.publishTime).toISOString(),
  };
}

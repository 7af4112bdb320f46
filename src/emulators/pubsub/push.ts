/** The HTTP push of a message: the request that a function behind an Eventarc trigger receives. */
import type { OutgoingRequest } from '../http-request.ts';
import { unsignedToken } from '../unsigned-token.ts';
import type { Subscription } from './schemas.ts';
import type { StoredMessage } from './store.ts';

/**
 * The wrapped message that every push carries (https://cloud.google.com/pubsub/docs/push), with the `ce-` headers that
 * Eventarc's subscriptions add to make it a binary CloudEvent. A push config that asks for `pubsubWrapper` gets none.
 * @param attempt counts from 1; told only when the subscription has a dead-letter policy, as the service does
 * @param now milliseconds since 1970
 */
export function pushRequest(
  subscription: Subscription,
  message: StoredMessage,
  attempt: number,
  now: number,
): OutgoingRequest {
  const { pushEndpoint: url = '', pubsubWrapper, oidcToken } = subscription.pushConfig ?? {};
  const { topic, data, attributes, orderingKey } = message;
  const messageId = String(message.id);
  const publishTime = new Date(message.publishTime).toISOString();
  const body = JSON.stringify({
    message: {
      ...(data.length > 0 && { data: Buffer.from(data).toString('base64') }),
      ...(Object.keys(attributes).length > 0 && { attributes }),
      messageId,
      message_id: messageId,
      publishTime,
      publish_time: publishTime,
      ...(orderingKey !== '' && { orderingKey }),
    },
    subscription: subscription.name,
    ...(subscription.deadLetterPolicy !== null && { deliveryAttempt: attempt }),
  });
  const cloudEvent = {
    'ce-id': messageId,
    'ce-source': `//pubsub.googleapis.com/${topic}`,
    'ce-specversion': '1.0',
    'ce-type': 'google.cloud.pubsub.topic.v1.messagePublished',
    'ce-time': publishTime,
  };
  return {
    method: 'POST',
    url,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)',
      ...(pubsubWrapper === undefined && cloudEvent),
      ...(oidcToken !== undefined && {
        authorization: `Bearer ${unsignedToken({ audience: oidcToken.audience || url, email: oidcToken.serviceAccountEmail, now })}`,
      }),
    },
    body,
  };
}

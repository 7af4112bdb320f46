/** One HTTP push of one message: the request that a function behind an Eventarc trigger receives, and its answer. */
import type { Agent } from 'node:http';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { unsignedToken } from '../unsigned-token.ts';
import type { Subscription } from './schemas.ts';
import type { StoredMessage } from './store.ts';

export interface PushRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
}

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
): PushRequest {
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
    url,
    headers: {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      'user-agent': 'APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)',
      ...(pubsubWrapper === undefined && cloudEvent),
      ...(oidcToken !== undefined && {
        authorization: `Bearer ${unsignedToken({ audience: oidcToken.audience || url, email: oidcToken.serviceAccountEmail, now })}`,
      }),
    },
    body,
  };
}

/**
 * @param agent for http; an https push takes a connection of its own
 * @returns the answer's HTTP status, as soon as its head has arrived
 * @throws when nothing answers or `signal` is aborted
 */
export function sendPush({ url, headers, body }: PushRequest, agent: Agent, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const secure = url.startsWith('https:');
    const request = (secure ? httpsRequest : httpRequest)(url, {
      method: 'POST',
      headers,
      signal,
      ...(!secure && { agent }),
    });
    // 102 (Processing) acknowledges although it is not the last answer.
    request.on('information', ({ statusCode }) => {
      if (statusCode === 102) resolve(statusCode);
    });
    request.on('response', (response) => {
      response.on('error', () => {});
      response.resume();
      resolve(response.statusCode as number);
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      // The server closed an idle connection while we took it: https://nodejs.org/api/http.html#requestreusedsocket
      if (request.reusedSocket && error.code === 'ECONNRESET') resolve(sendPush({ url, headers, body }, agent, signal));
      else reject(error);
    });
    request.end(body);
  });
}

/** The resources and messages of google.pubsub.v1 as they arrive (absent messages are null), and their checks. */
import { status } from '@grpc/grpc-js';
import { invalidArgument, RpcError } from '../rpc-error.ts';
import { parseFilter } from './filter.ts';
import {
  ACK_DEADLINE_SECONDS,
  DELIVERY_ATTEMPTS,
  MAX_ATTRIBUTE_KEY_BYTES,
  MAX_ATTRIBUTE_VALUE_BYTES,
  MAX_ATTRIBUTES,
  MAX_MESSAGES_PER_PUBLISH,
  MAX_ORDERING_KEY_BYTES,
  MAX_PUBLISH_BYTES,
  RETRY_BACKOFF_SECONDS,
} from './limits.ts';

/** `seconds` is an int64 and so a decimal string. */
export interface Duration {
  seconds: string;
  nanos: number;
}

export interface Topic {
  name: string;
  labels: Record<string, string>;
}

export interface PushConfig {
  pushEndpoint: string;
  attributes: Record<string, string>;
  // Members of a oneof are absent when they are not set.
  oidcToken?: { serviceAccountEmail: string; audience: string };
  pubsubWrapper?: object;
}

export interface Subscription {
  name: string;
  topic: string;
  /** Null for a pull subscription. */
  pushConfig: PushConfig | null;
  ackDeadlineSeconds: number;
  labels: Record<string, string>;
  enableMessageOrdering: boolean;
  filter: string;
  deadLetterPolicy: { deadLetterTopic: string; maxDeliveryAttempts: number } | null;
  retryPolicy: { minimumBackoff: Duration; maximumBackoff: Duration } | null;
}

/** A subscription as a client sends it: with more fields than we have, and fewer. */
export type NewSubscription = Omit<Subscription, 'retryPolicy'> & {
  expirationPolicy: { ttl: Duration | null } | null;
  retryPolicy: { minimumBackoff: Duration | null; maximumBackoff: Duration | null } | null;
};

export interface PubsubMessage {
  data: Buffer;
  attributes: Record<string, string>;
  orderingKey: string;
}

export const durationMs = ({ seconds, nanos }: Duration): number => Number(seconds) * 1_000 + nanos / 1_000_000;

/** @throws {RpcError} INVALID_ARGUMENT for a bad value, UNIMPLEMENTED for a field that is not here. */
export function checkTopic(given: Topic): Topic {
  checkName('topics', given.name);
  const { name, labels, ...others } = given;
  refuse('Topic', others);
  return { name, labels };
}

/**
 * Fills in the defaults.
 * @throws {RpcError} INVALID_ARGUMENT for a bad value, UNIMPLEMENTED for a field that is not here.
 */
export function checkSubscription(given: NewSubscription): Subscription {
  checkName('subscriptions', given.name);
  const { name, topic, pushConfig, ackDeadlineSeconds, labels, ...rest } = given;
  const { enableMessageOrdering, filter, deadLetterPolicy, retryPolicy, expirationPolicy, ...others } = rest;
  // Without a ttl a subscription never expires, and here none does.
  refuse('Subscription', { ...others, expirationPolicy: expirationPolicy?.ttl });
  parseFilter(filter);
  return {
    name,
    topic,
    pushConfig: checkPushConfig(pushConfig),
    ackDeadlineSeconds: within('ack_deadline_seconds', ackDeadlineSeconds, ACK_DEADLINE_SECONDS),
    labels,
    enableMessageOrdering,
    filter,
    deadLetterPolicy: deadLetterPolicy && {
      deadLetterTopic: deadLetterPolicy.deadLetterTopic,
      maxDeliveryAttempts: within('max_delivery_attempts', deadLetterPolicy.maxDeliveryAttempts, DELIVERY_ATTEMPTS),
    },
    retryPolicy: retryPolicy && checkRetryPolicy(retryPolicy),
  };
}

/** Null, or an empty endpoint, is a pull subscription. */
export function checkPushConfig(config: PushConfig | null): PushConfig | null {
  if (config === null || config.pushEndpoint === '') return null;
  const { pushEndpoint, attributes, oidcToken: _, pubsubWrapper: __, ...others } = config;
  if (!/^https?:$/u.test(URL.parse(pushEndpoint)?.protocol ?? '')) {
    throw invalidArgument(`Invalid push endpoint given (endpoint=${pushEndpoint}). Expected an http or https URL.`);
  }
  refuse('PushConfig', others);
  const version = attributes['x-goog-version'] ?? 'v1';
  if (!['v1', 'v1beta2'].includes(version)) throw unimplemented(`PushConfig.attributes x-goog-version ${version}`);
  return config;
}

/** @throws {RpcError} INVALID_ARGUMENT naming the first message and limit that do not fit. */
export function checkMessages(messages: readonly PubsubMessage[]): void {
  if (messages.length === 0) throw invalidArgument('A Publish request needs at least one message.');
  limit('The number of messages', messages.length, MAX_MESSAGES_PER_PUBLISH);
  for (const [index, { data, attributes, orderingKey }] of messages.entries()) {
    const where = `messages[${index}]`;
    const entries = Object.entries(attributes);
    if (data.length === 0 && entries.length === 0) {
      throw invalidArgument(`${where} is empty: it needs non-empty data or at least one attribute.`);
    }
    limit(`${where}: the number of attributes`, entries.length, MAX_ATTRIBUTES);
    for (const [key, value] of entries) {
      if (key === '' || /^goog/iu.test(key)) {
        throw invalidArgument(`${where} has the attribute key "${key}": it may not be empty or start with "goog".`);
      }
      limit(`${where}: the bytes of attribute key "${key}"`, Buffer.byteLength(key), MAX_ATTRIBUTE_KEY_BYTES);
      limit(`${where}: the bytes of attribute "${key}"`, Buffer.byteLength(value), MAX_ATTRIBUTE_VALUE_BYTES);
    }
    limit(`${where}: the bytes of the ordering key`, Buffer.byteLength(orderingKey), MAX_ORDERING_KEY_BYTES);
  }
  const bytes = messages.reduce((sum, { data }) => sum + data.length, 0);
  limit('The bytes of the data of all messages', bytes, MAX_PUBLISH_BYTES);
}

function checkName(kind: 'topics' | 'subscriptions', name: string): void {
  const id = new RegExp(`^projects/[^/]+/${kind}/([^/]+)$`, 'u').exec(name)?.[1] ?? '';
  if (!/^[A-Za-z][\w\-.~+%]{2,254}$/u.test(id) || /^goog/iu.test(id)) {
    throw invalidArgument(
      `Invalid resource name given (name=${name}). Expected projects/PROJECT/${kind}/ID with an ID of 3 to 255 letters, digits ` +
        'and -_.~+% that starts with a letter and not with "goog".',
    );
  }
}

/** @throws {RpcError} UNIMPLEMENTED naming the first field that has been set. */
function refuse(kind: string, fields: object): void {
  const set = Object.entries(fields).find(([, value]) => isSet(value));
  if (set !== undefined) throw unimplemented(`${kind}.${set[0]}`);
}

/** Proto3 does not tell what is left out from a zero; a message that is there has all its fields. */
function isSet(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value) && value !== '0' && !String(value).endsWith('_UNSPECIFIED');
}

function within(field: string, value: number, range: { minimum: number; maximum: number; default: number }): number {
  if (value === 0) return range.default;
  if (value >= range.minimum && value <= range.maximum) return value;
  throw invalidArgument(`Invalid ${field} given (${value}). It must be between ${range.minimum} and ${range.maximum}.`);
}

function checkRetryPolicy(
  given: NonNullable<NewSubscription['retryPolicy']>,
): NonNullable<Subscription['retryPolicy']> {
  const [minimumBackoff, maximumBackoff] = (['minimum', 'maximum'] as const).map((end) => {
    const backoff = given[`${end}Backoff`] ?? { seconds: String(RETRY_BACKOFF_SECONDS[end]), nanos: 0 };
    const seconds = durationMs(backoff) / 1_000;
    if (seconds >= 0 && seconds <= RETRY_BACKOFF_SECONDS.limit) return backoff;
    throw invalidArgument(
      `Invalid ${end}_backoff given (${seconds} s). It must be 0 to ${RETRY_BACKOFF_SECONDS.limit} s.`,
    );
  }) as [Duration, Duration];
  if (durationMs(minimumBackoff) > durationMs(maximumBackoff)) {
    throw invalidArgument('Invalid retry policy given: minimum_backoff is greater than maximum_backoff.');
  }
  return { minimumBackoff, maximumBackoff };
}

function limit(what: string, value: number, most: number): void {
  if (value > most) throw invalidArgument(`${what} is ${value}; the limit is ${most}.`);
}

const unimplemented = (what: string): RpcError =>
  new RpcError(
    status.UNIMPLEMENTED,
    `${what} is not implemented by the local Pub/Sub (docs/local-cloud.md lists what is).`,
  );

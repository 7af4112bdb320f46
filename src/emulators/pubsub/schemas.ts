/** The resources and messages of google.pubsub.v1 as they arrive (absent messages are null), and their checks. */
import { parseFilter } from './filter.ts';
import {
  ACK_DEADLINE_SECONDS,
  DELIVERY_ATTEMPTS,
  EXPIRATION_SECONDS,
  MAX_ATTRIBUTE_KEY_BYTES,
  MAX_ATTRIBUTE_VALUE_BYTES,
  MAX_ATTRIBUTES,
  MAX_MESSAGES_PER_PUBLISH,
  MAX_ORDERING_KEY_BYTES,
  RETENTION_SECONDS,
  RETRY_BACKOFF_SECONDS,
} from './limits.ts';
import { invalid, unimplemented } from './rpc-error.ts';

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
  noWrapper?: object;
}

export interface Subscription {
  name: string;
  topic: string;
  /** Null for a pull subscription. */
  pushConfig: PushConfig | null;
  ackDeadlineSeconds: number;
  messageRetentionDuration: Duration;
  labels: Record<string, string>;
  enableMessageOrdering: boolean;
  expirationPolicy: { ttl: Duration | null };
  filter: string;
  deadLetterPolicy: { deadLetterTopic: string; maxDeliveryAttempts: number } | null;
  retryPolicy: { minimumBackoff: Duration; maximumBackoff: Duration } | null;
}

export interface PubsubMessage {
  data: Buffer;
  attributes: Record<string, string>;
  orderingKey: string;
}

/** What a client may leave out or set although we do not have it. */
type Incoming<T> = { [K in keyof T]?: unknown } & Record<string, unknown>;

/** Features of the resources that are not here: refused by name when a request sets them. */
const REFUSED = {
  topic: [
    'messageStoragePolicy',
    'kmsKeyName',
    'schemaSettings',
    'messageRetentionDuration',
    'ingestionDataSourceSettings',
  ],
  subscription: [
    'bigqueryConfig',
    'cloudStorageConfig',
    'bigtableConfig',
    'retainAckedMessages',
    'enableExactlyOnceDelivery',
    'detached',
  ],
  both: ['messageTransforms', 'tags'],
} as const;

/** The fields that UpdateSubscription may change, by the name in an update mask. */
export const UPDATABLE: Readonly<Record<string, keyof Subscription>> = {
  push_config: 'pushConfig',
  ack_deadline_seconds: 'ackDeadlineSeconds',
  message_retention_duration: 'messageRetentionDuration',
  labels: 'labels',
  expiration_policy: 'expirationPolicy',
  dead_letter_policy: 'deadLetterPolicy',
  retry_policy: 'retryPolicy',
};

export const durationMs = ({ seconds, nanos }: Duration): number => Number(seconds) * 1_000 + nanos / 1_000_000;
const ofSeconds = (seconds: number): Duration => ({ seconds: String(seconds), nanos: 0 });

export function checkName(kind: 'topics' | 'subscriptions', name: string): void {
  const id = new RegExp(`^projects/[^/]+/${kind}/([^/]+)$`, 'u').exec(name)?.[1] ?? '';
  if (!/^[A-Za-z][\w\-.~+%]{2,254}$/u.test(id) || /^goog/iu.test(id)) {
    throw invalid(
      `Invalid resource name given (name=${name}). Expected projects/PROJECT/${kind}/ID with an ID of 3 to 255 letters, digits ` +
        'and -_.~+% that starts with a letter and not with "goog".',
    );
  }
}

/** @throws {RpcError} INVALID_ARGUMENT for a bad value, UNIMPLEMENTED for a feature that is not here. */
export function checkTopic(topic: Incoming<Topic>): Topic {
  const name = topic.name as string;
  checkName('topics', name);
  refuse('Topic', topic, [...REFUSED.topic, ...REFUSED.both]);
  return { name, labels: topic.labels as Topic['labels'] };
}

/**
 * Fills in the defaults.
 * @throws {RpcError} INVALID_ARGUMENT for a bad value, UNIMPLEMENTED for a feature that is not here.
 */
export function checkSubscription(incoming: Incoming<Subscription>): Subscription {
  const given = incoming as unknown as Omit<Subscription, 'messageRetentionDuration' | 'expirationPolicy'> & {
    messageRetentionDuration: Duration | null;
    expirationPolicy: { ttl: Duration | null } | null;
    retryPolicy: { minimumBackoff: Duration | null; maximumBackoff: Duration | null } | null;
  };
  checkName('subscriptions', given.name);
  refuse('Subscription', incoming, [...REFUSED.subscription, ...REFUSED.both]);
  parseFilter(given.filter);
  const { deadLetterPolicy, retryPolicy } = given;
  return {
    name: given.name,
    topic: given.topic,
    pushConfig: checkPushConfig(given.pushConfig),
    ackDeadlineSeconds: within('ack_deadline_seconds', given.ackDeadlineSeconds, ACK_DEADLINE_SECONDS),
    messageRetentionDuration: checkDuration(
      'message_retention_duration',
      given.messageRetentionDuration,
      RETENTION_SECONDS,
      RETENTION_SECONDS.default,
    ),
    labels: given.labels,
    enableMessageOrdering: given.enableMessageOrdering,
    expirationPolicy: checkExpiration(given.expirationPolicy),
    filter: given.filter,
    deadLetterPolicy: deadLetterPolicy && {
      deadLetterTopic: deadLetterPolicy.deadLetterTopic,
      maxDeliveryAttempts: within('max_delivery_attempts', deadLetterPolicy.maxDeliveryAttempts, DELIVERY_ATTEMPTS),
    },
    retryPolicy: retryPolicy && checkRetryPolicy(retryPolicy.minimumBackoff, retryPolicy.maximumBackoff),
  };
}

/** Null, or an empty endpoint, is a pull subscription. */
export function checkPushConfig(config: PushConfig | null): PushConfig | null {
  if (config === null || config.pushEndpoint === '') return null;
  const url = URL.parse(config.pushEndpoint);
  if (url === null || !/^https?:$/u.test(url.protocol)) {
    throw invalid(`Invalid push endpoint given (endpoint=${config.pushEndpoint}). Expected an http or https URL.`);
  }
  if (config.noWrapper !== undefined) throw unimplemented('PushConfig.no_wrapper');
  const version = config.attributes['x-goog-version'] ?? 'v1';
  if (!['v1', 'v1beta2'].includes(version)) throw unimplemented(`PushConfig.attributes x-goog-version ${version}`);
  return config;
}

/** @throws {RpcError} INVALID_ARGUMENT naming the first message and limit that do not fit. */
export function checkMessages(messages: readonly PubsubMessage[]): void {
  if (messages.length === 0) throw invalid('A Publish request needs at least one message.');
  if (messages.length > MAX_MESSAGES_PER_PUBLISH) {
    throw invalid(`The request has ${messages.length} messages; the limit is ${MAX_MESSAGES_PER_PUBLISH}.`);
  }
  for (const [index, { data, attributes, orderingKey }] of messages.entries()) {
    const where = `messages[${index}]`;
    const entries = Object.entries(attributes);
    if (data.length === 0 && entries.length === 0) {
      throw invalid(`${where} is empty: it needs non-empty data or at least one attribute.`);
    }
    if (entries.length > MAX_ATTRIBUTES) throw tooLarge(`${where} has ${entries.length} attributes`, MAX_ATTRIBUTES);
    for (const [key, value] of entries) {
      if (key === '' || /^goog/iu.test(key)) {
        throw invalid(`${where} has the attribute key "${key}": a key is not empty and does not start with "goog".`);
      }
      limitBytes(`${where}: the key of attribute "${key}"`, key, MAX_ATTRIBUTE_KEY_BYTES);
      limitBytes(`${where}: the value of attribute "${key}"`, value, MAX_ATTRIBUTE_VALUE_BYTES);
    }
    limitBytes(`${where}: the ordering key`, orderingKey, MAX_ORDERING_KEY_BYTES);
  }
}

function refuse(kind: string, message: Record<string, unknown>, fields: readonly string[]): void {
  for (const field of fields) {
    const value = message[field];
    const unset = value === undefined || value === null || value === '' || value === false;
    if (!unset && Object.keys(value).length + Number(typeof value !== 'object') > 0)
      throw unimplemented(`${kind}.${field}`);
  }
}

function within(field: string, value: number, range: { minimum: number; maximum: number; default: number }): number {
  if (value === 0) return range.default;
  if (value >= range.minimum && value <= range.maximum) return value;
  throw invalid(`Invalid ${field} given (${value}). It must be between ${range.minimum} and ${range.maximum}.`);
}

function checkDuration(
  field: string,
  given: Duration | null,
  range: { minimum: number; maximum: number },
  otherwise: number,
): Duration {
  const duration = given ?? ofSeconds(otherwise);
  const seconds = durationMs(duration) / 1_000;
  if (seconds >= range.minimum && seconds <= range.maximum) return duration;
  throw invalid(`Invalid ${field} given (${seconds} s). It must be between ${range.minimum} s and ${range.maximum} s.`);
}

/** A policy without a ttl never ends. */
function checkExpiration(policy: { ttl: Duration | null } | null): { ttl: Duration | null } {
  const { ttl } = policy ?? { ttl: ofSeconds(EXPIRATION_SECONDS.default) };
  return { ttl: ttl && checkDuration('expiration_policy.ttl', ttl, EXPIRATION_SECONDS, EXPIRATION_SECONDS.default) };
}

function checkRetryPolicy(
  minimum: Duration | null,
  maximum: Duration | null,
): NonNullable<Subscription['retryPolicy']> {
  const range = { minimum: 0, maximum: RETRY_BACKOFF_SECONDS.limit };
  const minimumBackoff = checkDuration('minimum_backoff', minimum, range, RETRY_BACKOFF_SECONDS.minimum);
  const maximumBackoff = checkDuration('maximum_backoff', maximum, range, RETRY_BACKOFF_SECONDS.maximum);
  if (durationMs(minimumBackoff) > durationMs(maximumBackoff)) {
    throw invalid('Invalid retry policy given: minimum_backoff is greater than maximum_backoff.');
  }
  return { minimumBackoff, maximumBackoff };
}

function limitBytes(what: string, text: string, limit: number): void {
  const bytes = Buffer.byteLength(text);
  if (bytes > limit) throw tooLarge(`${what} is ${bytes} bytes long`, limit);
}

const tooLarge = (what: string, limit: number): Error => invalid(`${what}; the limit is ${limit}.`);

/** Pub/Sub's documented limits and defaults. Sources: [Q] cloud.google.com/pubsub/quotas, [P] comments of google/pubsub/v1/pubsub.proto. */

/** Messages in one Publish request [Q]. */
export const MAX_MESSAGES_PER_PUBLISH = 1_000;
/** Bytes of one Publish request [Q: 10 MB]. */
export const MAX_PUBLISH_BYTES = 10_000_000;
/** Attributes of one message [Q]. */
export const MAX_ATTRIBUTES = 100;
/** UTF-8 bytes of an attribute's key [Q]. */
export const MAX_ATTRIBUTE_KEY_BYTES = 256;
/** UTF-8 bytes of an attribute's value [Q]. */
export const MAX_ATTRIBUTE_VALUE_BYTES = 1_024;
/** UTF-8 bytes of an ordering key [Q: 1 KB]. */
export const MAX_ORDERING_KEY_BYTES = 1_024;
/** UTF-8 bytes of a filter: cloud.google.com/pubsub/docs/subscription-message-filter. */
export const MAX_FILTER_BYTES = 256;

/** Seconds a subscriber has to acknowledge; for push also the request's time-out [P]. */
export const ACK_DEADLINE_SECONDS = { minimum: 10, maximum: 600, default: 10 } as const;
/** Seconds an unacknowledged message is kept unless set [P]; shown, not enforced here. */
export const RETENTION_SECONDS = 604_800;
/** Seconds between two deliveries of a message [P]; both ends may be 0 to 600. */
export const RETRY_BACKOFF_SECONDS = { limit: 600, minimum: 10, maximum: 600 } as const;
/** Milliseconds between two pushes when no retry policy is set: cloud.google.com/pubsub/docs/push#push_backoff. */
export const PUSH_BACKOFF_MS = { minimum: 100, maximum: 60_000 } as const;
/** Deliveries before a message goes to the dead-letter topic [P]. */
export const DELIVERY_ATTEMPTS = { minimum: 5, maximum: 100, default: 5 } as const;

/** Statuses that acknowledge a push: cloud.google.com/pubsub/docs/push#receive_push. */
export const ACKNOWLEDGING_STATUSES: ReadonlySet<number> = new Set([102, 200, 201, 202, 204]);
/** What a subscription of a deleted topic names [P]. */
export const DELETED_TOPIC = '_deleted-topic_';

/** Ours: pushes under way at once per subscription. The service opens its window by itself up to 3,000 [Q]. */
export const DEFAULT_MAX_OUTSTANDING_PUSHES = 100;
/** Ours: room for a request that is over {@link MAX_PUBLISH_BYTES}, so that we and not the transport refuse it. */
export const MAX_RECEIVE_BYTES = 2 * MAX_PUBLISH_BYTES;
/** Ours: messages of one Pull, whatever it asks for; the service gives fewer than asked, too. */
export const MAX_PULLED_MESSAGES = 1_000;
/** Ours: a page of a list when the request names no size. */
export const DEFAULT_PAGE_SIZE = 1_000;

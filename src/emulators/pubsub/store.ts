/** Topics, subscriptions and undelivered messages in the state file: one SQL statement per operation, no timers, no network. */
import type { DatabaseSync } from 'node:sqlite';
import { status } from '@grpc/grpc-js';
import { RpcError } from '../rpc-error.ts';
import { parseFilter } from './filter.ts';
import { DELETED_TOPIC } from './limits.ts';
import type { PubsubMessage, PushConfig, Subscription, Topic } from './schemas.ts';

/** A message that one subscription has not acknowledged. */
export interface Delivery {
  /** Ids grow in the order of publication and are never used again. */
  message: number;
  /** Deliveries that have failed so far. */
  failures: number;
}

export interface StoredMessage {
  id: number;
  topic: string;
  data: Uint8Array;
  attributes: Record<string, string>;
  orderingKey: string;
  /** Milliseconds since 1970. */
  publishTime: number;
}

const TABLES = `
  CREATE TABLE IF NOT EXISTS pubsub_topics (name TEXT PRIMARY KEY, config TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS pubsub_subscriptions (
    name TEXT PRIMARY KEY, topic TEXT NOT NULL, push INTEGER NOT NULL, config TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS pubsub_subscriptions_by_topic ON pubsub_subscriptions (topic);
  CREATE TABLE IF NOT EXISTS pubsub_messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, data BLOB NOT NULL, attributes TEXT NOT NULL,
    ordering_key TEXT NOT NULL, publish_time INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS pubsub_deliveries (
    subscription TEXT NOT NULL, message INTEGER NOT NULL, ordering_key TEXT NOT NULL, failures INTEGER NOT NULL,
    due INTEGER NOT NULL, PRIMARY KEY (subscription, message)) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS pubsub_deliveries_by_due ON pubsub_deliveries (subscription, due);
  CREATE INDEX IF NOT EXISTS pubsub_deliveries_by_message ON pubsub_deliveries (message);
  CREATE INDEX IF NOT EXISTS pubsub_deliveries_by_key ON pubsub_deliveries (subscription, ordering_key, message)
    WHERE ordering_key <> '';
`;

export type Store = ReturnType<typeof openStore>;

/** Whatever changes rows must run inside `state.write`. */
export function openStore(db: DatabaseSync) {
  db.exec(TABLES);
  const sql = {
    topic: db.prepare('SELECT config FROM pubsub_topics WHERE name = ?'),
    addTopic: db.prepare('INSERT INTO pubsub_topics VALUES (?, ?)'),
    dropTopic: db.prepare('DELETE FROM pubsub_topics WHERE name = ?'),
    orphan: db.prepare(
      "UPDATE pubsub_subscriptions SET topic = ?, config = json_set(config, '$.topic', ?) WHERE topic = ?",
    ),
    subscription: db.prepare('SELECT config FROM pubsub_subscriptions WHERE name = ?'),
    subscribers: db.prepare('SELECT config FROM pubsub_subscriptions WHERE topic = ?'),
    pushed: db.prepare('SELECT name FROM pubsub_subscriptions WHERE push = 1'),
    putSubscription: db.prepare('INSERT OR REPLACE INTO pubsub_subscriptions VALUES (?, ?, ?, ?)'),
    dropSubscription: db.prepare('DELETE FROM pubsub_subscriptions WHERE name = ?'),
    addMessage: db.prepare(
      'INSERT INTO pubsub_messages (topic, data, attributes, ordering_key, publish_time) VALUES (?, ?, ?, ?, ?)',
    ),
    dropMessage: db.prepare(
      'DELETE FROM pubsub_messages WHERE id = ? AND NOT EXISTS (SELECT 1 FROM pubsub_deliveries WHERE message = ?)',
    ),
    message: db.prepare(
      'SELECT id, topic, data, attributes, ordering_key AS orderingKey, publish_time AS publishTime ' +
        'FROM pubsub_messages WHERE id = ?',
    ),
    addDelivery: db.prepare('INSERT INTO pubsub_deliveries VALUES (?, ?, ?, 0, ?)'),
    dropDelivery: db.prepare('DELETE FROM pubsub_deliveries WHERE subscription = ? AND message = ?'),
    postpone: db.prepare(
      'UPDATE pubsub_deliveries SET failures = failures + 1, due = ? WHERE subscription = ? AND message = ?',
    ),
    lease: db.prepare('UPDATE pubsub_deliveries SET due = ? WHERE subscription = ? AND message = ? AND failures = ?'),
    leased: db.prepare('SELECT 1 FROM pubsub_deliveries WHERE subscription = ? AND message = ? AND failures = ?'),
    // A message with an ordering key waits until its predecessors are acknowledged.
    due: db.prepare(`
      SELECT message, failures FROM pubsub_deliveries d WHERE subscription = ? AND due <= ? AND (d.ordering_key = '' OR NOT EXISTS (
        SELECT 1 FROM pubsub_deliveries e WHERE e.subscription = d.subscription AND e.ordering_key = d.ordering_key
          AND e.ordering_key <> '' AND e.message < d.message))
      ORDER BY due, message LIMIT ?`),
    nextDue: db.prepare('SELECT min(due) AS due FROM pubsub_deliveries WHERE subscription = ? AND due > ?'),
    backlog: db.prepare('SELECT message FROM pubsub_deliveries WHERE subscription = ?'),
    pending: db.prepare(`
      SELECT 1 FROM pubsub_subscriptions s WHERE push = 1
        AND EXISTS (SELECT 1 FROM pubsub_deliveries d WHERE d.subscription = s.name) LIMIT 1`),
    page: {
      topics: db.prepare('SELECT config FROM pubsub_topics WHERE name > ? AND name < ? ORDER BY name LIMIT ?'),
      subscriptions: db.prepare(
        'SELECT config FROM pubsub_subscriptions WHERE name > ? AND name < ? ORDER BY name LIMIT ?',
      ),
    },
  };
  const put = (subscription: Subscription): void => {
    const push = Number(subscription.pushConfig !== null);
    sql.putSubscription.run(subscription.name, subscription.topic, push, JSON.stringify(subscription));
  };
  const acknowledge = (subscription: string, message: number): boolean => {
    const dropped = sql.dropDelivery.run(subscription, message).changes > 0;
    if (dropped) sql.dropMessage.run(message, message);
    return dropped;
  };

  return {
    topic: (name: string): Topic => found(sql.topic.get(name), name),
    hasTopic: (name: string): boolean => sql.topic.get(name) !== undefined,
    createTopic(topic: Topic): void {
      if (sql.topic.get(topic.name) !== undefined) throw alreadyExists(topic.name);
      sql.addTopic.run(topic.name, JSON.stringify(topic));
    },
    /** Its subscriptions stay, with what they have not yet delivered. */
    deleteTopic(name: string): void {
      if (sql.dropTopic.run(name).changes === 0) throw notFound(name);
      sql.orphan.run(DELETED_TOPIC, DELETED_TOPIC, name);
    },
    subscription: (name: string): Subscription => found(sql.subscription.get(name), name),
    findSubscription(name: string): Subscription | undefined {
      const row = sql.subscription.get(name);
      return row && config<Subscription>(row);
    },
    subscribers: (topic: string): Subscription[] => sql.subscribers.all(topic).map((row) => config(row)),
    /** Names of the subscriptions that have a push endpoint. */
    pushed: (): string[] => sql.pushed.all().map((row) => row['name'] as string),
    createSubscription(subscription: Subscription): void {
      if (sql.subscription.get(subscription.name) !== undefined) throw alreadyExists(subscription.name);
      const { topic, deadLetterPolicy } = subscription;
      for (const name of [topic, deadLetterPolicy?.deadLetterTopic ?? topic]) found(sql.topic.get(name), name);
      put(subscription);
    },
    modifyPushConfig(name: string, pushConfig: PushConfig | null): void {
      put({ ...found<Subscription>(sql.subscription.get(name), name), pushConfig });
    },
    deleteSubscription(name: string): void {
      if (sql.dropSubscription.run(name).changes === 0) throw notFound(name);
      for (const row of sql.backlog.all(name)) acknowledge(name, row['message'] as number);
    },
    /** Resources of a kind in `project` (`projects/P`) after the name `after`, by name. */
    page: <T extends Topic | Subscription>(
      kind: 'topics' | 'subscriptions',
      project: string,
      after: string,
      size: number,
    ): T[] =>
      // "0" follows "/": the range holds the names below the prefix and no others.
      sql.page[kind].all(after || `${project}/${kind}/`, `${project}/${kind}0`, size).map((row) => config<T>(row)),

    /**
     * Stores a message for each subscription whose filter it matches, to be delivered `delay(subscription, id)` ms from now.
     * @returns its id
     * @throws {RpcError} NOT_FOUND
     */
    publish(
      topic: string,
      message: PubsubMessage,
      now: number,
      delay: (subscription: string, id: number) => number,
    ): number {
      if (sql.topic.get(topic) === undefined) throw notFound(topic);
      const { data, attributes, orderingKey } = message;
      const id = Number(sql.addMessage.run(topic, data, JSON.stringify(attributes), orderingKey, now).lastInsertRowid);
      let subscribed = false;
      for (const row of sql.subscribers.all(topic)) {
        const { name, filter, enableMessageOrdering } = config<Subscription>(row);
        if (!parseFilter(filter)(attributes)) continue;
        sql.addDelivery.run(name, id, enableMessageOrdering ? orderingKey : '', now + delay(name, id));
        subscribed = true;
      }
      if (!subscribed) sql.dropMessage.run(id);
      return id;
    },
    due: (subscription: string, now: number, limit: number): Delivery[] =>
      sql.due.all(subscription, now, limit) as unknown as Delivery[],
    message(id: number): StoredMessage {
      const row = sql.message.get(id) as unknown as Omit<StoredMessage, 'attributes'> & { attributes: string };
      return { ...row, attributes: JSON.parse(row.attributes) as StoredMessage['attributes'] };
    },
    /** When the next message that is not yet due will be, in ms since 1970. */
    nextDue: (subscription: string, now: number): number | undefined =>
      (sql.nextDue.get(subscription, now)?.['due'] ?? undefined) as number | undefined,
    /** @returns false when the delivery was gone already. */
    acknowledge,
    postpone: (subscription: string, message: number, due: number): void => {
      sql.postpone.run(due, subscription, message);
    },
    /** Moves the time at which the nth delivery of a message counts as failed, if it is the last one so far. */
    lease: (subscription: string, { message, delivery }: { message: number; delivery: number }, due: number): void => {
      sql.lease.run(due, subscription, message, delivery);
    },
    /** Whether the nth delivery of a message is the last one so far, and not acknowledged. */
    isLeased: (subscription: string, { message, delivery }: { message: number; delivery: number }): boolean =>
      sql.leased.get(subscription, message, delivery) !== undefined,
    /** Whether a push subscription has an unacknowledged message. */
    pending: (): boolean => sql.pending.get() !== undefined,
    /** Empties all tables; message ids go on from where they were. */
    clear: (): void =>
      db.exec(
        'DELETE FROM pubsub_deliveries; DELETE FROM pubsub_messages; DELETE FROM pubsub_subscriptions; DELETE FROM pubsub_topics',
      ),
  };
}

const config = <T>(row: unknown): T => JSON.parse((row as { config: string }).config) as T;

function found<T>(row: unknown, name: string): T {
  if (row === undefined) throw notFound(name);
  return config<T>(row);
}

const notFound = (name: string): RpcError =>
  new RpcError(status.NOT_FOUND, `Resource not found (resource=${shortName(name)}).`);
const alreadyExists = (name: string): RpcError =>
  new RpcError(status.ALREADY_EXISTS, `Resource already exists in the project (resource=${shortName(name)}).`);
const shortName = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

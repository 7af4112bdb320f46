/**
 * `Feed` on Firestore: `orgs/{org}/feed/{instance}` holds the last batches of an instance, `orgs/{org}/feed_readers/{instance}` until when somebody
 * reads there. Readers' instances listen; both go by themselves.
 */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { type Firestore, Timestamp } from '@google-cloud/firestore';
import type { FeedBatch, Feed } from '../../meter/ports/feed.ts';
import { toError } from '../../errors.ts';
import type { Organization } from '../../meter/model/organization.ts';
import { unavailable } from '../firestore-client.ts';

/** After which nobody wants it any more. */
const KEPT_MS = 600_000;

export function firestoreFeed(db: Firestore, clock: { now(): number }): Feed {
  const feed = (organization: Organization) => db.collection(`orgs/${organization}/feed`);
  const readers = (organization: Organization) => db.collection(`orgs/${organization}/feed_readers`);
  const expireAt = (): Timestamp => Timestamp.fromMillis(clock.now() + KEPT_MS);
  return {
    async announce(organization, instance, untilMs) {
      await readers(organization).doc(instance).set({ untilMs, expireAt: expireAt() }).catch(refusing(organization));
    },
    async isRead(organization, instance, nowMs) {
      const found = await readers(organization).where('untilMs', '>', nowMs).get().catch(refusing(organization));
      return found.docs.some(({ id }) => id !== instance);
    },
    async publish(organization, instance, batches) {
      const data = zstdCompressSync(JSON.stringify(batches));
      await feed(organization).doc(instance).set({ data, expireAt: expireAt() }).catch(refusing(organization));
    },
    listen(organization, instance, act, onError) {
      const seen = new Map<string, number>();
      let isFirst = true;
      return feed(organization).onSnapshot(
        (snapshot) => {
          for (const { type, doc } of snapshot.docChanges()) {
            if (type === 'removed' || doc.id === instance) continue;
            const batches = JSON.parse(
              zstdDecompressSync(doc.get('data') as Uint8Array).toString('utf8'),
            ) as FeedBatch[];
            for (const batch of batches) {
              if (batch.number <= (seen.get(doc.id) ?? -1)) continue;
              seen.set(doc.id, batch.number);
              // What was there before somebody looked is no news.
              if (!isFirst) act(batch);
            }
          }
          isFirst = false;
        },
        (thrown) => onError(toError(thrown)),
      );
    },
  };
}

const refusing =
  (organization: Organization) =>
  (thrown: unknown): never => {
    throw unavailable(`the live feed of ${organization} was not reached`, thrown);
  };

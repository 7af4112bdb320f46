/** What was refused of what was sent: a document a request, `orgs/{organization}/dead_letters/{id}`, its items packed. */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { type DocumentSnapshot, type Firestore, Timestamp } from '@google-cloud/firestore';
import { CollectedDeadLetter, RejectedItem } from '../../meter/model/dead-letter.ts';
import type { Organization } from '../../meter/model/organization.ts';
import type { CollectedDeadLetters, DeadLetterSummary } from '../../meter/ports/dead-letters.ts';
import { unavailable } from '../firestore-client.ts';

/** Days after which nobody will look. */
const KEPT_DAYS = 90;
const DAY_MS = 86_400_000;

/** Of the packed items: a document holds 1 MiB. */
const MAX_PACKED_BYTES = 900_000;

/** Deletes of one commit. */
const COMMIT_DELETES = 400;

const SUMMARY_FIELDS = ['id', 'organization', 'source', 'route', 'receivedAt', 'counts', 'droppedItems'];

export function firestoreDeadLetters(db: Firestore): CollectedDeadLetters {
  const letters = (organization: Organization) => db.collection(`orgs/${organization}/dead_letters`);
  return {
    write(letter) {
      const { items, ...summary } = letter;
      const { data, dropped } = packed(items);
      return {
        path: `orgs/${letter.organization}/dead_letters/${letter.id}`,
        fields: {
          ...summary,
          droppedItems: summary.droppedItems + dropped,
          data,
          expireAt: Timestamp.fromMillis(Date.parse(letter.receivedAt) + KEPT_DAYS * DAY_MS),
        },
      };
    },
    async list(organization, limit) {
      const found = await letters(organization)
        .orderBy('receivedAt')
        .limit(limit)
        .select(...SUMMARY_FIELDS)
        .get()
        .catch(refuse(organization));
      return found.docs.map(summaryOf);
    },
    async read(organization, id) {
      const found = await letters(organization).doc(id).get().catch(refuse(organization));
      if (!found.exists) return undefined;
      const items = RejectedItem.array().parse(
        JSON.parse(zstdDecompressSync(found.get('data') as Uint8Array).toString('utf8')),
      );
      return { ...summaryOf(found), items };
    },
    async remove(organization, ids) {
      for (let start = 0; start < ids.length; start += COMMIT_DELETES) {
        const batch = db.batch();
        for (const id of ids.slice(start, start + COMMIT_DELETES)) batch.delete(letters(organization).doc(id));
        await batch.commit().catch(refuse(organization));
      }
    },
    async count(organization) {
      const found = await letters(organization).count().get().catch(refuse(organization));
      return found.data().count;
    },
  };
}

const summaryOf = (found: DocumentSnapshot): DeadLetterSummary =>
  CollectedDeadLetter.omit({ items: true }).parse(found.data());

/** As many of the first as a document holds. */
function packed(items: readonly RejectedItem[]): { readonly data: Uint8Array; readonly dropped: number } {
  for (let count = items.length; ; count = Math.floor(count / 2)) {
    const data = zstdCompressSync(JSON.stringify(items.slice(0, count)));
    if (data.byteLength <= MAX_PACKED_BYTES || count === 0) return { data, dropped: items.length - count };
  }
}

const refuse =
  (organization: Organization) =>
  (thrown: unknown): never => {
    throw unavailable(`the dead letters of ${organization} could not be reached`, thrown);
  };

/**
 * The registry in Firestore: a document a runtime, `orgs/{org}/runtimes/{id}`, with what it says of itself as JSON, so that nothing of it
 * has to be a field's name. A registration has the runtime's live metrics begin in the same commit.
 */
import {
  FieldPath,
  FieldValue,
  type DocumentReference,
  type DocumentSnapshot,
  type Firestore,
  type Query,
  type Transaction,
} from '@google-cloud/firestore';
import { LAST_HEARTBEAT } from '../../meter/live/metric-strategy.ts';
import type { Organization } from '../../meter/model/organization.ts';
import { RuntimeRecord } from '../../meter/model/runtime.ts';
import type { Runtimes } from '../../meter/ports/runtimes.ts';
import { unavailable } from '../firestore-client.ts';
import { INTERVAL_FIELD } from './firestore-presences.ts';
import { liveOf, runtimesOf, shardOf } from './live-paths.ts';

/** Documents that one commit deletes. */
const DELETED_AT_ONCE = 400;

export function firestoreRuntimes(db: Firestore): Runtimes {
  const refOf = (organization: Organization, id: string): DocumentReference =>
    db.collection(runtimesOf(organization)).doc(id);

  return {
    async read(organization, id) {
      return asked(`the runtime ${id} was not read`, async () => recordIn(await refOf(organization, id).get()));
    },
    async change(organization, id, decide, heardMs) {
      const ref = refOf(organization, id);
      return asked(`the runtime ${id} was not changed`, () =>
        db.runTransaction(async (transaction) => {
          const found = recordIn(await transaction.get(ref));
          const next = decided(decide, found);
          if (next === undefined) return found;
          transaction.set(ref, fieldsOf(next));
          if (heardMs !== undefined || found === undefined)
            heard(transaction, { organization, next, heardMs, isNew: found === undefined });
          return next;
        }),
      );
    },
    async page(organization, { type, status, after, limit }) {
      let query: Query = db.collection(runtimesOf(organization)).orderBy(FieldPath.documentId());
      if (type !== undefined) query = query.where('type', '==', type);
      if (status !== undefined) query = query.where('status', '==', status);
      if (after !== undefined) query = query.startAfter(after);
      return asked(`runtimes of ${organization} were not listed`, async () =>
        (await query.limit(limit).get()).docs.map((document) => recordIn(document) as RuntimeRecord),
      );
    },
    async count(organization) {
      return asked(
        `runtimes of ${organization} were not counted`,
        async () => (await db.collection(runtimesOf(organization)).count().get()).data().count,
      );
    },
    async removeSome(organization, id) {
      return asked(`what is below the runtime ${id} was not deleted`, async () => {
        for (const below of await refOf(organization, id).listCollections()) {
          const { docs } = await below.limit(DELETED_AT_ONCE).get();
          if (docs.length === 0) continue;
          const batch = db.batch();
          for (const document of docs) batch.delete(document.ref);
          await batch.commit();
          return true;
        }
        return false;
      });
    },
    async remove(organization, id) {
      const ref = refOf(organization, id);
      await asked(`the runtime ${id} was not deleted`, () =>
        db.runTransaction(async (transaction) => {
          const found = recordIn(await transaction.get(ref));
          if (found?.deleting_since !== undefined) transaction.delete(ref);
        }),
      );
    },
    async deleting(organization) {
      const marked = db.collection(runtimesOf(organization)).where('isDeleting', '==', true);
      return asked(`runtimes that are being deleted of ${organization} were not listed`, async () =>
        (await marked.get()).docs.map(({ id }) => id),
      );
    },
  };

  function heard(
    transaction: Transaction,
    {
      organization,
      next,
      heardMs = 0,
      isNew,
    }: {
      readonly organization: Organization;
      readonly next: RuntimeRecord;
      readonly heardMs: number | undefined;
      readonly isNew: boolean;
    },
  ): void {
    const id = next.runtime_id;
    const shard = db.collection(liveOf(organization)).doc(shardOf(id));
    const interval = { [INTERVAL_FIELD]: next.heartbeat_interval_seconds * 1_000 };
    // What a runtime of that name had counted before it was deleted is not this one's.
    if (isNew)
      transaction.set(
        shard,
        { rows: { [id]: { ...interval, [LAST_HEARTBEAT]: heardMs } } },
        { mergeFields: [new FieldPath('rows', id)] },
      );
    else
      transaction.set(
        shard,
        { rows: { [id]: { ...interval, [LAST_HEARTBEAT]: FieldValue.maximum(heardMs) } } },
        { merge: true },
      );
  }
}

/** Thrown by a decision: it is no trouble of the store's. */
class Refusal extends Error {}

function decided(
  decide: (found: RuntimeRecord | undefined) => RuntimeRecord | undefined,
  found: RuntimeRecord | undefined,
): RuntimeRecord | undefined {
  try {
    return decide(found);
  } catch (thrown) {
    throw new Refusal('it was refused', { cause: thrown });
  }
}

async function asked<T>(what: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (thrown) {
    if (thrown instanceof Refusal) throw thrown.cause;
    throw unavailable(what, thrown);
  }
}

const fieldsOf = (record: RuntimeRecord): Record<string, unknown> => ({
  type: record.type,
  status: record.status,
  ...(record.deleting_since === undefined ? {} : { isDeleting: true }),
  runtime: JSON.stringify(record),
});

function recordIn(document: DocumentSnapshot): RuntimeRecord | undefined {
  const text: unknown = document.get('runtime');
  return typeof text === 'string' ? RuntimeRecord.parse(JSON.parse(text)) : undefined;
}

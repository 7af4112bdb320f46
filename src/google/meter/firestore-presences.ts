/** When runtimes were heard of last, of all instances: fields of the rows that their live metrics have, under names that no metric can have. */
import { FieldPath, FieldValue, type DocumentSnapshot, type Firestore } from '@google-cloud/firestore';
import { LAST_HEARTBEAT } from '../../meter/live/metric-strategy.ts';
import type { Organization } from '../../meter/model/organization.ts';
import type { Presence, Presences } from '../../meter/ports/runtimes.ts';
import { unavailable } from '../firestore-client.ts';
import { MeasuredBatch } from '../measured-batch.ts';
import { liveOf, shardOf } from './live-paths.ts';

export const INTERVAL_FIELD = '$interval';
const SILENT_FIELD = '$silentSince';

/** Documents that are read at once: each may have some hundred kilobytes. */
const SHARDS_A_PAGE = 16;

export function firestorePresences(db: Firestore): Presences {
  const change = async (
    organization: Organization,
    what: string,
    rows: readonly (readonly [id: string, fields: unknown])[],
  ): Promise<void> => {
    if (rows.length === 0) return;
    const batch = new MeasuredBatch(db, {
      what: `${what} of runtimes of ${organization}`,
      next: 'Fewer at once take less.',
    });
    for (const [shard, some] of Map.groupBy(rows, ([id]) => shardOf(id)))
      batch.set(db.collection(liveOf(organization)).doc(shard), { rows: Object.fromEntries(some) }, { merge: true });
    try {
      await batch.commit();
    } catch (thrown) {
      throw unavailable(`${what} of ${rows.length} runtimes of ${organization} was not written`, thrown);
    }
  };

  return {
    async *all(organization) {
      const shards = db.collection(liveOf(organization)).orderBy(FieldPath.documentId()).limit(SHARDS_A_PAGE);
      for (let last: DocumentSnapshot | undefined; ;) {
        let page: DocumentSnapshot[];
        try {
          page = (await (last === undefined ? shards : shards.startAfter(last)).get()).docs;
        } catch (thrown) {
          throw unavailable(`live metrics of ${organization} were not read`, thrown);
        }
        yield page.flatMap(presencesIn);
        last = page.at(-1);
        if (page.length < SHARDS_A_PAGE) return;
      }
    },
    note: (organization, silent) =>
      change(
        organization,
        'the silence',
        silent.map(({ id, sinceMs }) => [id, { [SILENT_FIELD]: sinceMs ?? FieldValue.delete() }]),
      ),
    forget: (organization, ids) =>
      change(
        organization,
        'the end',
        ids.map((id) => [id, FieldValue.delete()]),
      ),
  };
}

function presencesIn(document: DocumentSnapshot): Presence[] {
  const rows: unknown = document.get('rows');
  if (typeof rows !== 'object' || rows === null) return [];
  return Object.entries(rows as Record<string, Record<string, unknown>>).map(([id, row]) => ({
    id,
    lastHeartbeatMs: numberIn(row[LAST_HEARTBEAT]) ?? 0,
    intervalMs: numberIn(row[INTERVAL_FIELD]),
    silentSinceMs: numberIn(row[SILENT_FIELD]),
  }));
}

const numberIn = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

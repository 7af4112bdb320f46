/**
 * Live metrics in Firestore: `orgs/{org}/live/{shard}`, 256 documents an organization at most, in which `rows` has a map a runtime. So ten
 * thousand runtimes that change are some 400 writes. Of each commit a document `orgs/{org}/live_writes/{batch}-{n}` is created with it: a repeat
 * of the commit, of which the client makes some by itself, is refused, and adds nothing twice.
 */
import { setImmediate } from 'node:timers/promises';
import { FieldPath, FieldValue, Timestamp, type DocumentReference, type Firestore } from '@google-cloud/firestore';
import type { MetricChange, StoredMetrics } from '../../meter/live/metric-change.ts';
import type { Organization } from '../../meter/model/organization.ts';
import type { LiveMetrics } from '../../meter/ports/live-metrics.ts';
import { atMost } from '../../process/at-most.ts';
import type { Clock } from '../../process/ports.ts';
import { GRPC, grpcCode, unavailable } from '../firestore-client.ts';
import { MeasuredBatch } from '../measured-batch.ts';
import { liveOf, liveWritesOf, shardOf } from './live-paths.ts';

/** Of one document in one commit. https://cloud.google.com/firestore/quotas#writes_and_transactions */
const MAX_TRANSFORMS = 500;

/** Runtimes that one commit changes: encoding one takes the client some 50 µs, and nothing interrupts it. */
const RUNTIMES_A_COMMIT = 100;

/** Each makes the others wait where they share the event loop. */
const COMMITS_AT_ONCE = 2;

/** How long a batch may wait to be written again and is still known. */
const BATCH_KNOWN_MS = 7 * 86_400_000;

const NEXT = 'Fewer metrics a runtime take less.';

export function firestoreLiveMetrics(
  db: Firestore,
  { organization, clock }: { readonly organization: Organization; readonly clock: Clock },
): LiveMetrics {
  const shard = (id: string): DocumentReference => db.collection(liveOf(organization)).doc(id);

  const commit = async (id: string, pieces: readonly Piece[]): Promise<void> => {
    const batch = new MeasuredBatch(db, { what: `live metrics of ${organization}`, next: NEXT });
    batch.create(db.collection(liveWritesOf(organization)).doc(id), {
      expireAt: Timestamp.fromMillis(clock.now() + BATCH_KNOWN_MS),
    });
    for (const { name, changes } of pieces)
      batch.set(
        shard(name),
        { rows: Object.fromEntries(changes.map((one) => [one.id, fieldsOf(one)])) },
        { merge: true },
      );
    try {
      await batch.commit();
    } catch (thrown) {
      // An attempt before has landed, and its answer was lost.
      if (grpcCode(thrown) === GRPC.ALREADY_EXISTS) return;
      throw unavailable(`live metrics of ${organization} were not written`, thrown);
    }
  };

  return {
    async fetch(runtimeId) {
      try {
        return metricsIn((await shard(shardOf(runtimeId)).get()).get(new FieldPath('rows', runtimeId)));
      } catch (thrown) {
        throw unavailable(`the live metrics of ${runtimeId} were not read`, thrown);
      }
    },
    async write({ id, changes }) {
      const commits = commitsOf(changes);
      const inTurn = async (pieces: readonly Piece[], at: number): Promise<void> => {
        // No two are encoded in one turn of the event loop.
        for (let turns = 0; turns <= at % COMMITS_AT_ONCE; turns++) await setImmediate();
        await commit(`${id}-${at}`, pieces);
      };
      await atMost(commits, inTurn, COMMITS_AT_ONCE);
    },
    async delete(runtimeIds) {
      const batch = new MeasuredBatch(db, { what: `the end of live metrics of ${organization}`, next: NEXT });
      for (const [name, ids] of byShard(runtimeIds, (id) => id))
        batch.set(
          shard(name),
          { rows: Object.fromEntries(ids.map((id) => [id, FieldValue.delete()])) },
          { merge: true },
        );
      try {
        await batch.commit();
      } catch (thrown) {
        throw unavailable(`live metrics of ${runtimeIds.length} runtimes of ${organization} were not deleted`, thrown);
      }
    },
  };
}

/** What one commit changes in one document. */
interface Piece {
  readonly name: string;
  readonly changes: readonly MetricChange[];
}

/** Cut the same way whenever it is cut, so that a part is known again by its number; where it can be, between two documents. */
function commitsOf(changes: readonly MetricChange[]): Piece[][] {
  const commits: Piece[][] = [];
  let room = 0;
  for (const [name, ofShard] of byShard(changes, ({ id }) => id)) {
    const pieces = piecesOf(name, ofShard);
    for (const piece of pieces) {
      const open = commits.at(-1);
      // Pieces of one document are apart because together they are too many.
      if (open === undefined || piece.changes.length > room || pieces.length > 1) {
        commits.push([piece]);
        room = RUNTIMES_A_COMMIT - piece.changes.length;
      } else {
        open.push(piece);
        room -= piece.changes.length;
      }
    }
  }
  return commits;
}

function piecesOf(name: string, changes: readonly MetricChange[]): Piece[] {
  const most = Math.max(...changes.map(({ add, max }) => Object.keys(add).length + Object.keys(max).length), 1);
  const size = Math.min(RUNTIMES_A_COMMIT, Math.floor(MAX_TRANSFORMS / most));
  return Array.from({ length: Math.ceil(changes.length / size) }, (_, at) => ({
    name,
    changes: changes.slice(at * size, (at + 1) * size),
  }));
}

function byShard<T>(items: readonly T[], idOf: (item: T) => string): Map<string, T[]> {
  return new Map([...Map.groupBy(items, (item) => shardOf(idOf(item)))].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function fieldsOf({ set, add, max }: MetricChange): Record<string, unknown> {
  const fields: Record<string, unknown> = { ...set };
  for (const [key, value] of Object.entries(add)) fields[key] = FieldValue.increment(value);
  for (const [key, value] of Object.entries(max)) fields[key] = FieldValue.maximum(value);
  return fields;
}

/** What is no number was written by another version of Daymill, and `$` begins what is no metric: both are left out. */
function metricsIn(row: unknown): StoredMetrics | undefined {
  if (typeof row !== 'object' || row === null) return undefined;
  return Object.fromEntries(
    Object.entries(row).filter(
      (field): field is [string, number] => typeof field[1] === 'number' && !field[0].startsWith('$'),
    ),
  );
}

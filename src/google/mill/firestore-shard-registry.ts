/** `sharded/{place}`: which generations of shards there are, or may be, at a place, and when to look at it again. */
import { FieldPath, FieldValue, type Firestore, type Timestamp } from '@google-cloud/firestore';
import { ShardEntry } from '../../mill/model/shard-entry.ts';
import { Place } from '../../mill/model/place.ts';
import type { RegisteredShards, ShardRegistry } from '../../mill/ports/artifacts.ts';
import { isConflict, unavailable } from '../firestore-client.ts';
import { placePath, SHARDED, shardedId, shardsOf } from './paths.ts';

/** Documents a commit may delete. */
const DELETES_A_BATCH = 400;

export function firestoreShardRegistry(db: Firestore): ShardRegistry {
  const ref = (place: Place) => db.collection(SHARDED).doc(shardedId(place));
  return {
    async due(nowMs, limit) {
      const found = await db.collection(SHARDED).where('checkMs', '<=', nowMs).orderBy('checkMs').limit(limit).get();
      return found.docs.map((snapshot): RegisteredShards => ({
        place: Place.parse(snapshot.get('place')),
        entry: ShardEntry.parse(snapshot.data()),
        version: snapshot.updateTime,
      }));
    },
    async pointed(places) {
      if (places.length === 0) return [];
      const refs = places.map((place) => db.doc(placePath(place)));
      const found = await db.getAll(...refs, { fieldMask: ['status', 'generation'] });
      return found.map((snapshot) => {
        const generation: unknown = snapshot.get('generation');
        // A failed cell keeps its last good result, for people.
        const shown = ['COMPLETED', 'FAILED'].includes(String(snapshot.get('status')));
        return shown && typeof generation === 'string' ? generation : undefined;
      });
    },
    async deleteShards(place, generation) {
      const name = FieldPath.documentId();
      const shards = await db
        .collection(shardsOf(place))
        .where(name, '>=', `${generation}-`)
        .where(name, '<', `${generation}.`)
        .select()
        .get();
      for (let start = 0; start < shards.size; start += DELETES_A_BATCH) {
        const batch = db.batch();
        for (const shard of shards.docs.slice(start, start + DELETES_A_BATCH)) batch.delete(shard.ref);
        await batch.commit();
      }
      return shards.size;
    },
    async save({ place, version }, entry) {
      const precondition = { lastUpdateTime: version as Timestamp };
      try {
        if (entry === undefined) await ref(place).delete(precondition);
        // Each field whole, so that generations that were collected leave the map.
        else await ref(place).update({ ...entry, removedMs: entry.removedMs ?? FieldValue.delete() }, precondition);
        return true;
      } catch (thrown) {
        if (isConflict(thrown)) return false;
        throw unavailable(`the shards of ${placePath(place)} were not noted`, thrown);
      }
    },
  };
}

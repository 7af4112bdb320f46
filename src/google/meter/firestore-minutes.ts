/** Live minutes in Firestore: `orgs/{org}/days/{day}/minutes/{hour}-{instance}-{random}`, a document an instance, a minute and some thousand series. */
import { Timestamp, type Firestore } from '@google-cloud/firestore';
import { MINUTE_MS } from '../../meter/live/minute.ts';
import { WINDOWS } from '../../meter/live/windows.ts';
import type { MinuteStore } from '../../meter/ports/minutes.ts';
import { daysFrom, dayOf } from '../../values/date.ts';
import { GRPC, grpcCode, unavailable } from '../firestore-client.ts';
import { MeasuredBatch } from '../measured-batch.ts';
import { minutesOf } from './live-paths.ts';

/** Longer windows than a day are asked of the samples themselves. */
const KEPT_DAYS = 3;

export function firestoreMinutes(db: Firestore): MinuteStore {
  return {
    async write(id, { organization, minute, series, data }) {
      const startMs = minute * MINUTE_MS;
      const hour = new Date(startMs).toISOString().slice(11, 13);
      const ref = db.collection(minutesOf(organization, dayOf(startMs))).doc(`${hour}-${id}`);
      const batch = new MeasuredBatch(db, {
        what: `a live minute of ${organization}`,
        next: 'Names of its series take it.',
      });
      const expireAt = Timestamp.fromMillis(startMs + KEPT_DAYS * WINDOWS['1d'] * MINUTE_MS);
      batch.create(ref, { minute, series, data, expireAt });
      try {
        await batch.commit();
      } catch (thrown) {
        // An attempt before has landed, and its answer was lost.
        if (grpcCode(thrown) !== GRPC.ALREADY_EXISTS)
          throw unavailable(`a live minute of ${organization} was not written`, thrown);
      }
    },
    async read(organization, from, to) {
      const days = daysFrom(dayOf(from * MINUTE_MS), dayOf((to - 1) * MINUTE_MS));
      try {
        const found = await Promise.all(
          days.map((day) =>
            db.collection(minutesOf(organization, day)).where('minute', '>=', from).where('minute', '<', to).get(),
          ),
        );
        return found.flatMap(({ docs }) => docs.map((document) => document.get('data') as Uint8Array));
      } catch (thrown) {
        throw unavailable(`live minutes of ${organization} were not read`, thrown);
      }
    },
  };
}

/** Sessions: a document each, `orgs/{organization}/sessions/{id}`. */
import { type DocumentSnapshot, type Firestore, Timestamp } from '@google-cloud/firestore';
import { dueMs, Session } from '../../meter/model/session.ts';
import type { Organization } from '../../meter/model/organization.ts';
import type { Sessions } from '../../meter/ports/sessions.ts';
import { hashOf } from '../../values/hash.ts';
import { unavailable } from '../firestore-client.ts';

/** Days after its end for which it can be asked for; the event of its end is kept as events are. */
const KEPT_DAYS = 90;
const DAY_MS = 86_400_000;

/** An id may have what no document's name has. */
const pathOf = (organization: Organization, id: string): string =>
  `orgs/${organization}/sessions/${hashOf(Buffer.from(id))}`;

const read = (found: DocumentSnapshot): Session => Session.parse(JSON.parse(String(found.get('session'))));

export const firestoreSessions = (db: Firestore): Sessions => ({
  write: (organization, session) => ({
    path: pathOf(organization, session.session_id),
    fields: {
      // As text: names of members may be what no field's name is.
      session: JSON.stringify(session),
      organization,
      // Only of those that time will end: the index holds no others.
      ...(session.status === 'active' ? { dueMs: dueMs(session) } : {}),
      expireAt: Timestamp.fromMillis(dueMs(session) + KEPT_DAYS * DAY_MS),
    },
  }),
  async read(organization, id) {
    try {
      const found = await db.doc(pathOf(organization, id)).get();
      return found.exists ? read(found) : undefined;
    } catch (thrown) {
      throw unavailable(`the session ${id} could not be read`, thrown);
    }
  },
  async due(nowMs, limit) {
    try {
      const found = await db
        .collectionGroup('sessions')
        .where('dueMs', '<=', nowMs)
        .orderBy('dueMs')
        .limit(limit)
        .get();
      return found.docs.map((one) => ({
        organization: String(one.get('organization')),
        session: read(one),
      }));
    } catch (thrown) {
      throw unavailable('the sessions that are due could not be read', thrown);
    }
  },
});

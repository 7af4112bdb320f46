/** The newest answer of each tier, for `daymill deploy` to read. */
import { FieldValue, type Firestore } from '@google-cloud/firestore';
import type { Pings } from '../../mill/ports/pings.ts';
import { PINGS } from './paths.ts';

export const firestorePings = (db: Firestore): Pings => ({
  async answer(tier, id) {
    await db.collection(PINGS).doc(tier).set({ id, answered: FieldValue.serverTimestamp() });
  },
});

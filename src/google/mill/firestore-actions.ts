/** What people did, a document an action; a TTL on `expiresAt` (firestore.indexes.json) deletes them. */
import { type DocumentData, type Firestore, Timestamp } from '@google-cloud/firestore';
import { Action } from '../../mill/model/action.ts';
import type { Actions } from '../../mill/ports/actions.ts';
import { unavailable } from '../firestore-client.ts';
import { ACTIONS } from './paths.ts';

/** Longer than runs and tasks are: who stopped what, and why, is asked for long after. */
export const ACTION_DAYS = 400;

export const toActionDocument = (action: Action): DocumentData => ({
  ...action,
  expiresAt: Timestamp.fromMillis(action.atMs + ACTION_DAYS * 86_400_000),
});

export function firestoreActions(db: Firestore): Actions {
  const actions = db.collection(ACTIONS);
  return {
    async begin(action) {
      try {
        // Set, not created: the same again is one whose answer was lost.
        await actions.doc(action.id).set(toActionDocument(action));
      } catch (thrown) {
        throw unavailable(`the action ${action.id} was not noted`, thrown);
      }
    },
    async end(id, outcome) {
      try {
        await actions.doc(id).update({ outcome });
      } catch (thrown) {
        throw unavailable(`the end of the action ${id} was not noted`, thrown);
      }
    },
    async newest(limit) {
      const found = await actions.orderBy('atMs', 'desc').limit(limit).get();
      return found.docs.map((one) => Action.parse(one.data()));
    },
  };
}

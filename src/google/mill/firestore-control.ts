/**
 * What people have stopped, as a field of the planner's state: a dispatcher reads it with what it reads anyway, and a claim that
 * was decided before the change is refused, since its base has moved.
 */
import type { Firestore } from '@google-cloud/firestore';
import { Control, NOTHING_STOPPED } from '../../mill/model/control.ts';
import type { Controls } from '../../mill/ports/planning.ts';
import { toActionDocument } from './firestore-actions.ts';
import { ACTIONS, PLANNER } from './paths.ts';

export function firestoreControl(db: Firestore): Controls {
  const ref = db.doc(PLANNER);
  return {
    read: async () => controlIn((await ref.get()).get('control')),
    change: (decide, note) =>
      db.runTransaction(async (transaction) => {
        const found = await transaction.get(ref);
        const before = controlIn(found.get('control'));
        const control = decide(before);
        const action = note?.(before);
        if (action !== undefined) transaction.set(db.collection(ACTIONS).doc(action.id), toActionDocument(action));
        if (control === before) return before;
        // Whole, so that a computation that is resumed leaves the map. The sequence stays: nothing that is packed has changed.
        transaction.set(ref, { control }, { mergeFields: ['control'] });
        return control;
      }),
  };
}

/** Nothing was ever stopped where there is no such field. */
export const controlIn = (field: unknown): Control => (field === undefined ? NOTHING_STOPPED : Control.parse(field));

/** `orgs/{organization}/days/{day}/selections/{hash of its name}`. */
import type { Firestore } from '@google-cloud/firestore';
import { z } from 'zod';
import type { DayKey } from '../../meter/ports/day-store.ts';
import type { Selections } from '../../meter/ports/selections.ts';
import { hashOf } from '../../values/hash.ts';
import { unavailable } from '../firestore-client.ts';

const Selected = z.object({ dayHash: z.string(), hash: z.string(), bytes: z.number() });

export function firestoreSelections(db: Firestore): Selections {
  const document = ({ organization, day }: DayKey, name: string) =>
    db.doc(`orgs/${organization}/days/${day}/selections/${hashOf(name)}`);
  return {
    async read(key, name) {
      try {
        return Selected.safeParse((await document(key, name).get()).data()).data;
      } catch (thrown) {
        throw unavailable(`what is selected of ${key.day} could not be read`, thrown);
      }
    },
    async write(key, name, selected) {
      try {
        await document(key, name).set({ ...selected });
      } catch (thrown) {
        throw unavailable(`what is selected of ${key.day} could not be written`, thrown);
      }
    },
  };
}

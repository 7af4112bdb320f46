/** `Pushes` on Firestore: `orgs/{org}/pushes/{target}`, a document that says of each day with which content it was pushed. */
import type { Firestore } from '@google-cloud/firestore';
import type { Organization } from '../../meter/model/organization.ts';
import type { Pushes } from '../../meter/ports/pushes.ts';
import { hashOf } from '../../values/hash.ts';
import { unavailable } from '../firestore-client.ts';

export function firestorePushes(db: Firestore): Pushes {
  const ref = (organization: Organization, target: string) => db.doc(`orgs/${organization}/pushes/${hashOf(target)}`);
  const refusing = (thrown: unknown): never => {
    throw unavailable('how far was pushed could not be read or kept', thrown);
  };
  return {
    async read(organization, target) {
      const found = await ref(organization, target).get().catch(refusing);
      return new Map(Object.entries((found.get('days') ?? {}) as Record<string, string>));
    },
    async write(organization, target, pushed) {
      await ref(organization, target)
        .set({ target, days: Object.fromEntries(pushed) })
        .catch(refusing);
    },
  };
}

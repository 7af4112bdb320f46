/** Which organizations there are: `orgs/{organization}`, of each that has sent something or has limits of its own. */
import type { Firestore } from '@google-cloud/firestore';
import { unavailable } from '../firestore-client.ts';

/** The first ones by name, at most `most`; a read each. @throws {RetryableError} UNAVAILABLE */
export async function firestoreOrganizations(db: Firestore, most?: number): Promise<string[]> {
  const all = db.collection('orgs').select();
  try {
    const found = await (most === undefined ? all : all.limit(most)).get();
    return found.docs.map(({ id }) => id);
  } catch (thrown) {
    throw unavailable('the organizations', thrown);
  }
}

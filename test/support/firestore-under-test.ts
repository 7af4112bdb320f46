/** What the Firestore contract suites run against: the one that FIRESTORE_EMULATOR_HOST names, or ours, started here. */
import { randomUUID } from 'node:crypto';
import { Firestore } from '@google-cloud/firestore';
import type { CollectionReference, DocumentReference } from '@google-cloud/firestore';
import type { FirestoreEmulator, FirestoreOptions } from '../../src/emulators/firestore/server.ts';
import { startFirestore } from '../../src/emulators/firestore/server.ts';
import { openState } from '../../src/emulators/state.ts';

export interface FirestoreUnderTest {
  readonly client: Firestore;
  /** Absent when the suite runs on another Firestore. */
  readonly emulator?: FirestoreEmulator;
  /** One more client, with channels of its own. */
  newClient(headers?: Record<string, string>): Firestore;
  /** A collection that no other test has. */
  collection(): CollectionReference;
  document(): DocumentReference;
  close(): Promise<void>;
}

/** With options of our own the suite is about this emulator alone, and always starts it. */
export async function firestoreUnderTest(
  options?: Omit<FirestoreOptions, 'state'> & { file?: string },
): Promise<FirestoreUnderTest> {
  const projectId = process.env['GOOGLE_CLOUD_PROJECT'] ?? 'demo-contract';
  const host = options ? undefined : process.env['FIRESTORE_EMULATOR_HOST'];
  const state = openState(options?.file ?? ':memory:');
  const emulator = host === undefined ? await startFirestore({ state, ...options }) : undefined;
  const clients: Firestore[] = [];
  const newClient = (headers: Record<string, string> = {}): Firestore => {
    const client = new Firestore({
      projectId,
      host: host ?? `127.0.0.1:${emulator?.port}`,
      ssl: false,
      customHeaders: { authorization: 'Bearer owner', ...headers },
    });
    clients.push(client);
    return client;
  };
  const client = newClient();
  const collection = (): CollectionReference => client.collection(`c-${randomUUID()}`);
  return {
    client,
    ...(emulator ? { emulator } : {}),
    newClient,
    collection,
    document: () => collection().doc('one'),
    async close() {
      await Promise.all(clients.map((one) => one.terminate()));
      await emulator?.close();
      await state.close();
    },
  };
}

/** gRPC status codes that tests name. */
export const CODE = {
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  failedPrecondition: 9,
  aborted: 10,
  unimplemented: 12,
  unavailable: 14,
} as const;

/** Firestore alone on a state file: for who only looks, and for whom the other emulators need not be loaded. */
import { startFirestore, type FirestoreOptions } from './firestore/server.ts';
import { metadataEnv, startMetadataServer } from './metadata-server.ts';
import type { LocalCloud } from './start.ts';
import { openState } from './state.ts';

export interface LocalFirestoreOptions extends Pick<FirestoreOptions, 'indexes' | 'requireIndexes'> {
  /** The state file, or `:memory:` to keep nothing. */
  readonly file: string;
  readonly projectId: string;
}

/** @throws {StateFileError} when the state file cannot be used */
export async function startLocalFirestore({
  file,
  projectId,
  ...options
}: LocalFirestoreOptions): Promise<Pick<LocalCloud, 'firestore' | 'env' | 'broken' | 'close'>> {
  const state = openState(file);
  // Clients ask it who they are, also where nobody checks.
  const [firestore, metadata] = await Promise.all([
    startFirestore({ state, ...options }),
    startMetadataServer({ port: 0, projectId }),
  ]);
  return {
    firestore,
    broken: state.broken,
    env: {
      FIRESTORE_EMULATOR_HOST: `127.0.0.1:${firestore.port}`,
      GOOGLE_CLOUD_PROJECT: projectId,
      ...metadataEnv(metadata.port),
    },
    async close() {
      await Promise.all([firestore.close(), metadata.close()]);
      await state.close();
    },
  };
}

/** What the local cloud keeps, and where. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import type { FirestoreOptions } from '../../emulators/firestore/server.ts';

/** The local cloud's project, whatever a shell says of Google's. */
export const LOCAL_PROJECT = 'daymill-local';

/** Where the local cloud keeps everything. */
export const stateFile = (config: Config): string => join(config.home, 'state.sqlite');

/** As they are deployed: a project that says which it has is refused any other, as in the cloud. */
export function indexesOf({ root }: Config): Pick<FirestoreOptions, 'indexes' | 'requireIndexes'> {
  const file = join(root, 'firestore.indexes.json');
  return existsSync(file) ? { indexes: JSON.parse(readFileSync(file, 'utf8')) as never, requireIndexes: true } : {};
}

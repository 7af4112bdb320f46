/** The composition root of commands about keys and jobs, which need the store and nothing of a project. */
import type { Config } from './config/config.ts';
import { openFirestore } from './google/firestore-client.ts';
import { firestoreApiKeys } from './google/meter/firestore-api-keys.ts';
import { firestoreJobs } from './google/meter/firestore-jobs.ts';
import type { ApiKeys } from './meter/ports/api-keys.ts';
import type { Jobs } from './meter/ports/jobs.ts';
import { SYSTEM_CLOCK } from './process/system-clock.ts';

export interface KeyPorts {
  readonly apiKeys: ApiKeys;
  close(): Promise<void>;
}

export function composeKeys(config: Pick<Config, 'projectId' | 'databaseId'>): KeyPorts {
  const db = openFirestore(config);
  return { apiKeys: firestoreApiKeys(db, SYSTEM_CLOCK), close: () => db.terminate() };
}

export interface JobListPorts {
  readonly jobs: Jobs;
  close(): Promise<void>;
}

export function composeJobs(config: Pick<Config, 'projectId' | 'databaseId'>): JobListPorts {
  const db = openFirestore(config);
  return { jobs: firestoreJobs(db, SYSTEM_CLOCK), close: () => db.terminate() };
}

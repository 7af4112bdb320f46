/** The local cloud for commands that start no functions: the one that is running, or one of their own for a moment. */
import { existsSync } from 'node:fs';
import type { Config } from '../../config/config.ts';
import type { LocalCloud } from '../../emulators/start.ts';
import { startLocalFirestore } from '../../emulators/start-firestore.ts';
import { findSession } from './session.ts';
import { indexesOf, stateFile } from './state-file.ts';

export interface Connection {
  readonly env: Readonly<Record<string, string>>;
  /** Documents read and written so far; null when others use this cloud too. */
  readonly usage: () => { readonly reads: number; readonly writes: number } | null;
  /** Leaves a cloud that was running before as it is. */
  close(): Promise<void>;
}

/**
 * To look: a project that never ran gets an empty cloud in memory, since looking makes no files. To write: it gets its state file.
 * @throws {StateFileError}
 */
export async function connectCloud(config: Config, purpose: 'look' | 'write' = 'look'): Promise<Connection> {
  const session = await findSession(config);
  if (session !== undefined) return { env: session.env, usage: () => null, close: () => Promise.resolve() };
  const file = stateFile(config);
  const cloud = purpose === 'write' ? await wholeCloud(config) : await toLookAt(config, file);
  return { env: cloud.env, usage: () => cloud.firestore.counters(), close: () => cloud.close() };
}

/** What is changed may send messages. Loaded only then: it is half of what a command loads. */
async function wholeCloud(config: Config): Promise<Cloud> {
  const { startCloud } = await import('./local-cloud.ts');
  return startCloud(config);
}

type Cloud = Pick<LocalCloud, 'firestore' | 'env' | 'close'>;

const toLookAt = (config: Config, file: string): Promise<Cloud> =>
  startLocalFirestore({
    file: existsSync(file) ? file : ':memory:',
    projectId: config.projectId,
    ...indexesOf(config),
  });

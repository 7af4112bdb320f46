/** The local cloud for commands that start no functions: the one that is running, or one of their own for a moment. */
import { existsSync } from 'node:fs';
import type { Config } from '../../config/config.ts';
import { findSession } from './session.ts';
import { startCloud, stateFile } from './local-cloud.ts';

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
  const cloud = await startCloud(config, { file: purpose === 'write' || existsSync(file) ? file : ':memory:' });
  return { env: cloud.env, usage: () => cloud.firestore.counters(), close: () => cloud.close() };
}

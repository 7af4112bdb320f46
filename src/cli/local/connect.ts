/** The local cloud for commands that run nothing: the one that is running, or one of their own for a moment. */
import { existsSync } from 'node:fs';
import type { Config } from '../../config.ts';
import { findSession } from './session.ts';
import { startCloud, stateFile } from './local-cloud.ts';

export interface Connection {
  readonly env: Readonly<Record<string, string>>;
  /** Leaves a cloud that was running before as it is. */
  close(): Promise<void>;
}

/** A project that never ran gets an empty cloud in memory: looking makes no files. @throws {StateFileError} */
export async function connectCloud(config: Config, intent: 'look' | 'change' = 'look'): Promise<Connection> {
  const session = await findSession(config);
  if (session !== undefined) return { env: session.env, close: () => Promise.resolve() };
  const file = stateFile(config);
  return startCloud(config, { file: intent === 'change' || existsSync(file) ? file : ':memory:' });
}

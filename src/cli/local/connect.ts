/** The cloud of commands that start no functions: the deployed one, the local one that is running, or one of their own for a moment. */
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../../config/config.ts';
import type { LocalCloud } from '../../emulators/start.ts';
import { StateFileError } from '../../emulators/state-file.ts';
import { startLocalFirestore } from '../../emulators/start-firestore.ts';
import type { Manifest } from '../../mill/model/manifest.ts';
import { endWhenBroken } from './broken-state.ts';
import { findSession } from './session.ts';
import { indexesOf, LOCAL_PROJECT, stateFile } from './state-file.ts';

type Purpose = 'look' | 'write';

export interface Connection {
  readonly env: Readonly<Record<string, string>>;
  /** Documents read and written so far; null when others use this cloud too. */
  readonly usage: () => { readonly reads: number; readonly writes: number } | null;
  /** Leaves a cloud that was running before as it is. */
  close(): Promise<void>;
}

/**
 * The deployed one, where a command was told so; else the local one. To look: a project that never ran gets an empty cloud in memory, since looking makes no files. To write: it gets its state file.
 * A state file that another process has is waited for, for a while.
 * @throws {StateFileError}
 */
export async function connectCloud(
  config: Config,
  manifest: Pick<Manifest, 'datasets'>,
  purpose: Purpose = 'look',
  wait: (ms: number) => Promise<unknown> = delay,
): Promise<Connection> {
  // Where it is, Google's clients know: by the project, or by the variables that point them at an emulator.
  if (config.target !== undefined) return { env: {}, usage: () => null, close: () => Promise.resolve() };
  const begunMs = performance.now();
  for (let tries = 1; ; tries++) {
    const session = await findSession(config);
    if (session !== undefined) return { env: session.env, usage: () => null, close: () => Promise.resolve() };
    try {
      return await openOwn(config, manifest, purpose);
    } catch (thrown) {
      if (!(thrown instanceof StateFileError && thrown.isInUse)) throw thrown;
      if (tries === MAX_TRIES || performance.now() - begunMs > HELD_MS) throw thrown;
      await wait(AGAIN_MS);
    }
  }
}

/**
 * Between two looks for who has the state file, for how long, and how often at most. A process that is about to end has it without being
 * there for others any more, and so has one that is about to say that it is there; one that stands still makes each look a long one.
 */
const AGAIN_MS = 50;
const HELD_MS = 10_000;
export const MAX_TRIES = HELD_MS / AGAIN_MS;

async function openOwn(config: Config, manifest: Pick<Manifest, 'datasets'>, purpose: Purpose): Promise<Connection> {
  const state = stateFile(config);
  const file = purpose === 'write' || existsSync(state) ? state : ':memory:';
  const cloud = await (purpose === 'write' || hasBuckets(manifest) ? wholeCloud : firestoreAlone)(config, file);
  return { env: cloud.env, usage: () => cloud.firestore.counters(), close: () => cloud.close() };
}

/** What it looks for is then in the local buckets. */
const hasBuckets = ({ datasets }: Pick<Manifest, 'datasets'>): boolean =>
  datasets.some(({ files }) => files?.pattern.startsWith('gs://'));

/** What is changed may send messages. Loaded only then: it is half of what a command loads. */
async function wholeCloud(config: Config, file: string): Promise<Cloud> {
  const { startCloud } = await import('./local-cloud.ts');
  return startCloud(config, { file });
}

type Cloud = Pick<LocalCloud, 'firestore' | 'env' | 'close'>;

const firestoreAlone = async (config: Config, file: string): Promise<Cloud> =>
  endWhenBroken(await startLocalFirestore({ file, projectId: LOCAL_PROJECT, ...indexesOf(config) }));

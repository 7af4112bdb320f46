/** `.daymill/local-cloud.json`: how a command finds the local cloud that another process keeps running. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Config } from '../../config/config.ts';
import { LOCAL_PROJECT } from './state-file.ts';

const Session = z.object({
  pid: z.number().int().positive(),
  /** Variables that point the official clients at it. */
  env: z.record(z.string(), z.string()),
  /** Where its functions answer; absent when it keeps only the emulators. */
  functions: z
    .object({ index: z.string(), preflight: z.string().optional(), dispatch: z.string(), reconcile: z.string() })
    .optional(),
  /** Whether runs of other commands may be its own: it serves, and nobody's code is in its hands. */
  joinable: z.boolean().optional(),
});
export type Session = z.infer<typeof Session>;

const sessionFile = (config: Config): string => join(config.home, 'local-cloud.json');

/** Call what it answers with when the cloud stops. */
export function announceSession(config: Config, session: Omit<Session, 'pid'>): () => void {
  const file = sessionFile(config);
  writeFileSync(file, `${JSON.stringify({ pid: process.pid, ...session }, undefined, 2)}\n`, { mode: 0o600 });
  const conceal = (): void => {
    process.off('exit', conceal);
    rmSync(file, { force: true });
  };
  // However this process ends that still can say so.
  process.once('exit', conceal);
  return conceal;
}

/** How long a cloud that is there may take to say so. */
const ANSWER_MS = 3_000;

/** Undefined when there is none, when the process that wrote it was killed and left it behind, and when another program has its ports. */
export async function findSession(config: Config): Promise<Session | undefined> {
  let session: Session;
  try {
    session = Session.parse(JSON.parse(readFileSync(sessionFile(config), 'utf8')));
    process.kill(session.pid, 0);
  } catch {
    return undefined;
  }
  return (await isThere(session)) ? session : undefined;
}

/** Process ids and ports may be anybody's by now: whoever only listens, or answers something else, is no local cloud. */
async function isThere({ env }: Session): Promise<boolean> {
  try {
    const response = await fetch(`http://${env['GCE_METADATA_HOST']}/computeMetadata/v1/project/project-id`, {
      headers: { 'metadata-flavor': 'Google' },
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    return (await response.text()) === LOCAL_PROJECT;
  } catch {
    return false;
  }
}

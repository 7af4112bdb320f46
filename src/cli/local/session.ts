/** `.daymill/local-cloud.json`: how a command finds the local cloud that another process keeps running. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import type { Config } from '../../config/config.ts';

const Session = z.object({
  pid: z.number().int().positive(),
  /** Variables that point the official clients at it. */
  env: z.record(z.string(), z.string()),
  /** Where its functions answer; absent when it keeps only the emulators. */
  functions: z
    .object({ index: z.string(), preflight: z.string().optional(), dispatch: z.string(), reconcile: z.string() })
    .optional(),
});
export type Session = z.infer<typeof Session>;

const sessionFile = (config: Config): string => join(config.home, 'local-cloud.json');

/** Call what it answers with when the cloud stops. */
export function announceSession(config: Config, session: Omit<Session, 'pid'>): () => void {
  const file = sessionFile(config);
  writeFileSync(file, `${JSON.stringify({ pid: process.pid, ...session }, undefined, 2)}\n`, { mode: 0o600 });
  return () => rmSync(file, { force: true });
}

/** Undefined when there is none, or when the process that wrote it was killed and left it behind. */
export async function findSession(config: Config): Promise<Session | undefined> {
  let session: Session;
  try {
    session = Session.parse(JSON.parse(readFileSync(sessionFile(config), 'utf8')));
    process.kill(session.pid, 0);
  } catch {
    return undefined;
  }
  // The process id may belong to somebody else by now.
  const [host, port] = (session.env['FIRESTORE_EMULATOR_HOST'] ?? '').split(':');
  return (await answers(host, Number(port))) ? session : undefined;
}

function answers(host: string | undefined, port: number): Promise<boolean> {
  if (host === undefined || !(port > 0)) return Promise.resolve(false);
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

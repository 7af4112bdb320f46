/** A stretch of somebody's work: begun, told of, and ended by whoever began it or by time. Pure. */
import { z } from 'zod';
import { Timestamp } from './event.ts';

/** A session of which nothing was heard for so long has ended when it was last heard of. */
export const SESSION_TIMEOUT_MS = 12 * 3_600_000;

const id = z.string().min(1).max(255);
const context = z.record(z.string(), z.unknown()).optional();

export const SessionStart = z.strictObject({
  session_id: id.optional().describe('one of ours when absent'),
  user_id: id,
  team_id: id.optional(),
  runtime_id: id.optional(),
  project: z.string().max(255).optional(),
  timestamp: Timestamp.optional(),
  context,
});
export type SessionStart = z.infer<typeof SessionStart>;

export const SessionUpdate = z.strictObject({
  status: z.enum(['active', 'ended']).optional().describe('`ended` ends it; anything else keeps it alive'),
  timestamp: Timestamp.optional(),
  productivity_score: z.number().optional(),
  commands_executed: z.number().int().nonnegative().optional(),
  context: context.describe('members replace those of the same name'),
});
export type SessionUpdate = z.infer<typeof SessionUpdate>;

export const Session = z.object({
  session_id: id,
  user_id: id,
  team_id: id.optional(),
  runtime_id: id.optional(),
  project: z.string().optional(),
  status: z.enum(['active', 'ended']),
  started_at: z.string(),
  last_seen_at: z.string(),
  ended_at: z.string().optional(),
  end_reason: z.enum(['ended', 'timeout']).optional(),
  productivity_score: z.number().optional(),
  commands_executed: z.number().int().optional(),
  context,
});
export type Session = z.infer<typeof Session>;

const iso = (ms: number): string => new Date(ms).toISOString();

export const startedSession = (start: SessionStart, sessionId: string, atMs: number): Session => {
  const { timestamp: _, session_id: __, ...said } = start;
  return { ...said, session_id: sessionId, status: 'active', started_at: iso(atMs), last_seen_at: iso(atMs) };
};

/** What is said of an ended session changes nothing. An update that comes late moves no time back. */
export function updatedSession(session: Session, update: SessionUpdate, atMs: number): Session {
  if (session.status === 'ended') return session;
  const { timestamp: _, status, context: more, ...said } = update;
  const seenMs = Math.max(atMs, Date.parse(session.last_seen_at));
  const merged = more === undefined ? session.context : { ...session.context, ...more };
  return {
    ...session,
    ...said,
    ...(merged === undefined ? {} : { context: merged }),
    last_seen_at: iso(seenMs),
    ...(status === 'ended' ? { status, ended_at: iso(seenMs), end_reason: 'ended' as const } : {}),
  };
}

/** Ended by time, if it is. */
export function timedOutSession(session: Session, nowMs: number): Session {
  if (session.status === 'ended' || nowMs < dueMs(session)) return session;
  return { ...session, status: 'ended', ended_at: session.last_seen_at, end_reason: 'timeout' };
}

/** When it ends unless it is heard of. */
export const dueMs = ({ last_seen_at }: Session): number => Date.parse(last_seen_at) + SESSION_TIMEOUT_MS;

/** How long it lasted. */
export const durationMs = ({ started_at, last_seen_at, ended_at = last_seen_at }: Session): number =>
  Math.max(0, Date.parse(ended_at) - Date.parse(started_at));

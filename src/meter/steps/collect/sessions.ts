/** Sessions: begun, told of, and ended: by who began them, or by time. The end of each is an event of its day. */
import { UserError } from '../../../errors.ts';
import {
  durationMs,
  type Session,
  type SessionStart,
  type SessionUpdate,
  startedSession,
  timedOutSession,
  updatedSession,
} from '../../model/session.ts';
import type { Organization } from '../../model/organization.ts';
import type { Sessions } from '../../ports/sessions.ts';
import { timeProblem } from './check-times.ts';
import { collectEvents, type CollectPorts, type CollectRequest } from './collect.ts';
import { millisecondsOf, type TakenEvent } from './take-events.ts';

/** Sessions that one call ends. */
const END_AT_ONCE = 200;

export interface SessionPorts extends CollectPorts {
  readonly sessions: Sessions;
}

/** Begun again under its own id, it is the one that there is. @throws {UserError} BAD_ARGUMENT for another's id */
export async function startSession(
  request: CollectRequest,
  start: SessionStart,
  ports: SessionPorts,
): Promise<Session> {
  const { organization } = request;
  const { session_id: id = ports.newId(), timestamp } = start;
  const atMs = timeOf(timestamp, request);
  const begun = await ports.sessions.read(organization, id);
  if (begun !== undefined) return sameSession(begun, start);
  const session = startedSession(start, id, atMs);
  await save(request, session, ports);
  return session;
}

function sameSession(begun: Session, { user_id }: SessionStart): Session {
  if (begun.user_id === user_id) return begun;
  throw new UserError(
    'BAD_ARGUMENT',
    `session_id: there is a session ${begun.session_id} of another user. Send another id, or none: then one is made.`,
  );
}

/** As events may be. @throws {UserError} BAD_ARGUMENT */
function timeOf(timestamp: SessionStart['timestamp'], { receivedMs, limits }: CollectRequest): number {
  if (timestamp === undefined) return receivedMs;
  const atMs = millisecondsOf(timestamp);
  const problem = timeProblem(atMs, receivedMs, limits);
  if (problem === undefined) return atMs;
  throw new UserError('BAD_ARGUMENT', `timestamp: ${problem.reason}.`);
}

/** @throws {UserError} NOT_FOUND, BAD_ARGUMENT for a time that is not taken */
export async function updateSession(
  request: CollectRequest,
  { id, update }: { readonly id: string; readonly update: SessionUpdate },
  ports: SessionPorts,
): Promise<Session> {
  const { organization, receivedMs } = request;
  const found = await ports.sessions.read(organization, id);
  if (found === undefined)
    throw new UserError('NOT_FOUND', `There is no session ${id}. Begin one: POST /api/metrics/sessions/start.`);
  const atMs = timeOf(update.timestamp, request);
  // What time has ended, nothing revives.
  const session = updatedSession(timedOutSession(found, receivedMs), update, atMs);
  if (session !== found) await save(request, session, ports);
  return session;
}

/** Ends those that nobody ended; again at its next call those that are left. Answers how many it ended. */
export async function endSessions(
  requestOf: (organization: Organization) => Promise<CollectRequest>,
  nowMs: number,
  ports: SessionPorts,
): Promise<number> {
  const due = await ports.sessions.due(nowMs, END_AT_ONCE);
  await Promise.all(
    due.map(async ({ organization, session }) =>
      save(await requestOf(organization), timedOutSession(session, nowMs), ports),
    ),
  );
  return due.length;
}

/** With the event of its end, in one commit: its claim has it there once, whoever ends it. */
async function save(request: CollectRequest, session: Session, ports: SessionPorts): Promise<void> {
  const documents = [ports.sessions.write(request.organization, session)];
  const events = session.status === 'ended' ? [endOf(session)] : [];
  await collectEvents(
    { ...request, idempotencyKey: undefined },
    { events, rejected: [] },
    { source: 'commands', documents },
    ports,
  );
}

function endOf(session: Session): TakenEvent {
  const { session_id: id, ended_at = session.last_seen_at, end_reason = 'ended', status: _, ...said } = session;
  return {
    index: 0,
    kind: 'sessions',
    id,
    timestampMs: Date.parse(ended_at),
    fields: { ...said, session_id: id, ended_at, end_reason, duration_ms: durationMs(session), timestamp: ended_at },
    claim: JSON.stringify(['sessions', '', id]),
  };
}

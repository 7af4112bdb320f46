/** Events of people and agents, and their sessions. */
import { z } from 'zod';
import { UserError } from '../../errors.ts';
import {
  AgentInteraction,
  BATCH_MEMBERS,
  CommandExecution,
  MAX_BATCH_ITEMS,
  ProductivityMetric,
  type SentKind,
  Timestamp,
} from '../../meter/model/event.ts';
import { Session, SessionStart, SessionUpdate } from '../../meter/model/session.ts';
import { type CollectAnswer, collectEvents } from '../../meter/steps/collect/collect.ts';
import { startSession, updateSession } from '../../meter/steps/collect/sessions.ts';
import { millisecondsOf, takeEvents, type TakenEvents } from '../../meter/steps/collect/take-events.ts';
import type { Asked, Reply, Route } from '../route.ts';
import type { MeterPorts } from '../../compose-meter.ts';
import { Accepted, accepted, eachItem, requestOf } from './collected.ts';

const Batch = z
  .strictObject({
    command_executions: z.array(z.unknown()).optional(),
    agent_interactions: z.array(z.unknown()).optional(),
    productivity_metrics: z.array(z.unknown()).optional(),
    timestamp: Timestamp.optional().describe('of events that say none'),
  })
  .describe(`up to ${MAX_BATCH_ITEMS} events together; their indexes count through the members in this order`);

const TAG = 'events';

/** Events of one request are committed together, and a commit of Firestore holds 10 MiB. */
const MAX_BODY_BYTES = 8 * 1_048_576;

export const eventRoutes = (ports: () => MeterPorts): readonly Route[] => [
  single('commands', 'collectCommands', CommandExecution, ports),
  single('agents', 'collectAgents', AgentInteraction, ports),
  single('productivity', 'collectProductivity', ProductivityMetric, ports),
  {
    method: 'POST',
    path: '/api/metrics/batch',
    id: 'collectBatch',
    summary: 'Takes events of several kinds; one that is wrong is refused by its index, and the rest is kept.',
    tag: TAG,
    role: 'developer',
    quota: 'batch',
    shape: 'problem',
    body: Batch,
    maxBytes: MAX_BODY_BYTES,
    answers: { 200: { description: 'what was kept and what was refused', schema: Accepted } },
    handle: (asked) => batch(asked, ports()),
  },
  {
    method: 'POST',
    path: '/api/metrics/sessions/start',
    id: 'startSession',
    summary: 'Begins a session. Begun again under the same id, it is the one that there is.',
    tag: TAG,
    role: 'developer',
    quota: 'single',
    shape: 'problem',
    body: SessionStart,
    answers: { 201: { description: 'the session', schema: Session } },
    handle: async (asked) => ({
      status: 201,
      body: await startSession(
        await requestOf(asked, ports(), 'POST /api/metrics/sessions/start'),
        SessionStart.parse(asked.body),
        ports(),
      ),
    }),
  },
  {
    method: 'PUT',
    path: '/api/metrics/sessions/:sessionId',
    id: 'updateSession',
    summary: 'Says that a session goes on, or ends it. One that nobody ends is ended by time.',
    tag: TAG,
    role: 'developer',
    quota: 'single',
    shape: 'problem',
    body: SessionUpdate,
    answers: { 200: { description: 'the session', schema: Session } },
    handle: async (asked) => ({
      status: 200,
      body: await updateSession(
        await requestOf(asked, ports(), 'PUT /api/metrics/sessions'),
        { id: asked.params['sessionId'] ?? '', update: SessionUpdate.parse(asked.body) },
        ports(),
      ),
    }),
  },
];

/** One event, or a list of them. */
const single = (kind: SentKind, id: string, schema: z.ZodType, ports: () => MeterPorts): Route => ({
  method: 'POST',
  path: `/api/metrics/${kind}`,
  id,
  summary: `Takes an event of the kind ${kind}, or a list of up to ${MAX_BATCH_ITEMS}.`,
  tag: TAG,
  role: 'developer',
  quota: 'single',
  shape: 'problem',
  body: eachItem(z.union([schema, z.array(schema)])),
  maxBytes: MAX_BODY_BYTES,
  answers: { 201: { description: 'what was kept and what was refused', schema: Accepted } },
  async handle(asked) {
    const items = Array.isArray(asked.body) ? (asked.body as unknown[]) : [asked.body];
    assertCount(items.length);
    const request = await requestOf(asked, ports(), `POST /api/metrics/${kind}`);
    const taken = takeEvents(items, 0, optionsOf(request, kind, ports()));
    return accepted(await collectEvents(request, taken, { source: kind }, ports()), 201);
  },
});

async function batch(asked: Asked, ports: MeterPorts): Promise<Reply> {
  const { timestamp, ...members } = Batch.parse(asked.body);
  const lists = Object.entries(BATCH_MEMBERS).map(
    ([member, kind]) => [kind, members[member as keyof typeof members] ?? []] as const,
  );
  assertCount(lists.reduce((sum, [, items]) => sum + items.length, 0));
  const request = await requestOf(asked, ports, 'POST /api/metrics/batch');
  const timestampMs = timestamp === undefined ? request.receivedMs : millisecondsOf(timestamp);
  let first = 0;
  const all: TakenEvents[] = [];
  for (const [kind, items] of lists) {
    all.push(takeEvents(items, first, { ...optionsOf(request, kind, ports), timestampMs }));
    first += items.length;
  }
  const taken = { events: all.flatMap(({ events }) => events), rejected: all.flatMap(({ rejected }) => rejected) };
  const answer: CollectAnswer = await collectEvents(request, taken, { source: 'batch' }, ports);
  return accepted(answer, 200);
}

const optionsOf = (
  { limits, receivedMs }: Awaited<ReturnType<typeof requestOf>>,
  kind: SentKind,
  { newId }: Pick<MeterPorts, 'newId'>,
) => ({ kind, limits, nowMs: receivedMs, timestampMs: receivedMs, newId });

/** @throws {UserError} BAD_ARGUMENT */
function assertCount(count: number): void {
  if (count > MAX_BATCH_ITEMS)
    throw new UserError(
      'BAD_ARGUMENT',
      `The request has ${count} events, and may have ${MAX_BATCH_ITEMS}. Send them in several requests.`,
    );
}

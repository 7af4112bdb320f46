/** What was refused of what an organization sent. */
import { z } from 'zod';
import type { MeterPorts } from '../../compose-meter.ts';
import { CollectedDeadLetter } from '../../meter/model/dead-letter.ts';
import { dropDeadLetter, readDeadLetter, replayDeadLetter } from '../../meter/steps/collect/dead-letters.ts';
import type { Route } from '../route.ts';
import { Accepted, accepted, requestOf } from './collected.ts';

const TAG = 'dead letters';

/** Letters of one answer. */
const MOST = 1_000;

const List = z.object({ deadLetters: z.array(CollectedDeadLetter.omit({ items: true })) });

export const deadLetterRoutes = (ports: () => MeterPorts): readonly Route[] => [
  {
    method: 'GET',
    path: '/api/metrics/dead-letters',
    id: 'listDeadLetters',
    summary: 'What was refused, a dead letter a request, the oldest first.',
    tag: TAG,
    role: 'manager',
    quota: 'read',
    shape: 'problem',
    query: z.object({ limit: z.coerce.number().int().min(1).max(MOST).default(100) }),
    answers: { 200: { description: 'dead letters without their items', schema: List } },
    handle: async ({ organization, query }) => ({
      status: 200,
      body: { deadLetters: await ports().deadLetters.list(organization, Number(query.get('limit') ?? 100)) },
    }),
  },
  {
    method: 'GET',
    path: '/api/metrics/dead-letters/:id',
    id: 'readDeadLetter',
    summary: 'A dead letter, whole.',
    tag: TAG,
    role: 'manager',
    quota: 'read',
    shape: 'problem',
    answers: { 200: { description: 'it, with its items', schema: CollectedDeadLetter } },
    handle: async ({ organization, params }) => ({
      status: 200,
      body: await readDeadLetter(organization, params['id'] ?? '', ports()),
    }),
  },
  {
    method: 'POST',
    path: '/api/metrics/dead-letters/:id/replay',
    id: 'replayDeadLetter',
    summary: 'Sends its items again; what is refused again is a dead letter of its own.',
    tag: TAG,
    role: 'admin',
    quota: 'batch',
    shape: 'problem',
    answers: { 200: { description: 'what was kept and what was refused', schema: Accepted } },
    handle: async (asked) =>
      accepted(
        await replayDeadLetter(
          await requestOf(asked, ports(), 'POST /api/metrics/dead-letters'),
          asked.params['id'] ?? '',
          ports(),
        ),
        200,
      ),
  },
  {
    method: 'DELETE',
    path: '/api/metrics/dead-letters/:id',
    id: 'dropDeadLetter',
    summary: 'Drops a dead letter.',
    tag: TAG,
    role: 'admin',
    quota: 'single',
    shape: 'problem',
    answers: { 204: { description: 'it is gone' } },
    handle: async ({ organization, params }) => {
      await dropDeadLetter(organization, params['id'] ?? '', ports());
      return { status: 204 };
    },
  },
];

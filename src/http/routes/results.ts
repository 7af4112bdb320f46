/** What computations found, read by programs: a day, an entity, a range of days. */
import { z } from 'zod';
import type { MeterPorts } from '../../compose-meter.ts';
import { UserError } from '../../errors.ts';
import { listComputations, readEntity, readRange, readResult } from '../../meter/answers/results/read-results.ts';
import type { Seer } from '../../meter/answers/results/may-see.ts';
import { Day } from '../../values/date.ts';
import type { Asked, Reply, Route } from '../route.ts';

const TAG = 'results';
const MAX_PAGE = 10_000;
const DEFAULT_PAGE = 1_000;

const Computations = z.object({
  computations: z.array(z.object({ name: z.string(), description: z.string().optional(), keyed: z.boolean() })),
});
const Page = z.object({
  computation: z.string(),
  date: Day,
  hash: z.string(),
  entities: z.array(z.object({ id: z.string(), value: z.unknown() })).optional(),
  value: z.unknown().optional(),
  next: z.string().optional().describe('the cursor of the next page'),
});
const Range = z.object({ values: z.array(z.object({ date: Day, value: z.unknown() })) });

export const resultRoutes = (ports: () => MeterPorts): readonly Route[] => {
  const seer = ({ organization }: Asked): Seer => ({ organization, owner: ports().owner });
  const common = { method: 'GET', tag: TAG, role: 'viewer', quota: 'read', shape: 'problem' } as const;
  return [
    {
      ...common,
      path: '/api/results',
      id: 'listComputations',
      summary: 'Computations that have results for the organization.',
      answers: { 200: { description: 'by name', schema: Computations } },
      handle: async (asked) => ({
        status: 200,
        body: {
          computations: (await listComputations(seer(asked), ports())).map(({ name, description, keyed }) => ({
            name,
            description,
            keyed,
          })),
        },
      }),
    },
    {
      ...common,
      path: '/api/results/:computation',
      id: 'readResultRange',
      summary: 'One entity, or one whole result, day by day.',
      query: z.object({ from: Day, to: Day, entity: z.string().optional() }),
      answers: { 200: { description: 'days that have it', schema: Range } },
      handle: async (asked) => {
        const { query, params } = asked;
        const request = {
          computation: params['computation'] ?? '',
          from: query.get('from') ?? '',
          to: query.get('to') ?? '',
          id: query.get('entity') ?? undefined,
        };
        return { status: 200, body: { values: await readRange(request, seer(asked), ports()) } };
      },
    },
    {
      ...common,
      path: '/api/results/:computation/:date',
      id: 'readResult',
      summary: 'What a computation found on a day: its value, or its entities in the order of their ids.',
      query: z.object({
        limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(DEFAULT_PAGE),
        cursor: z.string().optional(),
      }),
      answers: { 200: { description: 'with an ETag', schema: Page }, 404: { description: 'there is none' } },
      handle: async (asked) => {
        const { query } = asked;
        const date = dayOf(asked);
        const computation = asked.params['computation'] ?? '';
        const limit = Number(query.get('limit') ?? DEFAULT_PAGE);
        const after = query.get('cursor') ?? undefined;
        return found(await readResult({ computation, date, after, limit }, seer(asked), ports()), computation, date);
      },
    },
    {
      ...common,
      path: '/api/results/:computation/:date/entities/:id',
      id: 'readResultEntity',
      summary: 'What a computation found of one entity on a day.',
      answers: { 200: { description: 'with an ETag' }, 404: { description: 'there is none' } },
      handle: async (asked) => {
        const date = dayOf(asked);
        const { computation = '', id = '' } = asked.params;
        const entity = await readEntity({ computation, date, id }, seer(asked), ports());
        return found(
          entity === undefined ? undefined : { computation, date, id, ...entity },
          `${computation} of ${id}`,
          date,
        );
      },
    },
  ];
};

function dayOf({ params }: Asked): string {
  const { date = '' } = params;
  if (Day.safeParse(date).success) return date;
  throw new UserError('BAD_ARGUMENT', `"${date}" is not a day. Write it as 2026-01-05.`);
}

function found<B extends { readonly hash: string }>(body: B | undefined, what: string, date: string): Reply {
  if (body === undefined) throw new UserError('NOT_FOUND', `There is nothing of ${what} on ${date} for you.`);
  return { status: 200, headers: { etag: `"${body.hash}"`, 'cache-control': 'private, no-cache' }, body };
}

/** Commands, agents and what they come to, as people ask for them. */
import { z } from 'zod';
import type { MeterPorts } from '../../compose-meter.ts';
import { aggregateEvents, FUNCTIONS, type AggregateFunction } from '../../meter/answers/events/aggregate-events.ts';
import { readDashboard, TIME_RANGES, type TimeRange } from '../../meter/answers/events/dashboard.ts';
import { listEvents } from '../../meter/answers/events/list-events.ts';
import { WINDOWS, type Window } from '../../meter/answers/events/local-windows.ts';
import type { Asker, EventFilter } from '../../meter/answers/events/select-events.ts';
import { EVENT_KINDS, type EventKind } from '../../meter/model/event.ts';
import { UserError } from '../../errors.ts';
import { Day, dayOf } from '../../values/date.ts';
import type { Asked, Route } from '../route.ts';

const TAG = 'events';
const MAX_PAGE = 1_000;

/** Members by which events are asked for. */
const FILTERS = [
  'user_id',
  'team_id',
  'session_id',
  'runtime_id',
  'status',
  'command_name',
  'agent_name',
  'interaction_type',
  'metric_name',
  'source',
] as const;

const filters = Object.fromEntries(FILTERS.map((name) => [name, z.string().min(1).max(255).optional()]));
const days = {
  start_date: Day.optional().describe('the first day; that of end_date when absent'),
  end_date: Day.optional().describe('the last day, UTC; today when absent'),
};
const paged = {
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(100),
  cursor: z.string().max(4_096).optional().describe('as the page before gave it'),
};

const Events = z.object({ events: z.array(z.record(z.string(), z.unknown())), cursor: z.string().optional() });
const Row = z.object({
  window: z.string(),
  group: z.record(z.string(), z.string()),
  values: z.record(z.string(), z.number()),
});
const Aggregated = z.object({ rows: z.array(Row), cursor: z.string().optional() });

const list = z.string().max(1_000).describe('several, with commas between them');

export const readEventRoutes = (ports: () => MeterPorts): readonly Route[] => {
  const common = { method: 'GET', tag: TAG, role: 'viewer', quota: 'read', shape: 'problem' } as const;
  const listOf = (kind: 'commands' | 'agents' | 'productivity'): Route => ({
    ...common,
    path: `/api/metrics/${kind}`,
    id: `list${kind[0]?.toUpperCase()}${kind.slice(1)}`,
    summary: `Events of ${kind} that fit, in the order of time.`,
    query: z.object({ ...days, ...filters, ...paged }),
    answers: { 200: { description: 'a page of them', schema: Events } },
    handle: async (asked) => ({
      status: 200,
      body: await listEvents(filterOf(asked, kind), pageOf(asked), askerOf(asked), ports()),
    }),
  });
  return [
    listOf('commands'),
    listOf('agents'),
    listOf('productivity'),
    {
      ...common,
      path: '/api/metrics/aggregated',
      id: 'aggregateEvents',
      summary: 'Events counted and measured, by windows of time and by what they say.',
      query: z.object({
        kind: z.enum(EVENT_KINDS as [EventKind, ...EventKind[]]).default('commands'),
        ...days,
        ...filters,
        ...paged,
        aggregation_window: z.enum(WINDOWS).default('day'),
        time_zone: z.string().max(64).default('UTC'),
        group_by: list.optional(),
        functions: list.default('count,avg').describe(`of ${FUNCTIONS.join(', ')}`),
        of: z.string().max(255).default('execution_time_ms').describe('the member whose numbers are measured'),
      }),
      answers: { 200: { description: 'a row a window and group', schema: Aggregated } },
      handle: async (asked) => {
        const { query } = asked;
        const request = {
          ...filterOf(asked, (query.get('kind') ?? 'commands') as EventKind),
          window: (query.get('aggregation_window') ?? 'day') as Window,
          timeZone: query.get('time_zone') ?? 'UTC',
          groupBy: listIn(query.get('group_by')),
          functions: functionsIn(query.get('functions') ?? 'count,avg'),
          of: query.get('of') ?? 'execution_time_ms',
        };
        return { status: 200, body: await aggregateEvents(request, pageOf(asked), askerOf(asked), ports()) };
      },
    },
    {
      ...common,
      path: '/api/metrics/dashboard',
      id: 'dashboard',
      summary: 'The few figures that a team looks at first.',
      query: z.object({
        time_range: z.enum(Object.keys(TIME_RANGES) as [TimeRange, ...TimeRange[]]).default('1d'),
        team_id: z.string().min(1).max(255).optional(),
      }),
      answers: { 200: { description: 'commands, agents, users, days' } },
      handle: async (asked) => {
        const range = (asked.query.get('time_range') ?? '1d') as TimeRange;
        const teamId = asked.query.get('team_id') ?? undefined;
        const request = { range, teamId, nowMs: asked.receivedAtMs };
        return { status: 200, body: await readDashboard(request, askerOf(asked), ports()) };
      },
    },
  ];
};

export const askerOf = ({ organization, role, teams }: Asked): Asker => ({ organization, role, teams });

function filterOf({ query, receivedAtMs }: Asked, kind: EventKind): EventFilter {
  const to = query.get('end_date') ?? dayOf(receivedAtMs);
  const equals = FILTERS.flatMap((name) => {
    const value = query.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  return { kind, from: query.get('start_date') ?? to, to, equals: Object.fromEntries(equals) };
}

const pageOf = ({ query }: Asked): { readonly limit: number; readonly cursor: string | undefined } => ({
  limit: Number(query.get('limit') ?? 100),
  cursor: query.get('cursor') ?? undefined,
});

const listIn = (text: string | null): readonly string[] =>
  (text ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');

function functionsIn(text: string): readonly AggregateFunction[] {
  return listIn(text).map((name) => {
    const found = FUNCTIONS.find((one) => one === name);
    if (found !== undefined) return found;
    throw new UserError('BAD_ARGUMENT', `"${name}" is no function: there are ${FUNCTIONS.join(', ')}.`);
  });
}

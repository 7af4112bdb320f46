/** How the collecting process is, and what of an organization it has. */
import { z } from 'zod';
import type { MeterPorts } from '../../compose-meter.ts';
import { EVENT_KINDS } from '../../meter/model/event.ts';
import { OrganizationLimits } from '../../meter/model/limits.ts';
import { dayOf, Day } from '../../values/date.ts';
import type { Asked, Reply, Route } from '../route.ts';

const TAG = 'health';

const Health = z.object({
  status: z.literal('ok'),
  uptimeSeconds: z.number(),
  waiting: z.object({ samples: z.number(), items: z.number() }).describe('what is not committed yet'),
});

const Stats = z.object({
  organization: z.string(),
  day: Day,
  samples: z.number().int(),
  series: z.number().int(),
  events: z.record(z.enum(EVENT_KINDS), z.number().int()),
  deadLetters: z.number().int().describe('of all days'),
});

const milliseconds = z.object({ p50: z.number(), p99: z.number(), max: z.number() });

const Performance = z.object({
  sinceSeconds: z.number(),
  ingestion: z.object({
    samples: z.number().int(),
    events: z.number().int(),
    rejected: z.number().int(),
    requests: z.number().int(),
    itemsPerSecond: z.number().describe('over the last minute'),
  }),
  processingMs: milliseconds.describe('from the first byte of a request to its answer, the commit with it'),
  queryMs: milliseconds.extend({ count: z.number().int() }),
  memory: z.object({ residentMB: z.number(), heapUsedMB: z.number() }),
  connections: z.object({ requests: z.number().int().describe('under way') }),
  cache: z.object({ series: z.number().int(), organizations: z.number().int(), hitRate: z.number() }),
  membership: z
    .object({
      devices: z.number().int(),
      registrations: z.number().int(),
      oldestAgeMs: z.number(),
      lastRefreshMs: z.number(),
    })
    .describe('which devices are in which events, as this process knows it'),
  windows: z
    .object({ series: z.number().int(), bytes: z.number(), taken: z.number(), late: z.number(), letGo: z.number() })
    .describe('live windows: samples that were taken and that came too late, and series that went for want of memory'),
});

export const healthRoutes = (ports: () => MeterPorts): readonly Route[] => [
  get('/api/metrics/health', 'health', 'Whether it answers; asks nothing of the store.', Health, 'anyone', () =>
    Promise.resolve({
      status: 'ok',
      uptimeSeconds: Math.round(process.uptime()),
      waiting: ports().group.waiting(),
    }),
  ),
  {
    ...get(
      '/api/metrics/stats',
      'stats',
      'What was collected on a day, today unless another is named.',
      Stats,
      'viewer',
      (asked) => stats(asked, ports()),
    ),
    query: z.object({ day: Day.optional() }),
  },
  get(
    '/api/metrics/performance',
    'performance',
    'How fast this process is, and what it takes.',
    Performance,
    'viewer',
    () => Promise.resolve(performanceOf(ports())),
  ),
  get(
    '/api/v1/user_limits',
    'userLimits',
    "The organization's limits, under Mimir's names.",
    OrganizationLimits,
    'viewer',
    ({ organization }) => ports().limitsOf(organization),
  ),
];

function get(
  path: string,
  id: string,
  summary: string,
  schema: z.ZodType,
  role: Route['role'],
  answer: (asked: Asked) => Promise<unknown>,
): Route {
  return {
    method: 'GET',
    path,
    id,
    summary,
    tag: TAG,
    role,
    quota: role === 'anyone' ? 'none' : 'read',
    shape: 'problem',
    answers: { 200: { description: summary, schema } },
    handle: async (asked): Promise<Reply> => ({ status: 200, body: await answer(asked) }),
  };
}

async function stats({ organization, query }: Asked, ports: MeterPorts): Promise<z.output<typeof Stats>> {
  const begun = ports.clock.elapsed();
  const day = query.get('day') ?? dayOf(ports.clock.now());
  const key = { organization, day };
  const [samples, series, deadLetters, ...events] = await Promise.all([
    ports.days.content(key, 'samples'),
    ports.days.seriesCount(key),
    ports.deadLetters.count(organization),
    ...EVENT_KINDS.map((kind) => ports.days.content(key, kind)),
  ]);
  ports.figures.queried(ports.clock.elapsed() - begun);
  return {
    organization,
    day,
    samples: samples?.items ?? 0,
    series,
    events: Object.fromEntries(EVENT_KINDS.map((kind, at) => [kind, events[at]?.items ?? 0])) as Record<
      (typeof EVENT_KINDS)[number],
      number
    >,
    deadLetters,
  };
}

const MIB = 1_048_576;

function performanceOf({ figures, index, requests, memberships, windows }: MeterPorts): z.output<typeof Performance> {
  const { latency, queries, queryTime, ...ingestion } = figures.read();
  const { rss, heapUsed } = process.memoryUsage();
  const { devices, registrations, oldestAgeMs, lastRefreshMs } = memberships.metrics();
  const { series, bytes, taken, late, letGo } = windows.counts();
  return {
    sinceSeconds: Math.round(process.uptime()),
    ingestion,
    processingMs: latency,
    queryMs: { ...queryTime, count: queries },
    memory: { residentMB: rss / MIB, heapUsedMB: heapUsed / MIB },
    connections: { requests: requests.underWay },
    cache: { series: index.size, organizations: index.organizations, hitRate: index.hitRate },
    membership: { devices, registrations, oldestAgeMs, lastRefreshMs },
    windows: { series, bytes, taken, late, letGo },
  };
}

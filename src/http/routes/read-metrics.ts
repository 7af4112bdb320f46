/** Samples and live windows as JSON, for who does not speak PromQL. */
import { z } from 'zod';
import type { MeterPorts } from '../../compose-meter.ts';
import { UserError } from '../../errors.ts';
import { LiveWindow, liveWindow, WINDOW_NAMES } from '../../meter/answers/metrics/live-window.ts';
import { listMetrics, measureMetrics, MEASURES } from '../../meter/answers/metrics/list-metrics.ts';
import { RUNTIME_LABEL } from '../../meter/formats/json/item-reader.ts';
import { METRIC_TYPES, NAME_LABEL } from '../../meter/model/series.ts';
import type { Matcher } from '../../meter/promql/selection.ts';
import type { Asked, Route } from '../route.ts';
import { matchersOf, parseTime } from './prometheus/parameters.ts';

const TAG = 'metrics';
const HOUR_MS = 3_600_000;

const Type = z.enum(METRIC_TYPES);
const range = {
  from: z.string().max(40).optional().describe('RFC 3339, or seconds since 1970; an hour before to when absent'),
  to: z.string().max(40).optional().describe('now when absent'),
};
const paged = {
  limit: z.coerce.number().int().min(1).max(1_000).default(100).describe('series'),
  cursor: z.string().max(16_384).optional(),
};
const Series = z.object({
  name: z.string(),
  labels: z.record(z.string(), z.string()),
  samples: z.array(z.tuple([z.string(), z.number().nullable()])),
});
const Page = z.object({ metrics: z.array(Series), cursor: z.string().optional() });

const Question = z.strictObject({
  metric_types: z.array(Type).max(METRIC_TYPES.length).default([]),
  name: z.string().max(1_024).optional(),
  filters: z.record(z.string(), z.string()).default({}).describe('labels that must be so'),
  from: z.string().max(40),
  to: z.string().max(40),
  window_seconds: z
    .number()
    .int()
    .min(1)
    .max(31 * 86_400)
    .default(300),
  group_by: z.array(z.string().min(1).max(1_024)).max(20).default([]),
  functions: z.array(z.enum(MEASURES)).min(1).max(MEASURES.length).default(['avg']),
});
const Measured = z.object({
  rows: z.array(
    z.object({
      timestamp: z.string(),
      group: z.record(z.string(), z.string()),
      values: z.record(z.string(), z.number()),
    }),
  ),
});

export const readMetricRoutes = (ports: () => MeterPorts): readonly Route[] => {
  const common = { tag: TAG, role: 'viewer', quota: 'read', shape: 'problem' } as const;
  const metrics = async (asked: Asked, own: readonly Matcher[]) => {
    const { query, organization, signal } = asked;
    const types = query.getAll('type').map((type) => Type.parse(type));
    const filter = { matchers: [...own, ...matchersIn(asked)], types, ...rangeOf(asked) };
    const page = { limit: Number(query.get('limit') ?? 100), cursor: query.get('cursor') ?? undefined };
    return { status: 200, body: await listMetrics(organization, filter, page, ports(), signal) };
  };
  return [
    {
      ...common,
      method: 'GET',
      path: '/api/metrics',
      id: 'listMetrics',
      summary: 'Samples of series that fit, a series each.',
      query: z.object({
        name: z.string().max(1_024).optional(),
        type: z.union([Type, z.array(Type)]).optional(),
        runtime_id: z.string().max(255).optional(),
        'match[]': z.string().optional().describe('a series selector of PromQL'),
        ...range,
        ...paged,
      }),
      answers: { 200: { description: 'in the order of labels', schema: Page } },
      handle: (asked) => metrics(asked, []),
    },
    {
      ...common,
      method: 'GET',
      path: '/api/runtime/:id/metrics',
      id: 'listRuntimeMetrics',
      summary: 'Samples of a runtime.',
      query: z.object({ ...range, ...paged }),
      answers: { 200: { description: 'in the order of labels', schema: Page } },
      handle: (asked) => metrics(asked, [{ name: RUNTIME_LABEL, operator: '=', value: asked.params['id'] ?? '' }]),
    },
    {
      ...common,
      method: 'POST',
      path: '/api/metrics/query',
      id: 'queryMetrics',
      summary: 'Samples measured over windows, by labels.',
      body: Question,
      maxBytes: 65_536,
      answers: { 200: { description: 'a row a window and group', schema: Measured } },
      handle: async ({ organization, body, signal, receivedAtMs }) => {
        const question = body as z.output<typeof Question>;
        const { metric_types: types, window_seconds: seconds, group_by: groupBy, functions } = question;
        const matchers = [
          ...(question.name === undefined ? [] : [equal(NAME_LABEL, question.name)]),
          ...Object.entries(question.filters).map(([name, value]) => equal(name, value)),
        ];
        const fromMs = timeOf('from', question.from, receivedAtMs);
        const toMs = timeOf('to', question.to, receivedAtMs);
        const request = { matchers, types, fromMs, toMs, windowMs: seconds * 1_000, groupBy, functions };
        return { status: 200, body: { rows: await measureMetrics(organization, request, ports(), signal) } };
      },
    },
    {
      ...common,
      method: 'GET',
      path: '/api/metrics/real-time/:window',
      id: 'realTimeWindow',
      summary: `The live window of now, of all instances together: ${WINDOW_NAMES.join(', ')}.`,
      answers: {
        200: { description: 'of minutes that are over', schema: LiveWindow },
        404: { description: 'no window' },
      },
      handle: async ({ organization, params, receivedAtMs }) => ({
        status: 200,
        body: await liveWindow(organization, params['window'] ?? '', receivedAtMs, ports()),
      }),
    },
  ];
};

const equal = (name: string, value: string): Matcher => ({ name, operator: '=', value });

function matchersIn({ query }: Asked): readonly Matcher[] {
  const [name, runtime, match] = [query.get('name'), query.get('runtime_id'), query.get('match[]')];
  return [
    ...(name === null ? [] : [equal(NAME_LABEL, name)]),
    ...(runtime === null ? [] : [equal(RUNTIME_LABEL, runtime)]),
    ...(match === null ? [] : matchersOf(match)),
  ];
}

function rangeOf({ query, receivedAtMs }: Asked): { readonly fromMs: number; readonly toMs: number } {
  const toMs = timeOf('to', query.get('to'), receivedAtMs);
  const fromMs = timeOf('from', query.get('from'), toMs - HOUR_MS);
  if (fromMs > toMs) throw new UserError('BAD_ARGUMENT', 'from must not be after to.');
  return { fromMs, toMs };
}

const timeOf = (name: string, text: string | null, otherwise: number): number =>
  text === null || text === '' ? otherwise : parseTime(name, text);

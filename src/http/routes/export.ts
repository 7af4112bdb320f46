/** The way out: what was collected as JSON, CSV or Parquet, streamed, of any size. */
import { z } from 'zod';
import type { MeterPorts } from '../../compose-meter.ts';
import { UserError } from '../../errors.ts';
import { type ExportKind, exportTable, MAX_EXPORT_DAYS } from '../../meter/answers/export/export.ts';
import { importLines } from '../../meter/answers/export/import-lines.ts';
import { EVENT_KINDS } from '../../meter/model/event.ts';
import { mayAs } from '../../meter/model/role.ts';
import { NAME_LABEL } from '../../meter/model/series.ts';
import type { Matcher } from '../../meter/promql/selection.ts';
import { CONTENT_TYPES, EXTENSIONS, type Format, FORMATS, writeTable } from '../../tables/formats.ts';
import { Day, daysFrom, dayOf } from '../../values/date.ts';
import type { Asked, Reply, Route } from '../route.ts';
import { matchersOf } from './prometheus/parameters.ts';

const TAG = 'export';
const KINDS = ['samples', ...EVENT_KINDS] as const;

const Query = z.object({
  kind: z.enum(KINDS).default('samples'),
  from: Day.optional().describe('the first day; today when absent'),
  to: Day.optional().describe('the last day; as from when absent'),
  'match[]': z
    .union([z.string(), z.array(z.string()).max(1)])
    .optional()
    .describe('of samples, a series selector'),
});

export const exportRoutes = (ports: () => MeterPorts): readonly Route[] => [
  ...FORMATS.map((format): Route => ({
    method: 'GET',
    path: `/api/metrics/export/${format}`,
    id: `export${format[0]?.toUpperCase()}${format.slice(1)}`,
    summary: `Samples, or events of a kind, of some days as ${format === 'json' ? 'JSON, an object a line' : format}.`,
    tag: TAG,
    role: 'viewer',
    quota: 'read',
    shape: 'problem',
    query: Query,
    answers: { 200: { description: 'streamed, by day' } },
    handle: (asked) => Promise.resolve(exported(asked, format, ports())),
  })),
  {
    method: 'GET',
    path: '/api/v1/export',
    id: 'exportLines',
    summary: "Samples as VictoriaMetrics' JSON lines, which /api/v1/import takes there unchanged.",
    tag: TAG,
    role: 'viewer',
    quota: 'read',
    shape: 'problem',
    query: Query.omit({ kind: true }),
    answers: { 200: { description: 'a series a line; one may have several' } },
    handle: (asked) => Promise.resolve(lines(asked, ports())),
  },
];

interface Range {
  readonly from: Day;
  readonly to: Day;
  readonly matchers: readonly Matcher[];
}

/** Every series. */
const ALL: readonly Matcher[] = [{ name: NAME_LABEL, operator: '=~', value: '.*' }];

function rangeOf({ query, receivedAtMs }: Asked): Range {
  const from = query.get('from') ?? dayOf(receivedAtMs);
  const to = query.get('to') ?? from;
  if (to < from || daysFrom(from, to).length > MAX_EXPORT_DAYS)
    throw new UserError('BAD_ARGUMENT', `from ${from} to ${to} are no days, or more than ${MAX_EXPORT_DAYS}.`);
  const match = query.get('match[]');
  return { from, to, matchers: match === null ? ALL : matchersOf(match) };
}

function exported(asked: Asked, format: Format, ports: MeterPorts): Reply {
  const { organization, role, query } = asked;
  const range = rangeOf(asked);
  const kind = (query.get('kind') ?? 'samples') as ExportKind;
  const table = exportTable({ organization, kind, ...range, seesPeople: mayAs(role, 'manager') }, ports);
  const file = `${kind}-${range.from}${range.to === range.from ? '' : `-to-${range.to}`}.${EXTENSIONS[format]}`;
  return {
    status: 200,
    headers: { 'content-type': CONTENT_TYPES[format], 'content-disposition': `attachment; filename="${file}"` },
    body: writeTable(table, format),
  };
}

function lines(asked: Asked, ports: MeterPorts): Reply {
  const { organization } = asked;
  const { from, to, matchers } = rangeOf(asked);
  async function* body(): AsyncGenerator<Uint8Array> {
    for (const day of daysFrom(from, to))
      for await (const text of importLines(
        { organization, day },
        { matchers, fromMs: -Infinity, toMs: Infinity },
        ports,
      ))
        yield Buffer.from(text);
  }
  return { status: 200, headers: { 'content-type': 'application/stream+json; charset=utf-8' }, body: body() };
}

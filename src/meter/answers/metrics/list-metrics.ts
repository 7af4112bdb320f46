/** Samples as they are, a series each, page by page; and measured over windows by what labels say. */
import { UserError } from '../../../errors.ts';
import type { Organization } from '../../model/organization.ts';
import { type Labels, type MetricType, NAME_LABEL } from '../../model/series.ts';
import { labelsKey } from '../../promql/evaluate/series.ts';
import type { Matcher } from '../../promql/selection.ts';
import { cursorAfter, positionIn } from '../cursor.ts';
import { knownMetadata, type KnownSeriesPorts } from '../query/known-series.ts';
import { answerQuery, type QueryPorts } from '../query/query.ts';

export type MetricPorts = QueryPorts & KnownSeriesPorts;

export interface MetricFilter {
  readonly matchers: readonly Matcher[];
  readonly types: readonly MetricType[];
  /** Milliseconds since 1970, both included. */
  readonly fromMs: number;
  readonly toMs: number;
}

export interface MetricSeries {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly (readonly [timestamp: string, value: number | null])[];
}

/** Series without any of their own are told by their names. */
const ANY: Matcher = { name: NAME_LABEL, operator: '=~', value: '.+' };

/** By their labels' order. @throws {QueryError} of a bound that is met @throws {UserError} BAD_ARGUMENT */
export async function listMetrics(
  organization: Organization,
  asked: MetricFilter,
  page: { readonly limit: number; readonly cursor?: string | undefined },
  ports: MetricPorts,
  signal: AbortSignal,
): Promise<{ readonly metrics: readonly MetricSeries[]; readonly cursor?: string }> {
  const of = { organization, question: [asked.matchers, asked.types] };
  // Pages are of one time, also where that is now.
  const [after = '', firstMs = asked.fromMs, lastMs = asked.toMs] =
    page.cursor === undefined ? [] : positionIn(page.cursor, of);
  const filter = { ...asked, fromMs: Number(firstMs), toMs: Number(lastMs) };
  const matchers = await typedMatchers(organization, filter, ports);
  const { fromMs, toMs } = filter;
  const limits = await ports.limitsOf(organization);
  const selection = { matchers, fromMs: fromMs - 1, toMs, firstMs: toMs, stepMs: 0, rangeMs: 1, func: 'raw' };
  const series =
    matchers === undefined ? [] : await ports.select(organization, { ...selection, matchers }, limits, signal);
  const keyed = series
    .map(({ labels, timesMs, values }) => ({ labels, timesMs, values, key: labelsKey(labels) }))
    .filter(({ key }) => key > String(after))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const shown = keyed.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    metrics: shown.map(({ labels, timesMs, values }) => ({
      ...named(labels),
      samples: Array.from(timesMs, (time, at) => {
        const value = values[at] as number;
        return [new Date(time).toISOString(), Number.isFinite(value) ? value : null] as const;
      }),
    })),
    ...(keyed.length > shown.length && last !== undefined ? { cursor: cursorAfter(of, [last.key, fromMs, toMs]) } : {}),
  };
}

const named = (labels: Labels): Pick<MetricSeries, 'name' | 'labels'> => ({
  name: labels.find(([name]) => name === NAME_LABEL)?.[1] ?? '',
  labels: Object.fromEntries(labels.filter(([name]) => name !== NAME_LABEL)),
});

/** Undefined where no metric is of one of the types. */
async function typedMatchers(
  organization: Organization,
  { matchers, types, fromMs, toMs }: MetricFilter,
  ports: MetricPorts,
): Promise<readonly Matcher[] | undefined> {
  const own = matchers.some(({ name }) => name === NAME_LABEL) ? matchers : [ANY, ...matchers];
  if (types.length === 0) return own;
  const metadata = await knownMetadata({ organization, matchers: [], fromMs, toMs, limit: Infinity }, undefined, ports);
  const names = metadata.filter(({ type }) => types.includes(type)).map(({ name }) => escaped(name));
  if (names.length === 0) return undefined;
  return [...own, { name: NAME_LABEL, operator: '=~', value: `(?:${names.join('|')})(?:_total|_bucket|_sum|_count)?` }];
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);

export const MEASURES = ['count', 'sum', 'avg', 'min', 'max', 'rate'] as const;
export type Measure = (typeof MEASURES)[number];

/** Of the series of a group together, each over the window. */
const EXPRESSIONS: Readonly<Record<Measure, readonly [over: string, together: string]>> = {
  count: ['count_over_time', 'sum'],
  sum: ['sum_over_time', 'sum'],
  avg: ['avg_over_time', 'avg'],
  min: ['min_over_time', 'min'],
  max: ['max_over_time', 'max'],
  rate: ['rate', 'sum'],
};

export interface MeasureRequest extends MetricFilter {
  readonly windowMs: number;
  readonly groupBy: readonly string[];
  readonly functions: readonly Measure[];
}

export interface MeasureRow {
  /** The window's end. */
  readonly timestamp: string;
  readonly group: Readonly<Record<string, string>>;
  readonly values: Readonly<Partial<Record<Measure, number>>>;
}

/** Windows end at multiples of their length. @throws {QueryError} @throws {UserError} BAD_ARGUMENT */
export async function measureMetrics(
  organization: Organization,
  request: MeasureRequest,
  ports: MetricPorts,
  signal: AbortSignal,
): Promise<readonly MeasureRow[]> {
  const { windowMs, groupBy, functions, fromMs, toMs } = request;
  const startMs = Math.ceil((fromMs + 1) / windowMs) * windowMs;
  const endMs = Math.ceil(toMs / windowMs) * windowMs;
  if (endMs < startMs) throw new UserError('BAD_ARGUMENT', 'from must lie before to.');
  const matchers = await typedMatchers(organization, request, ports);
  if (matchers === undefined) return [];
  const selector = `{${matchers.map(({ name, operator, value }) => `${JSON.stringify(name)}${operator}${JSON.stringify(value)}`).join(',')}}`;
  const by = groupBy.map((name) => JSON.stringify(name)).join(', ');
  const rows = new Map<string, MeasureRow & { values: Partial<Record<Measure, number>> }>();
  for (const name of functions) {
    const [over, together] = EXPRESSIONS[name];
    const query = `${together} by (${by}) (${over}(${selector}[${windowMs}ms]))`;
    const { result } = await answerQuery(organization, { query, startMs, endMs, stepMs: windowMs }, ports, signal);
    if (!('series' in result)) continue;
    for (const { labels, timesMs, values } of result.series) {
      const group = Object.fromEntries(
        groupBy.map((label) => [label, labels.find(([own]) => own === label)?.[1] ?? '']),
      );
      for (const [at, time] of timesMs.entries()) {
        const key = JSON.stringify([time, labels]);
        const row = rows.get(key) ?? { timestamp: new Date(time).toISOString(), group, values: {} };
        rows.set(key, row);
        row.values[name] = values[at] as number;
      }
    }
  }
  return [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

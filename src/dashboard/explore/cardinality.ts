/** Which metrics and labels the series of a day are of. Pure. */
import type { Labels } from './series.ts';

export interface MetricCount {
  readonly name: string;
  readonly series: number;
}

export interface LabelCount {
  readonly name: string;
  readonly values: number;
  /** Series that have it. */
  readonly series: number;
  /** The value that most of them have, and how many do. */
  readonly most: readonly [value: string, series: number];
}

/** The largest first. */
export function metricCounts(series: readonly Labels[]): readonly MetricCount[] {
  const counts = new Map<string, number>();
  for (const { __name__: name = '' } of series) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .map(([name, many]) => ({ name, series: many }))
    .toSorted((a, b) => b.series - a.series || (a.name < b.name ? -1 : 1));
}

/** Of a metric, or of all; those of the most values first: they are what makes series many. */
export function labelCounts(series: readonly Labels[], metric?: string): readonly LabelCount[] {
  const labels = new Map<string, Map<string, number>>();
  for (const one of series) {
    if (metric !== undefined && one['__name__'] !== metric) continue;
    for (const [name, value] of Object.entries(one)) {
      if (name === '__name__') continue;
      const values = labels.get(name) ?? new Map<string, number>();
      labels.set(name, values.set(value, (values.get(value) ?? 0) + 1));
    }
  }
  return [...labels]
    .map(([name, values]) => ({
      name,
      values: values.size,
      series: [...values.values()].reduce((sum, many) => sum + many, 0),
      most: [...values].reduce((best, one) => (one[1] > best[1] ? one : best)),
    }))
    .toSorted((a, b) => b.values - a.values || (a.name < b.name ? -1 : 1));
}

/** What a limit's description says beside its default: https://spec.openapis.org/oas/v3.1.0 */
export type Described = Readonly<Record<string, { readonly description?: string; readonly default?: number }>>;

/** A page that its server's description of the API does not fit shows the names alone. */
export function describedLimits(openapi: unknown): Described {
  const at = (value: unknown, key: string): unknown =>
    typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
  const way = [
    'paths',
    '/api/v1/user_limits',
    'get',
    'responses',
    '200',
    'content',
    'application/json',
    'schema',
    'properties',
  ];
  const found = way.reduce(at, openapi);
  return typeof found === 'object' && found !== null ? (found as Described) : {};
}

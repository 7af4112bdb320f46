/** What samples belong to: a set of labels, and what the format that it came in says beyond labels. */
export type Label = readonly [name: string, value: string];

/** Sorted by name in the order of UTF-16 code units, `__name__` among them, no name twice, no empty value: an empty value is none. */
export type Labels = readonly Label[];

/** The label that holds the metric's name. */
export const NAME_LABEL = '__name__';

export const METRIC_TYPES = [
  'unknown',
  'counter',
  'gauge',
  'histogram',
  'gaugehistogram',
  'summary',
  'info',
  'stateset',
] as const;
/** As Prometheus and OpenMetrics name them. */
export type MetricType = (typeof METRIC_TYPES)[number];

/** How the values of a series follow each other; what says nothing of it is cumulative where it counts. */
export type Temporality = 'cumulative' | 'delta';

export interface Series {
  readonly labels: Labels;
  /** Of OTLP only: delta and cumulative points of one metric are two series. */
  readonly temporality?: Temporality | undefined;
  /**
   * JSON of what the format says of the series and labels cannot: of OTLP the resource, the scope and the attributes with their types, the
   * metric's own name, its unit, whether it is monotonic. Two series that differ in nothing else are two.
   */
  readonly origin?: string | undefined;
}

/** What is said of a metric, of all its series. The last that was said counts. */
export interface Metadata {
  /** The family's name: of a counter `http_requests_total` as the exposition format has it, of a histogram without `_bucket`. */
  readonly name: string;
  readonly type: MetricType;
  readonly unit?: string | undefined;
  readonly help?: string | undefined;
}

/** Sorted, without empty values; undefined when a name is there twice. */
export function sortedLabels(pairs: readonly Label[]): Labels | undefined {
  const labels = pairs.filter(([, value]) => value !== '').toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return labels.some(([name], index) => name === labels[index - 1]?.[0]) ? undefined : labels;
}

/** Undefined where there is none. */
export const metricName = (labels: Labels): string | undefined => labels.find(([name]) => name === NAME_LABEL)?.[1];

/** A text that two series share only if they are the same. */
export const seriesKey = ({ labels, temporality, origin }: Series): string =>
  JSON.stringify(
    origin === undefined && temporality === undefined ? labels : [labels, temporality ?? '', origin ?? ''],
  );

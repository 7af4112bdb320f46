/** Resource, scope, metric and attributes of a point as labels, and as what labels cannot say of them. */
import { type Label, NAME_LABEL, type Series } from '../../model/series.ts';
import type { Refusal } from '../../model/series-resolver.ts';
import { seriesOf } from '../labels.ts';
import { quoted } from '../rejections.ts';
import { labelNameOf, metricNameOf, type TranslationStrategy } from './names.ts';
import type { AnyValue, Attribute, Metric, Resource, Scope } from './request.ts';

const DELTA = 1;
/** What a resource is told from others by, which become `job` and `instance`. */
const SERVICE_NAME = 'service.name';
const SERVICE_NAMESPACE = 'service.namespace';
const SERVICE_INSTANCE = 'service.instance.id';
const IDENTIFYING = new Set([SERVICE_NAME, SERVICE_NAMESPACE, SERVICE_INSTANCE]);
export const TARGET_INFO = 'target_info';

/** An attribute's value as a label has it: what is not a text is JSON. */
export function labelValueOf(value: AnyValue): string {
  if (typeof value === 'string') return value;
  if (value.boolValue !== undefined) return String(value.boolValue);
  if (value.intValue !== undefined) return value.intValue;
  if (value.doubleValue !== undefined) return String(value.doubleValue);
  if (value.bytesValue !== undefined) return value.bytesValue;
  if (value.arrayValue === undefined && value.kvlistValue === undefined) return '';
  return plainJson(value);
}

/** `[1,"a",{"k":true}]`. Digits of 64-bit integers are written as they are. */
function plainJson(value: AnyValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value.arrayValue !== undefined) return `[${value.arrayValue.map(plainJson).join(',')}]`;
  if (value.kvlistValue !== undefined)
    return `{${value.kvlistValue.map(([key, one]) => `${JSON.stringify(key)}:${plainJson(one)}`).join(',')}}`;
  if (value.intValue !== undefined || value.boolValue !== undefined) return labelValueOf(value);
  if (value.doubleValue !== undefined) return JSON.stringify(value.doubleValue);
  return value.bytesValue === undefined ? 'null' : JSON.stringify(value.bytesValue);
}

const byKey = (attributes: readonly Attribute[]): Attribute[] =>
  attributes.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));

/** Labels by name; the values of keys that come to the same name are joined in the order of the keys. */
class LabelSet {
  readonly #values = new Map<string, string>();
  readonly #strategy: TranslationStrategy;
  /** A key of which no label's name can be made. */
  nameless: string | undefined;

  constructor(strategy: TranslationStrategy) {
    this.#strategy = strategy;
  }

  add(attributes: readonly Attribute[], prefix = ''): void {
    for (const [key, value] of byKey(attributes)) {
      const name = labelNameOf(prefix + key, this.#strategy);
      if (name === undefined) this.nameless ??= key;
      else {
        const before = this.#values.get(name);
        const text = labelValueOf(value);
        this.#values.set(name, before === undefined ? text : `${before};${text}`);
      }
    }
  }

  /** Whatever was there under the name. */
  set(name: string, value: string): void {
    if (value !== '') this.#values.set(name, value);
  }

  series(more: Omit<Series, 'labels'>): Series | Refusal {
    return this.nameless === undefined
      ? seriesOf([...this.#values] satisfies Label[], more)
      : {
          code: 'BAD_NAME',
          reason: `no label can be named after the attribute ${quoted(this.nameless)}; give it a letter`,
        };
  }
}

function identify(labels: LabelSet, { attributes }: Resource): boolean {
  const valueOf = (wanted: string): string => {
    const value = attributes.find(([key]) => key === wanted)?.[1];
    return value === undefined ? '' : labelValueOf(value);
  };
  const name = valueOf(SERVICE_NAME);
  const namespace = valueOf(SERVICE_NAMESPACE);
  const job = name === '' || namespace === '' ? name : `${namespace}/${name}`;
  const instance = valueOf(SERVICE_INSTANCE);
  labels.set('job', job);
  labels.set('instance', instance);
  return job !== '' || instance !== '';
}

/** The series of `target_info`, which says what else is known of a resource; undefined when nothing is, or nobody would know whose. */
export function targetInfo(resource: Resource, strategy: TranslationStrategy): Series | undefined {
  const rest = resource.attributes.filter(([key]) => !IDENTIFYING.has(key));
  const labels = new LabelSet(strategy);
  labels.add(rest);
  if (!identify(labels, resource) || rest.length === 0) return undefined;
  labels.set(NAME_LABEL, TARGET_INFO);
  const series = labels.series({});
  return 'code' in series ? undefined : { labels: series.labels };
}

export const namedOf = ({ name, unit, data, isMonotonic }: Metric) => ({
  name,
  unit,
  isCounter: data === 'sum' && isMonotonic,
  isGauge: data === 'gauge',
});

export interface Context {
  readonly resource: Resource;
  readonly scope: Scope;
  readonly metric: Metric;
  readonly strategy: TranslationStrategy;
}

export function seriesOfPoint(
  { resource, scope, metric, strategy }: Context,
  parts: Parts,
  attributes: readonly Attribute[],
): Series | Refusal {
  const name = metricNameOf(namedOf(metric), strategy);
  if (name === undefined)
    return {
      code: 'BAD_NAME',
      reason: `no name can be made of the metric's, ${quoted(metric.name)}; give it a letter`,
    };
  const labels = new LabelSet(strategy);
  labels.add(attributes);
  labels.add(scope.attributes, 'otel_scope_');
  labels.set('otel_scope_name', scope.name);
  labels.set('otel_scope_version', scope.version);
  labels.set('otel_scope_schema_url', scope.schemaUrl);
  identify(labels, resource);
  labels.set(NAME_LABEL, name);
  return labels.series({
    ...(metric.temporality === DELTA ? { temporality: 'delta' } : {}),
    origin: originOf(parts, attributes),
  });
}

const described = (it: Resource, more: Record<string, unknown>): string =>
  JSON.stringify({
    ...more,
    ...(it.attributes.length === 0 ? {} : { attributes: byKey(it.attributes) }),
    ...(it.droppedAttributes === 0 ? {} : { droppedAttributes: it.droppedAttributes }),
    ...(it.schemaUrl === '' ? {} : { schemaUrl: it.schemaUrl }),
  });

/** The three parts of an origin that all points of a metric share, as JSON. */
export const resourceJson = (resource: Resource): string => described(resource, {});

export const scopeJson = (scope: Scope): string =>
  described(scope, {
    ...(scope.name === '' ? {} : { name: scope.name }),
    ...(scope.version === '' ? {} : { version: scope.version }),
  });

export const metricJson = ({ name, unit, data, temporality, isMonotonic, metadata }: Metric): string =>
  JSON.stringify({
    name,
    ...(unit === '' ? {} : { unit }),
    data,
    ...(temporality === 0 ? {} : { temporality }),
    ...(isMonotonic ? { isMonotonic } : {}),
    ...(metadata.length === 0 ? {} : { metadata: byKey(metadata) }),
  });

export interface Parts {
  readonly resource: string;
  readonly scope: string;
  readonly metric: string;
}

function originOf({ resource, scope, metric }: Parts, attributes: readonly Attribute[]): string {
  const own = attributes.length === 0 ? '' : `,"attributes":${JSON.stringify(byKey(attributes))}`;
  return `{"resource":${resource},"scope":${scope},"metric":${metric}${own}}`;
}

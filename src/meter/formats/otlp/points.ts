/** Points of OTLP to samples, from whichever encoding they were decoded. */
import type { Compound } from '../../model/compound.ts';
import type { RejectionCode } from '../../model/rejection.ts';
import { type Exemplar, Samples } from '../../model/samples.ts';
import type { Metadata, MetricType } from '../../model/series.ts';
import type { Refusal, SeriesResolver } from '../../model/series-resolver.ts';
import { wrongCompound } from '../check-compound.ts';
import { itemOf } from '../json/write.ts';
import { isRefusal } from '../labels.ts';
import { Rejections } from '../rejections.ts';
import { timestampRefusal } from '../timestamps.ts';
import {
  MAX_DESCRIPTION_CHARACTERS,
  MAX_KEY_BYTES,
  MAX_REQUEST_BUCKETS,
  MAX_REQUEST_SERIES_CHARACTERS,
} from './limits.ts';
import { metricNameOf, type TranslationStrategy, unitOf } from './names.ts';
import { hashOf, PointKey } from './point-key.ts';
import type { Metric, Point, PointExemplar, Resource, Scope, Visitor } from './request.ts';
import {
  type Context,
  labelValueOf,
  metricJson,
  namedOf,
  type Parts,
  resourceJson,
  scopeJson,
  seriesOfPoint,
  targetInfo,
} from './series.ts';

const NO_RECORDED_VALUE = 1;
const NANOS_PER_MS = 1_000_000n;
const NOTHING: Resource = { attributes: [], droppedAttributes: 0, schemaUrl: '' };
const TYPES = {
  histogram: 'histogram',
  exponentialHistogram: 'histogram',
  summary: 'summary',
  gauge: 'gauge',
} as const;

const NO_VALUE: Refusal = {
  code: 'BAD_VALUE',
  reason: 'the point has no value, and no flag that says that there is none',
};
const NO_KEY: Refusal = {
  code: 'LABEL_LIMIT',
  reason: `the attributes of the point take more than ${MAX_KEY_BYTES / 3} characters, or have half of a surrogate pair`,
};
const TOO_LONG: Refusal = {
  code: 'LABEL_LIMIT',
  reason: `the resource, the scope or the metric says more than ${MAX_DESCRIPTION_CHARACTERS} characters of itself; send fewer attributes`,
};
const TOO_MANY_CHARACTERS: Refusal = {
  code: 'TOO_LARGE',
  reason: `the new series of the request say more than ${MAX_REQUEST_SERIES_CHARACTERS} characters; send smaller requests`,
};
const TOO_MANY_BUCKETS: Refusal = {
  code: 'TOO_LARGE',
  reason: `the request has more than ${MAX_REQUEST_BUCKETS} buckets of histograms; send smaller requests`,
};

export class Points implements Visitor {
  readonly rejections = new Rejections();
  readonly metadata: Metadata[] = [];
  /** Of the next point. */
  index = 0;
  kept = 0;
  readonly #resolver: SeriesResolver;
  readonly #into: Samples;
  readonly #key = new PointKey();
  #context: Context;
  #parts: Parts = { resource: '{}', scope: '{}', metric: '{}' };
  /** Of the resource and of the scope: a metric is hashed with these, not with what may be much longer. */
  #hashes: readonly [resource: string, scope: string] = ['', ''];
  #seriesCharacters = 0;
  /** Why no point of the metric can be kept. */
  #refusal: Refusal | undefined;
  #buckets = 0;
  /** Of the resource's points; 0 while none was kept. */
  #latestMs = 0;

  constructor(resolver: SeriesResolver, into: Samples, strategy: TranslationStrategy) {
    this.#resolver = resolver;
    this.#into = into;
    const scope = { ...NOTHING, name: '', version: '' };
    const metric = {
      name: '',
      description: '',
      unit: '',
      data: 'gauge',
      temporality: 0,
      isMonotonic: false,
      metadata: [],
    } as const;
    this.#context = { resource: NOTHING, scope, metric, strategy };
  }

  resource(resource: Resource): void {
    this.end();
    this.#context = { ...this.#context, resource };
    this.#parts = { ...this.#parts, resource: resourceJson(resource) };
    this.#hashes = [hashOf(this.#parts.resource), ''];
  }

  scope(scope: Scope): void {
    this.#context = { ...this.#context, scope };
    this.#parts = { ...this.#parts, scope: scopeJson(scope) };
    this.#hashes = [this.#hashes[0], hashOf(this.#parts.scope)];
  }

  metric(metric: Metric): void {
    this.#context = { ...this.#context, metric };
    this.#parts = { ...this.#parts, metric: metricJson(metric) };
    const isLong = Object.values(this.#parts).some((part: string) => part.length > MAX_DESCRIPTION_CHARACTERS);
    this.#refusal = refusalOf(metric) ?? (isLong ? TOO_LONG : undefined);
    const { strategy } = this.#context;
    this.#key.share(`${strategy} ${this.#hashes.join(' ')} ${isLong ? '' : this.#parts.metric}`);
    const name = metricNameOf(namedOf(metric), strategy);
    if (name === undefined || this.#refusal !== undefined) return;
    const unit = unitOf(metric.unit, strategy);
    const help = metric.description;
    this.metadata.push({
      name,
      type: typeOf(metric),
      ...(unit === '' ? {} : { unit }),
      ...(help === '' ? {} : { help }),
    });
  }

  bad(code: RejectionCode, reason: string): void {
    this.rejections.add(this.index++, { code, reason });
  }

  point(point: Point): void {
    const isStale = (point.flags & NO_RECORDED_VALUE) !== 0;
    const timestampMs = Number(point.timeNanos / NANOS_PER_MS);
    const refusal = this.#refusal ?? (isStale ? undefined : this.#wrongValue(point)) ?? timestampRefusal(timestampMs);
    const series = refusal ?? this.#seriesOf(point);
    if (typeof series !== 'number') {
      this.#reject(series, point, isStale);
      return;
    }
    push(this.#into, series, point, isStale);
    for (const exemplar of point.exemplars) this.#into.addExemplar(exemplarOf(exemplar));
    this.#latestMs = Math.max(this.#latestMs, timestampMs);
    this.kept++;
    this.index++;
  }

  /** To be told after the last point: the resource's own series has the time of the latest of its points. */
  end(): void {
    const { resource, strategy } = this.#context;
    if (this.#latestMs === 0) return;
    const series =
      this.#parts.resource.length > MAX_DESCRIPTION_CHARACTERS ? undefined : targetInfo(resource, strategy);
    if (series !== undefined) {
      this.#key.share(`${strategy} target_info`);
      const length = this.#key.make(resource.attributes);
      const known = length === 0 ? -1 : this.#resolver.find(this.#key.bytes, 0, length);
      const number = known >= 0 || length === 0 ? known : this.#resolver.add(this.#key.bytes, 0, length, series);
      if (typeof number === 'number' && number >= 0) this.#into.pushDouble(number, this.#latestMs, 1);
    }
    this.#latestMs = 0;
  }

  #seriesOf(point: Point): number | Refusal {
    const { raw } = point;
    const length = raw === undefined ? this.#key.make(point.attributes()) : this.#key.makeRaw(raw);
    if (length === 0) return NO_KEY;
    const known = this.#resolver.find(this.#key.bytes, 0, length);
    if (known >= 0) return known;
    const series = seriesOfPoint(this.#context, this.#parts, point.attributes());
    if (!isRefusal(series)) this.#seriesCharacters += series.origin?.length ?? 0;
    if (this.#seriesCharacters > MAX_REQUEST_SERIES_CHARACTERS) return TOO_MANY_CHARACTERS;
    return isRefusal(series) ? series : this.#resolver.add(this.#key.bytes, 0, length, series);
  }

  #wrongValue({ value }: Point): Refusal | undefined {
    if (value === undefined) return NO_VALUE;
    if (typeof value !== 'object') return undefined;
    const reason = wrongCompound(value);
    if (reason !== undefined) return { code: 'BAD_VALUE', reason };
    this.#buckets += bucketsOf(value);
    return this.#buckets > MAX_REQUEST_BUCKETS ? TOO_MANY_BUCKETS : undefined;
  }

  #reject(refusal: Refusal, point: Point, isStale: boolean): void {
    const item = (): unknown => {
      if (refusal.code === 'BAD_VALUE' || refusal === this.#refusal || (point.value === undefined && !isStale))
        return undefined;
      const series = seriesOfPoint(this.#context, this.#parts, point.attributes());
      if (isRefusal(series)) return undefined;
      const alone = new Samples();
      push(alone, 0, point, isStale);
      return itemOf(series, alone, 0);
    };
    const own = point.attributes().reduce((sum, [key, value]) => sum + key.length + labelValueOf(value).length, 0);
    const bytes = own + this.#parts.resource.length + this.#parts.scope.length;
    this.rejections.add(this.index++, refusal, item, bytes);
  }
}

const bucketsOf = (value: Compound): number => {
  if (value.kind === 'histogram') return value.counts.length;
  if (value.kind === 'exponential')
    return [...value.positive, ...value.negative].reduce((sum, { counts }) => sum + counts.length, 0);
  return value.kind === 'summary' ? value.quantiles.length : 0;
};

function refusalOf({ data, temporality, name }: Metric): Refusal | undefined {
  if (name === '') return { code: 'BAD_NAME', reason: 'the metric has no name' };
  const needs = data !== 'gauge' && data !== 'summary';
  if (!needs || temporality === 1 || temporality === 2) return undefined;
  const reason = `aggregationTemporality is ${temporality}; it must be 1 (delta) or 2 (cumulative)`;
  return { code: 'BAD_FIELD', reason };
}

const typeOf = ({ data, isMonotonic }: Metric): MetricType =>
  data === 'sum' ? (isMonotonic ? 'counter' : 'gauge') : TYPES[data];

function push(into: Samples, series: number, point: Point, isStale: boolean): void {
  const { value, timeNanos, startNanos } = point;
  const timestampMs = Number(timeNanos / NANOS_PER_MS);
  if (isStale || value === undefined) into.pushStale(series, timestampMs);
  else if (typeof value === 'bigint') into.pushInt64(series, timestampMs, value);
  else if (typeof value === 'object') into.pushCompound(series, timestampMs, value);
  else if (point.bits === undefined) into.pushDouble(series, timestampMs, value);
  else into.pushBits(series, timestampMs, point.bits);
  into.setNanos(Number(timeNanos % NANOS_PER_MS));
  if (startNanos !== 0n) into.setStart(Number(startNanos / NANOS_PER_MS));
}

function exemplarOf({
  attributes,
  timeNanos,
  value,
  traceId,
  spanId,
}: PointExemplar): Omit<Exemplar, 'sample' | 'series'> {
  const labels: (readonly [string, string])[] = attributes.map(([key, one]) => [key, labelValueOf(one)]);
  if (spanId !== '') labels.unshift(['span_id', spanId]);
  if (traceId !== '') labels.unshift(['trace_id', traceId]);
  const nanos = Number(timeNanos % NANOS_PER_MS);
  const more = {
    ...(typeof value === 'bigint' ? { intValue: value.toString() } : {}),
    ...(nanos === 0 ? {} : { nanos }),
    ...(attributes.every(([, one]) => typeof one === 'string') ? {} : { attributes }),
  };
  return {
    labels,
    value: Number(value),
    ...(timeNanos === 0n ? {} : { timestampMs: Number(timeNanos / NANOS_PER_MS) }),
    ...(Object.keys(more).length === 0 ? {} : { origin: JSON.stringify(more) }),
  };
}

/** Items of our own JSON, one after the other. */
import type { Compound } from '../../model/compound.ts';
import { type Exemplar, type Samples, STALE_BITS } from '../../model/samples.ts';
import { type Label, type Metadata, type MetricType, NAME_LABEL, type Temporality } from '../../model/series.ts';
import type { Refusal, SeriesResolver } from '../../model/series-resolver.ts';
import { isRefusal, seriesOf, TOO_MANY_BYTES } from '../labels.ts';
import { Rejections } from '../rejections.ts';
import { timestampRefusal } from '../timestamps.ts';
import { ITEM_TYPES, TEMPORALITIES, whatIsWrong } from './item.ts';
import { ItemKey, readLabels } from './labels.ts';
import { readTimestamp, type Time } from './timestamp.ts';
import { type ItemValue, readDouble, readValue } from './value.ts';

/** The label that an item's runtime becomes. */
export const RUNTIME_LABEL = 'runtime_id';

type Json = Readonly<Record<string, unknown>>;

/** An item, whichever form it had. */
interface Sample {
  readonly name: string;
  readonly type: (typeof ITEM_TYPES)[number] | undefined;
  readonly value: ItemValue;
  readonly labels: Label[];
  readonly help: string | undefined;
  readonly unit: string | undefined;
  readonly time: Time;
  readonly startMs: number | undefined;
  readonly temporality: Temporality | undefined;
  readonly origin: string | undefined;
  readonly exemplars: readonly Omit<Exemplar, 'sample' | 'series'>[];
}

const TYPES: ReadonlySet<unknown> = new Set([undefined, ...ITEM_TYPES]);
const TEMPORALITY_WORDS: ReadonlySet<unknown> = new Set([undefined, ...TEMPORALITIES]);
const NO_EXEMPLARS: readonly never[] = [];

const isText = (value: unknown): value is string | undefined => value === undefined || typeof value === 'string';
const isNumber = (value: unknown): value is number | undefined => value === undefined || typeof value === 'number';
const isCompound = (value: ItemValue): value is Compound => typeof value === 'object' && 'kind' in value;

export class ItemReader {
  readonly rejections = new Rejections();
  /** By name, as the last item has it. */
  readonly metadata = new Map<string, Metadata>();
  kept = 0;
  readonly #resolver: SeriesResolver;
  readonly #into: Samples;
  readonly #nowMs: number;
  readonly #key = new ItemKey();
  #index = 0;

  constructor(resolver: SeriesResolver, into: Samples, nowMs: number) {
    this.#resolver = resolver;
    this.#into = into;
    this.#nowMs = nowMs;
  }

  read(item: unknown): void {
    const refusal = this.#keep(item);
    if (refusal === undefined) this.kept++;
    else this.rejections.add(this.#index, refusal, () => item);
    this.#index++;
  }

  #keep(item: unknown): Refusal | undefined {
    const isFlat = typeof item === 'object' && item !== null && Object.hasOwn(item, 'metric_name');
    const sample = this.#sampleOf(item, isFlat);
    if (sample === undefined)
      return { code: 'BAD_FIELD', reason: whatIsWrong(item, isFlat) ?? 'the item is not as the schema has it' };
    if ('code' in sample) return sample;
    const refusal = timestampRefusal(sample.time.ms) ?? wrongForType(sample);
    if (refusal !== undefined) return refusal;
    const series = this.#seriesOf(sample);
    if (typeof series !== 'number') return series;
    push(this.#into, series, sample);
    if (sample.type !== undefined || sample.help !== undefined || sample.unit !== undefined) this.#note(sample);
    return undefined;
  }

  /** Undefined when something of it is of another form than the schema has. */
  #sampleOf(item: unknown, isFlat: boolean): Sample | Refusal | undefined {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return undefined;
    const json = item as Json;
    const name = isFlat ? json['metric_name'] : json['name'];
    const type = isFlat ? json['metric_type'] : json['type'];
    const help = isFlat ? json['help_text'] : json['help'];
    const runtime = isFlat ? json['runtime_id'] : json['runtime'];
    const { unit } = json;
    const value = readValue(isFlat ? json['metric_value'] : json['value']);
    const labels = readLabels(json['labels']);
    const time = readTimestamp(json['timestamp'], this.#nowMs);
    if (typeof name !== 'string' || name === '' || !TYPES.has(type) || !isText(help) || !isText(unit)) return undefined;
    if (!isText(runtime) || value === undefined || labels === undefined || time === undefined) return undefined;
    if (typeof value === 'object' && 'code' in value) return value;
    const more = isFlat ? NOTHING_MORE : moreOf(json);
    if (more === undefined) return undefined;
    const all = runtime === undefined ? labels : withRuntime(labels, runtime);
    return { name, type: type as Sample['type'], value, labels: all, help, unit, time, ...more };
  }

  #seriesOf({ name, labels, temporality, origin }: Sample): number | Refusal {
    const more = temporality === undefined && origin === undefined ? '' : `${temporality ?? ''} ${origin ?? ''}`;
    const length = this.#key.make(name, labels, more);
    if (length === 0) return isWellFormed(name, labels, more) ? TOO_MANY_BYTES : NOT_UTF8;
    const known = this.#resolver.find(this.#key.bytes, 0, length);
    if (known >= 0) return known;
    if (labels.some(([label]) => label === NAME_LABEL)) return NAMED_TWICE;
    const series = seriesOf([[NAME_LABEL, name], ...labels], {
      ...(temporality === undefined ? {} : { temporality }),
      ...(origin === undefined ? {} : { origin }),
    });
    return isRefusal(series) ? series : this.#resolver.add(this.#key.bytes, 0, length, series);
  }

  #note({ name, type, help, unit }: Sample): void {
    this.metadata.set(name, {
      name,
      type: (type ?? 'unknown') satisfies MetricType,
      ...(unit === undefined || unit === '' ? {} : { unit }),
      ...(help === undefined || help === '' ? {} : { help }),
    });
  }
}

const NOT_UTF8: Refusal = { code: 'BAD_NAME', reason: 'the name, or a label, has half of a surrogate pair' };
const NAMED_TWICE: Refusal = {
  code: 'DUPLICATE_LABEL',
  reason: `the label ${NAME_LABEL} is the item's name, and must not be given again`,
};

const isWellFormed = (name: string, labels: readonly Label[], more: string): boolean =>
  (name + more).isWellFormed() && labels.every(([label, value]) => label.isWellFormed() && value.isWellFormed());

type More = Pick<Sample, 'startMs' | 'temporality' | 'origin' | 'exemplars'>;
const NOTHING_MORE: More = { startMs: undefined, temporality: undefined, origin: undefined, exemplars: NO_EXEMPLARS };

/** What dead letters of other formats have; undefined when it is of another form than the schema has. */
function moreOf({ start, temporality, origin, exemplars }: Json): More | undefined {
  if (start === undefined && temporality === undefined && origin === undefined && exemplars === undefined)
    return NOTHING_MORE;
  if (!isNumber(start) || !TEMPORALITY_WORDS.has(temporality) || !isText(origin)) return undefined;
  const read = exemplars === undefined ? NO_EXEMPLARS : readExemplars(exemplars);
  if (read === undefined) return undefined;
  return { startMs: start, temporality: temporality as Temporality | undefined, origin, exemplars: read };
}

function readExemplars(given: unknown): More['exemplars'] | undefined {
  if (!Array.isArray(given)) return undefined;
  const exemplars: Omit<Exemplar, 'sample' | 'series'>[] = [];
  for (const one of given as unknown[]) {
    if (typeof one !== 'object' || one === null) return undefined;
    const { labels: givenLabels, value: givenValue, timestamp, origin } = one as Json;
    const labels = givenLabels === undefined ? undefined : readLabels(givenLabels);
    const value = readDouble(givenValue);
    if (labels === undefined || value === undefined || !isNumber(timestamp) || !isText(origin)) return undefined;
    exemplars.push({
      labels,
      value,
      ...(timestamp === undefined ? {} : { timestampMs: timestamp }),
      ...(origin === undefined ? {} : { origin }),
    });
  }
  return exemplars;
}

/** The same runtime may be said twice; another is a label that is there twice. */
const withRuntime = (labels: Label[], runtime: string): Label[] =>
  labels.some(([name, value]) => name === RUNTIME_LABEL && value === runtime)
    ? labels
    : [...labels, [RUNTIME_LABEL, runtime]];

function wrongForType({ type, value }: Sample): Refusal | undefined {
  const bad = (reason: string): Refusal => ({ code: 'BAD_VALUE', reason });
  const isSummary = isCompound(value) && value.kind === 'summary';
  if (type === 'histogram' && (!isCompound(value) || isSummary))
    return bad('the value of a histogram is { count, sum, buckets }');
  if (type === 'summary' && !isSummary) return bad('the value of a summary is { count, sum, quantiles }');
  if ((type === 'counter' || type === 'gauge') && isCompound(value)) return bad(`the value of a ${type} is a number`);
  if (type !== 'counter') return undefined;
  const isStale = typeof value === 'object' && 'bits' in value && value.bits === STALE_BITS;
  const counts = typeof value === 'bigint' ? value >= 0n : typeof value === 'number' ? value >= 0 : isStale;
  return counts ? undefined : bad('the value of a counter is a number that is not negative');
}

function push(into: Samples, series: number, { value, time, startMs, exemplars }: Sample): void {
  if (typeof value === 'number') into.pushDouble(series, time.ms, value);
  else if (typeof value === 'bigint') into.pushInt64(series, time.ms, value);
  else if (isCompound(value)) into.pushCompound(series, time.ms, value);
  else into.pushBits(series, time.ms, value.bits);
  into.setNanos(time.nanos);
  if (startMs !== undefined) into.setStart(startMs);
  for (const exemplar of exemplars) into.addExemplar(exemplar);
}

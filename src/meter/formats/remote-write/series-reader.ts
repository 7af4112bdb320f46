/** Samples, native histograms and exemplars of one TimeSeries, which both versions have in the same messages but for field numbers. */
import { type Exemplar, Samples } from '../../model/samples.ts';
import type { Label, Series } from '../../model/series.ts';
import type { Refusal } from '../../model/series-resolver.ts';
import { itemOf } from '../json/write.ts';
import { isRefusal } from '../labels.ts';
import { type ProtobufReader, WIRE } from '../protobuf.ts';
import { Rejections } from '../rejections.ts';
import { timestampRefusal } from '../timestamps.ts';
import { type NativeHistogram, readHistogram } from './histogram.ts';
import { MAX_EXEMPLAR_BYTES, MAX_REQUEST_BUCKETS } from './limits.ts';

/** Field numbers of TimeSeries. */
export interface FieldNumbers {
  readonly samples: number;
  readonly histograms: number;
  readonly exemplars: number;
}

/** The fields of a TimeSeries that come after its labels. */
export interface Body {
  /** From where on to read, and where the message ends. */
  readonly start: number;
  readonly end: number;
  /** How much its labels say, about. */
  readonly labelBytes: number;
  /** 0 where it is not said. */
  readonly createdMs: number;
  /** What its labels say; asked for when something is refused. */
  decode(): Series | Refusal;
  /** Reads field 1 of an exemplar, of which there may be several; the message ends at `end`. */
  readExemplarLabel(end: number): void;
  /** What was read so since this was asked last; a text that says what is wrong. */
  takeExemplarLabels(): Label[] | string;
}

const TOO_MANY_BUCKETS: Refusal = {
  code: 'TOO_LARGE',
  reason: `the request has more than ${MAX_REQUEST_BUCKETS} buckets of native histograms; send smaller requests`,
};

export class SeriesReader {
  readonly rejections = new Rejections();
  /** Of the next sample or histogram within the request. */
  index = 0;
  /** What was kept. */
  samples = 0;
  histograms = 0;
  exemplars = 0;
  readonly #reader: ProtobufReader;
  readonly #into: Samples;
  readonly #fields: FieldNumbers;
  #buckets = 0;
  /** Of the sample that was read last: -1 where it has no value, which means 0. */
  #valueAt = -1;
  #timestampMs = 0;
  #startMs = 0;

  constructor(reader: ProtobufReader, into: Samples, fields: FieldNumbers) {
    this.#reader = reader;
    this.#into = into;
    this.#fields = fields;
  }

  /** Of a series that has a number. */
  keep(series: number, body: Body): void {
    const reader = this.#reader;
    const { samples, histograms, exemplars } = this.#fields;
    const { end } = body;
    const before = this.#into.length;
    reader.at = body.start;
    for (let field = reader.field(end); field !== 0; field = reader.field(end)) {
      if (field === samples) this.#keepSample(series, reader.message(end), body);
      else if (field === histograms) this.#keepHistogram(series, reader.message(end), body);
      else if (field === exemplars) this.#keepExemplar(series, reader.message(end), body, before);
      else reader.skip(end);
    }
  }

  /** Of a series that was refused: each of its samples is. */
  refuse(refusal: Refusal, body: Body): void {
    const reader = this.#reader;
    const { samples, histograms } = this.#fields;
    const { end } = body;
    reader.at = body.start;
    for (let field = reader.field(end); field !== 0; field = reader.field(end)) {
      if (field === samples) {
        this.#readSample(reader.message(end));
        this.#reject(refusal, body, (into) => this.#push(into, 0, body.createdMs));
      } else if (field === histograms) {
        const histogram = readHistogram(reader, reader.message(end));
        this.#reject(refusal, body, (into) => pushHistogram(into, 0, histogram, body.createdMs));
      } else reader.skip(end);
    }
  }

  #keepSample(series: number, end: number, body: Body): void {
    this.#readSample(end);
    const refusal = timestampRefusal(this.#timestampMs);
    if (refusal !== undefined) {
      this.#reject(refusal, body, (into) => this.#push(into, 0, body.createdMs));
      return;
    }
    this.#push(this.#into, series, body.createdMs);
    this.samples++;
    this.index++;
  }

  #readSample(end: number): void {
    const reader = this.#reader;
    this.#valueAt = -1;
    this.#timestampMs = 0;
    this.#startMs = 0;
    for (let field = reader.field(end); field !== 0; field = reader.field(end)) {
      if (field === 1) {
        reader.expect(WIRE.fixed64);
        this.#valueAt = reader.fixed64At(end);
      } else if (field === 2) {
        reader.expect(WIRE.varint);
        this.#timestampMs = reader.int64AsNumber(end);
      } else if (field === 3) {
        reader.expect(WIRE.varint);
        this.#startMs = reader.int64AsNumber(end);
      } else reader.skip(end);
    }
  }

  #push(into: Samples, series: number, createdMs: number): void {
    if (this.#valueAt < 0) into.pushDouble(series, this.#timestampMs, 0);
    else into.pushBytes(series, this.#timestampMs, this.#reader.bytes, this.#valueAt);
    const startMs = this.#startMs === 0 ? createdMs : this.#startMs;
    if (startMs !== 0) into.setStart(startMs);
  }

  #keepHistogram(series: number, end: number, body: Body): void {
    const histogram = readHistogram(this.#reader, end);
    this.#buckets += histogram.buckets;
    const { value, timestampMs } = histogram;
    const refusal =
      (value !== 'stale' && 'code' in value ? value : undefined) ??
      timestampRefusal(timestampMs) ??
      (this.#buckets > MAX_REQUEST_BUCKETS ? TOO_MANY_BUCKETS : undefined);
    if (refusal !== undefined) {
      this.#reject(refusal, body, (into) => pushHistogram(into, 0, histogram, body.createdMs));
      return;
    }
    pushHistogram(this.#into, series, histogram, body.createdMs);
    this.histograms++;
    this.index++;
  }

  #keepExemplar(series: number, end: number, body: Body, before: number): void {
    const tooLong = end - this.#reader.at > MAX_EXEMPLAR_BYTES;
    const exemplar = tooLong ? `it has more than ${MAX_EXEMPLAR_BYTES} bytes` : this.#readExemplar(end, body);
    this.#reader.at = end;
    if (typeof exemplar === 'string') {
      const of = Math.max(0, this.index - 1);
      this.rejections.add(of, { code: 'BAD_FIELD', reason: `an exemplar of the series was left out: ${exemplar}` });
      return;
    }
    if (this.#into.length > before) this.#into.addExemplar(exemplar);
    else this.#into.addExemplarOf(series, exemplar);
    this.exemplars++;
  }

  #readExemplar(end: number, body: Body): Omit<Exemplar, 'sample'> | string {
    const reader = this.#reader;
    let value = 0;
    let timestampMs = 0;
    for (let field = reader.field(end); field !== 0; field = reader.field(end)) {
      if (field === 1) body.readExemplarLabel(end);
      else if (field === 2) {
        reader.expect(WIRE.fixed64);
        value = reader.double(end);
      } else if (field === 3) {
        reader.expect(WIRE.varint);
        timestampMs = reader.int64AsNumber(end);
      } else reader.skip(end);
    }
    const labels = body.takeExemplarLabels();
    if (typeof labels === 'string') return labels;
    if (new Set(labels.map(([name]) => name)).size < labels.length) return 'it has a label twice';
    return timestampMs === 0 ? { labels, value } : { labels, value, timestampMs };
  }

  /** `push` puts the sample into others, from which an item is made. */
  #reject(refusal: Refusal, body: Body, push: (into: Samples) => void): void {
    const item = (): unknown => {
      const series = body.decode();
      if (isRefusal(series)) return undefined;
      const alone = new Samples();
      push(alone);
      return alone.length === 0 ? undefined : itemOf(series, alone, 0);
    };
    this.rejections.add(this.index++, refusal, item, body.labelBytes);
  }
}

/** Nothing of one whose value was refused: there is no item that could be replayed. */
function pushHistogram(into: Samples, series: number, histogram: NativeHistogram, createdMs: number): void {
  const { value, timestampMs } = histogram;
  if (value === 'stale') into.pushStale(series, timestampMs);
  else if ('code' in value) return;
  else into.pushCompound(series, timestampMs, value);
  const startMs = histogram.startMs === 0 ? createdMs : histogram.startMs;
  if (startMs !== 0) into.setStart(startMs);
}

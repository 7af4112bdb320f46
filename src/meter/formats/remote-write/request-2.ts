/**
 * `io.prometheus.write.v2.Request`, remote write 2.0. https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/
 *
 * What names a series are numbers of the request's own symbols, which mean nothing outside of it: its key is made of the symbols.
 */
import type { Samples } from '../../model/samples.ts';
import type { Label, Metadata, Series } from '../../model/series.ts';
import type { Refusal, SeriesResolver } from '../../model/series-resolver.ts';
import { isRefusal, MAX_SERIES_BYTES, seriesOf, TOO_MANY_BYTES } from '../labels.ts';
import { ProtobufReader, WIRE } from '../protobuf.ts';
import { MAX_REQUEST_LABEL_BYTES } from './limits.ts';
import { MetadataOfNames } from './metadata-of-names.ts';
import { type Body, SeriesReader } from './series-reader.ts';
import { NO_SYMBOL, SeriesKey, TOO_LONG } from './series-key.ts';
import { Symbols } from './symbols.ts';

const FIELDS = { samples: 2, histograms: 3, exemplars: 4 };

/** References of one series: each stands for a byte at least. */
const MAX_REFS = MAX_SERIES_BYTES;

/** One that is too large for 32 bits is none of ours, either. */
const atMost32Bits = (ref: number): number => Math.min(ref, 0xffffffff);

const badRefs = (reason: string): Refusal => ({ code: 'MALFORMED', reason });
const ODD = badRefs('the series has an odd number of label references; each name needs a value');
const BEYOND = badRefs('a label of the series refers to a symbol that the request does not have');
const TOO_MUCH: Refusal = {
  code: 'TOO_LARGE',
  reason: `the labels of the request's series take more than ${MAX_REQUEST_LABEL_BYTES} bytes; send smaller requests`,
};

export class Request2 implements Body {
  start = 0;
  end = 0;
  createdMs = 0;
  labelBytes = 0;
  readonly reader: SeriesReader;
  readonly #cursor: ProtobufReader;
  readonly #resolver: SeriesResolver;
  readonly #symbols: Symbols;
  readonly #key: SeriesKey;
  readonly #metadata: MetadataOfNames;
  /** Of the series that is being read. */
  #refs = new Uint32Array(64);
  #refCount = 0;
  #exemplarRefs: number[] = [];
  #decoded: Series | Refusal | undefined;
  #requestLabelBytes = 0;
  #type = 0;
  #help = 0;
  #unit = 0;

  constructor(message: Uint8Array, resolver: SeriesResolver, into: Samples) {
    this.#cursor = new ProtobufReader(message, 'io.prometheus.write.v2.Request (remote write 2.0)');
    this.#resolver = resolver;
    this.#symbols = new Symbols(this.#cursor);
    this.#key = new SeriesKey(this.#symbols, resolver.symbols);
    this.#metadata = new MetadataOfNames(this.#symbols);
    this.reader = new SeriesReader(this.#cursor, into, FIELDS);
  }

  get metadata(): Metadata[] {
    return this.#metadata.all();
  }

  /** All symbols first: they may come after the series that refer to them. */
  read(): void {
    const cursor = this.#cursor;
    const { length } = cursor.bytes;
    for (let field = cursor.field(length); field !== 0; field = cursor.field(length)) {
      if (field === 1 && cursor.wire === WIRE.bytes)
        throw cursor.broken('it has series as remote write 1.0 has them; say so in Content-Type, or send 2.0');
      if (field === 4) this.#symbols.add(cursor.message(length));
      else cursor.skip(length);
    }
    if (!this.#symbols.beginEmpty()) throw cursor.broken('its first symbol is not the empty one');
    cursor.at = 0;
    for (let field = cursor.field(length); field !== 0; field = cursor.field(length)) {
      if (field === 5) this.#readSeries(cursor.message(length));
      else cursor.skip(length);
    }
  }

  #readSeries(end: number): void {
    const cursor = this.#cursor;
    this.start = cursor.at;
    this.end = end;
    if (this.start === end) return;
    this.createdMs = 0;
    this.#refCount = 0;
    this.#decoded = undefined;
    this.#type = 0;
    this.#help = 0;
    this.#unit = 0;
    for (let field = cursor.field(end); field !== 0; field = cursor.field(end)) {
      if (field === 1) {
        const isFirst = this.#refCount === 0;
        this.#readRefs(end);
        if (isFirst) this.start = cursor.at;
      } else if (field === 5) this.#readMetadata(cursor.message(end));
      else if (field === 6) {
        cursor.expect(WIRE.varint);
        this.createdMs = cursor.int64AsNumber(end);
      } else cursor.skip(end);
    }
    const series = this.#find();
    if (typeof series === 'number') {
      this.#metadata.say(this.#refs, this.#refCount, this.#type, this.#help, this.#unit);
      this.reader.keep(series, this);
    } else this.reader.refuse(series, this);
    cursor.at = end;
  }

  #readRefs(end: number): void {
    const cursor = this.#cursor;
    const { bytes } = cursor;
    if (cursor.wire === WIRE.varint) {
      this.#makeRoom(1);
      this.#refs[this.#refCount++] = atMost32Bits(cursor.varint(end));
      return;
    }
    const until = cursor.message(end);
    this.#makeRoom(Math.min(until - cursor.at, MAX_REFS));
    const refs = this.#refs;
    let count = this.#refCount;
    // Most take a byte or two.
    while (cursor.at < until && count < MAX_REFS) {
      const first = bytes[cursor.at] as number;
      const second = bytes[cursor.at + 1] as number;
      if (first < 0x80) {
        cursor.at++;
        refs[count++] = first;
      } else if (second < 0x80 && cursor.at + 1 < until) {
        cursor.at += 2;
        refs[count++] = (first & 0x7f) | (second << 7);
      } else refs[count++] = atMost32Bits(cursor.varint(until));
    }
    this.#refCount = count;
    cursor.at = until;
  }

  #makeRoom(refs: number): void {
    if (this.#refCount + refs <= this.#refs.length) return;
    const larger = new Uint32Array((this.#refCount + refs) * 2);
    larger.set(this.#refs);
    this.#refs = larger;
  }

  #find(): number | Refusal {
    this.labelBytes = Infinity;
    if (this.#refCount >= MAX_REFS) return TOO_MANY_BYTES;
    if (this.#refCount % 2 === 1) return ODD;
    const length = this.#key.make(this.#refs, this.#refCount, MAX_SERIES_BYTES);
    if (length === NO_SYMBOL) return BEYOND;
    if (length === TOO_LONG) return TOO_MANY_BYTES;
    this.labelBytes = length;
    this.#requestLabelBytes += length;
    if (this.#requestLabelBytes > MAX_REQUEST_LABEL_BYTES) return TOO_MUCH;
    const known = this.#resolver.find(this.#key.bytes, 0, length);
    if (known >= 0) return known;
    const series = this.decode();
    return isRefusal(series) ? series : this.#resolver.add(this.#key.bytes, 0, length, series);
  }

  decode(): Series | Refusal {
    return (this.#decoded ??= this.#decode());
  }

  #decode(): Series | Refusal {
    if (this.labelBytes > MAX_SERIES_BYTES || this.#requestLabelBytes > MAX_REQUEST_LABEL_BYTES) return TOO_MANY_BYTES;
    const pairs = this.#pairsOf(this.#refs, this.#refCount);
    return typeof pairs === 'string' ? { code: 'BAD_NAME', reason: pairs } : seriesOf(pairs);
  }

  readExemplarLabel(end: number): void {
    this.#cursor.repeated(WIRE.varint, end, (within) => void this.#exemplarRefs.push(this.#cursor.varint(within)));
  }

  takeExemplarLabels(): Label[] | string {
    const refs = this.#exemplarRefs;
    this.#exemplarRefs = [];
    return this.#pairsOf(refs, refs.length);
  }

  #pairsOf(refs: ArrayLike<number>, count: number): Label[] | string {
    const pairs: Label[] = [];
    if (count % 2 === 1) return ODD.reason;
    for (let at = 0; at < count; at += 2) {
      const name = this.#symbols.text(refs[at] as number);
      const value = this.#symbols.text(refs[at + 1] as number);
      if (name === undefined || value === undefined) return 'a label is not UTF-8, or refers to no symbol';
      pairs.push([name, value]);
    }
    return pairs;
  }

  #readMetadata(end: number): void {
    const cursor = this.#cursor;
    for (let field = cursor.field(end); field !== 0; field = cursor.field(end)) {
      if (field === 1 || field === 3 || field === 4) {
        cursor.expect(WIRE.varint);
        const value = cursor.varint(end);
        if (field === 1) this.#type = value;
        else if (field === 3) this.#help = value;
        else this.#unit = value;
      } else cursor.skip(end);
    }
  }
}

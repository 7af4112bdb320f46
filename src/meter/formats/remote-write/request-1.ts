/** `prometheus.WriteRequest`, remote write 1.0. https://prometheus.io/docs/specs/prw/remote_write_spec/ */
import type { Samples } from '../../model/samples.ts';
import type { Label, Metadata, Series } from '../../model/series.ts';
import type { Refusal, SeriesResolver } from '../../model/series-resolver.ts';
import { isRefusal, MAX_SERIES_BYTES, seriesOf, textOf, TOO_MANY_BYTES } from '../labels.ts';
import { ProtobufReader, WIRE } from '../protobuf.ts';
import { typeByNumber } from './metric-type.ts';
import { type Body, SeriesReader } from './series-reader.ts';

/** The first byte of each label of a TimeSeries: field 1, a message. */
const LABEL_TAG = 0x0a;
const FIELDS = { samples: 2, exemplars: 3, histograms: 4 };
const NOT_UTF8 = 'a label is not UTF-8';

export class Request1 implements Body {
  start = 0;
  end = 0;
  labelBytes = 0;
  readonly createdMs = 0;
  readonly metadata: Metadata[] = [];
  readonly reader: SeriesReader;
  readonly #cursor: ProtobufReader;
  readonly #resolver: SeriesResolver;
  #seriesStart = 0;
  #exemplarLabels: (Label | undefined)[] = [];
  #decoded: Series | Refusal | undefined;

  constructor(message: Uint8Array, resolver: SeriesResolver, into: Samples) {
    this.#cursor = new ProtobufReader(message, 'prometheus.WriteRequest (remote write 1.0)');
    this.#resolver = resolver;
    this.reader = new SeriesReader(this.#cursor, into, FIELDS);
  }

  read(): void {
    const cursor = this.#cursor;
    const { length } = cursor.bytes;
    for (let field = cursor.field(length); field !== 0; field = cursor.field(length)) {
      if (field === 1) this.#readSeries(cursor.message(length));
      else if (field === 3) this.#readMetadata(cursor.message(length));
      else if (field === 5)
        throw cursor.broken('it has series as remote write 2.0 has them; say so in Content-Type, or send 1.0');
      else cursor.skip(length);
    }
  }

  #readSeries(end: number): void {
    if (this.#cursor.at === end) return;
    this.#seriesStart = this.#cursor.at;
    this.end = end;
    this.#decoded = undefined;
    this.start = this.#endOfLabels();
    const series = this.#find();
    if (typeof series === 'number') this.reader.keep(series, this);
    else this.reader.refuse(series, this);
  }

  /** Of the labels at the beginning, where all senders have them. */
  #endOfLabels(): number {
    const cursor = this.#cursor;
    const { bytes } = cursor;
    const { end } = this;
    while (cursor.at < end && bytes[cursor.at] === LABEL_TAG) {
      cursor.at++;
      cursor.wire = WIRE.bytes;
      cursor.at = cursor.message(end);
    }
    return cursor.at;
  }

  #find(): number | Refusal {
    const { bytes } = this.#cursor;
    // Labels that come later belong to the series, too: then its bytes are all of the message, which never come again.
    const labelsEnd = this.#hasLaterLabels() ? this.end : this.start;
    this.labelBytes = labelsEnd - this.#seriesStart;
    if (this.labelBytes > MAX_SERIES_BYTES) return TOO_MANY_BYTES;
    const known = this.#resolver.find(bytes, this.#seriesStart, labelsEnd);
    if (known >= 0) return known;
    const series = this.decode();
    return isRefusal(series) ? series : this.#resolver.add(bytes, this.#seriesStart, labelsEnd, series);
  }

  #hasLaterLabels(): boolean {
    const cursor = this.#cursor;
    cursor.at = this.start;
    for (let field = cursor.field(this.end); field !== 0; field = cursor.field(this.end)) {
      if (field === 1) return true;
      cursor.skip(this.end);
    }
    return false;
  }

  decode(): Series | Refusal {
    return (this.#decoded ??= this.labelBytes > MAX_SERIES_BYTES ? TOO_MANY_BYTES : this.#decode());
  }

  #decode(): Series | Refusal {
    const cursor = this.#cursor;
    const at = cursor.at;
    cursor.at = this.#seriesStart;
    const pairs: Label[] = [];
    let isUtf8 = true;
    for (let field = cursor.field(this.end); field !== 0; field = cursor.field(this.end)) {
      if (field === 1) {
        const label = this.#readLabel(cursor.message(this.end));
        if (label === undefined) isUtf8 = false;
        else pairs.push(label);
      } else cursor.skip(this.end);
    }
    cursor.at = at;
    return isUtf8 ? seriesOf(pairs) : { code: 'BAD_NAME', reason: NOT_UTF8 };
  }

  readExemplarLabel(end: number): void {
    this.#exemplarLabels.push(this.#readLabel(this.#cursor.message(end)));
  }

  takeExemplarLabels(): Label[] | string {
    const labels = this.#exemplarLabels;
    this.#exemplarLabels = [];
    const read = labels.filter((label) => label !== undefined);
    return read.length < labels.length ? NOT_UTF8 : read;
  }

  /** Undefined when it is not UTF-8. */
  #readLabel(end: number): Label | undefined {
    const cursor = this.#cursor;
    let name: string | undefined = '';
    let value: string | undefined = '';
    for (let field = cursor.field(end); field !== 0; field = cursor.field(end)) {
      if (field === 1) name = this.#readText(end);
      else if (field === 2) value = this.#readText(end);
      else cursor.skip(end);
    }
    return name === undefined || value === undefined ? undefined : [name, value];
  }

  #readText(end: number): string | undefined {
    const cursor = this.#cursor;
    const until = cursor.message(end);
    const text = textOf(cursor.bytes, cursor.at, until);
    cursor.at = until;
    return text;
  }

  #readMetadata(end: number): void {
    const cursor = this.#cursor;
    let type = 0;
    const texts = ['', '', ''];
    for (let field = cursor.field(end); field !== 0; field = cursor.field(end)) {
      if (field === 1) {
        cursor.expect(WIRE.varint);
        type = cursor.varint(end);
      } else if (field === 2 || field === 4 || field === 5) texts[Math.max(0, field - 3)] = this.#readText(end) ?? '';
      else cursor.skip(end);
    }
    const [name = '', help = '', unit = ''] = texts;
    if (name !== '')
      this.metadata.push({
        name,
        type: typeByNumber(type),
        ...(unit === '' ? {} : { unit }),
        ...(help === '' ? {} : { help }),
      });
  }
}

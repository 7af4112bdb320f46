/** A part of a day's dictionary: series in the order of their ids, and what is said of metrics. Texts that series share are written once. */
import {
  METRIC_TYPES,
  type Label,
  type Metadata,
  type MetricType,
  type Series,
  type Temporality,
} from '../model/series.ts';
import { damaged, Reader, Writer } from '../model/bytes.ts';
import { pack, unpack } from './envelope.ts';

const VERSION = 1;

/** Bits of a byte. */
const HAS = { delta: 1, cumulative: 2, origin: 4 } as const;

export interface DictionaryPart {
  readonly series: readonly Series[];
  readonly metadata: readonly Metadata[];
}

export function encodeDictionaryPart({ series, metadata }: DictionaryPart): Uint8Array {
  const texts = new Map<string, number>();
  const body = new Writer();
  const text = (value: string): void => {
    const number = texts.get(value) ?? texts.size;
    texts.set(value, number);
    body.varint(number);
  };
  body.varint(series.length);
  for (const { labels, temporality, origin } of series) {
    body.byte((temporality === undefined ? 0 : HAS[temporality]) | (origin === undefined ? 0 : HAS.origin));
    body.varint(labels.length);
    for (const [name, value] of labels) {
      text(name);
      text(value);
    }
    if (origin !== undefined) text(origin);
  }
  body.varint(metadata.length);
  for (const { name, type, unit = '', help = '' } of metadata) {
    text(name);
    body.byte(METRIC_TYPES.indexOf(type));
    text(unit);
    text(help);
  }
  const writer = new Writer();
  writer.varint(texts.size);
  for (const one of texts.keys()) writer.block(Buffer.from(one));
  writer.raw(body.done());
  return pack(VERSION, writer.done());
}

/** @throws {TerminalError} BAD_SOURCE when it is damaged */
export function decodeDictionaryPart(packed: Uint8Array): DictionaryPart {
  const reader = new Reader(unpack(VERSION, packed));
  const texts = listOf(reader, () => Buffer.from(reader.block()).toString());
  const text = (): string => {
    const found = texts[reader.varint()];
    if (found === undefined) throw damaged('a text is missing');
    return found;
  };
  const series = listOf(reader, (): Series => {
    const has = reader.byte();
    const labels = listOf(reader, (): Label => [text(), text()]);
    const temporality: Temporality | undefined =
      (has & HAS.delta) !== 0 ? 'delta' : (has & HAS.cumulative) !== 0 ? 'cumulative' : undefined;
    return {
      labels,
      ...(temporality === undefined ? {} : { temporality }),
      ...((has & HAS.origin) === 0 ? {} : { origin: text() }),
    };
  });
  const metadata = listOf(reader, (): Metadata => {
    const [name, type, unit, help] = [text(), typeOf(reader.byte()), text(), text()];
    return { name, type, ...(unit === '' ? {} : { unit }), ...(help === '' ? {} : { help }) };
  });
  reader.end();
  return { series, metadata };
}

/** Each takes a byte at least, so that a number that lies is found soon. */
function listOf<T>(reader: Reader, read: () => T): T[] {
  const list: T[] = [];
  for (let left = reader.varint(); left > 0; left--) list.push(read());
  return list;
}

function typeOf(number: number): MetricType {
  const type = METRIC_TYPES[number];
  if (type === undefined) throw damaged(`a metric has the type ${number}`);
  return type;
}

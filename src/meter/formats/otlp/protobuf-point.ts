/** Points in protobuf. The kinds have the same fields under different numbers, which are a table. */
import type { Buckets } from '../../model/compound.ts';
import { type ProtobufReader, WIRE } from '../protobuf.ts';
import { MAX_BUCKETS } from './limits.ts';
import { readAttribute } from './protobuf-attribute.ts';
import { type Attribute, BadItem, type Data, type Point, type PointExemplar, type Raw } from './request.ts';

interface Fields {
  readonly attributes: number;
  readonly flags: number;
  readonly exemplars: number;
}

/** Start and time are 2 and 3 of all. */
const FIELDS: Readonly<Record<Data, Fields>> = {
  gauge: { attributes: 7, flags: 8, exemplars: 5 },
  sum: { attributes: 7, flags: 8, exemplars: 5 },
  histogram: { attributes: 9, flags: 10, exemplars: 8 },
  exponentialHistogram: { attributes: 1, flags: 10, exemplars: 11 },
  summary: { attributes: 7, flags: 8, exemplars: -1 },
};

/** What the fields of a value say, of whatever kind it is. */
interface Value {
  number?: number | bigint;
  bits?: bigint;
  count: bigint;
  sum?: number;
  min?: number;
  max?: number;
  scale: number;
  zeroCount: bigint;
  zeroThreshold: number;
  positive: Buckets;
  negative: Buckets;
  readonly counts: bigint[];
  readonly bounds: number[];
  readonly quantiles: [number, number][];
}

const NO_BUCKETS: Buckets = { offset: 0, counts: [] };

/** The message that ends at `end`. @throws {UserError} when it is none; {BadItem} when it cannot be kept. */
export function readPoint(reader: ProtobufReader, end: number, data: Data): Point {
  const { attributes: attributesField, flags: flagsField, exemplars: exemplarsField } = FIELDS[data];
  const attributes = new Attributes(reader, attributesField);
  const exemplars: PointExemplar[] = [];
  const value: Value = {
    count: 0n,
    scale: 0,
    zeroCount: 0n,
    zeroThreshold: 0,
    positive: NO_BUCKETS,
    negative: NO_BUCKETS,
    counts: [],
    bounds: [],
    quantiles: [],
  };
  let startNanos = 0n;
  let timeNanos = 0n;
  let flags = 0;
  for (let start = reader.at, field = reader.field(end); field !== 0; start = reader.at, field = reader.field(end)) {
    if (field === attributesField) {
      reader.at = reader.message(end);
      attributes.add(start);
    } else if (field === 2 || field === 3) {
      reader.expect(WIRE.fixed64);
      if (field === 2) startNanos = reader.fixed64(end);
      else timeNanos = reader.fixed64(end);
    } else if (field === flagsField) {
      reader.expect(WIRE.varint);
      flags = reader.varint(end);
    } else if (field === exemplarsField) exemplars.push(readExemplar(reader, reader.message(end)));
    else READ_VALUE[data](reader, field, end, value);
  }
  const { bits } = value;
  const { raw } = attributes;
  return {
    attributes: () => attributes.decoded(),
    raw,
    startNanos,
    timeNanos,
    flags,
    exemplars,
    value: valueOf(data, value),
    bits,
  };
}

/** Of one point: where they lie. Senders put them one after the other; where one did not, they have no bytes to be known by. */
class Attributes {
  readonly #reader: ProtobufReader;
  readonly #field: number;
  /** From where to where, by turns. */
  readonly #places: number[] = [];

  constructor(reader: ProtobufReader, field: number) {
    this.#reader = reader;
    this.#field = field;
  }

  /** The one that began at `start`, tag included, and ends where the reader stands. */
  add(start: number): void {
    const places = this.#places;
    if (places.at(-1) === start) places[places.length - 1] = this.#reader.at;
    else places.push(start, this.#reader.at);
  }

  get raw(): Raw | undefined {
    const { bytes } = this.#reader;
    const [start = 0, end = 0] = this.#places;
    return this.#places.length > 2 ? undefined : { bytes, start, end };
  }

  decoded(): Attribute[] {
    const reader = this.#reader;
    const { at } = reader;
    const list: Attribute[] = [];
    for (let place = 0; place < this.#places.length; place += 2) {
      const end = this.#places[place + 1] as number;
      reader.at = this.#places[place] as number;
      while (reader.field(end) === this.#field) list.push(readAttribute(reader, reader.message(end)));
    }
    reader.at = at;
    return list;
  }
}

type ReadValue = (reader: ProtobufReader, field: number, end: number, value: Value) => void;

const readNumber: ReadValue = (reader, field, end, value) => {
  if (field !== 4 && field !== 6) return reader.skip(end);
  reader.expect(WIRE.fixed64);
  if (field === 6) value.number = reader.sfixed64(end);
  else {
    const at = reader.fixed64At(end);
    value.number = reader.doubleAt(at);
    if (Number.isNaN(value.number)) value.bits = reader.bitsAt(at);
  }
};

const readHistogram: ReadValue = (reader, field, end, value) => {
  if (field === 6) reader.repeated(WIRE.fixed64, end, (within) => keep(value.counts, reader.fixed64(within)));
  else if (field === 7) reader.repeated(WIRE.fixed64, end, (within) => keep(value.bounds, reader.double(within)));
  else if (field === 11 || field === 12) {
    reader.expect(WIRE.fixed64);
    value[field === 11 ? 'min' : 'max'] = reader.double(end);
  } else readCountAndSum(reader, field, end, value);
};

const readExponential: ReadValue = (reader, field, end, value) => {
  if (field === 6) {
    reader.expect(WIRE.varint);
    value.scale = reader.sint32(end);
  } else if (field === 8 || field === 9)
    value[field === 8 ? 'positive' : 'negative'] = readBuckets(reader, reader.message(end));
  else if (field === 7 || field === 12 || field === 13 || field === 14) {
    reader.expect(WIRE.fixed64);
    if (field === 7) value.zeroCount = reader.fixed64(end);
    else value[field === 12 ? 'min' : field === 13 ? 'max' : 'zeroThreshold'] = reader.double(end);
  } else readCountAndSum(reader, field, end, value);
};

const readSummary: ReadValue = (reader, field, end, value) => {
  if (field !== 6) return readCountAndSum(reader, field, end, value);
  const within = reader.message(end);
  const pair: [number, number] = [0, 0];
  for (let part = reader.field(within); part !== 0; part = reader.field(within)) {
    if (part === 1 || part === 2) {
      reader.expect(WIRE.fixed64);
      pair[part - 1] = reader.double(within);
    } else reader.skip(within);
  }
  keep(value.quantiles, pair);
};

const READ_VALUE: Readonly<Record<Data, ReadValue>> = {
  gauge: readNumber,
  sum: readNumber,
  histogram: readHistogram,
  exponentialHistogram: readExponential,
  summary: readSummary,
};

function readCountAndSum(reader: ProtobufReader, field: number, end: number, value: Value): void {
  if (field !== 4 && field !== 5) return reader.skip(end);
  reader.expect(WIRE.fixed64);
  if (field === 4) value.count = reader.fixed64(end);
  else value.sum = reader.double(end);
}

function readBuckets(reader: ProtobufReader, end: number): Buckets {
  let offset = 0;
  const counts: bigint[] = [];
  for (let field = reader.field(end); field !== 0; field = reader.field(end)) {
    if (field === 1) {
      reader.expect(WIRE.varint);
      offset = reader.sint32(end);
    } else if (field === 2) reader.repeated(WIRE.varint, end, (within) => keep(counts, reader.uint64(within)));
    else reader.skip(end);
  }
  return { offset, counts };
}

/** One more than may be is enough to see that there are too many, however many there are. */
function keep<T>(list: T[], value: T): void {
  if (list.length <= MAX_BUCKETS) list.push(value);
}

function valueOf(data: Data, value: Value): Point['value'] {
  const { count, sum, min, max } = value;
  switch (data) {
    case 'gauge':
    case 'sum':
      return value.number;
    case 'histogram':
      return { kind: 'histogram', count, sum, min, max, bounds: value.bounds, counts: value.counts };
    case 'exponentialHistogram': {
      const { scale: schema, zeroThreshold, zeroCount } = value;
      const [positive, negative] = [value.positive, value.negative].map((side) =>
        side.counts.length === 0 ? [] : [side],
      );
      return {
        kind: 'exponential',
        schema,
        count,
        sum,
        min,
        max,
        zeroThreshold,
        zeroCount,
        positive: positive ?? [],
        negative: negative ?? [],
      };
    }
    case 'summary':
      return { kind: 'summary', count, sum: sum ?? 0, quantiles: value.quantiles };
  }
}

function readExemplar(reader: ProtobufReader, end: number): PointExemplar {
  const attributes: Attribute[] = [];
  const ids = ['', ''];
  let timeNanos = 0n;
  let value: number | bigint | undefined;
  for (let field = reader.field(end); field !== 0; field = reader.field(end)) {
    if (field === 7) attributes.push(readAttribute(reader, reader.message(end)));
    else if (field === 4 || field === 5) {
      const until = reader.message(end);
      ids[field - 4] = Buffer.from(reader.bytes.subarray(reader.at, until)).toString('hex');
      reader.at = until;
    } else if (field === 2 || field === 3 || field === 6) {
      reader.expect(WIRE.fixed64);
      if (field === 2) timeNanos = reader.fixed64(end);
      else value = field === 3 ? reader.double(end) : reader.sfixed64(end);
    } else reader.skip(end);
  }
  if (value === undefined) throw new BadItem('BAD_VALUE', 'an exemplar of the point has no value');
  return { attributes, timeNanos, value, spanId: ids[0] ?? '', traceId: ids[1] ?? '' };
}

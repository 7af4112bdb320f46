/**
 * What one instance knows of one minute, as bytes: 1; the CRC-32 of the rest, four bytes, little-endian; and compressed with zstd: the minute
 * since 1970, the series, and of each its name, its kind, count, sum, extremes, the last value, and its buckets or points. Whole numbers are
 * varints, values are doubles. Pure.
 */
import { crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { toError } from '../../errors.ts';
import { damaged, Reader, Writer } from '../model/bytes.ts';
import { type Minute, MINUTE_MS, type Point, SERIES_KINDS } from './minute.ts';
import { type BucketCode, MAX_SCALE, MIN_SCALE, QuantileSketch, ZERO_CODE } from './sketch.ts';

const FORMAT = 1;
const HEAD_BYTES = 5;

/** What a part may come to when it is unpacked; `MAX_PART_BYTES` is all that is packed. */
const MAX_UNPACKED_BYTES = 16 * 1_048_576;

/** Before it is compressed: a document, whatever zstd makes of it, and some milliseconds of work. */
export const MAX_PART_BYTES = 262_144;

/** In the flags of a series, beside its kind: one value, which is the lowest, the highest and the last. */
const IS_EVEN = 4;
const KIND_BITS = 3;

const MIN_SERIES_BYTES = 12;

export interface MinutePart {
  /** Since 1970. */
  readonly minute: number;
  readonly series: ReadonlyMap<string, Minute>;
}

/** Series of one minute, until they are as many as a document takes. */
export class MinutePartWriter {
  readonly #minute: number;
  readonly #body = new Writer();
  count = 0;

  constructor(minute: number) {
    this.#minute = minute;
  }

  get isFull(): boolean {
    return this.#body.length >= MAX_PART_BYTES;
  }

  add(name: string, minute: Minute): void {
    this.count++;
    writeSeries(this.#body, name, minute, this.#minute * MINUTE_MS);
  }

  bytes(): Uint8Array {
    const head = new Writer();
    head.varint(this.#minute);
    head.varint(this.count);
    const packed = zstdCompressSync(Buffer.concat([head.done(), this.#body.done()]));
    const bytes = Buffer.alloc(HEAD_BYTES + packed.length);
    bytes[0] = FORMAT;
    bytes.writeUInt32LE(crc32(packed), 1);
    packed.copy(bytes, HEAD_BYTES);
    return bytes;
  }
}

export function encodeMinutePart({ minute, series }: MinutePart): Uint8Array {
  const writer = new MinutePartWriter(minute);
  for (const [name, of] of series) writer.add(name, of);
  return writer.bytes();
}

/** @throws {TerminalError} BAD_SOURCE, on what was not made here, or has not arrived whole. */
export function decodeMinutePart(bytes: Uint8Array): MinutePart {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (head.length < HEAD_BYTES) throw damaged(`it has ${head.length} bytes`);
  if (head[0] !== FORMAT) throw damaged(`its format is ${head[0]}, and this Daymill reads ${FORMAT}`);
  const packed = head.subarray(HEAD_BYTES);
  if (crc32(packed) !== head.readUInt32LE(1)) throw damaged('its checksum is another');
  const reader = new Reader(unpacked(packed));
  const minute = reader.varint();
  const count = reader.count(MIN_SERIES_BYTES);
  const series = new Map<string, Minute>();
  for (let read = 0; read < count; read++) series.set(reader.text(), readSeries(reader, minute * MINUTE_MS));
  if (reader.left > 0) throw damaged(`${reader.left} bytes are left over`);
  return { minute, series };
}

function unpacked(packed: Uint8Array): Uint8Array {
  try {
    return zstdDecompressSync(packed, { maxOutputLength: MAX_UNPACKED_BYTES });
  } catch (thrown) {
    throw damaged(toError(thrown).message);
  }
}

function writeSeries(to: Writer, name: string, minute: Minute, startMs: number): void {
  const { kind, count, sum, min, max, last, lastAtMs } = minute;
  to.text(name);
  const isEven = min === max && max === last;
  to.byte(SERIES_KINDS.indexOf(kind) | (isEven ? IS_EVEN : 0));
  to.varint(count);
  to.float64(last);
  if (!isEven) {
    to.float64(min);
    to.float64(max);
  }
  to.varint(lastAtMs - startMs);
  to.varint(sum.length);
  for (const part of sum) to.float64(part);
  if (kind === 'counter') writePoints(to, minute.points ?? [], startMs);
  else writeBuckets(to, minute.sketch ?? new QuantileSketch());
}

function readSeries(from: Reader, startMs: number): Minute {
  const flags = from.byte();
  const kind = SERIES_KINDS[flags & KIND_BITS];
  if (kind === undefined || flags > (KIND_BITS | IS_EVEN)) throw damaged(`a series is of the kind ${flags}`);
  const count = from.varint();
  const last = from.float64();
  const isEven = (flags & IS_EVEN) !== 0;
  const min = isEven ? last : from.float64();
  const max = isEven ? last : from.float64();
  const lastAtMs = startMs + from.varint();
  const sum = Array.from({ length: from.count(8) }, () => from.float64());
  const common = { kind, count, sum, min, max, last, lastAtMs };
  return kind === 'counter'
    ? { ...common, points: readPoints(from, startMs) }
    : { ...common, sketch: readBuckets(from) };
}

function writePoints(to: Writer, points: readonly Point[], startMs: number): void {
  to.varint(points.length);
  let before = startMs;
  for (const [atMs, value] of points) {
    to.varint(atMs - before);
    to.float64(value);
    before = atMs;
  }
}

function readPoints(from: Reader, startMs: number): Point[] {
  let atMs = startMs;
  return Array.from({ length: from.count(9) }, (): Point => {
    atMs += from.varint();
    return [atMs, from.float64()];
  });
}

function writeBuckets(to: Writer, sketch: QuantileSketch): void {
  const buckets = sketch.buckets();
  to.varint(MAX_SCALE - sketch.scale);
  to.varint(buckets.length);
  let before = 0;
  for (const [code, count] of buckets) {
    to.signed(code - before);
    to.varint(count);
    before = code;
  }
}

function readBuckets(from: Reader): QuantileSketch {
  const scale = MAX_SCALE - from.varint();
  let code = 0;
  const buckets = Array.from({ length: from.count(2) }, (): [BucketCode, number] => {
    code += from.signed();
    if (!Number.isInteger(code) || Math.abs(code) > ZERO_CODE) throw damaged(`a bucket is numbered ${code}`);
    return [code, from.varint()];
  });
  if (scale < MIN_SCALE) throw damaged(`a sketch is of the scale ${scale}`);
  return QuantileSketch.from(scale, buckets);
}

/**
 * A message of protobuf, read field by field within bounds. https://protobuf.dev/programming-guides/encoding/
 *
 * As `pbf` is, a cursor without a schema that allocates nothing; unlike it, it never reads over a message's end, has integers of 64 bits
 * exactly, and gives places of doubles rather than doubles, which lose what NaN they were.
 */
import { UserError } from '../../errors.ts';

export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;
export type Wire = (typeof WIRE)[keyof typeof WIRE];

const TWO_32 = 2 ** 32;

export class ProtobufReader {
  readonly bytes: Uint8Array;
  /** Where the next thing is read. */
  at: number;
  /** Of the field that was read last. */
  wire = 0;
  readonly #view: DataView;
  readonly #message: string;
  /** The two halves of the varint that was read last. */
  #low = 0;
  #high = 0;

  /** `message` is what errors call it. */
  constructor(bytes: Uint8Array, message: string) {
    this.bytes = bytes;
    this.at = 0;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#message = message;
  }

  /** The number of the next field of a message that ends at `end`; 0 at the end. What it holds must be read, or skipped, before the next. */
  field(end: number): number {
    if (this.at >= end) return 0;
    const first = this.bytes[this.at] as number;
    if (first < 0x80 && first >= 8) {
      this.at++;
      this.wire = first & 7;
      return first >>> 3;
    }
    const tag = this.varint(end);
    this.wire = tag & 7;
    if (tag < 8 || tag >= TWO_32) throw this.broken('a field has no number');
    return tag >>> 3;
  }

  /** Refuses a field of another wire type than its own. */
  expect(wire: Wire): void {
    if (this.wire !== wire) throw this.broken(`a field has wire type ${this.wire}, where ${wire} belongs`);
  }

  skip(end: number): void {
    if (this.wire === WIRE.bytes) this.at = this.message(end);
    else if (this.wire === WIRE.varint) this.#readVarint(end);
    else if (this.wire === WIRE.fixed64) this.#take(8, end);
    else if (this.wire === WIRE.fixed32) this.#take(4, end);
    else throw this.broken(`a field has wire type ${this.wire}, which is not in use`);
  }

  /** Where the message, text or packed list ends that begins here. */
  message(end: number): number {
    if (this.wire !== WIRE.bytes) this.expect(WIRE.bytes);
    const length = this.varint(end);
    if (length > end - this.at) throw this.broken(`a length of ${length} reaches over the end`);
    return this.at + length;
  }

  /** Unsigned; exact below 2^53. */
  varint(end: number): number {
    if (this.at < end) {
      const byte = this.bytes[this.at] as number;
      if (byte < 0x80) {
        this.at++;
        return byte;
      }
    }
    this.#readVarint(end);
    return (this.#high >>> 0) * TWO_32 + (this.#low >>> 0);
  }

  /** As a number, which beyond 2^53 is the nearest. */
  int64AsNumber(end: number): number {
    this.#readVarint(end);
    return this.#high * TWO_32 + (this.#low >>> 0);
  }

  int64(end: number): bigint {
    this.#readVarint(end);
    return (BigInt(this.#high) << 32n) | BigInt(this.#low >>> 0);
  }

  uint64(end: number): bigint {
    this.#readVarint(end);
    return this.#high === 0 ? BigInt(this.#low >>> 0) : (BigInt(this.#high >>> 0) << 32n) | BigInt(this.#low >>> 0);
  }

  /** Zigzag. */
  sint64(end: number): bigint {
    const value = this.uint64(end);
    return (value >> 1n) ^ -(value & 1n);
  }

  sint32(end: number): number {
    this.#readVarint(end);
    return (this.#low >>> 1) ^ -(this.#low & 1);
  }

  /** Where the eight bytes of a double or a fixed integer begin. */
  fixed64At(end: number): number {
    return this.#take(8, end);
  }

  double(end: number): number {
    return this.doubleAt(this.#take(8, end));
  }

  fixed64(end: number): bigint {
    return this.#view.getBigUint64(this.#take(8, end), true);
  }

  sfixed64(end: number): bigint {
    return this.#view.getBigInt64(this.#take(8, end), true);
  }

  doubleAt(at: number): number {
    return this.#view.getFloat64(at, true);
  }

  bitsAt(at: number): bigint {
    return this.#view.getBigInt64(at, true);
  }

  /** The elements of a repeated field, packed or not, each read by `one`. */
  repeated(wire: Wire, end: number, one: (end: number) => void): void {
    if (this.wire === wire) {
      one(end);
      return;
    }
    const packed = this.message(end);
    while (this.at < packed) one(packed);
  }

  /** To be thrown: that the body is no such message, and where. */
  broken(why: string): UserError {
    return new UserError(
      'BAD_ARGUMENT',
      `the body is no ${this.#message}: ${why} (at byte ${this.at} of ${this.bytes.length})`,
    );
  }

  #take(bytes: number, end: number): number {
    const { at } = this;
    if (bytes > end - at) throw this.broken('it ends within a number');
    this.at = at + bytes;
    return at;
  }

  #readVarint(end: number): void {
    const { bytes } = this;
    let { at } = this;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (at >= end) throw this.broken('it ends within a number');
      const byte = bytes[at++] as number;
      if (shift < 28) low |= (byte & 0x7f) << shift;
      else if (shift === 28) {
        low |= (byte & 0x7f) << 28;
        high = (byte & 0x7f) >> 4;
      } else high |= (byte & 0x7f) << (shift - 32);
      if (byte < 0x80) {
        this.at = at;
        this.#low = low;
        this.#high = high;
        return;
      }
    }
    throw this.broken('a number has more than ten bytes');
  }
}

/** Bytes that are written one after the other, and read again within their bounds. Integers are LEB128 varints, signed ones in zigzag. */
import { TerminalError } from '../../errors.ts';

const FIRST_BYTES = 4_096;
const TWO_32 = 4_294_967_296;

export class Writer {
  #bytes = new Uint8Array(FIRST_BYTES);
  #view = new DataView(this.#bytes.buffer);
  length = 0;

  byte(value: number): void {
    this.#room(1);
    this.#bytes[this.length++] = value;
  }

  /** 0 to 2^53 - 1. */
  varint(value: number): void {
    this.#room(8);
    let rest = value;
    while (rest >= 0x80000000) {
      this.#bytes[this.length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    rest = rest | 0;
    while (rest >= 0x80) {
      this.#bytes[this.length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.length++] = rest;
  }

  /** -2^52 to 2^52 - 1. */
  signed(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  float64(value: number): void {
    this.#room(8);
    this.#view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  uint32(value: number): void {
    this.#room(4);
    this.#view.setUint32(this.length, value, true);
    this.length += 4;
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.byteLength);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.byteLength;
  }

  /** Its length before it. */
  block(bytes: Uint8Array): void {
    this.varint(bytes.byteLength);
    this.raw(bytes);
  }

  /** In UTF-8, its length before it. */
  text(value: string): void {
    this.block(Buffer.from(value));
  }

  /** A view of what was written. */
  done(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  #room(bytes: number): void {
    if (this.length + bytes <= this.#bytes.byteLength) return;
    const larger = new Uint8Array(Math.max(this.#bytes.byteLength * 2, this.length + bytes));
    larger.set(this.#bytes.subarray(0, this.length));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

/** @throws {TerminalError} BAD_SOURCE by each method, where the bytes end before what is asked for does */
export class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  byte(): number {
    this.#need(1);
    return this.#bytes[this.#at++] as number;
  }

  varint(): number {
    const bytes = this.#bytes;
    let byte = this.byte();
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    let scale = 128;
    for (;;) {
      if (this.#at >= bytes.byteLength) throw damaged('a number is cut off');
      byte = bytes[this.#at++] as number;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      scale *= 128;
      if (scale > TWO_32 * TWO_32) throw damaged('a number has too many bytes');
    }
    if (value > Number.MAX_SAFE_INTEGER) throw damaged('a number is too large');
    return value;
  }

  signed(): number {
    const value = this.varint();
    // Most are small: whole numbers of 31 bits are shifted.
    if (value < 0x80000000) return (value & 1) === 0 ? value >>> 1 : -(value >>> 1) - 1;
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  float64(): number {
    this.#need(8);
    this.#at += 8;
    return this.#view.getFloat64(this.#at - 8, true);
  }

  uint32(): number {
    this.#need(4);
    this.#at += 4;
    return this.#view.getUint32(this.#at - 4, true);
  }

  raw(length: number): Uint8Array {
    this.#need(length);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  block(): Uint8Array {
    return this.raw(this.varint());
  }

  text(): string {
    return Buffer.from(this.block()).toString();
  }

  /** How many things follow, each of at least `bytesEach` bytes: a number that lies is found before it is believed. */
  count(bytesEach: number): number {
    const count = this.varint();
    if (count * bytesEach > this.left) throw damaged(`${count} things are said to follow, in ${this.left} bytes`);
    return count;
  }

  get left(): number {
    return this.#bytes.byteLength - this.#at;
  }

  rest(): Uint8Array {
    return this.raw(this.#bytes.byteLength - this.#at);
  }

  /** What is left over means that it was read as something else than it is. @throws {TerminalError} BAD_SOURCE */
  end(): void {
    if (this.#at !== this.#bytes.byteLength) throw damaged(`${this.#bytes.byteLength - this.#at} bytes are left over`);
  }

  #need(bytes: number): void {
    if (!(bytes >= 0 && this.#at + bytes <= this.#bytes.byteLength)) throw damaged('it is cut off');
  }
}

export const damaged = (why: string): TerminalError =>
  new TerminalError(
    'BAD_SOURCE',
    `What is stored is damaged: ${why}. Restore the document from a backup, or drop its day.`,
  );

/** The bytes that the series of a point is known by: a hash of what it shares with other points, and its own attributes. */
import { hash } from 'node:crypto';
import { MAX_KEY_BYTES } from './limits.ts';
import type { Attribute, Raw } from './request.ts';

/** Before a key of OTLP, so that it is none of another format: of attributes as text, and as protobuf. */
const TEXT = 2;
const RAW = 4;
const HASH_BYTES = 32;
/** Before the attributes. */
const HEAD = 1 + HASH_BYTES;

const encoder = new TextEncoder();

export const hashOf = (text: string): string => hash('sha256', text, 'hex');

export class PointKey {
  bytes = new Uint8Array(8_192);

  /** Of the points that come next: all that names their metric, its scope and its resource. */
  share(context: string): void {
    this.bytes.set(hash('sha256', context, 'buffer'), 1);
  }

  /** How long the key is that lies in `bytes` now; 0 when it would be too long, or has text that UTF-8 cannot carry. */
  make(attributes: readonly Attribute[]): number {
    let text = '';
    for (const [key, value] of attributes)
      text +=
        typeof value === 'string'
          ? `${key.length}:${key}${value.length}:${value}`
          : `${key.length}:${key}${JSON.stringify(value)}`;
    // A character of UTF-16 takes three bytes at most.
    if (text.length * 3 > MAX_KEY_BYTES || !text.isWellFormed()) return 0;
    this.#begin(TEXT, text.length * 3);
    return HEAD + encoder.encodeInto(text, this.bytes.subarray(HEAD)).written;
  }

  /** The same of attributes as they came, which are no text of ours: a key of its own, of the same series. */
  makeRaw({ bytes, start, end }: Raw): number {
    if (end - start > MAX_KEY_BYTES) return 0;
    this.#begin(RAW, end - start);
    this.bytes.set(bytes.subarray(start, end), HEAD);
    return HEAD + end - start;
  }

  #begin(kind: number, room: number): void {
    if (HEAD + room > this.bytes.length) {
      const larger = new Uint8Array(HEAD + room * 2);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.bytes[0] = kind;
  }
}

/** The bytes that the series of a point is known by: a hash of what it shares with other points, and its own attributes. */
import { hash } from 'node:crypto';
import { MAX_KEY_BYTES } from './limits.ts';
import type { Attribute } from './request.ts';

/** Before a key of OTLP, so that it is none of another format. */
const FIRST_BYTE = 2;
const HASH_BYTES = 32;

const encoder = new TextEncoder();

export const hashOf = (text: string): string => hash('sha256', text, 'hex');

export class PointKey {
  bytes = new Uint8Array(8_192);

  constructor() {
    this.bytes[0] = FIRST_BYTE;
  }

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
    const start = 1 + HASH_BYTES;
    // A character of UTF-16 takes three bytes at most.
    if (text.length * 3 > MAX_KEY_BYTES || !text.isWellFormed()) return 0;
    if (start + text.length * 3 > this.bytes.length) {
      const larger = new Uint8Array(start + text.length * 6);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    return start + encoder.encodeInto(text, this.bytes.subarray(start)).written;
  }
}

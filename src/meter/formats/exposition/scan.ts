/** The line that is being read, byte by byte: what all of its parts are made of. */

export const BYTE = {
  tab: 0x09,
  newline: 0x0a,
  carriageReturn: 0x0d,
  blank: 0x20,
  quote: 0x22,
  hash: 0x23,
  comma: 0x2c,
  equals: 0x3d,
  backslash: 0x5c,
  open: 0x7b,
  close: 0x7d,
} as const;

/** Letters, digits, `_` and `:`. */
const NAME_BYTES = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[a-zA-Z0-9_:]/.test(String.fromCharCode(byte)) ? 1 : 0,
);

/** Thrown where a line is wrong, and caught where it ends: `expected …`. */
export class BadLine extends Error {}

export class Scan {
  readonly bytes: Uint8Array;
  at = 0;
  /** Of the line. */
  end = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** The byte at which it stands; 0 at the end. */
  peek(): number {
    return this.at < this.end ? (this.bytes[this.at] as number) : 0;
  }

  skipBlanks(): void {
    while (this.at < this.end && (this.bytes[this.at] === BYTE.blank || this.bytes[this.at] === BYTE.tab)) this.at++;
  }

  skipName(): void {
    while (this.at < this.end && NAME_BYTES[this.bytes[this.at] as number] === 1) this.at++;
  }

  /** To the blank behind a word, or to the end. */
  skipWord(): void {
    while (this.at < this.end && this.bytes[this.at] !== BYTE.blank && this.bytes[this.at] !== BYTE.tab) this.at++;
  }

  /** From a quote to behind the one that ends it. */
  skipQuoted(): void {
    const { bytes, end } = this;
    let { at } = this;
    for (at++; at < end && bytes[at] !== BYTE.quote; at++) if (bytes[at] === BYTE.backslash) at++;
    if (at >= end) throw new BadLine('expected a closing quote before the end of the line');
    this.at = at + 1;
  }

  /** From `{` to behind the `}` that ends it, whatever is in quotes between them. */
  skipBraces(): void {
    for (this.at++; this.at < this.end; this.at++) {
      const byte = this.bytes[this.at] as number;
      if (byte === BYTE.close) {
        this.at++;
        return;
      }
      if (byte === BYTE.quote) {
        this.skipQuoted();
        this.at--;
      }
    }
    throw new BadLine('expected a closing brace before the end of the line');
  }
}

/** The texts of a 2.0 request, which everything in it refers to by number. */
import { textOf } from '../labels.ts';
import type { ProtobufReader } from '../protobuf.ts';

export class Symbols {
  count = 0;
  /** Where each begins with its length, where its text begins, and where it ends. */
  froms = new Uint32Array(1_024);
  starts = new Uint32Array(1_024);
  ends = new Uint32Array(1_024);
  readonly bytes: Uint8Array;
  readonly #cursor: ProtobufReader;
  readonly #texts: (string | undefined)[] = [];

  constructor(cursor: ProtobufReader) {
    this.#cursor = cursor;
    this.bytes = cursor.bytes;
  }

  /** The one that begins where the cursor stands, behind its length. */
  add(end: number): void {
    const start = this.#cursor.at;
    // Then the byte before a text would not be of its length alone, and two keys of symbols could be the same bytes.
    if (end > start && this.bytes[start - 1] === 0)
      throw this.#cursor.broken('a length takes more bytes than it needs');
    const at = this.count++;
    if (at === this.ends.length) this.#grow();
    this.froms[at] = start - lengthOfVarint(end - start);
    this.starts[at] = start;
    this.ends[at] = end;
    this.#cursor.at = end;
  }

  /** As the specification has it, so that a reference of 0 is none. */
  beginEmpty(): boolean {
    return this.count === 0 || this.starts[0] === this.ends[0];
  }

  /** Undefined when there is none, or it is not UTF-8. */
  text(ref: number): string | undefined {
    if (ref >= this.count) return undefined;
    return (this.#texts[ref] ??= textOf(this.bytes, this.starts[ref] as number, this.ends[ref] as number));
  }

  #grow(): void {
    for (const name of ['froms', 'starts', 'ends'] as const) {
      const larger = new Uint32Array(this[name].length * 2);
      larger.set(this[name]);
      this[name] = larger;
    }
  }
}

/** Of the bytes before a text that say how long it is. */
function lengthOfVarint(length: number): number {
  let bytes = 1;
  for (let rest = length; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes++;
  return bytes;
}

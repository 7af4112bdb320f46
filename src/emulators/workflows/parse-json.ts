/** JSON to values. JavaScript's own objects would put keys that look like integers first; maps keep their order. */
import { MAX_JSON_DEPTH } from './limits.ts';
import type { Value } from './value.ts';
import { isInt64 } from './value.ts';

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const WORDS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/**
 * A number written without fraction and exponent is an integer if it fits 64 bits, otherwise a double. Of a key that
 * comes twice the last value counts, in the first one's place.
 * @throws {SyntaxError} not JSON, or nested deeper than MAX_JSON_DEPTH.
 */
export function fromJson(text: string): Value {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): Value {
    if (depth > MAX_JSON_DEPTH) throw new SyntaxError(`nested deeper than ${MAX_JSON_DEPTH} lists and objects`);
    this.#take(SPACE);
    const first = this.#text[this.#at];
    if (first === '{') return this.#object(depth);
    if (first === '[') return this.#list(depth);
    if (first === '"') return this.#string();
    const word = WORDS.get(this.#take(WORD)?.[0] ?? '');
    return word === undefined ? this.#number() : word;
  }

  end(): void {
    this.#take(SPACE);
    if (this.#at < this.#text.length) this.#fail();
  }

  #object(depth: number): Value {
    const map = new Map<string, Value>();
    for (let more = this.#open('}'); more; more = this.#goesOn('}')) {
      this.#take(SPACE);
      const key = this.#string();
      this.#expect(':');
      map.set(key, this.value(depth + 1));
    }
    return map;
  }

  #list(depth: number): Value {
    const list: Value[] = [];
    for (let more = this.#open(']'); more; more = this.#goesOn(']')) list.push(this.value(depth + 1));
    return list;
  }

  /** Steps over the bracket; false when its pair follows at once. */
  #open(end: string): boolean {
    this.#at += 1;
    this.#take(SPACE);
    if (this.#text[this.#at] !== end) return true;
    this.#at += 1;
    return false;
  }

  #goesOn(end: string): boolean {
    this.#take(SPACE);
    if (this.#text[this.#at] !== end) this.#expect(',');
    else this.#at += 1;
    return this.#text[this.#at - 1] === ',';
  }

  #string(): string {
    if (this.#text[this.#at] !== '"') this.#fail();
    let end = this.#at;
    let escaped: boolean;
    do {
      end = this.#text.indexOf('"', end + 1);
      if (end < 0) throw new SyntaxError(`the string at ${this.#at} has no end`);
      let before = end - 1;
      while (this.#text[before] === '\\') before -= 1;
      escaped = (end - before) % 2 === 0;
    } while (escaped);
    // Escapes, and what a string must not hold, are JavaScript's business.
    const string = JSON.parse(this.#text.slice(this.#at, end + 1)) as string;
    this.#at = end + 1;
    return string;
  }

  #number(): Value {
    const [source, fraction, exponent] = this.#take(NUMBER) ?? this.#fail();
    if (fraction !== undefined || exponent !== undefined) return Number(source);
    const integer = BigInt(source);
    return isInt64(integer) ? integer : Number(source);
  }

  #expect(character: string): void {
    this.#take(SPACE);
    if (this.#text[this.#at] !== character) this.#fail();
    this.#at += 1;
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    this.#at += found?.[0].length ?? 0;
    return found;
  }

  #fail(): never {
    const found = this.#text[this.#at];
    throw new SyntaxError(`unexpected ${found === undefined ? 'end' : JSON.stringify(found)} at ${this.#at}`);
  }
}

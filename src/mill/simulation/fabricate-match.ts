/** A text that a regular expression matches, for the patterns that schemas use: classes, groups, alternatives, quantifiers. */
import type { Random } from './random.ts';

/** Repetitions above the least that `*`, `+` and `{n,}` get at most. */
const MORE = 3;

const SETS: Readonly<Record<string, string>> = {
  d: '0123456789',
  w: 'abcXYZ019_',
  s: ' ',
};

const ANY = 'abcXYZ019-';

/** Not every expression is understood (look-around, back references): the schema itself judges what comes out. */
export function fabricateMatch(pattern: string, random: Random): string {
  return new Matcher(pattern, random).alternatives();
}

class Matcher {
  readonly #pattern: string;
  readonly #random: Random;
  #at = 0;

  constructor(pattern: string, random: Random) {
    this.#pattern = pattern;
    this.#random = random;
  }

  /** Every alternative is made, for that moves past it; one is taken. */
  alternatives(): string {
    const made: string[] = [];
    do {
      let text = '';
      while (this.#at < this.#pattern.length && !'|)'.includes(this.#peek())) text += this.#repeated();
      made.push(text);
    } while (this.#take('|'));
    return this.#random.pick(made);
  }

  #peek = (): string => this.#pattern.charAt(this.#at);

  #take(expected: string): boolean {
    if (!this.#pattern.startsWith(expected, this.#at)) return false;
    this.#at += expected.length;
    return true;
  }

  /** An atom with its quantifier; each repetition chooses anew. */
  #repeated(): string {
    const start = this.#at;
    const first = this.#atom();
    const [least, most] = this.#quantifier();
    const after = this.#at;
    const count = this.#random.integer(least, most);
    let text = count > 0 ? first : '';
    for (let index = 1; index < count; index++) {
      this.#at = start;
      text += this.#atom();
    }
    this.#at = after;
    return text;
  }

  #quantifier(): readonly [number, number] {
    const found = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/.exec(this.#pattern.slice(this.#at));
    if (found === null) return [1, 1];
    this.#at += found[0].length;
    if (found[0].startsWith('*')) return [0, MORE];
    if (found[0].startsWith('+')) return [1, 1 + MORE];
    if (found[0].startsWith('?')) return [0, 1];
    const least = Number(found[1]);
    if (found[2] === '') return [least, least];
    return [least, found[3] === '' ? least + MORE : Number(found[3])];
  }

  #atom(): string {
    if (this.#take('^') || this.#take('$')) return '';
    if (this.#take('[')) return this.#class();
    if (this.#take('(')) {
      this.#at += /^\?(?::|<[^>=!]+>)/.exec(this.#pattern.slice(this.#at))?.[0].length ?? 0;
      const text = this.alternatives();
      this.#take(')');
      return text;
    }
    if (this.#take('.')) return this.#one(ANY);
    if (this.#take('\\')) return this.#one(this.#escaped());
    return this.#pattern.charAt(this.#at++);
  }

  #escaped(): string {
    const letter = this.#pattern.charAt(this.#at++);
    return letter === 'b' ? '' : (SETS[letter] ?? { n: '\n', t: '\t', D: 'aB', W: ' -', S: 'aB1' }[letter] ?? letter);
  }

  #class(): string {
    const excluded = this.#take('^');
    let set = '';
    while (this.#at < this.#pattern.length && !this.#take(']')) {
      const from = this.#take('\\') ? this.#escaped() : this.#pattern.charAt(this.#at++);
      const isRange = from.length === 1 && this.#peek() === '-' && this.#pattern.charAt(this.#at + 1) !== ']';
      set += isRange ? this.#range(from) : from;
    }
    if (!excluded) return this.#one(set);
    const left = Array.from('abcXYZ019 -_')
      .filter((each) => !set.includes(each))
      .join('');
    return this.#one(left);
  }

  #range(from: string): string {
    this.#at++;
    const to = this.#take('\\') ? this.#escaped() : this.#pattern.charAt(this.#at++);
    const [low, high] = [from.charCodeAt(0), to.charCodeAt(0)];
    return String.fromCharCode(...Array.from({ length: Math.max(0, high - low) + 1 }, (_, index) => low + index));
  }

  #one = (set: string): string => (set === '' ? '' : this.#random.pick(Array.from(set)));
}

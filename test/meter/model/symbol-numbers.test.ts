/** Texts by number. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { MAX_SYMBOL_BYTES, SymbolNumbers } from '../../../src/meter/model/symbol-numbers.ts';

const ask = (numbers: SymbolNumbers, text: Uint8Array): number => numbers.numberOf(text, 0, text.length);

test('the same text has the same number for ever, and no other has it', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 6 }), { maxLength: 3_000 }), (texts) => {
      const numbers = new SymbolNumbers();
      const known = new Map<string, number>();
      for (const text of texts) {
        const number = ask(numbers, text);
        const before = known.get(text.join());
        if (before === undefined) expect(new Set(known.values()).has(number)).toBe(false);
        else expect(number).toBe(before);
        known.set(text.join(), number);
      }
    }),
    { numRuns: 50 },
  );
});

test('tens of thousands of texts keep their numbers while the table grows', () => {
  const numbers = new SymbolNumbers();
  const texts = Array.from({ length: 50_000 }, (_, at) => Buffer.from(`text ${at}`));
  const first = texts.map((text) => ask(numbers, text));
  expect(texts.map((text) => ask(numbers, text))).toEqual(first);
  expect(new Set(first).size).toBe(texts.length);
});

test('a text for which there is no place has no number, and the others keep theirs', () => {
  const numbers = new SymbolNumbers();
  expect(ask(numbers, Buffer.from('a'))).toBe(0);
  expect(ask(numbers, new Uint8Array(MAX_SYMBOL_BYTES))).toBe(-1);
  expect(ask(numbers, Buffer.from('b'))).toBe(1);
  expect(ask(numbers, Buffer.from('a'))).toBe(0);
});

/** Where a text stops being JSON. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonErrorPosition } from '../../src/http/json-position.ts';

test.each<[string, number]>([
  ['', 0],
  ['  ', 2],
  ['{"a":x}', 5],
  ['{"a":1,}', 7],
  ['[1,]', 3],
  ['[1 2]', 3],
  ['{"a" 1}', 5],
  ['{1:2}', 1],
  ['[1}', 2],
  ['{"a":1]', 6],
  ['{} {}', 3],
  ['"a', 0],
  ['"\n"', 0],
  ['01', 1],
  ['nul', 0],
  ['{"a":1', 6],
  [']', 0],
  [',', 0],
])('%j at %d', (text, position) => {
  expect(jsonErrorPosition(text)).toBe(position);
});

test('says what JSON.parse says, of JSON and of what is nearly so', () => {
  const isJson = (text: string): boolean => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };
  const pieces = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '1',
    '-0.5e+3',
    'true',
    'null',
    ' ',
    '"\\u00e9"',
    '"\\x"',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json(),
        fc.array(pieces, { maxLength: 12 }).map((list) => list.join('')),
      ),
      (text) => {
        expect(jsonErrorPosition(text) === undefined).toBe(isJson(text));
      },
    ),
    { numRuns: 2_000 },
  );
});

test('at every cut of a text, where it is cut or where its last token begins', () => {
  const text = '{"a":[1,true,"b\\n",{"c":null}],"d":-1.5e3}';
  for (let end = 0; end < text.length; end += 1) {
    const position = jsonErrorPosition(text.slice(0, end));
    expect(position).toBeLessThanOrEqual(end);
    expect(position).toBeGreaterThanOrEqual(end - 5);
  }
});

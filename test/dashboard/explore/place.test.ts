import { expect, test } from 'vitest';
import { placeOf } from '../../../src/dashboard/explore/place.ts';
import { parse } from '../../../src/meter/promql/parse/parse.ts';

/** What the server says of it. */
function errorOf(expression: string): string {
  try {
    parse(expression);
  } catch (thrown) {
    return (thrown as Error).message;
  }
  throw new Error(`${expression} parses`);
}

test.each([
  ['rate(x y)', { before: 'rate(x ', at: 'y', after: ')' }],
  ['sum(\n  foo{job=~"a"} bar\n)', { before: '  foo{job=~"a"} ', at: 'b', after: 'ar' }],
  ['rate(x', { before: 'rate(x', at: ' ', after: '' }],
])('the place of the error in %j is that of the server', (expression, expected) => {
  const place = placeOf(errorOf(expression), expression);
  expect(place).toMatchObject(expected);
  expect(place?.message).not.toMatch(/^\d|parse error/);
});

test('an error of no place has none', () => {
  expect(placeOf('the query selects more than 100 series', 'up')).toBeUndefined();
  expect(placeOf('9:1: parse error: beyond', 'up')).toBeUndefined();
});

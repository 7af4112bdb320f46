/** How wide text is: what is measured by its length comes to the same as letter by letter. */
import { expect, test } from 'vitest';
import { widthOf } from '../../src/cli/text-width.ts';

/** Its width is that of two columns, and none but the long way measures it. */
const WIDE = '日';

test.each([
  ['ASCII', 0x20, 0x7e],
  ['Latin', 0xa1, 0x24f],
  ['dashes and quotes', 0x2010, 0x2027],
  ['marks', 0x2030, 0x2038],
])('each of %s takes a column, alone and beside others', (_, first, last) => {
  const all = String.fromCodePoint(...Array.from({ length: last - first + 1 }, (_, at) => first + at));
  for (const letter of all) expect([letter, widthOf(letter + WIDE)]).toEqual([letter, widthOf(letter) + 2]);
  expect(widthOf(all + WIDE)).toBe(widthOf(all) + 2);
});

test('pictures, East Asian letters and joined letters are measured as they are shown', () => {
  expect(['日本', '☕', 'e\u0301', '👩‍🚀', '\u203C\uFE0F'].map(widthOf)).toEqual([4, 2, 1, 2, 2]);
});

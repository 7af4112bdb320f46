import { expect, test } from 'vitest';
import { dollars } from '../../../src/dashboard/ui/format.ts';

test.each([
  [0, '$0'],
  [0.00000068, '<$0.000001'],
  [0.0000071, '$0.0000071'],
  [0.0013, '$0.0013'],
  [1.234, '$1.23'],
])('%d dollars are read as %s', (value, text) => {
  expect(dollars(value)).toBe(text);
});

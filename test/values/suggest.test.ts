import { expect, test } from 'vitest';
import { didYouMean } from '../../src/values/suggest.ts';

const NAMES = ['rsi', 'airport-day', 'airport-days', 'closing-prices', 'regime'];

test.each([
  ['a swap of neighbours', 'closing-pricse', 'closing-prices'],
  ['a missing letter', 'regme', 'regime'],
  ['a letter too many', 'rsii', 'rsi'],
  ['a wrong letter', 'rsj', 'rsi'],
  ['the nearer of two', 'airport-dayz', 'airport-day'],
  ['an exact name', 'airport-days', 'airport-days'],
  ['another case', 'RSI', 'rsi'],
])('%s is seen through', (_, typed, meant) => {
  expect(didYouMean(typed, NAMES)).toBe(meant);
});

test.each(['xyz', 'volatility', '', 'ai'])('nothing is suggested for "%s"', (typed) => {
  expect(didYouMean(typed, NAMES)).toBeUndefined();
});

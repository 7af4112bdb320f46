import { expect, test } from 'vitest';
import { AGGREGATIONS, FUNCTIONS } from '../../../src/dashboard/explore/words.ts';
import * as known from '../../../src/meter/promql/functions/signatures.ts';

test('functions are those that the server knows', () => {
  expect(FUNCTIONS).toEqual([...known.SIGNATURES.keys()].toSorted());
});

test('aggregations are those that the server knows', () => {
  expect(AGGREGATIONS).toEqual([...known.AGGREGATIONS.keys()].toSorted());
});

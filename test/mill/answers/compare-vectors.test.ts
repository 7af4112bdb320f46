/** Two vectors part by part, where what a computation needs has changed since. */
import { expect, test } from 'vitest';
import { compareVectors } from '../../../src/mill/answers/compare-vectors.ts';
import { computationIn, type ManifestComputation } from '../../../src/mill/model/manifest.ts';
import { fingerprintAt, graph } from '../../support/graph.ts';

test('an input that is needed no more is shown beside those that are, and one that is new too', () => {
  const now = computationIn(graph('a: document prices', 'b: a'), 'b') as ManifestComputation;
  const stored = { fingerprint: fingerprintAt({}, 'b'), inputs: { 'document:prices': '1'.repeat(16) } };
  const parts = compareVectors(now, stored, { 'dependency:a': '2'.repeat(16) });
  expect(parts.slice(0, 4).map(({ part, same }) => [part, same])).toEqual([
    ['code', true],
    ['layer', true],
    ['infrastructure', true],
    ['epoch', true],
  ]);
  expect(parts.slice(4)).toEqual([
    { part: 'dependency:a', stored: null, current: '2'.repeat(16), same: false },
    { part: 'document:prices', stored: '1'.repeat(16), current: null, same: null },
  ]);
});

test('a seed is shown on the days that read it', () => {
  const now = computationIn(graph('a: document prices previous seed prices 30'), 'a') as ManifestComputation;
  const fingerprint = fingerprintAt({}, 'a');
  const idsOf = (inputs: Record<string, string>): string[] =>
    compareVectors(now, { fingerprint, inputs }, inputs)
      .slice(4)
      .map(({ part }) => part);
  expect(idsOf({ 'document:prices': '1', previous: 'none', 'seed:prices:30': '2' })).toEqual([
    'document:prices',
    'previous',
    'seed:prices:30',
  ]);
  expect(idsOf({ 'document:prices': '1', previous: '3' })).toEqual(['document:prices', 'previous']);
});

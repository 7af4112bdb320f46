/** Whether what was planted in simulated people is found, and nothing where nothing was planted. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { DispositionEffect } from '../../../src/computations/trading/disposition-effect.ts';
import type { ReturnAttribution } from '../../../src/computations/trading/return-attribution.ts';
import type { RevengeTrading } from '../../../src/computations/trading/revenge-trading.ts';
import type { Behaviour } from '../../../src/computations/trading/simulation/behaviour.ts';
import { Trait } from '../../../src/computations/trading/user-classifier.ts';
import { type FoundOfUser, TRADING_DAY, tradersOn } from '../../support/traders.ts';

const PEOPLE = 4_000;
const people: { readonly behaviour: Behaviour; readonly found: FoundOfUser }[] = [];

beforeAll(async () => {
  for await (const person of tradersOn(TRADING_DAY, 0, PEOPLE)) people.push(person);
}, 60_000);

test.each(Trait.options)('%s is found of sixty days: precision 0.9, recall 0.8', (trait) => {
  const found = people.filter((person) => person.found['user-classifier'].traits.includes(trait));
  const planted = people.filter(({ behaviour }) => behaviour === trait);
  const right = found.filter(({ behaviour }) => behaviour === trait);
  expect(planted.length).toBeGreaterThan(80);
  expect(right.length / found.length).toBeGreaterThanOrEqual(0.9);
  expect(right.length / planted.length).toBeGreaterThanOrEqual(0.8);
});

/** By what it reads. */
const pValueOf = {
  skilled: (found: FoundOfUser) => (found['return-attribution'] as ReturnAttribution).pValue ?? 1,
  disposition: (found: FoundOfUser) => (found['disposition-effect'] as DispositionEffect).pValue,
  revenge: (found: FoundOfUser) => (found['revenge-trading'] as RevengeTrading).pValue,
} as const;

/** Three standard deviations beyond. */
const mostOf = (count: number, level: number): number => level * count + 3 * Math.sqrt(level * (1 - level) * count);

describe.each(['skilled', 'disposition', 'revenge'] as const)('%s, of those who are not', (trait) => {
  test.each([0.001, 0.01, 0.05])('is claimed at a level of %d no more often than that', (level) => {
    const others = people.filter(({ behaviour }) => behaviour !== trait);
    const claimed = others.filter(({ found }) => pValueOf[trait](found) <= level);
    expect(claimed.length).toBeLessThanOrEqual(mostOf(others.length, level));
  });
});

test('the score sets the skilled apart, and is a likelihood', () => {
  const scored = people
    .map(({ behaviour, found }) => ({ isSkilled: behaviour === 'skilled', score: found['user-classifier'].score ?? 0 }))
    .sort((a, b) => a.score - b.score);
  const skilled = scored.filter(({ isSkilled }) => isSkilled).length;
  // The area below the curve of those found against those wrongly taken: Mann and Whitney's count of pairs in the right order.
  const rights = scored.reduce(
    ({ below, pairs }, { isSkilled }) => (isSkilled ? { below, pairs: pairs + below } : { below: below + 1, pairs }),
    { below: 0, pairs: 0 },
  ).pairs;
  expect(rights / (skilled * (scored.length - skilled))).toBeGreaterThan(0.98);
  const expected = scored.reduce((sum, { score }) => sum + score / 100, 0);
  expect(Math.abs(expected - skilled)).toBeLessThan(4 * Math.sqrt(skilled));
});

test('nobody with a label other than unknown lacks a score', () => {
  for (const { found } of people) {
    const { label, score, traits } = found['user-classifier'];
    expect(label === 'unknown').toBe(score === null && traits.length === 0);
  }
});

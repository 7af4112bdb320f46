/** The verdict on two registrations, by values. */
import { expect, test } from 'vitest';
import type { RegisteredPiece, Registration } from '../../../src/mill/model/registration.ts';
import { compare } from '../../../src/mill/simulation/compare.ts';
import { SIMULATOR_VERSION } from '../../../src/mill/simulation/limits.ts';
import { hashOf } from '../../../src/values/hash.ts';

const INPUTS = hashOf('inputs');
const DAYS = 'abcdef01';

const piece = (text: string, given: Partial<RegisteredPiece> = {}): RegisteredPiece => ({
  kind: 'declaration',
  hash: hashOf(text),
  features: ['-', 'left 2'],
  id: '#it',
  place: 'it.ts:3',
  ...given,
});
const registered = (code: string, pieces: readonly RegisteredPiece[]): Registration => ({
  code: hashOf(code),
  layer: hashOf('layer'),
  simulator: SIMULATOR_VERSION,
  registeredMs: 0,
  simulation: { simHash: hashOf('sim'), inputs: INPUTS, days: DAYS },
  pieces: [...pieces],
  numbers: [],
  strings: [],
  comparisons: [],
});
const verdict = (older: RegisteredPiece, newer: RegisteredPiece) =>
  compare(registered('old', [older]), registered('new', [newer]), { inputs: INPUTS, days: DAYS });

test('two that did the same in all that they say are the same', () => {
  expect(verdict(piece('old'), piece('new'))).toMatchObject({ verdict: 'SAME' });
});

test.each([
  [
    'it never ran',
    { uncovered: 'it.ts:4' },
    'it.ts:4 was never executed',
    'it.ts:4, as it was before, was never executed',
  ],
  [
    'a condition in it only came out one way',
    { oneSided: 'it.ts:5' },
    'a condition at it.ts:5 came out one way on all fabricated days',
    'a condition at it.ts:5, as it was before, came out one way on all fabricated days',
  ],
])('what is new is not proven where %s, and nor is what is gone', (_, lack, ofNew, ofOld) => {
  expect(verdict(piece('old'), piece('new', lack))).toMatchObject({ verdict: 'NOT_PROVEN', reason: ofNew });
  expect(verdict(piece('old', lack), piece('new'))).toMatchObject({ verdict: 'NOT_PROVEN', reason: ofOld });
});

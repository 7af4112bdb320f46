/** One word an outcome, on every screen and in docs/words.md. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inOutcomeWords, OUTCOME_WORDS } from '../../src/cli/outcome-words.ts';

test('docs/words.md has the word of each outcome', () => {
  const words = readFileSync(join(import.meta.dirname, '../../docs/words.md'), 'utf8');
  const rows = [...words.matchAll(/^\| `([A-Z_]+)` \| ([a-z ]+?) \|/gm)].map(([, outcome, word]) => [outcome, word]);
  expect(Object.fromEntries(rows)).toEqual(OUTCOME_WORDS);
});

test('a stored text that begins with an outcome is shown with its word', () => {
  expect(inOutcomeWords('RERUN: changed: code')).toBe('rerun: changed: code');
  expect(inOutcomeWords('FAILED_DEPENDENCY: a@2024-01-01')).toBe('upstream failed: a@2024-01-01');
  expect(inOutcomeWords('RERUN? if it changes')).toBe('rerun? if it changes');
  expect(inOutcomeWords('ran 2024-01-02T03:04:05Z RERUN: changed: code')).toBe(
    'ran 2024-01-02T03:04:05Z rerun: changed: code',
  );
  expect(inOutcomeWords('it said RUN: now')).toBe('it said RUN: now');
  expect(inOutcomeWords('RUNNING late')).toBe('RUNNING late');
});

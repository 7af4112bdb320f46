/** Scripts in the notation of Prometheus's developers, reckoned by hand. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runScript } from '../../support/promqltest.ts';

const FOLDER = join(import.meta.dirname, 'scripts');

test.each(globSync('*.promqltest', { cwd: FOLDER }))('%s', (file) => {
  const outcomes = runScript(readFileSync(join(FOLDER, file), 'utf8'));
  expect(outcomes.length).toBeGreaterThan(0);
  expect(outcomes.filter(({ problem, skipped }) => (problem ?? skipped) !== undefined)).toEqual([]);
});

/** The figures of docs/computations.md are of what is computed: made anew, they are the same to the byte. */
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { FIGURES } from '../../.ci/computations.ts';
import { figures } from '../../.ci/figures.ts';
import { assertWellFormed } from '../support/well-formed.ts';

test('the figures are current; node .ci/computations.ts makes them', async () => {
  const folder = resolve(import.meta.dirname, '../..', FIGURES);
  const made = await figures();
  for (const [file, text] of made) if (file.endsWith('.svg')) assertWellFormed(text);
  const kept = globSync('*', { cwd: folder }).map((file) => [file, readFileSync(join(folder, file), 'utf8')] as const);
  expect(new Map(kept)).toEqual(made);
}, 120_000);

/** The differential test, tested: by hashes that are planted. */
import { expect, test } from 'vitest';
import { campaign } from './campaign.ts';
import { FAMILIES } from './families/all.ts';
import { COMMONJS } from './families/commonjs.ts';
import { GLOBALS } from './families/globals.ts';
import { PACKAGES } from './families/packages.ts';
import type { Form } from './form.ts';
import type { CodeHash } from './judge.ts';
import { OF_BYTES, OF_ENTRY, OF_OWN_FILES, OF_TYPESCRIPT } from './planted-hashes.ts';

const SEED = 1;

const tallyOf = (hash: CodeHash, families: readonly (readonly Form[])[], count: number) =>
  campaign({ families, hash, count, seed: SEED, shrunk: 1 });

test.each<[CodeHash, readonly Form[], RegExp]>([
  [OF_ENTRY, GLOBALS, /^[-+] /m],
  [OF_OWN_FILES, PACKAGES, /^node_modules\//m],
  [OF_TYPESCRIPT, COMMONJS, /\.(json|c?js|mjs)$/m],
])('a hash of $name is caught, and the graph is shrunk', async (hash, family, shown) => {
  const { verdicts, wrong } = await tallyOf(hash, [family], 30);
  expect(verdicts.wrong).toBeGreaterThan(0);
  const [told = ''] = wrong;
  expect(told).toMatch(shown);
  // What differs, how it is reached, and the computation itself.
  expect(told.split('\n').length).toBeLessThan(45);
});

test('a hash of every byte keeps no wrong result, and every harmless edit would run', async () => {
  const { verdicts, harmful, harmless } = await tallyOf(OF_BYTES, FAMILIES, 100);
  expect(verdicts).toMatchObject({ wrong: 0, spared: 0, untrusted: 0, refused: 0 });
  expect(verdicts.seen).toBeGreaterThan(30);
  expect(harmful).toEqual([]);
  expect(harmless.are).toBe(harmless.of);
});

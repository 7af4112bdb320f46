/** What tells an author's code from Daymill's: only the first counts in a fingerprint. */
import { globSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { isOwn } from '../../../src/mill/manifest/own-code.ts';

const SOURCE = resolve(import.meta.dirname, '../../../src');
const files = globSync('**/*.ts', { cwd: SOURCE }).map((file) => join(SOURCE, file));

test('every file of every room is Daymill’s own, and no bundled computation is', () => {
  const bundled = files.filter((file) => file.startsWith(join(SOURCE, 'computations/')));
  expect(bundled.length).toBeGreaterThan(20);
  expect(files.filter(isOwn)).toEqual(files.filter((file) => !bundled.includes(file)));
});

test.each(['/home/me/src/mill/model/cell.ts', `${SOURCE}-of-mine/rates.ts`, resolve(SOURCE, '../lib/rates.ts')])(
  '%s is not',
  (path) => {
    expect(isOwn(path)).toBe(false);
  },
);

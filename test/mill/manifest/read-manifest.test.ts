import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readManifest, writeManifest } from '../../../src/mill/manifest/read-manifest.ts';
import { aManifest } from './a-manifest.ts';
import { projectFolder } from './project-folder.ts';

test('what is written is read, and nothing else is left in the folder', () => {
  const root = projectFolder({});
  const file = join(root, 'dist', 'manifest.json');
  writeManifest(file, aManifest('a: @prices'));
  writeManifest(file, aManifest('b: @prices'));
  expect(readManifest(file)).toEqual(aManifest('b: @prices'));
  expect(readdirSync(join(root, 'dist'))).toEqual(['manifest.json']);
});

test.each([
  ['no file', undefined, /^There is no manifest at .*manifest\.json\. Run `npx daymill manifest`/],
  ['half a file', '{ "version": 1, ', /^The manifest .* cannot be read: .*JSON.*Run `npx daymill manifest`/],
  [
    'another version',
    '{ "version": 0, "passes": 0, "computations": [], "datasets": [] }',
    /is no manifest of this version: .*version/s,
  ],
])('%s is NO_MANIFEST, with the remedy', (_, text, message) => {
  const file = join(projectFolder({}), 'manifest.json');
  if (text !== undefined) writeFileSync(file, text);
  expect(() => readManifest(file)).toThrow(
    expect.objectContaining({ code: 'NO_MANIFEST', message: expect.stringMatching(message) }),
  );
});

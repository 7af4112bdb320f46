import { realpathSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  declaresNoEffects,
  type KnownPackages,
  PackageIntegrity,
} from '../../../src/mill/manifest/package-integrity.ts';
import { projectFolder } from './project-folder.ts';

const installed = (name: string, version: string, more: object = {}): Record<string, string> => ({
  [`node_modules/${name}/package.json`]: JSON.stringify({ version, ...more }),
  [`node_modules/${name}/index.js`]: `exports.is = '${name} ${version}';`,
});

const namesOf = (contents: readonly string[]): string[] => contents.map((content) => content.split(' ')[0] ?? '');

test('a package counts with all that it depends on, each as Node would find it', () => {
  const root = projectFolder({
    ...installed('a', '1.0.0', { dependencies: { '@s/b': '^2', c: '^1' } }),
    ...installed('@s/b', '2.0.0', { dependencies: { c: '^2', d: '^1' } }),
    ...installed('@s/b/node_modules/c', '2.5.0', { dependencies: { d: '^1' } }),
    ...installed('c', '1.5.0', { optionalDependencies: { absent: '^1' } }),
    ...installed('d', '1.1.0', { peerDependencies: { a: '^1' } }),
    ...installed('unrelated', '9.0.0'),
  });
  const at = (name: string): string => join(root, 'node_modules', name);
  const integrity = new PackageIntegrity();
  expect(namesOf(integrity.of('a', at('a')))).toEqual(['@s/b@2.0.0', 'a@1.0.0', 'c@1.5.0', 'c@2.5.0', 'd@1.1.0']);
  expect(namesOf(integrity.of('c', at('c')))).toEqual(['c@1.5.0']);
  expect(integrity.of('gone', undefined)).toEqual(['gone@none']);
});

test('packages that a package imports without saying so count as well', () => {
  const root = projectFolder({
    ...installed('a', '1.0.0'),
    ...installed('said-nowhere', '2.0.0'),
    ...installed('@s/neither', '3.0.0'),
    ...installed('a/node_modules/nested', '4.0.0'),
    'node_modules/a/index.js': `import { is } from 'said-nowhere'; import('@s/neither/part'); const x = require("nested"); import './own.js';`,
  });
  const found = new PackageIntegrity().of('a', join(root, 'node_modules/a'));
  expect(namesOf(found)).toEqual(['@s/neither@3.0.0', 'a@1.0.0', 'nested@4.0.0', 'said-nowhere@2.0.0']);
});

test.each<[string, (folder: string) => void, boolean]>([
  ['nothing', () => undefined, false],
  ['a file that is patched in place', (folder) => writeFileSync(join(folder, 'index.js'), 'exports.is = 0;'), true],
  ['a file more', (folder) => writeFileSync(join(folder, 'more.js'), ''), true],
  ['a file less', (folder) => rmSync(join(folder, 'index.js')), true],
  ['types', (folder) => writeFileSync(join(folder, 'index.d.ts'), 'export {};'), false],
])('of a dependency, %s', (_, change, counts) => {
  const root = projectFolder({ ...installed('a', '1.0.0', { dependencies: { c: '^1' } }), ...installed('c', '1.5.0') });
  const content = (): readonly string[] => new PackageIntegrity().of('a', join(root, 'node_modules/a'));
  const before = content();
  change(join(root, 'node_modules/c'));
  expect(content().join() !== before.join()).toBe(counts);
});

test('an unchanged package is not read again, and a patched one is, whatever its size and times say', () => {
  const root = projectFolder(installed('a', '1.0.0'));
  const folder = join(root, 'node_modules/a');
  const known: KnownPackages = new Map();
  const before = new PackageIntegrity(known).of('a', folder);
  // Who believes a stamp does not look: what is known under it is what is said.
  const { stamp = '', imports = [] } = known.get(realpathSync(folder)) ?? {};
  known.set(realpathSync(folder), { stamp, content: 'believed', imports });
  expect(new PackageIntegrity(known).of('a', folder)).toEqual(['a@1.0.0 believed']);
  const { atime, mtime } = statSync(join(folder, 'index.js'));
  writeFileSync(join(folder, 'index.js'), `exports.is = 'b 1.0.0';`);
  utimesSync(join(folder, 'index.js'), atime, mtime);
  const after = new PackageIntegrity(known).of('a', folder);
  expect(after).not.toEqual(['a@1.0.0 believed']);
  expect(after).not.toEqual(before);
});

test('a package declares by sideEffects that loading it does nothing; without that it may do anything', () => {
  const root = projectFolder({
    ...installed('pure', '1.0.0', { sideEffects: false }),
    ...installed('listed', '1.0.0', { sideEffects: ['./setup.js'] }),
    ...installed('silent', '1.0.0'),
  });
  const declared = ['pure', 'listed', 'silent'].filter((name) =>
    declaresNoEffects(name, join(root, 'node_modules', name)),
  );
  expect(declared).toEqual(['pure']);
});

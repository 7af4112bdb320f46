import { expect, test } from 'vitest';
import { PackageVersions } from '../../src/manifest/package-versions.ts';
import { projectFolder } from './project-folder.ts';

const lock = (packages: object): Record<string, string> => ({
  'package-lock.json': JSON.stringify({ lockfileVersion: 3, packages }),
});

test('a locked package counts with all that it depends on, each as Node would find it', () => {
  const root = projectFolder(
    lock({
      '': { dependencies: { a: '^1' } },
      'node_modules/a': { version: '1.0.0', dependencies: { '@s/b': '^2', c: '^1' } },
      'node_modules/@s/b': { version: '2.0.0', dependencies: { c: '^2', d: '^1' } },
      'node_modules/@s/b/node_modules/c': { version: '2.5.0', dependencies: { d: '^1' } },
      'node_modules/c': { version: '1.5.0', optionalDependencies: { absent: '^1' } },
      'node_modules/d': { version: '1.1.0', dependencies: { a: '^1' } },
      'node_modules/unrelated': { version: '9.0.0' },
    }),
  );
  const versions = new PackageVersions(root);
  expect([...versions.of('a')].sort()).toEqual(['@s/b@2.0.0', 'a@1.0.0', 'c@1.5.0', 'c@2.5.0', 'd@1.1.0']);
  expect([...versions.of('c')].sort()).toEqual(['c@1.5.0']);
});

test('a git dependency counts by its commit', () => {
  const resolved = 'git+ssh://git@example.com/a.git#0123abc';
  const root = projectFolder(lock({ 'node_modules/a': { version: '1.0.0', resolved } }));
  expect(new PackageVersions(root).of('a')).toEqual([`a@${resolved}`]);
});

test.each([
  ['no lock file', {}],
  ['a lock file that cannot be read', { 'package-lock.json': '{' }],
  ['a lock file without the package', lock({})],
])('with %s the installed package tells', (_, files) => {
  const root = projectFolder({ ...files, 'node_modules/tiny/package.json': '{ "version": "3.2.1" }' });
  expect(new PackageVersions(root).of('tiny')).toEqual(['tiny@3.2.1']);
  expect(new PackageVersions(root).of('nowhere')).toEqual(['nowhere@unknown']);
});

/** What `npm ci --ignore-scripts` installs: all of it by the lock's integrity, and Node 24 with it. */
import { readFileSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, Locked>;
};
const installed = Object.entries(packages).filter(([path, { link }]) => path.startsWith('node_modules/') && !link);

test('each package is pinned by its content', () => {
  expect(installed.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'))).toEqual([]);
});

test('no package is made by a script of its own', () => {
  // protobufjs only prints: it looks at how others depend on it.
  const scripts = installed.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path);
  expect(scripts.filter((path) => !path.endsWith('/protobufjs'))).toEqual([]);
});

test('the Node on the path of npm scripts is the one that the lock pins', () => {
  const binaries = packages['.ci/node']?.optionalDependencies ?? {};
  const mine = `node-${process.platform}-${process.arch}`;
  for (const [name, version] of Object.entries(binaries))
    expect(packages[`node_modules/${name}`]).toMatchObject({ version });
  // A platform without a binary runs on the machine's own.
  if (binaries[mine] === undefined) return;
  expect(realpathSync(join(ROOT, 'node_modules/.bin/node'))).toBe(
    realpathSync(join(ROOT, 'node_modules', mine, 'bin/node')),
  );
  expect(process.version).toBe(`v${binaries[mine]}`);
});

/** The packages of a project in a temporary folder: links to what is here, with Daymill from its source, as an installed one is. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const REPOSITORY = resolve(import.meta.dirname, '../..');

/** What the package's `exports` name, from source: they name what is built. */
const EXPORTS = {
  '.': './src/index.ts',
  './config': './src/config/define-config.ts',
  './testing': './src/testing/index.ts',
  './client': './src/client/index.ts',
};

export function linkPackages(root: string): void {
  linkDaymill(root);
  symlinkSync(join(REPOSITORY, 'node_modules/zod'), join(root, 'node_modules/zod'));
}

export function linkDaymill(root: string): void {
  const daymill = join(root, 'node_modules/daymill');
  mkdirSync(daymill, { recursive: true });
  writeFileSync(join(daymill, 'package.json'), JSON.stringify({ name: 'daymill', type: 'module', exports: EXPORTS }));
  symlinkSync(join(REPOSITORY, 'src'), join(daymill, 'src'));
}

/** The bundled computations as a project in a folder of its own, over January 2001. */
import { cpSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { linkPackages } from '../test/support/link-packages.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** Its root, in a temporary folder that is to be removed with it. */
export function bundledProject(): string {
  const root = join(mkdtempSync(join(tmpdir(), 'daymill-docs-')), 'my-metrics');
  mkdirSync(root);
  linkPackages(root);
  cpSync(join(ROOT, 'src/computations'), join(root, 'src/computations'), { recursive: true });
  symlinkSync(join(ROOT, 'src/index.ts'), join(root, 'src/index.ts'));
  symlinkSync(join(ROOT, 'node_modules/vega-datasets'), join(root, 'node_modules/vega-datasets'));
  const settings = { computations: 'src/computations', from: '2001-01-01', date: '2001-01-31' };
  writeFileSync(join(root, 'package.json'), JSON.stringify({ name: 'my-metrics', type: 'module', daymill: settings }));
  return root;
}

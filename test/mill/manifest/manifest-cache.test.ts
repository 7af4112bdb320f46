import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cachedManifest } from '../../../src/mill/manifest/manifest-cache.ts';
import type { Manifest } from '../../../src/mill/model/manifest.ts';
import { projectFolder } from './project-folder.ts';

const FILES = {
  'computations/c.ts': `
    import { z } from 'zod';
    import { defineComputation, defineDocument, document } from 'daymill';
    import { by } from '../lib/by.ts';
    import { tool } from 'tool';
    import { short } from '#short';
    import r from '../lib/r.json' with { type: 'json' };
    export const d = defineDocument({ name: 'd', document: z.number() });
    export const c = defineComputation({
      name: 'c', category: 'x', needs: { d: document(d) }, output: z.number(), compute: ({ d }) => d * by * tool * short * r.x,
    });`,
  'lib/by.ts': 'export const by = 2;',
  'lib/short.ts': 'export const short = 2;',
  'lib/long.ts': 'export const short = 3;',
  'lib/r.json': '{ "x": 1 }',
  'package.json': '{ "type": "module", "imports": { "#short": "./lib/short.ts" } }',
  'node_modules/tool/package.json': '{ "name": "tool", "version": "1.0.0", "main": "index.js" }',
  'node_modules/tool/index.js': 'exports.tool = 1;',
};

const cacheFile = (root: string): string => join(root, '.daymill/manifest-cache.json');

function cached(root: string, epoch = 1): Promise<Manifest> {
  mkdirSync(join(root, '.daymill'), { recursive: true });
  return cachedManifest({ root, directory: 'computations', epoch }, cacheFile(root));
}

/** Marks what is kept, so that it shows whether it was used. */
function markKept(root: string): void {
  const kept = JSON.parse(readFileSync(cacheFile(root), 'utf8')) as { manifest: Manifest };
  kept.manifest = { ...kept.manifest, passes: 99 };
  writeFileSync(cacheFile(root), JSON.stringify(kept));
}

async function wasKept(change: (root: string) => void, epoch?: number): Promise<boolean> {
  const root = projectFolder(FILES);
  expect((await cached(root)).passes).toBe(1);
  markKept(root);
  change(root);
  return (await cached(root, epoch)).passes === 99;
}

const writing =
  (file: string, text: string) =>
  (root: string): void =>
    writeFileSync(join(root, file), text);

test.each<[string, (root: string) => void]>([
  ['nothing changed', () => undefined],
  ['a file was touched', (root) => utimesSync(join(root, 'lib/by.ts'), new Date(), new Date())],
  ['a file was written as it was', writing('lib/by.ts', FILES['lib/by.ts'])],
  ['a file changed that nothing imports', writing('lib/long.ts', 'export const short = 4;')],
])('the manifest is the one that was kept when %s', async (_, change) => {
  expect(await wasKept(change)).toBe(true);
});

test.each<[string, (root: string) => void]>([
  ['a module', writing('lib/by.ts', 'export const by = 3;')],
  ['JSON', writing('lib/r.json', '{ "x": 2 }')],
  ['a new module among the computations', writing('computations/more.ts', 'export {};')],
  ['a module that is gone', (root) => rmSync(join(root, 'lib/by.ts'))],
  ['a file of a package', writing('node_modules/tool/index.js', 'exports.tool = 2;')],
  ['where a short form leads', writing('package.json', FILES['package.json'].replace('short.ts', 'long.ts'))],
  ['how Node reads modules', writing('lib/package.json', '{ "type": "commonjs" }')],
  [
    'which package a name leads to',
    (root) => {
      rmSync(join(root, 'node_modules/tool'), { recursive: true });
      symlinkSync(join(root, 'lib'), join(root, 'node_modules/tool'));
      writeFileSync(join(root, 'lib/package.json'), '{ "type": "module", "exports": "./tool.ts" }');
      writeFileSync(join(root, 'lib/tool.ts'), 'export const tool = 1;');
    },
  ],
])('it is made again after a change of %s', async (_, change) => {
  expect(await wasKept(change).catch(() => false)).toBe(false);
});

test('it is made again with another epoch, and when what is kept cannot be read', async () => {
  expect(await wasKept(() => undefined, 2)).toBe(false);
  expect(await wasKept((root) => writeFileSync(cacheFile(root), '{'))).toBe(false);
});

test('a project whose code cannot be analysed is never taken from what was kept', async () => {
  const text = FILES['computations/c.ts'].replace('d * by', 'd * Number(process.env.BY ?? by)');
  const root = projectFolder({ ...FILES, 'computations/c.ts': text });
  expect((await cached(root)).computations[0]?.untrusted).toMatch(/process\.env/);
  expect(() => readFileSync(cacheFile(root))).toThrow(/ENOENT/);
});

test('a project that never ran gets no folder', async () => {
  const root = projectFolder(FILES);
  await cachedManifest({ root, directory: 'computations' }, cacheFile(root));
  expect(existsSync(join(root, '.daymill'))).toBe(false);
});

test('a module that comes into any of several folders, or another list of them, is seen', async () => {
  const root = projectFolder({ ...FILES, 'more/none.ts': 'export const none = 1;' });
  mkdirSync(join(root, '.daymill'), { recursive: true });
  const names = async (...directory: string[]): Promise<string[]> =>
    (await cachedManifest({ root, directory, epoch: 1 }, cacheFile(root))).computations.map(({ name }) => name);
  expect(await names('computations', 'more')).toEqual(['c']);
  markKept(root);
  expect((await cachedManifest({ root, directory: ['computations', 'more'], epoch: 1 }, cacheFile(root))).passes).toBe(
    99,
  );
  writeFileSync(
    join(root, 'more/e.ts'),
    `import { z } from 'zod';
     import { defineComputation } from 'daymill';
     export const e = defineComputation({ name: 'e', category: 'x', needs: {}, output: z.number(), compute: () => 1 });`,
  );
  expect(await names('computations', 'more')).toEqual(['c', 'e']);
  expect(await names('computations')).toEqual(['c']);
});

import { expect, test } from 'vitest';
import { buildManifest } from '../../../src/mill/manifest/build-manifest.ts';
import { loadComputation, loadDataset } from '../../../src/mill/manifest/load-definitions.ts';
import { computation, HEAD, manifestOf, projectFolder } from './project-folder.ts';

const DEFINITION = "{ category: 'x', needs: { prices: document(prices) }, output: z.number(), compute: () => 1 }";
const OUTSIDE = {
  'lib/shared.ts': `${HEAD}
    export const prices = defineDocument({ name: 'prices', document: z.number() });
    export const needed = defineComputation({ name: 'needed', ...${DEFINITION} });
    export const unneeded = defineComputation({ name: 'unneeded', ...${DEFINITION} });`,
};

test('what is exported again, or under two names, counts once: where it is written', async () => {
  const manifest = await manifestOf({
    'computations/a-barrel.ts': "export * from './rsi.ts';\nexport { rsi as again } from './rsi.ts';",
    'computations/rsi.ts': `${HEAD}
      const prices = defineDocument({ name: 'prices', document: z.number() });
      const local = defineComputation({ name: 'rsi', ...${DEFINITION} });
      export { local as rsi, local as sameRsi, prices };`,
  });
  expect(manifest.computations).toHaveLength(1);
  expect(computation(manifest, 'rsi')).toMatchObject({ module: 'computations/rsi.ts', exportName: 'rsi', line: 6 });
  expect(manifest.datasets).toMatchObject([{ name: 'prices', module: 'computations/rsi.ts' }]);
});

test('a definition elsewhere in the project belongs to it when it is needed', async () => {
  const files = {
    ...OUTSIDE,
    'computations/rsi.ts': `${HEAD}
      import { needed } from '../lib/shared.ts';
      export const rsi = defineComputation({ name: 'rsi', category: 'x', needs: { of: dependency(needed) }, output: z.number(), compute: () => 1 });`,
  };
  const root = projectFolder(files);
  const manifest = await buildManifest({ root, directory: 'computations' });
  expect(manifest.computations.map(({ name, pass, module }) => [name, pass, module])).toEqual([
    ['needed', 1, 'lib/shared.ts'],
    ['rsi', 2, 'computations/rsi.ts'],
  ]);
  expect(manifest.datasets).toMatchObject([{ name: 'prices', module: 'lib/shared.ts', exportName: 'prices' }]);
});

test('several folders are one project: what reads across them does, and what lies in two of them is there once', async () => {
  const root = projectFolder({
    'stock/prices.ts': `${HEAD}
      export const prices = defineDocument({ name: 'prices', document: z.number() });`,
    'sales/deep/rsi.ts': `${HEAD}
      import { prices } from '../../stock/prices.ts';
      export const rsi = defineComputation({ name: 'rsi', ...${DEFINITION} });`,
    'sales/after.ts': `${HEAD}
      import { rsi } from './deep/rsi.ts';
      export const after = defineComputation({ name: 'after', category: 'x', needs: { of: dependency(rsi) }, output: z.number(), compute: () => 1 });`,
    'returns/unread.ts': `${HEAD}
      export const unread = defineComputation({ name: 'unread', category: 'x', needs: {}, output: z.number(), compute: () => 1 });`,
  });
  const manifest = await buildManifest({ root, directory: ['stock', 'sales', 'sales/deep', 'sales'] });
  expect(manifest.computations.map(({ name, module }) => [name, module])).toEqual([
    ['rsi', 'sales/deep/rsi.ts'],
    ['after', 'sales/after.ts'],
  ]);
  expect(manifest.datasets.map(({ name }) => name)).toEqual(['prices']);
  expect(await buildManifest({ root, directory: ['sales/deep', 'sales', 'stock'] })).toEqual(manifest);
  await expect(buildManifest({ root, directory: ['sales', 'stok'] })).rejects.toMatchObject({
    code: 'MISSING_FILE',
    message: expect.stringContaining('There is no folder') as string,
  });
});

test('a folder without computations is a manifest without computations', async () => {
  expect(await manifestOf({ 'computations/notes.ts': 'export const note = 1;' })).toMatchObject({
    passes: 0,
    computations: [],
    datasets: [],
  });
});

test('a manifest that no longer fits its code is NO_MANIFEST, not another computation', async () => {
  const root = projectFolder({
    ...OUTSIDE,
    'computations/rsi.ts': "export { needed, prices } from '../lib/shared.ts';",
  });
  const manifest = await buildManifest({ root, directory: 'computations' });
  const entry = computation(manifest, 'needed');
  const [prices] = manifest.datasets;
  const remedy = { code: 'NO_MANIFEST', message: expect.stringContaining('Run `npx daymill manifest`') as string };
  await expect(loadComputation(root, { ...entry, exportName: 'unneeded' })).rejects.toMatchObject(remedy);
  await expect(loadComputation(root, { ...entry, exportName: 'prices' })).rejects.toMatchObject(remedy);
  await expect(loadComputation(root, { ...entry, module: 'lib/gone.ts' })).rejects.toMatchObject(remedy);
  await expect(loadDataset(root, { ...prices!, exportName: 'needed' })).rejects.toMatchObject(remedy);
});

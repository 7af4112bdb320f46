import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildManifest } from '../../../src/mill/manifest/build-manifest.ts';
import { loadComputation, loadDataset } from '../../../src/mill/manifest/load-definitions.ts';
import { inputIdOf } from '../../../src/mill/model/manifest.ts';
import { readManifest, writeManifest } from '../../../src/mill/manifest/read-manifest.ts';
import { computation, HEAD, manifestOf, projectFolder } from './project-folder.ts';

const MARKET = {
  'computations/data.ts': `${HEAD}
    export const prices = defineDocument({ name: 'prices', document: z.record(z.string(), z.number()), description: 'Closing prices' });
    export const trades = defineDataset({ name: 'trades', entity: z.object({ ticker: z.string() }) });`,
  'computations/signals/closes.ts': `${HEAD}
    import { prices } from '../data.ts';

    export const closes = defineComputation({
      name: 'closes', category: 'signals', tags: ['daily'], productLines: ['stocks'], description: 'Closing prices',
      needs: { prices: document(prices), yesterday: previous() },
      output: z.record(z.string(), z.number()),
      compute: ({ prices }) => prices,
    });`,
  'computations/signals/rsi.ts': `${HEAD}
    import { closes } from './closes.ts';
    export default defineComputation({
      name: 'Rsi', category: 'signals', needs: { closes: dependency(closes), past: history(closes, 14), own: history(3) },
      output: z.number(), timeoutSeconds: 60,
      compute: ({ closes }) => Object.keys(closes).length,
    });`,
  'computations/volume.ts': `${HEAD}
    import { trades } from './data.ts';
    export const volume = defineComputation({
      name: 'volume', category: 'base', needs: { trades: dataset(trades) }, output: z.number(),
      reduce: { init: () => ({ n: 0 }), add: (a) => { a.n++; }, finish: (a) => a.n },
    });`,
  'computations/volume.test.ts': 'throw new Error("tests are no modules of the project");',
};

const A_HASH = expect.stringMatching(/^[0-9a-f]{16}$/) as string;

test('a project becomes its graph as data, by pass and name', async () => {
  const manifest = await manifestOf(MARKET);
  expect(manifest.computations.map(({ name, pass }) => [name, pass])).toEqual([
    ['closes', 1],
    ['volume', 1],
    ['rsi', 2],
  ]);
  expect(manifest.passes).toBe(2);
  const { fingerprint, ...closes } = computation(manifest, 'closes');
  expect(closes).toEqual({
    name: 'closes',
    category: 'signals',
    productLines: ['stocks'],
    tags: ['daily'],
    description: 'Closing prices',
    pass: 1,
    module: 'computations/signals/closes.ts',
    exportName: 'closes',
    line: 7,
    needs: [
      { kind: 'document', key: 'prices', of: 'prices' },
      { kind: 'previous', key: 'yesterday' },
    ],
    shape: 'compute',
    keyed: true,
    timeoutSeconds: 480,
  });
  expect(fingerprint.epoch).toBe(1);
  expect(computation(manifest, 'rsi')).toMatchObject({
    exportName: 'default',
    needs: [
      { kind: 'dependency', key: 'closes', of: 'closes' },
      { kind: 'history', key: 'past', of: 'closes', source: 'computation', days: 14 },
      { kind: 'own-history', key: 'own', days: 3 },
    ],
    timeoutSeconds: 60,
  });
  expect(manifest.datasets).toEqual([
    {
      name: 'prices',
      kind: 'document',
      description: 'Closing prices',
      module: 'computations/data.ts',
      exportName: 'prices',
      loader: A_HASH,
    },
    { name: 'trades', kind: 'entities', module: 'computations/data.ts', exportName: 'trades', loader: A_HASH },
  ]);
});

test('a seed is a history under the key of previous, and an edge of the graph', async () => {
  const manifest = await manifestOf({
    ...MARKET,
    'computations/peak.ts': `import { z } from 'zod';
import { defineComputation, history, previous } from 'daymill';
import { closes } from './signals/closes.ts';
export const peak = defineComputation({
  name: 'peak', category: 'x', output: z.number(), needs: { before: previous({ seed: history(closes, 30) }) },
  compute: ({ before: { result, seed } }) => result ?? seed.length,
});`,
  });
  expect(computation(manifest, 'peak')).toMatchObject({
    pass: 2,
    needs: [
      { kind: 'previous', key: 'before' },
      { kind: 'history', key: 'before', of: 'closes', source: 'computation', days: 30, seed: true },
    ],
  });
  expect(computation(manifest, 'peak').needs.map(inputIdOf)).toEqual(['previous', 'seed:closes:30']);
});

test('a manifest goes through its file, and its entries lead back to the live definitions', async () => {
  const root = projectFolder(MARKET);
  const manifest = await buildManifest({ root, directory: 'computations' });
  const file = join(root, 'dist/manifest.json');
  writeManifest(file, manifest);
  expect(readManifest(file)).toEqual(manifest);
  const rsi = await loadComputation(root, computation(manifest, 'rsi'));
  expect(rsi).toMatchObject({ kind: 'computation', name: 'rsi', work: { shape: 'compute' } });
  for (const entry of manifest.datasets) expect(await loadDataset(root, entry)).toMatchObject({ name: entry.name });
});

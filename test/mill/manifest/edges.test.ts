import { expect, test } from 'vitest';
import { datasetsReadBy, downstreamOf, isReadAsLatest, upstreamOf } from '../../../src/mill/manifest/edges.ts';
import { graph } from '../../support/graph.ts';
import { aManifest } from './a-manifest.ts';

const MANIFEST = aManifest('a: @prices @calendar', 'b: a a~7 -', 'c: b a~30', 'd:');

test('dependencies and histories are edges, each once; a computation’s own past is none', () => {
  expect(upstreamOf(MANIFEST, 'b')).toEqual(['a']);
  expect(upstreamOf(MANIFEST, 'c')).toEqual(['a', 'b']);
  expect(upstreamOf(MANIFEST, 'a')).toEqual([]);
  expect(downstreamOf(MANIFEST, 'a')).toEqual(['b', 'c']);
  expect(downstreamOf(MANIFEST, 'c')).toEqual([]);
});

test('a name that the manifest does not have has no edges', () => {
  expect(upstreamOf(MANIFEST, 'nobody')).toEqual([]);
  expect(downstreamOf(MANIFEST, 'nobody')).toEqual([]);
});

test('datasets are listed apart, also those of which only the history is read', () => {
  const [a] = MANIFEST.computations;
  expect(datasetsReadBy(a!)).toEqual(['calendar', 'prices']);
  expect(
    datasetsReadBy({ needs: [{ kind: 'history', key: 'past', of: 'prices', source: 'document', days: 3 }] }),
  ).toEqual(['prices']);
});

test('a dataset of which all take the newest document is told from one that somebody reads day by day', () => {
  const both = graph(
    'a: latest stores latest rates',
    'b: latest stores',
    'c: history rates 3 dataset orders joined refunds',
  );
  expect(['stores', 'rates', 'orders', 'nobody'].filter((name) => isReadAsLatest(both, name))).toEqual(['stores']);
  expect(both.computations.flatMap(datasetsReadBy)).toEqual([
    'rates',
    'stores',
    'stores',
    'orders',
    'rates',
    'refunds',
  ]);
});

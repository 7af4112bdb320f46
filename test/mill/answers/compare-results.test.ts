/** What differs between two results: down to members, in key order, whatever parts they lie in. */
import { expect, test } from 'vitest';
import { compareResults, valueChanges } from '../../../src/mill/answers/compare-results.ts';
import { packJson, storedPart } from '../../../src/mill/execution/artifact-codec.ts';
import type { Entry, StoredPart } from '../../../src/mill/model/artifact.ts';
import type { StoredArtifact } from '../../../src/mill/ports/artifacts.ts';

const part = (content: unknown, count: number): StoredPart =>
  storedPart({ count, data: packJson(JSON.stringify(content)) });

/** Kept by entity, in parts of these entries. */
const keyed = (...parts: readonly (readonly Entry[])[]): StoredArtifact =>
  stored(
    true,
    parts.map((each) => part(each, each.length)),
  );
const whole = (value: unknown): StoredArtifact => stored(false, [part(value, 1)]);

const stored = (isKeyed: boolean, parts: readonly StoredPart[]): StoredArtifact => ({
  hash: '0'.repeat(16),
  keyed: isKeyed,
  count: parts.reduce((sum, { count }) => sum + count, 0),
  rawBytes: 0,
  sharded: false,
  async *parts() {
    yield* parts;
  },
  partWith: async () => parts[0],
});

test('entities that came, went and changed are found wherever the parts are cut', async () => {
  const before = keyed(
    [
      ['a', 1],
      ['b', 2],
    ],
    [['d', 4]],
  );
  const after = keyed(
    [['a', 1]],
    [
      ['b', 5],
      ['c', 3],
    ],
  );
  expect(await compareResults(before, after)).toEqual({
    added: 1,
    removed: 1,
    changed: 1,
    same: 1,
    members: [{ path: '', changed: 1, deltas: [3, 3] }],
    differences: [
      { entity: 'b', kind: 'changed', changes: [{ path: '', before: 2, after: 5, delta: 3 }] },
      { entity: 'c', kind: 'added', changes: [{ path: '', before: undefined, after: 3 }] },
      { entity: 'd', kind: 'removed', changes: [{ path: '', before: 4, after: undefined }] },
    ],
  });
});

test('members are summed up over entities, with the smallest and the largest move', async () => {
  const before = keyed([
    ['a', { mean: 1, unit: 'F' }],
    ['b', { mean: 9, unit: 'F' }],
  ]);
  const after = keyed([
    ['a', { mean: 3, unit: 'C' }],
    ['b', { mean: 4, unit: 'F' }],
  ]);
  expect((await compareResults(before, after)).members).toEqual([
    { path: 'mean', changed: 2, deltas: [-5, 2] },
    { path: 'unit', changed: 1 },
  ]);
});

test('a first result is all added; one that is kept by entity now, and was not, has changed as a whole', async () => {
  expect(await compareResults(undefined, keyed([['a', 1]]))).toMatchObject({ added: 1, changed: 0 });
  expect(await compareResults(undefined, whole(7))).toMatchObject({
    differences: [{ kind: 'added', changes: [{ after: 7 }] }],
  });
  expect(await compareResults(whole(7), keyed([['a', 1]]))).toMatchObject({
    differences: [{ kind: 'changed', changes: [{ path: '', before: 7, after: { a: 1 } }] }],
  });
});

test.each([
  ['equal trees', { a: [1, { b: null }] }, { a: [1, { b: null }] }, []],
  [
    'a member deep down',
    { a: [1, { b: 2 }] },
    { a: [1, { b: 5 }] },
    [{ path: 'a.1.b', before: 2, after: 5, delta: 3 }],
  ],
  ['a longer list', [1], [1, 2], [{ path: '1', before: undefined, after: 2 }]],
  ['null for a number', { a: 1 }, { a: null }, [{ path: 'a', before: 1, after: null }]],
  ['a list for an object', { a: [] }, { a: {} }, [{ path: 'a', before: [], after: {} }]],
])('%s', (_, before, after, changes) => {
  expect(valueChanges(before, after)).toEqual(changes);
});

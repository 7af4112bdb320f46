/** The registry: versions whole and in an index, bounded, and equivalence that goes through and both ways. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { firestoreRegistry } from '../../../src/google/mill/firestore-registry.ts';
import { hashOf } from '../../../src/values/hash.ts';
import { MAX_VERSIONS } from '../../../src/mill/model/registration.ts';
import { behaviourOf } from '../../../src/mill/model/vector.ts';
import type { NewVersion, Registry } from '../../../src/mill/ports/code.ts';
import { type FirestoreUnderTest, firestoreUnderTest } from '../../support/firestore-under-test.ts';

let firestore: FirestoreUnderTest;
beforeAll(async () => {
  firestore = await firestoreUnderTest();
});
afterAll(() => firestore.close());

/** As another process opens it. */
const open = (): Registry => firestoreRegistry(firestore.newClient());

/** No other test has it. */
const newName = (): string => `c-${randomUUID()}`;

const behaviour = (code: string): string => behaviourOf({ code: hashOf(code), layer: hashOf('layer') });

/** A version with this code, proven to do what these do. */
function aVersion(computation: string, code: string, same: readonly string[] = []): NewVersion {
  const parts = { code: hashOf(code), layer: hashOf('layer'), simulator: 1, registeredMs: 5 };
  return {
    computation,
    registration: {
      ...parts,
      simulation: { simHash: hashOf(code), inputs: hashOf('inputs'), days: 'abcdef01' },
      pieces: [
        {
          id: '#score',
          kind: 'declaration',
          hash: hashOf(code),
          features: ['.close'],
          place: 'score.ts:7',
          uncovered: 'score.ts:9',
        },
      ],
      numbers: [0.5],
      strings: ['late'],
      comparisons: same.map((each) => ({ against: behaviour(each), verdict: 'SAME' as const, reason: 'it does' })),
    },
    version: {
      ...parts,
      equivalents: same.map(behaviour),
      verdict: same.length > 0 ? 'SAME' : 'FIRST',
      reason: 'as the test says',
      pieces: 1,
      covered: 0,
      uncovered: 'score.ts:9',
    },
  };
}

test('what was registered is read again, whole and in the index', async () => {
  const name = newName();
  expect((await open().versions([name])).get(name)).toEqual([]);
  expect((await open().index()).get(name)).toBeUndefined();
  const added = aVersion(name, 'a');
  await open().register([added]);
  expect((await open().versions([name])).get(name)).toEqual([added.registration]);
  expect((await open().index()).get(name)).toEqual([added.version]);
});

test('registering again replaces the version and keeps what it was proven equal to', async () => {
  const name = newName();
  await open().register([aVersion(name, 'a')]);
  await open().register([aVersion(name, 'b', ['a'])]);
  await open().register([aVersion(name, 'a')]);
  const versions = (await open().index()).get(name) ?? [];
  expect(versions.map(({ code }) => code)).toEqual([hashOf('b'), hashOf('a')]);
  expect(versions.map(({ equivalents }) => equivalents)).toEqual([[behaviour('a')], [behaviour('b')]]);
  expect((await open().versions([name])).get(name)).toHaveLength(2);
});

test('equivalence goes through and both ways, and stays with its own kind', async () => {
  const name = newName();
  for (const version of [
    aVersion(name, 'a'),
    aVersion(name, 'x'),
    aVersion(name, 'b', ['a']),
    aVersion(name, 'c', ['b']),
  ])
    await open().register([version]);
  const classes = new Map(
    (await open().index()).get(name)?.map(({ code, equivalents }) => [code, [...equivalents].sort()]),
  );
  expect(classes.get(hashOf('a'))).toEqual([behaviour('b'), behaviour('c')].sort());
  expect(classes.get(hashOf('c'))).toEqual([behaviour('a'), behaviour('b')].sort());
  expect(classes.get(hashOf('x'))).toEqual([]);
});

test('only the newest versions are kept; what was proven of the others stays', async () => {
  const name = newName();
  const codes = Array.from({ length: MAX_VERSIONS + 3 }, (_, index) => `code ${index}`);
  for (const [index, code] of codes.entries())
    await open().register([aVersion(name, code, codes.slice(Math.max(0, index - 1), index))]);
  const versions = (await open().index()).get(name) ?? [];
  expect(versions.map(({ code }) => code)).toEqual(codes.slice(-MAX_VERSIONS).map(hashOf));
  expect((await open().versions([name])).get(name)).toHaveLength(MAX_VERSIONS);
  expect(versions.at(-1)?.equivalents).toHaveLength(codes.length - 1);
});

test('two that register at once lose nothing', async () => {
  const names = Array.from({ length: 4 }, newName);
  await Promise.all(names.map((name) => open().register([aVersion(name, 'a')])));
  const index = await open().index();
  expect(names.map((name) => index.get(name)?.length)).toEqual([1, 1, 1, 1]);
});

test('a computation may be called as what every object has', async () => {
  const registry = open();
  await registry.register([aVersion('constructor', 'one'), aVersion('valueOf', 'one')]);
  await registry.register([aVersion('constructor', 'two', ['one'])]);
  const index = await open().index();
  expect(index.get('constructor')?.map(({ code }) => code)).toEqual([hashOf('one'), hashOf('two')]);
  expect(index.get('valueOf')?.map(({ code }) => code)).toEqual([hashOf('one')]);
});

test('an index that outgrows its document is cut between names, and read back whole', async () => {
  const prefix = newName();
  const names = Array.from({ length: 60 }, (_, index) => `${prefix}-${index}`);
  const sizes = { documentBytes: 400, commitBytes: 12_000 };
  const small = (): Registry => firestoreRegistry(firestore.newClient(), sizes);
  await small().register(names.map((name) => aVersion(name, name)));
  await small().register([aVersion(names[30] as string, 'new')]);
  const index = await small().index();
  expect(names.map((name) => index.get(name)?.map(({ code }) => code))).toEqual(
    names.map((name, at) => (at === 30 ? [hashOf(name), hashOf('new')] : [hashOf(name)])),
  );
  // One that cuts elsewhere reads the same.
  expect(await open().index()).toEqual(index);
  expect([...(await small().versions(names)).values()].map(({ length }) => length)).toEqual(
    names.map((_, at) => (at === 30 ? 2 : 1)),
  );
  const parts = await firestore.client.collection('planner/registry/parts').get();
  expect(parts.size).toBeGreaterThan(5);
  for (const part of parts.docs) expect((part.get('content') as Uint8Array).byteLength).toBeLessThanOrEqual(400);
});

test('versions that outgrow their document are fewer', async () => {
  const name = newName();
  const small = firestoreRegistry(firestore.newClient(), { documentBytes: 320 });
  for (const code of ['a', 'b', 'c', 'd']) await small.register([aVersion(name, code)]);
  const kept = (await small.versions([name])).get(name) ?? [];
  expect(kept.length).toBeLessThan(4);
  expect(kept.at(-1)?.code).toBe(hashOf('d'));
});

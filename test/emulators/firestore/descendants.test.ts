/** Descendants of a document, over the wire: the Node client asks for them in recursiveDelete only. */
import { FieldPath } from '@google-cloud/firestore';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FirestoreUnderTest } from '../../support/firestore-under-test.ts';
import { CODE, firestoreUnderTest } from '../../support/firestore-under-test.ts';
import type { Wire } from './firestore-wire.ts';
import { openWire, ROOT } from './firestore-wire.ts';

const PARENT = `${ROOT}/users/u`;
const field = (fieldPath: string): object => ({ field: { fieldPath } });
const DESCENDING = { orderBy: [{ ...field('__name__'), direction: 'DESCENDING' }] };
const FILTER = { where: { fieldFilter: { ...field('x'), op: 'EQUAL', value: { integerValue: 1 } } } };
const UNARY = { where: { unaryFilter: { ...field('x'), op: 'IS_NULL' } } };
const ORDER = { orderBy: [field('x')] };

describe.for([
  ['without index demand', false],
  ['with index demand', true],
] as const)('descendants of a document, %s', ([, requireIndexes]) => {
  let cloud: FirestoreUnderTest;
  let wire: Wire;
  beforeAll(async () => {
    cloud = await firestoreUnderTest({ requireIndexes });
    wire = openWire(cloud.emulator?.port ?? 0);
    await cloud.client.doc('users/u/posts/p').set({ x: 1 });
    await cloud.client.doc('users/u/posts/p/posts/q').set({ x: 2 });
    await cloud.client.doc('users/v/posts/r').set({ x: 1 });
  });
  afterAll(async () => {
    wire.close();
    await cloud.close();
  });

  const query = (parent: string, collectionId: string | undefined, rest: object): object => ({
    parent,
    structuredQuery: { from: [{ allDescendants: true, ...(collectionId && { collectionId }) }], ...rest },
  });
  const aggregate = (parent: string, collectionId: string | undefined, operator: object): object => {
    const { structuredQuery } = query(parent, collectionId, {}) as { structuredQuery: object };
    return { parent, structuredAggregationQuery: { structuredQuery, aggregations: [operator] } };
  };
  const names = async (request: object): Promise<unknown[]> =>
    (await wire.call('RunQuery', request)).flatMap(({ document }) =>
      document ? [(document as { name: string }).name.slice(ROOT.length + 1)] : [],
    );

  test('are answered by name, and counted', async () => {
    expect(await names(query(PARENT, 'posts', {}))).toEqual(['users/u/posts/p', 'users/u/posts/p/posts/q']);
    const after = { referenceValue: `${PARENT}/posts/p` };
    const beyond = { where: { fieldFilter: { ...field('__name__'), op: 'GREATER_THAN', value: after } } };
    expect(await names(query(PARENT, undefined, beyond))).toEqual(['users/u/posts/p/posts/q']);
    const [counted] = await wire.call('RunAggregationQuery', aggregate(PARENT, 'posts', { alias: 'n', count: {} }));
    expect(counted?.['result']).toMatchObject({ aggregateFields: { n: { integerValue: '2' } } });
  });

  test.for([
    ['a filter', PARENT, 'posts', FILTER],
    ['a unary filter', PARENT, 'posts', UNARY],
    ['an order', PARENT, 'posts', ORDER],
    ['a filter, of every collection', PARENT, undefined, FILTER],
    ['an order, of every collection of the database', ROOT, undefined, ORDER],
    ['names descending, of every collection', PARENT, undefined, DESCENDING],
    ['names descending, of every collection of the database', ROOT, undefined, DESCENDING],
  ] as const)('refuse %s', async ([, parent, collectionId, rest]) => {
    await expect(wire.call('RunQuery', query(parent, collectionId, rest))).rejects.toMatchObject({
      code: CODE.invalidArgument,
      message: expect.not.stringContaining('firestore.indexes.json') as string,
    });
  });

  test.for([
    ['sum', PARENT, 'posts'],
    ['avg', PARENT, 'posts'],
    ['sum', ROOT, undefined],
  ] as const)('refuse %s below %s', async ([operator, parent, collectionId]) => {
    const request = aggregate(parent, collectionId, { alias: 'n', [operator]: field('x') });
    await expect(wire.call('RunAggregationQuery', request)).rejects.toMatchObject({ code: CODE.invalidArgument });
  });

  test('of one collection id descending are FAILED_PRECONDITION, and no index is named to add', async () => {
    await expect(wire.call('RunQuery', query(PARENT, 'posts', DESCENDING))).rejects.toMatchObject({
      code: CODE.failedPrecondition,
      message: expect.not.stringContaining('firestore.indexes.json') as string,
    });
  });

  test('of the whole database stay what collection groups are', async () => {
    const group = cloud.client.collectionGroup('posts');
    const last = group.orderBy(FieldPath.documentId()).limitToLast(1);
    if (!requireIndexes) expect((await last.get()).docs.map(({ id }) => id)).toEqual(['r']);
    expect((await group.get()).size).toBe(3);
  });

  test('cannot be listened to', async () => {
    expect(await wire.listen({ addTarget: { targetId: 1, query: query(PARENT, 'posts', {}) } })).toMatchObject({
      targetChange: { targetChangeType: 'REMOVE', cause: { code: CODE.invalidArgument } },
    });
  });
});

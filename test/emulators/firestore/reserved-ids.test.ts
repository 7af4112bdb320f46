/** Reserved ids in every RPC that takes a name, over the wire: the client tries a read for seven seconds, whatever the error. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FirestoreUnderTest } from '../../support/firestore-under-test.ts';
import { CODE, firestoreUnderTest } from '../../support/firestore-under-test.ts';
import type { Wire } from './firestore-wire.ts';
import { openWire, ROOT } from './firestore-wire.ts';

describe('a reserved id', () => {
  let cloud: FirestoreUnderTest;
  let wire: Wire;
  beforeAll(async () => {
    cloud = await firestoreUnderTest({});
    wire = openWire(cloud.emulator?.port ?? 0);
  });
  afterAll(async () => {
    wire.close();
    await cloud.close();
  });

  test.for(['__mine__', '_____', '__\n__', '__id007__', '__id-0__', '__id9223372036854775808__'])(
    '%j is refused in reads and in writes, as a document and as a collection',
    async (id) => {
      const [document, below] = [`${ROOT}/r/${id}`, `${ROOT}/${id}/a`];
      const calls: [method: string, request: object][] = [
        ...[document, below].flatMap((name): [string, object][] => [
          ['BatchGetDocuments', { documents: [name] }],
          ['Commit', { writes: [{ update: { name, fields: {} } }] }],
          ['Commit', { writes: [{ delete: name }] }],
          ['ListCollectionIds', { parent: name }],
        ]),
        ['RunQuery', { parent: ROOT, structuredQuery: { from: [{ collectionId: id }] } }],
        ['RunQuery', { parent: document, structuredQuery: { from: [{ collectionId: 'a' }] } }],
        ['ListDocuments', { parent: ROOT, collectionId: id }],
      ];
      for (const [method, request] of calls) {
        await expect(wire.call(method, request)).rejects.toMatchObject({ code: CODE.invalidArgument });
      }
      const heard = await wire.listen({ addTarget: { targetId: 1, documents: { documents: [document] } } });
      expect(heard).toMatchObject({ targetChange: { cause: { code: CODE.invalidArgument } } });
    },
  );
});

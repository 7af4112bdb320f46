/** What only this emulator promises: expiry by a clock, faults, counters, refusals by name, TTL, its start. */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { FieldValue, Timestamp } from '@google-cloud/firestore';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { startFirestore } from '../../../src/emulators/firestore/server.ts';
import type { FirestoreOptions } from '../../../src/emulators/firestore/server.ts';
import { openState } from '../../../src/emulators/state.ts';
import type { FirestoreUnderTest } from '../../support/firestore-under-test.ts';
import { CODE, firestoreUnderTest } from '../../support/firestore-under-test.ts';
import type { Wire } from './firestore-wire.ts';
import { openWire, ROOT } from './firestore-wire.ts';
import { PATIENCE_MS } from '../../support/patience.ts';

describe('the Firestore emulator', () => {
  let cloud: FirestoreUnderTest;
  let wire: Wire;
  const start = async (options: Omit<FirestoreOptions, 'state'> = {}): Promise<void> => {
    cloud = await firestoreUnderTest(options);
    wire = openWire(cloud.emulator?.port ?? 0);
  };
  afterEach(async () => {
    wire.close();
    await cloud.close();
  });
  const name = (path: string): string => `${ROOT}/${path}`;
  const set = (path: string): object => ({ writes: [{ update: { name: name(path), fields: {} } }] });
  const begin = async (path: string): Promise<Buffer> => {
    const request = { documents: [name(path)], newTransaction: { readWrite: {} } };
    const [answer] = await wire.call('BatchGetDocuments', request);
    return answer?.['transaction'] as Buffer;
  };

  describe('transactions of a client that went away', () => {
    test.for([
      ['after a minute idle', [61_000]],
      ['after 270 seconds, used or not', [50_000, 50_000, 50_000, 50_000, 50_000, 21_000]],
    ] as const)('are freed %s', async ([, steps]) => {
      let now = Date.now();
      await start({ clock: () => now });
      const transaction = await begin('a/b');
      let written = false;
      const write = wire.call('Commit', set('a/b')).then(() => (written = true));
      for (const [i, step] of steps.entries()) {
        expect(written).toBe(false);
        now += step;
        if (i < steps.length - 1) await wire.call('BatchGetDocuments', { documents: [name('a/c')], transaction });
      }
      await write;
      await expect(wire.call('Commit', { ...set('a/b'), transaction })).rejects.toMatchObject({
        code: CODE.aborted,
        message: expect.stringContaining('transaction has expired') as string,
      });
    });

    test('an unknown transaction is refused in words that the client retries on', async () => {
      await start();
      await expect(wire.call('Commit', { transaction: Buffer.from('none') })).rejects.toMatchObject({
        code: CODE.invalidArgument,
        message: expect.stringMatching(/transaction has expired/) as string,
      });
    });

    test('a cancelled commit that waited is never applied', async () => {
      await start();
      const transaction = await begin('a/b');
      const abort = new AbortController();
      const write = wire.call('Commit', set('a/b'), abort.signal);
      await vi.waitFor(() => expect(cloud.emulator?.counters().rpcs).toBe(2), { timeout: PATIENCE_MS });
      abort.abort();
      await expect(write).rejects.toThrow(/cancelled/i);
      await wire.call('Rollback', { transaction });
      await cloud.client.doc('a/c').set({});
      expect((await cloud.client.doc('a/b').get()).exists).toBe(false);
    });
  });

  test('counts what Google bills, in all and by caller', async () => {
    await start();
    const labelled = cloud.newClient({ 'x-daymill-caller': 'planner' });
    const root = cloud.client.collection('c');
    const batch = cloud.client.batch();
    for (let i = 0; i < 5; i += 1) batch.set(root.doc(`${i}`), { i });
    await batch.commit();
    await root.doc('0').delete();
    await cloud.client.getAll(root.doc('1'), root.doc('none'));
    await root.where('i', '>', 100).get();
    await root.offset(1).limit(2).get();
    await root.count().get();
    await labelled.collection('c').get();
    const { emulator } = cloud;
    expect(emulator?.counters()).toEqual({ reads: 2 + 1 + 3 + 1 + 4, writes: 5, deletes: 1, rpcs: 7 });
    expect(emulator?.countersByCaller()).toEqual({ planner: { reads: 4, writes: 0, deletes: 0, rpcs: 1 } });
    emulator?.resetCounters();
    expect(emulator?.counters()).toEqual({ reads: 0, writes: 0, deletes: 0, rpcs: 0 });
  });

  test('faults come as planned, the same ones for the same seed', async () => {
    const outcomes = async (seed: number): Promise<string> => {
      await start({ faults: { seed, rules: [{ method: 'Commit', probability: 0.5, fault: { kind: 'aborted' } }] } });
      let text = '';
      for (let i = 0; i < 24; i += 1) {
        text += await wire.call('Commit', set(`a/${i}`)).then(
          () => '.',
          (error: { code: number }) => (error.code === CODE.aborted ? 'A' : '?'),
        );
      }
      wire.close();
      await cloud.close();
      return text;
    };
    const [one, same, other] = [await outcomes(1), await outcomes(1), await outcomes(2)];
    expect(one).toMatch(/^[.A]+$/);
    expect(same).toBe(one);
    expect(other).not.toBe(one);
    await start();
  });

  test.for([
    ['aborted', CODE.aborted, false],
    ['unavailable', CODE.unavailable, false],
    ['deadline-exceeded', CODE.deadlineExceeded, false],
    ['error-after', CODE.unavailable, true],
    ['deadline-exceeded-after', CODE.deadlineExceeded, true],
  ] as const)('a call that suffers %s', async ([kind, code, done]) => {
    await start({ faults: { seed: 1, rules: [{ method: 'Commit', probability: 1, fault: { kind } }] } });
    await expect(wire.call('Commit', set('a/b'))).rejects.toMatchObject({ code });
    expect((await cloud.client.doc('a/b').get()).exists).toBe(done);
  });

  test('an error after the commit leaves the commit done, which a blind retry then doubles', async () => {
    const rule = { method: 'Commit', probability: 0.5, fault: { kind: 'error-after' } } as const;
    await start({ faults: { seed: 4, rules: [rule] } });
    const fields = { n: { integerValue: '1' } };
    const add = {
      updateTransforms: [{ fieldPath: 'n', increment: fields.n }],
      update: { name: name('a/b') },
      updateMask: {},
    };
    let lost = 0;
    for (let i = 0; i < 10; i += 1) {
      await wire.call('Commit', { writes: [add] }).catch((error: { code: number }) => {
        expect(error.code).toBe(CODE.unavailable);
        lost += 1;
      });
    }
    expect(lost).toBeGreaterThan(0);
    expect((await cloud.client.doc('a/b').get()).get('n')).toBe(10);
  });

  test('closing answers what still waits', async () => {
    await start();
    await begin('a/b');
    const write = wire.call('Commit', set('a/b')).catch((error: { code: number }) => error.code);
    await vi.waitFor(() => expect(cloud.emulator?.counters().rpcs).toBe(2), { timeout: PATIENCE_MS });
    await cloud.emulator?.close();
    expect(await write).toBe(CODE.unavailable);
  });

  test.for([
    ['GetDocument', { name: name('a/b') }],
    ['CreateDocument', { parent: ROOT, collectionId: 'a' }],
    ['BeginTransaction', {}],
    ['ExecutePipeline', {}],
    ['PartitionQuery', { parent: ROOT }],
  ] as const)('%s is UNIMPLEMENTED by name', async ([method, request]) => {
    await start();
    await expect(wire.call(method, request)).rejects.toMatchObject({
      code: CODE.unimplemented,
      message: expect.stringContaining(method) as string,
    });
  });

  test.for([
    ['a read time', 'BatchGetDocuments', { documents: [name('a/b')], readTime: { seconds: '1' } }, 'read_time'],
    [
      'explain',
      'RunQuery',
      { parent: ROOT, structuredQuery: { from: [{ collectionId: 'a' }] }, explainOptions: {} },
      'explain_options',
    ],
    [
      'vector search',
      'RunQuery',
      { parent: ROOT, structuredQuery: { from: [{ collectionId: 'a' }], findNearest: {} } },
      'find_nearest',
    ],
    [
      'an inequality with NaN, which clients refuse',
      'RunQuery',
      {
        parent: ROOT,
        structuredQuery: {
          from: [{ collectionId: 'a' }],
          where: { fieldFilter: { field: { fieldPath: 'x' }, op: 'GREATER_THAN', value: { doubleValue: NaN } } },
        },
      },
      'GREATER_THAN of null or NaN',
    ],
    ['the old transform write', 'Commit', { writes: [{ transform: { document: name('a/b') } }] }, 'Write.transform'],
  ] as const)('%s is UNIMPLEMENTED by name', async ([, method, request, word]) => {
    await start();
    await expect(wire.call(method, request)).rejects.toMatchObject({
      code: CODE.unimplemented,
      message: expect.stringContaining(word) as string,
    });
  });

  test('malformed bytes are refused and harm nobody', async () => {
    await start();
    for (const method of ['Commit', 'RunQuery', 'BatchGetDocuments']) {
      await expect(wire.call(method, Buffer.from([0xff, 0xff, 0xff, 0xff]))).rejects.toMatchObject({
        code: expect.any(Number) as number,
      });
    }
    await expect(wire.call('Commit', { writes: [{ update: { name: 'nonsense' } }] })).rejects.toMatchObject({
      code: CODE.invalidArgument,
    });
    await cloud.client.doc('a/b').set({ still: 'here' });
  });

  test('expired documents stay for a day and are then deleted, and counted', async () => {
    let now = Date.UTC(2026, 10, 23);
    const hours = (n: number): number => n * 3_600_000;
    await start({
      clock: () => now,
      indexes: { fieldOverrides: [{ collectionGroup: 'sessions', fieldPath: 'expires', ttl: true, indexes: [] }] },
    });
    const sessions = cloud.client.collection('users/u/sessions');
    await sessions.doc('old').set({ expires: Timestamp.fromMillis(now + hours(1)) });
    await sessions.doc('new').set({ expires: Timestamp.fromMillis(now + hours(40)) });
    await sessions.doc('text').set({ expires: 'never' });
    await cloud.client.doc('other/x').set({ expires: Timestamp.fromMillis(now) });
    now += hours(3);
    expect((await sessions.get()).size).toBe(3);
    now += hours(24);
    await vi.waitFor(
      async () => expect((await sessions.get()).docs.map(({ id }) => id)).toEqual(['new', 'text']),
      PATIENCE_MS,
    );
    expect((await cloud.client.doc('other/x').get()).exists).toBe(true);
    expect(cloud.emulator?.counters().deletes).toBe(1);
  });

  test('clear empties every database and its indexes', async () => {
    await start();
    const root = cloud.client.collection('c');
    const fill = async (n: number): Promise<void> => {
      const batch = cloud.client.batch();
      for (let i = 0; i < 150; i += 1) batch.set(root.doc(`${i}`), { n });
      await batch.commit();
    };
    await fill(1);
    expect((await root.where('n', '==', 1).get()).size).toBe(150);
    await cloud.emulator?.clear();
    expect((await root.where('n', '==', 1).get()).size).toBe(0);
    expect(await cloud.client.listCollections()).toEqual([]);
    await fill(2);
    expect((await root.where('n', '==', 2).get()).size).toBe(150);
  });

  test('each call is one line of the log', async () => {
    const lines: string[] = [];
    await start({ log: (line) => lines.push(line) });
    await cloud.client.doc('a/b').set({ at: FieldValue.serverTimestamp() });
    await expect(wire.call('Commit', { writes: [{}] })).rejects.toThrow('no operation');
    expect(lines).toEqual([
      expect.stringMatching(/^firestore Commit OK \d+ ms$/),
      expect.stringMatching(/^firestore Commit INVALID_ARGUMENT .* \d+ ms$/),
    ]);
  });

  test('a busy port is an error, not a server', async () => {
    await start();
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const state = openState(':memory:');
    const { port } = other.address() as AddressInfo;
    await expect(startFirestore({ state, port })).rejects.toThrow(/EADDRINUSE|bind/);
    await state.close();
    other.close();
  });
});

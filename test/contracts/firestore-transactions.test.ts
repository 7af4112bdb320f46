/** Transactions: locks, waiting, retries and what a serial order allows, seen by the official client. */
import { setTimeout as delay } from 'node:timers/promises';
import type { CollectionReference, DocumentReference, Transaction } from '@google-cloud/firestore';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FirestoreUnderTest } from '../support/firestore-under-test.ts';
import { CODE, firestoreUnderTest } from '../support/firestore-under-test.ts';

describe('transactions', () => {
  let cloud: FirestoreUnderTest;
  beforeAll(async () => {
    cloud = await firestoreUnderTest();
  });
  afterAll(() => cloud.close());

  /** A transaction that has read, and goes on when told to. */
  function held(read: (transaction: Transaction) => Promise<unknown>, write?: (transaction: Transaction) => unknown) {
    const reading = Promise.withResolvers<void>();
    const going = Promise.withResolvers<void>();
    const done = cloud.client.runTransaction(async (transaction) => {
      await read(transaction);
      reading.resolve();
      await going.promise;
      write?.(transaction);
    });
    return { hasRead: reading.promise, go: () => going.resolve(), done };
  }

  /** Later writes to free documents are answered, so that one which waits has had its chance. */
  async function othersPass(): Promise<void> {
    for (let i = 0; i < 10; i += 1) await cloud.document().set({});
  }

  test('what is read and written is one step; an error undoes it', async () => {
    const document = cloud.document();
    await document.set({ n: 1 });
    await cloud.client.runTransaction(async (transaction) => {
      const found = await transaction.get(document);
      transaction.update(document, { n: (found.get('n') as number) + 1 });
    });
    const failed = cloud.client.runTransaction(async (transaction) => {
      await transaction.get(document);
      transaction.update(document, { n: 100 });
      throw new Error('mine');
    });
    await expect(failed).rejects.toThrow('mine');
    expect((await document.get()).get('n')).toBe(2);
    // The locks of the failed one are free again.
    await document.update({ n: 3 });
  });

  test('a plain write waits for a transaction that has read the document', async () => {
    const document = cloud.document();
    await document.set({ n: 1 });
    const holder = held(
      (transaction) => transaction.get(document),
      (transaction) => transaction.update(document, { by: 'transaction' }),
    );
    await holder.hasRead;
    const order: string[] = [];
    const write = document.update({ n: 2 }).then(() => order.push('write'));
    await othersPass();
    expect(order).toEqual([]);
    expect((await document.get()).data()).toEqual({ n: 1 });
    holder.go();
    await holder.done.then(() => order.push('transaction'));
    await write;
    expect(order).toEqual(['transaction', 'write']);
    expect((await document.get()).data()).toEqual({ n: 2, by: 'transaction' });
  });

  test('a write to a missing document waits for who found it missing', async () => {
    const document = cloud.document();
    const holder = held(
      (transaction) => transaction.get(document),
      (transaction) => transaction.create(document, { by: 'transaction' }),
    );
    await holder.hasRead;
    const create = document.create({ by: 'write' }).catch((error: { code: number }) => error.code);
    holder.go();
    await holder.done;
    expect(await create).toBe(CODE.alreadyExists);
  });

  test('a query in a transaction keeps out documents that would join its result, and no others', async () => {
    const root = cloud.collection();
    await root.doc('a').set({ kind: 1 });
    const holder = held(
      (transaction) => transaction.get(root.where('kind', '>', 0).where('kind', '<', 2)),
      (transaction) => transaction.set(root.doc('seen'), { kind: 0 }),
    );
    await holder.hasRead;
    await root.doc('other').set({ kind: 2 });
    await root.doc('nan').set({ kind: NaN });
    const order: string[] = [];
    const joins = root
      .doc('b')
      .set({ kind: 1 })
      .then(() => order.push('write'));
    await othersPass();
    expect(order).toEqual([]);
    holder.go();
    await Promise.all([holder.done.then(() => order.push('transaction')), joins]);
    expect(order).toEqual(['transaction', 'write']);
  });

  test('readers share; of two that both want to write, one is retried', async () => {
    const document = cloud.document();
    await document.set({ n: 0 });
    let tries = 0;
    const add = (): Promise<void> =>
      cloud.client.runTransaction(async (transaction) => {
        tries += 1;
        const found = await transaction.get(document);
        await delay(20);
        transaction.update(document, { n: (found.get('n') as number) + 1 });
      });
    await Promise.all([add(), add()]);
    expect((await document.get()).get('n')).toBe(2);
    expect(tries).toBeGreaterThan(2);
  });

  test('an older transaction commits at once, and the younger reader in its way is retried', async () => {
    const document = cloud.document();
    await document.set({ n: 1 });
    const seen: unknown[] = [];
    const add = async (transaction: Transaction): Promise<void> => {
      seen.push((await transaction.get(document)).get('n'));
    };
    const older = held(add, (transaction) => transaction.update(document, { n: 2 }));
    await older.hasRead;
    const younger = held(add, (transaction) => transaction.update(document, { done: true }));
    await younger.hasRead;
    older.go();
    // Does not end before the younger one goes on, which it does only afterwards.
    await older.done;
    younger.go();
    await younger.done;
    expect(seen).toEqual([1, 1, 2]);
    expect((await document.get()).data()).toEqual({ n: 2, done: true });
  });

  test('an older transaction commits although a younger one has queried what it changes', async () => {
    const root = cloud.collection();
    await root.doc('a').set({ kind: 1 });
    let tries = 0;
    const older = held(
      (transaction) => transaction.get(root.doc('b')),
      (transaction) => transaction.set(root.doc('b'), { kind: 1 }),
    );
    await older.hasRead;
    const younger = held(
      async (transaction) => {
        tries += 1;
        const found = await transaction.get(root.where('kind', '==', 1));
        transaction.set(root.doc('count'), { size: found.size });
      },
      () => undefined,
    );
    await younger.hasRead;
    older.go();
    await older.done;
    younger.go();
    await younger.done;
    expect([tries, (await root.doc('count').get()).get('size')]).toEqual([2, 2]);
  });

  test('a transaction that was overtaken never sees half of what overtook it', async () => {
    const root = cloud.collection();
    const [a, b] = [root.doc('a'), root.doc('b')];
    await cloud.client.batch().set(a, { n: 1 }).set(b, { n: 1 }).commit();
    const older = held(
      (transaction) => transaction.get(a),
      (transaction) => transaction.update(a, { n: 2 }).update(b, { n: 2 }),
    );
    await older.hasRead;
    const seen: unknown[] = [];
    const hasRead = Promise.withResolvers<void>();
    const younger = cloud.client.runTransaction(async (transaction) => {
      const first = await transaction.get(a);
      hasRead.resolve();
      await older.done;
      const [second, all] = [await transaction.get(b), await transaction.get(root.where('n', '==', first.get('n')))];
      seen.push([first.get('n'), second.get('n'), all.size]);
      transaction.set(root.doc('c'), {});
    });
    await hasRead.promise;
    older.go();
    await younger;
    expect(seen).toEqual([
      [1, 1, 2],
      [2, 2, 2],
    ]);
  });

  test('a younger transaction waits for the older reader in its way', async () => {
    const document = cloud.document();
    await document.set({ n: 1 });
    const order: string[] = [];
    const older = held((transaction) => transaction.get(document));
    await older.hasRead;
    const younger = held(
      (transaction) => transaction.get(document),
      (transaction) => transaction.update(document, { n: 2 }),
    );
    await younger.hasRead;
    younger.go();
    const through = younger.done.then(() => order.push('younger'));
    await othersPass();
    expect(order).toEqual([]);
    older.go();
    await older.done.then(() => order.push('older'));
    await through;
    expect(order).toEqual(['older', 'younger']);
  });

  test('a read-only transaction sees one moment, takes no locks and cannot write', async () => {
    const root = cloud.collection();
    await root.doc('a').set({ n: 1 });
    await root.doc('b').set({ n: 1 });
    const seen = await cloud.client.runTransaction(
      async (transaction) => {
        const before = await transaction.get(root.doc('a'));
        // Would wait for ever if the read above held a lock.
        await cloud.client
          .batch()
          .update(root.doc('a'), { n: 2 })
          .delete(root.doc('b'))
          .set(root.doc('c'), { n: 2 })
          .commit();
        const again = await transaction.get(root.doc('a'));
        const all = await transaction.get(root.orderBy('n').limit(2));
        const count = await transaction.get(root.where('n', '==', 1).count());
        return [before.get('n'), again.get('n'), all.docs.map(({ id }) => id), count.data().count];
      },
      { readOnly: true },
    );
    expect(seen).toEqual([1, 1, ['a', 'b'], 2]);
    expect((await root.get()).size).toBe(2);
  });

  test('twenty clients that each take one from a counter leave it at zero', async () => {
    const counter = cloud.document();
    await counter.set({ left: 20 });
    const clients = Array.from({ length: 20 }, () => cloud.newClient());
    await Promise.all(
      clients.map((client) =>
        client.runTransaction(
          async (transaction) => {
            const found = await transaction.get(client.doc(counter.path));
            transaction.update(found.ref, { left: (found.get('left') as number) - 1 });
          },
          // Each may be overtaken by all that are older.
          { maxAttempts: 20 },
        ),
      ),
    );
    expect((await counter.get()).get('left')).toBe(0);
  }, 30_000);

  describe('random histories have a serial order', () => {
    interface Step {
      /** Registers to read: by name, or all whose value is of a parity (so that a write can join or leave). */
      readonly reads: (number | 'even' | 'odd')[];
      readonly writes: number[];
      readonly pause: number;
    }
    interface Log {
      readonly name: string;
      readonly time: bigint;
      readonly seen: Record<string, unknown>;
      readonly writes: Record<string, number>;
    }
    const REGISTERS = 4;
    const step = fc.record<Step>({
      reads: fc.uniqueArray(fc.constantFrom<Step['reads'][number]>(0, 1, 2, 3, 'even', 'odd'), {
        minLength: 1,
        maxLength: 3,
      }),
      writes: fc.uniqueArray(fc.integer({ min: 0, max: REGISTERS - 1 }), { maxLength: 2 }),
      pause: fc.integer({ min: 0, max: 8 }),
    });

    const look = async (
      transaction: Transaction,
      root: CollectionReference,
      read: Step['reads'][number],
    ): Promise<unknown> => {
      if (typeof read === 'number') return (await transaction.get(root.doc(`r${read}`))).get('value') ?? null;
      const found = await transaction.get(root.where('parity', '==', read === 'even' ? 0 : 1));
      return found.docs.map(({ id }) => id);
    };

    async function run(root: CollectionReference, steps: Step[]): Promise<Log[]> {
      let next = 1;
      return Promise.all(
        steps.map(async ({ reads, writes, pause }, i) => {
          const log: DocumentReference = root.firestore.doc(`${root.path}-log/t${i}`);
          let seen: Record<string, unknown> = {};
          let wrote: Record<string, number> = {};
          await root.firestore.runTransaction(
            async (transaction) => {
              [seen, wrote] = [{}, {}];
              for (const read of reads) {
                seen[read] = await look(transaction, root, read);
                await delay(pause);
              }
              for (const register of writes) {
                const value = (next += 1);
                wrote[`r${register}`] = value;
                transaction.set(root.doc(`r${register}`), { value, parity: value % 2 });
              }
              transaction.set(log, {});
            },
            { maxAttempts: 20 },
          );
          // The log was written in the same commit, so its time is the commit's.
          const { createTime } = await log.get();
          const time = BigInt(createTime?.seconds ?? 0) * 1_000_000_000n + BigInt(createTime?.nanoseconds ?? 0);
          return { name: log.id, time, seen, writes: wrote };
        }),
      );
    }

    /** Replays commits in the order of their times: each must have seen what all before it left. */
    function replay(logs: Log[]): void {
      const registers = new Map<string, number>();
      for (const { name, seen, writes } of logs.toSorted((a, b) => (a.time < b.time ? -1 : 1))) {
        for (const [read, value] of Object.entries(seen)) {
          const parity = read === 'even' ? 0 : 1;
          const then = /\d/.test(read)
            ? (registers.get(`r${read}`) ?? null)
            : [...registers]
                .filter(([, one]) => one % 2 === parity)
                .map(([id]) => id)
                .toSorted();
          expect(then, `${name} read ${read}`).toEqual(value);
        }
        for (const [register, value] of Object.entries(writes)) registers.set(register, value);
      }
    }

    test('that is the order of their commits', async () => {
      await fc.assert(
        // Many histories side by side: the client's own back-off is most of the time.
        fc.asyncProperty(
          fc.array(fc.array(step, { minLength: 6, maxLength: 6 }), { minLength: 12, maxLength: 12 }),
          async (histories) => {
            const logs = await Promise.all(histories.map((steps) => run(cloud.collection(), steps)));
            expect(new Set(logs.flat().map(({ time }) => time)).size).toBe(histories.length * 6);
            for (const history of logs) replay(history);
          },
        ),
        { numRuns: Number(process.env['DAYMILL_HISTORY_RUNS'] ?? 2), endOnFailure: true },
      );
    });
  });
});

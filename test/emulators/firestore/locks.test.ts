import { describe, expect, test } from 'vitest';
import type { Owner, Touched } from '../../../src/emulators/firestore/locks.ts';
import { DeadlockError, Locks } from '../../../src/emulators/firestore/locks.ts';

const owner = (age: number): Owner => ({ age });
const touches = (...names: string[]): Touched<string> => ({ names, changes: (query) => names.includes(query) });

describe('locks', () => {
  test('a commit is blocked by other readers of its documents and queries, not by its own', () => {
    const locks = new Locks<string>();
    const [a, b, c] = [owner(1), owner(2), owner(3)];
    locks.hold(a, ['x']);
    locks.hold(b, [], 'x');
    expect(locks.blockers(a, touches('x'))).toEqual(new Set([b]));
    expect(locks.blockers(c, touches('x', 'y'))).toEqual(new Set([a, b]));
    expect(locks.blockers(c, touches('y'))).toEqual(new Set());
    locks.release(a);
    locks.release(b);
    expect(locks.blockers(c, touches('x'))).toEqual(new Set());
  });

  test('a commit goes on when the last reader is gone', async () => {
    const locks = new Locks<string>();
    const [a, b, writer] = [owner(1), owner(2), owner(-1)];
    locks.hold(a, ['x']);
    locks.hold(b, ['x']);
    const turn = locks.queue(writer, ['x']);
    let free = false;
    const waiting = turn.free(touches('x')).then(() => (free = true));
    locks.release(a);
    await Promise.resolve();
    expect(free).toBe(false);
    locks.release(b);
    await waiting;
  });

  test('a later reader stands behind a waiting commit until that leaves the queue', async () => {
    const locks = new Locks<string>();
    const [a, late, writer] = [owner(1), owner(2), owner(-1)];
    locks.hold(a, ['x']);
    const turn = locks.queue(writer, ['x']);
    const writing = turn.free(touches('x'));
    const ahead = locks.ahead(late, ['x']);
    expect(ahead).toEqual(new Set([writer]));
    expect(locks.ahead(late, ['y']).size).toBe(0);
    // Whoever the commit waits for must not stand behind it.
    expect(locks.ahead(a, ['x']).size).toBe(0);
    let through = false;
    const reading = locks.standBehind(late, ahead).then(() => (through = true));
    locks.release(a);
    await writing;
    expect(through).toBe(false);
    turn.end();
    await reading;
  });

  test.for([
    ['the one that closes the circle', 1, 2],
    ['the one that waited', 2, 1],
  ])('a deadlock refuses the younger: %s', async ([, first, second]) => {
    const locks = new Locks<string>();
    const [a, b] = [owner(first as number), owner(second as number)];
    locks.hold(a, ['x']);
    locks.hold(b, ['x']);
    const [one, two] = [locks.queue(a, ['x']).free(touches('x')), locks.queue(b, ['x']).free(touches('x'))];
    const [refused, let_through] = a.age > b.age ? [one, two] : [two, one];
    await expect(refused).rejects.toBeInstanceOf(DeadlockError);
    await let_through;
  });

  test('a circle of three over three documents is broken', async () => {
    const locks = new Locks<string>();
    const [a, b, c] = [owner(1), owner(2), owner(3)];
    for (const [one, name] of [
      [a, 'x'],
      [b, 'y'],
      [c, 'z'],
    ] as const)
      locks.hold(one, [name]);
    const results = Promise.allSettled([
      locks.queue(a, ['y']).free(touches('y')),
      locks.queue(b, ['z']).free(touches('z')),
      locks
        .queue(c, ['x'])
        .free(touches('x'))
        .catch((error: unknown) => {
          locks.release(b);
          throw error;
        }),
    ]);
    expect((await results).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  });

  test('every way back is broken, not the first alone', async () => {
    const locks = new Locks<string>();
    const [old, middle, young, youngest] = [owner(1), owner(2), owner(3), owner(4)];
    // `middle` will wait for both younger ones, and both of them for `old`.
    for (const one of [young, youngest]) locks.hold(one, ['y']);
    locks.hold(middle, ['x']);
    locks.hold(old, ['z']);
    const blocked = [
      locks.queue(young, ['z']).free(touches('z')),
      locks.queue(youngest, ['z']).free(touches('z')),
      locks.queue(middle, ['y']).free(touches('y')),
    ];
    const through = locks.queue(old, ['x']).free(touches('x'));
    const settled = Promise.allSettled(blocked);
    // With both gone `middle` is free, and when it ends so is `old`.
    await blocked[2];
    locks.release(middle);
    await through;
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  });

  test('a read that stands in a circle goes first and nobody is refused', async () => {
    const locks = new Locks<string>();
    const [reader, writer, other] = [owner(2), owner(1), owner(3)];
    locks.hold(other, ['x']);
    locks.hold(reader, ['y']);
    const turn = locks.queue(writer, ['x', 'y']);
    const ahead = new Set([writer]);
    const reading = locks.standBehind(reader, ahead);
    const writing = turn.free(touches('x', 'y'));
    await reading;
    expect(locks.ahead(reader, ['x']).size).toBe(0);
    locks.release(reader);
    locks.release(other);
    await writing;
  });

  test('a cancelled call stops waiting and blocks nobody', async () => {
    const locks = new Locks<string>();
    const [a, late, writer] = [owner(1), owner(2), owner(-1)];
    locks.hold(a, ['x']);
    const abort = new AbortController();
    const turn = locks.queue(writer, ['x'], abort.signal);
    const writing = turn.free(touches('x'));
    abort.abort();
    await expect(writing).rejects.toThrow('cancelled');
    turn.end();
    expect(locks.ahead(late, ['x']).size).toBe(0);
  });
});

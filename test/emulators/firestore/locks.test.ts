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

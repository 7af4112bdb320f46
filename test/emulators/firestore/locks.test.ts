import { describe, expect, test } from 'vitest';
import type { Owner, Touched } from '../../../src/emulators/firestore/locks.ts';
import { Locks } from '../../../src/emulators/firestore/locks.ts';

const owner = (age: number): Owner => ({ age });
const touches = (...names: string[]): Touched<string> => ({ names, changes: (query) => names.includes(query) });

describe('locks', () => {
  test('a commit waits for older readers of its documents and queries, and overtakes younger ones', () => {
    const locks = new Locks<string>();
    const [a, b, c] = [owner(1), owner(2), owner(3)];
    locks.hold(a, ['x']);
    locks.hold(b, [], 'x');
    expect(locks.blockers(a, touches('x'))).toEqual(new Set());
    expect(locks.victims(a, touches('x'))).toEqual(new Set([b]));
    expect(locks.blockers(b, touches('x'))).toEqual(new Set([a]));
    expect(locks.victims(b, touches('x'))).toEqual(new Set());
    expect(locks.blockers(c, touches('x', 'y'))).toEqual(new Set([a, b]));
    expect(locks.blockers(c, touches('y'))).toEqual(new Set());
    locks.release(a);
    locks.release(b);
    expect(locks.blockers(c, touches('x'))).toEqual(new Set());
    expect(locks.victims(a, touches('x'))).toEqual(new Set());
  });

  test('a commit goes on when the last reader is gone', async () => {
    const locks = new Locks<string>();
    const [a, b, writer] = [owner(1), owner(2), owner(Infinity)];
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
    const [a, late, writer] = [owner(1), owner(2), owner(Infinity)];
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

  test('commits alone never wait in a circle: of three, the youngest gives way', async () => {
    const locks = new Locks<string>();
    const owners = [owner(1), owner(2), owner(3)];
    const names = ['x', 'y', 'z'];
    for (const [i, one] of owners.entries()) locks.hold(one, [names[i] ?? '']);
    const order: number[] = [];
    // Each wants what the next one holds, the youngest first.
    const through = owners.toReversed().map(async (one) => {
      const wanted = touches(names[one.age % 3] ?? '');
      await locks.queue(one, wanted.names).free(wanted);
      order.push(one.age);
      expect(locks.blockers(one, wanted).size).toBe(0);
      for (const victim of locks.victims(one, wanted)) locks.release(victim, new Error(`overtaken by ${one.age}`));
      locks.release(one);
    });
    const outcomes = await Promise.allSettled(through);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(order).toEqual([2, 1]);
  });

  test('who is overtaken while it waits is refused with the reason', async () => {
    const locks = new Locks<string>();
    const [oldest, middle, young] = [owner(1), owner(2), owner(3)];
    locks.hold(oldest, ['y']);
    locks.hold(young, ['x']);
    const waiting = locks.queue(young, ['y']).free(touches('y'));
    await locks.queue(middle, ['x']).free(touches('x'));
    for (const victim of locks.victims(middle, touches('x'))) locks.release(victim, new Error('overtaken'));
    await expect(waiting).rejects.toThrow('overtaken');
  });

  test('a read that stands in a circle goes first and nobody is refused', async () => {
    const locks = new Locks<string>();
    const [reader, writer, other] = [owner(2), owner(3), owner(1)];
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
    const [a, late, writer] = [owner(1), owner(2), owner(Infinity)];
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

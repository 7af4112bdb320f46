/** Streams in key order, side by side. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Entry } from '../../../src/mill/model/artifact.ts';
import { TerminalError } from '../../../src/errors.ts';
import { besideIn, joinByKey, type JoinedEntry } from '../../../src/mill/execution/join-by-key.ts';
import { inChunks } from './given.ts';

const sorted = fc
  .uniqueArray(fc.string({ maxLength: 3 }), { maxLength: 30 })
  .map((keys) => keys.toSorted((a, b) => (a < b ? -1 : 1)));
const side = fc.tuple(sorted, fc.integer({ min: 1, max: 9 }));

test('every entry of the one comes once, in order, with what each of the others has under its key', async () => {
  await fc.assert(
    fc.asyncProperty(side, fc.array(side, { minLength: 1, maxLength: 3 }), async ([left, leftSize], others) => {
      const of = (keys: readonly string[], name: string): Entry[] => keys.map((key) => [key, `${name} ${key}`]);
      const found: JoinedEntry[] = [];
      const streams = others.map(([keys, size], index) => inChunks(of(keys, `other ${index}`), size));
      for await (const chunk of joinByKey(inChunks(of(left, 'now'), leftSize), streams)) found.push(...chunk);
      const beside = (key: string) =>
        others.map(([keys], index) => (keys.includes(key) ? `other ${index} ${key}` : undefined));
      expect(found).toEqual(left.map((key) => [key, `now ${key}`, ...beside(key)]));
    }),
    { numRuns: 300 },
  );
});

const pairs = (...keys: readonly string[]): Entry[] => keys.map((key, index) => [key, index]);

test('what cannot be read is told to who looks at it, and to nobody else; what passes ends the join', async () => {
  const failing = async function* (thrown: Error): AsyncGenerator<readonly Entry[]> {
    yield pairs('a');
    throw thrown;
  };
  const bad = new TerminalError('BAD_SOURCE', 'line 7');
  const streams = [failing(bad), inChunks(pairs('a', 'c'))];
  const [chunk] = await Array.fromAsync(joinByKey(inChunks(pairs('a', 'b', 'c')), streams));
  expect(chunk?.map((entry) => besideIn(entry, 1))).toEqual([0, undefined, 1]);
  const [first, second] = chunk ?? [];
  expect(besideIn(first as JoinedEntry, 0)).toBe(0);
  expect(() => besideIn(second as JoinedEntry, 0)).toThrow(bad);
  const passing = joinByKey(inChunks(pairs('a', 'b')), [failing(new Error('away'))]);
  await expect(Array.fromAsync(passing)).rejects.toThrow('away');
});

test('the other is closed when its reader stops early, or needs no more of it', async () => {
  let closed = 0;
  const endless = async function* (): AsyncGenerator<readonly Entry[]> {
    try {
      for (let index = 0; ; index++) yield [[`k${index}`, index]];
    } finally {
      closed++;
    }
  };
  for await (const _ of joinByKey(
    inChunks(
      [
        ['k0', 0],
        ['k1', 1],
      ],
      1,
    ),
    [endless()],
  ))
    break;
  expect(closed).toBe(1);
  for await (const _ of joinByKey(inChunks([['k0', 0]]), [endless()])) continue;
  expect(closed).toBe(2);
});

test('a long stretch that is passed over keeps nobody else from their turn', async () => {
  const many = Array.from({ length: 50 }, (_, index): Entry => [`k${String(index).padStart(2, '0')}`, index]);
  let isOthersTurn = false;
  setImmediate(() => (isOthersTurn = true));
  const [chunk] = await Array.fromAsync(joinByKey(inChunks(pairs('z')), [inChunks(many, 1)]));
  expect(chunk).toEqual([['z', 0, undefined]]);
  expect(isOthersTurn).toBe(true);
});

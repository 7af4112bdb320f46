/** Two streams in key order, side by side. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Entry } from '../../../src/mill/model/artifact.ts';
import { joinByKey, type JoinedEntry } from '../../../src/mill/execution/join-by-key.ts';
import { inChunks } from './given.ts';

const sorted = fc
  .uniqueArray(fc.string({ maxLength: 3 }), { maxLength: 30 })
  .map((keys) => keys.toSorted((a, b) => (a < b ? -1 : 1)));
const side = fc.tuple(sorted, fc.integer({ min: 1, max: 9 }));

test('every entry of the one comes once, in order, with what the other has under its key', async () => {
  await fc.assert(
    fc.asyncProperty(side, side, async ([left, leftSize], [right, rightSize]) => {
      const of = (keys: readonly string[], name: string): Entry[] => keys.map((key) => [key, `${name} ${key}`]);
      const found: JoinedEntry[] = [];
      const joined = joinByKey(inChunks(of(left, 'now'), leftSize), inChunks(of(right, 'then'), rightSize));
      for await (const chunk of joined) found.push(...chunk);
      const known = new Set(right);
      expect(found).toEqual(left.map((key) => [key, `now ${key}`, known.has(key) ? `then ${key}` : undefined]));
    }),
    { numRuns: 300 },
  );
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
    endless(),
  ))
    break;
  expect(closed).toBe(1);
  for await (const _ of joinByKey(inChunks([['k0', 0]]), endless())) continue;
  expect(closed).toBe(2);
});

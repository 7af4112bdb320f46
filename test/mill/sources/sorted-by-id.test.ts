/** Sorting by ids: the same whether it fits into one run or takes many. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type FoundEntity, sortedById } from '../../../src/mill/sources/sorted-by-id.ts';

async function* chunksOf(entities: readonly FoundEntity[], size: number): AsyncGenerator<readonly FoundEntity[]> {
  for (let start = 0; start < entities.length; start += size) yield entities.slice(start, start + size);
}

const sorted = async (entities: readonly FoundEntity[], runCharacters: number, chunk = 7): Promise<FoundEntity[]> =>
  (await Array.fromAsync(sortedById(chunksOf(entities, chunk), runCharacters))).flat();

const entity = fc.record({ id: fc.string({ maxLength: 3 }), json: fc.json(), where: fc.string() });

test('in the order of the ids, those with one id as they came, in one run or in many', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(entity), fc.integer({ min: 1, max: 200 }), async (entities, runCharacters) => {
      const expected = entities.toSorted((a, b) => (a.id < b.id ? -1 : Number(a.id > b.id)));
      expect(await sorted(entities, runCharacters)).toEqual(expected);
      expect(await sorted(entities, Infinity)).toEqual(expected);
    }),
  );
});

test('chunks that were merged are of a size, whatever the runs were', async () => {
  const entities = Array.from({ length: 9_000 }, (_, n) => ({ id: String((n * 7_919) % 9_001), json: '1', where: '' }));
  const chunks = await Array.fromAsync(sortedById(chunksOf(entities, 1_000), 5_000));
  expect(chunks.map((chunk) => chunk.length)).toEqual([2_000, 2_000, 2_000, 2_000, 1_000]);
});

/** What is looked at in all values of a result together. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { NULL_DENSITY, openQuality, QUALITY_AFTER_ENTITIES } from '../../../src/mill/execution/quality.ts';
import { type Checks, defineComputation } from '../../../src/mill/model/computation.ts';
import { dataset } from '../../../src/mill/model/need.ts';
import { entries, flights, inChunks, run, Shards } from './given.ts';

const Value = z.object({ price: z.number().nullable(), volume: z.number().optional(), ticker: z.string() });
type Value = z.infer<typeof Value>;

const keyed = (perEntity: (index: number) => Value, checks: Checks = {}) =>
  defineComputation({
    name: 'keyed',
    category: 'test',
    needs: { flight: dataset(flights) },
    output: z.record(z.string(), Value),
    perEntity,
    checks,
  });
const plain = (perEntity: (index: number) => number, checks: Checks = {}) =>
  defineComputation({
    name: 'plain',
    category: 'test',
    needs: { flight: dataset(flights) },
    output: z.record(z.string(), z.number()),
    perEntity,
    checks,
  });
const on = (computation: Parameters<typeof run>[0], count: number) =>
  run(computation, { entities: inChunks(entries(count)) });
const good = (index: number): Value => ({ price: index, volume: index, ticker: `t${index}` });

describe('a flat line', () => {
  test('fails a result that is the same for every entity, from a hundred on', async () => {
    const flat = plain(() => 7);
    await expect(on(flat, QUALITY_AFTER_ENTITIES - 1)).resolves.toMatchObject({ failedEntities: 0 });
    await expect(on(flat, QUALITY_AFTER_ENTITIES)).rejects.toMatchObject({
      name: 'TerminalError',
      code: 'FLAT_LINE',
      message: expect.stringContaining('plain: the value is 7 in all of 100 entities, and nothing else differs'),
    });
    await expect(
      on(
        plain((index) => (index === 99 ? 8 : 7)),
        100,
      ),
    ).resolves.toMatchObject({ entities: 100 });
  });

  test('is none while anything differs, and where there are no numbers', async () => {
    await expect(
      on(
        keyed((index) => ({ ...good(0), ticker: `t${index}` })),
        200,
      ),
    ).resolves.toBeDefined();
    await expect(
      on(
        keyed((index) => ({ ...good(0), price: index < 100 ? null : 5 })),
        200,
      ),
    ).resolves.toBeDefined();
    const words = defineComputation({
      name: 'words',
      category: 'test',
      needs: { flight: dataset(flights) },
      output: z.record(z.string(), z.literal('there')),
      perEntity: () => 'there' as const,
    });
    await expect(on(words, 200)).resolves.toBeDefined();
  });

  test('of a field that the author named fails although others vary', async () => {
    const stuck = (index: number): Value => ({ ...good(index), price: 5 });
    await expect(on(keyed(stuck), 200)).resolves.toBeDefined();
    await expect(on(keyed(stuck, { flatLine: { fields: ['volume', 'price'] } }), 200)).rejects.toMatchObject({
      code: 'FLAT_LINE',
      message: expect.stringContaining('keyed: "price" is 5 in all of 200 entities;'),
    });
    await expect(on(keyed(stuck, { flatLine: { fields: ['price'], after: 201 } }), 200)).resolves.toBeDefined();
  });

  test('may be allowed', async () => {
    await expect(
      on(
        plain(() => 7, { flatLine: false }),
        200,
      ),
    ).resolves.toMatchObject({ artifact: { count: 200 } });
  });

  test('fails a reduction and a whole result as well', async () => {
    const whole = defineComputation({
      name: 'whole',
      category: 'test',
      needs: {},
      output: z.record(z.string(), z.number()),
      compute: () => Object.fromEntries(entries(150).map(([id]) => [id, 0])),
    });
    await expect(run(whole)).rejects.toMatchObject({ code: 'FLAT_LINE' });
  });
});

describe('null density', () => {
  const half = (index: number): Value => ({ ...good(index), price: index % 2 === 0 ? null : index });

  test('fails a field that is null or absent in more than half of the entities', async () => {
    await expect(on(keyed(half), 200)).resolves.toBeDefined();
    await expect(
      on(
        keyed((index) => (index === 1 ? { ...half(index), price: null } : half(index))),
        200,
      ),
    ).rejects.toMatchObject({
      name: 'TerminalError',
      code: 'NULL_DENSITY',
      message: expect.stringContaining('keyed: "price" is null or absent in 101 of 200 entities, above 50 %'),
    });
    const absent = (index: number): Value => ({ price: index, ticker: 't' });
    await expect(on(keyed(absent), 200)).rejects.toMatchObject({
      message: expect.stringContaining('"volume" is null or absent in 200 of 200'),
    });
    await expect(on(keyed(absent), QUALITY_AFTER_ENTITIES - 1)).resolves.toBeDefined();
  });

  test.each<[string, Checks['nullDensity']]>([
    ['off', false],
    ['with another share', { above: NULL_DENSITY + 0.1 }],
    ['with a later beginning', { after: 1_000 }],
  ])('may be %s', async (_, nullDensity) => {
    const most = (index: number): Value => ({ ...good(index), price: index % 10 < 6 ? null : index });
    await expect(on(keyed(most), 200)).rejects.toMatchObject({ code: 'NULL_DENSITY' });
    await expect(on(keyed(most, { nullDensity: nullDensity ?? {} }), 200)).resolves.toBeDefined();
  });
});

test('nothing is said before all is seen, however it is cut into shards', async () => {
  const shards = new Shards();
  const computation = plain(() => 7);
  const failing = run(computation, {
    entities: inChunks(entries(20_000), 1_000),
    sink: shards.sink,
    heapShare: () => 1,
  });
  await expect(failing).rejects.toMatchObject({ message: expect.stringContaining('in all of 20000 entities') });
});

test('what is no number and no object is not looked at', () => {
  const odd = defineComputation({
    name: 'odd',
    category: 'test',
    needs: {},
    output: z.record(z.string(), z.array(z.number())),
    compute: () => ({}),
  });
  const quality = openQuality(odd);
  for (let index = 0; index < 200; index++) quality.add([1, 2, 3]);
  expect(() => quality.end()).not.toThrow();
});

test('what is deeper than a field is taken to vary, although it is one thing in all entities', () => {
  const shared = { deeper: 1 };
  const quality = openQuality(
    defineComputation({
      name: 'shared',
      category: 'test',
      needs: {},
      output: z.record(z.string(), z.object({ n: z.number(), deeper: z.any() })),
      compute: () => ({}),
    }),
  );
  for (let index = 0; index < 200; index++) quality.add({ n: 7, deeper: shared });
  expect(() => quality.end()).not.toThrow();
});

/** Running one computation for one day. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { TerminalError } from '../../../src/errors.ts';
import { BREAKER_AFTER_ENTITIES, FLUSH_ENTITIES, STRIDE } from '../../../src/mill/execution/limits.ts';
import { defineComputation } from '../../../src/mill/model/computation.ts';
import { dataset, document, history, previous } from '../../../src/mill/model/need.ts';
import { defineDocument } from '../../../src/mill/model/dataset.ts';
import { entries, flights, inChunks, run, Shards } from './given.ts';

const prices = defineDocument({ name: 'prices', document: z.number() });

const doubled = defineComputation({
  name: 'doubled',
  category: 'test',
  needs: { flight: dataset(flights) },
  output: z.record(z.string(), z.number()),
  perEntity: (flight) => (flight % 3 === 2 ? undefined : flight * 2),
});

const RING: Record<string, unknown> = {};
RING['self'] = RING;

describe('compute', () => {
  const next = defineComputation({
    name: 'next',
    category: 'test',
    needs: { price: document(prices), yesterday: previous() },
    output: z.object({ date: z.string(), sum: z.number() }),
    compute: ({ price, yesterday }, { date }) => ({ date, sum: price + (yesterday?.sum ?? 0) }),
  });

  test('gets its inputs and the date, once', async () => {
    const shards = new Shards();
    const { artifact, entities } = await run(next, { inputs: { price: 2, yesterday: { date: '', sum: 5 } } });
    expect(shards.valueOf(artifact)).toEqual({ date: '2024-01-01', sum: 7 });
    expect(artifact).toMatchObject({ keyed: false, count: 1 });
    expect(entities).toBe(0);
  });

  test('may take what a window holds in another order, and not change it: other days read it too', async () => {
    const window = [{ date: '2023-12-31', value: { prices: [3, 1] } }];
    const lowest = (sort: (list: readonly number[]) => readonly number[]) =>
      defineComputation({
        name: 'lowest',
        category: 'test',
        needs: { past: history(5) },
        output: z.object({ prices: z.array(z.number()) }),
        compute: ({ past }) => ({ prices: past.flatMap(({ value }) => sort(value.prices)) }),
      });
    const copied = await run(
      lowest((list) => list.toSorted((a, b) => a - b)),
      { inputs: { past: structuredClone(window) } },
    );
    expect(new Shards().valueOf(copied.artifact)).toEqual({ prices: [1, 3] });
    const changed = lowest((list) => (list as number[]).sort((a, b) => a - b));
    await expect(run(changed, { inputs: { past: structuredClone(window) } })).rejects.toMatchObject({
      code: 'COMPUTE_FAILED',
      message: expect.stringContaining('read only') as string,
    });
  });

  test('may be asynchronous', async () => {
    const slow = defineComputation({ ...base, compute: async () => Promise.resolve(3) });
    expect(new Shards().valueOf((await run(slow)).artifact)).toBe(3);
  });

  test('of a record is stored by key, in key order', async () => {
    const record = defineComputation({
      name: 'record',
      category: 'test',
      needs: {},
      output: z.record(z.string(), z.number()),
      compute: () => ({ b: 2, a: 1, B: 3 }),
    });
    const { artifact } = await run(record);
    expect(artifact).toMatchObject({ keyed: true, count: 3 });
    expect(new Shards().entriesOf(artifact)).toEqual([
      ['B', 3],
      ['a', 1],
      ['b', 2],
    ]);
  });

  test('that throws is a failure of the computation, with its place', async () => {
    const broken = defineComputation({
      ...base,
      compute: (): number => {
        throw new RangeError('no such price');
      },
    });
    const failure = run(broken);
    await expect(failure).rejects.toBeInstanceOf(TerminalError);
    await expect(failure).rejects.toMatchObject({ code: 'COMPUTE_FAILED', cause: expect.any(RangeError) });
    await expect(failure).rejects.toThrow(/base: RangeError: no such price \(at .*execute\.test\.ts:\d+/);
  });

  test('that rejects is the same', async () => {
    const broken = defineComputation({ ...base, compute: () => Promise.reject(new Error('late')) });
    await expect(run(broken)).rejects.toMatchObject({
      code: 'COMPUTE_FAILED',
      message: expect.stringContaining('late'),
    });
  });

  test.each(['Reached heap limit Allocation failed - JavaScript heap out of memory', 'Array buffer allocation failed'])(
    'whose error speaks of memory passes it on as it is: %s',
    async (message) => {
      const error = new RangeError(message);
      const greedy = defineComputation({ ...base, compute: () => Promise.reject(error) });
      await expect(run(greedy)).rejects.toBe(error);
    },
  );

  describe('that does not end', () => {
    beforeEach(() => void vi.useFakeTimers());
    afterEach(() => void vi.useRealTimers());

    test('is stopped at its time-out', async () => {
      const stuck = defineComputation({ ...base, timeoutSeconds: 30, compute: () => new Promise<number>(() => {}) });
      const failure = run(stuck).catch((thrown: unknown) => thrown);
      await vi.advanceTimersByTimeAsync(29_999);
      expect(vi.getTimerCount()).toBe(1);
      await vi.advanceTimersByTimeAsync(1);
      expect(await failure).toMatchObject({
        code: 'TIMEOUT',
        message: expect.stringContaining('base did not end within 30 s'),
      });
    });

    test('leaves no timer behind when it does end', async () => {
      await run(defineComputation({ ...base, compute: async () => Promise.resolve(1) }));
      expect(vi.getTimerCount()).toBe(0);
    });
  });
});

describe('perEntity', () => {
  test('makes a value an entity, and leaves out where there is none', async () => {
    const execution = await run(doubled, { entities: inChunks(entries(5)) });
    expect(new Shards().entriesOf(execution.artifact)).toEqual([
      ['e00000', 0],
      ['e00001', 2],
      ['e00003', 6],
      ['e00004', 8],
    ]);
    expect(execution).toMatchObject({ entities: 5, failedEntities: 0, errors: [] });
  });

  test('knows the id, the date and the other inputs', async () => {
    const seen: unknown[] = [];
    const looking = defineComputation({
      name: 'looking',
      category: 'test',
      needs: { flight: dataset(flights), price: document(prices) },
      output: z.record(z.string(), z.number()),
      perEntity: (flight, { id, date, inputs }) => {
        seen.push([flight, id, date, inputs.price]);
        return 1;
      },
    });
    await run(looking, { inputs: { price: 9 }, entities: inChunks(entries(2)) });
    expect(seen).toEqual([
      [0, 'e00000', '2024-01-01', 9],
      [1, 'e00001', '2024-01-01', 9],
    ]);
  });

  test('flushes at 5,000: 12,000 entities are three parts in order', async () => {
    const all = defineComputation({ ...perEntity, perEntity: (flight) => flight });
    const { artifact } = await run(all, { entities: inChunks(entries(12_000)) });
    const parts = new Shards().partsOf(artifact);
    expect(parts.map(({ first, last, count }) => [first, last, count])).toEqual([
      ['e00000', 'e04999', FLUSH_ENTITIES],
      ['e05000', 'e09999', FLUSH_ENTITIES],
      ['e10000', 'e11999', 2_000],
    ]);
    expect(new Shards().entriesOf(artifact)).toEqual(entries(12_000));
  });

  test('makes the same hash however the entities come', async () => {
    const all = defineComputation({ ...perEntity, perEntity: (flight) => flight });
    const hashes = await Promise.all(
      [1, 7, 999, 1_000, 1_001, 5_000, 12_000].map(
        async (size) => (await run(all, { entities: inChunks(entries(12_000), size) })).artifact.hash,
      ),
    );
    expect(new Set(hashes).size).toBe(1);
  });

  test('makes the same hash as the whole record would', async () => {
    const all = defineComputation({ ...perEntity, perEntity: (flight) => flight });
    const whole = defineComputation({
      name: 'whole',
      category: 'test',
      needs: {},
      output: z.record(z.string(), z.number()),
      compute: () => Object.fromEntries(entries(6_000).toReversed()) as Record<string, number>,
    });
    expect((await run(all, { entities: inChunks(entries(6_000)) })).artifact.hash).toBe(
      (await run(whole)).artifact.hash,
    );
  });

  test('of a day without entities is an empty record', async () => {
    const { artifact, entities } = await run(doubled, { entities: inChunks([]) });
    expect(artifact).toMatchObject({ keyed: true, count: 0, parts: [] });
    expect(entities).toBe(0);
  });

  test('counts an entity that throws as failed, and goes on', async () => {
    const fragile = defineComputation({
      ...perEntity,
      perEntity: (flight) => {
        if (flight === 3) throw new Error('no such airport');
        return flight;
      },
    });
    const execution = await run(fragile, { entities: inChunks(entries(5)) });
    expect(execution).toMatchObject({
      entities: 5,
      failedEntities: 1,
      errors: [{ id: 'e00003', message: expect.stringMatching(/^no such airport \(at .*:\d+:\d+\)\)$/) as string }],
    });
    expect(new Shards().entriesOf(execution.artifact).map(([id]) => id)).toEqual([
      'e00000',
      'e00001',
      'e00002',
      'e00004',
    ]);
  });

  test.each([
    ['NaN', Number.NaN],
    ['infinity', Number.NEGATIVE_INFINITY],
    ['text', 'seven'],
  ])('counts an entity whose value is %s as failed', async (_, value) => {
    const wrong = defineComputation({
      ...perEntity,
      perEntity: (flight) => (flight === 1 ? (value as number) : flight),
    });
    const execution = await run(wrong, { entities: inChunks(entries(3)) });
    expect(execution.failedEntities).toBe(1);
    expect(execution.errors[0]?.message).toContain('the value of "e00001" does not fit the output schema');
  });

  test('counts an entity whose id is no key of the output as failed', async () => {
    const tickers = defineComputation({
      ...perEntity,
      output: z.record(z.string().regex(/^e0000[0-3]$/), z.number()),
      perEntity: (flight) => flight,
    });
    const execution = await run(tickers, { entities: inChunks(entries(5)) });
    expect(execution.failedEntities).toBe(1);
    expect(execution.errors[0]?.message).toContain('"e00004" is no key of the output schema');
  });

  test('stops when more than a tenth fail', async () => {
    const broken = defineComputation({
      ...perEntity,
      perEntity: (flight) => {
        if (flight % 5 === 0) throw new Error('no such airport');
        return flight;
      },
    });
    await expect(run(broken, { entities: inChunks(entries(5_000)) })).rejects.toMatchObject({
      code: 'QUALITY_CIRCUIT_BREAKER',
      message: expect.stringContaining(
        `20 of ${BREAKER_AFTER_ENTITIES} entities failed, above 10 %; the first, e00000: no such airport (at `,
      ) as string,
    });
  });

  test('passes on what speaks of memory as it is', async () => {
    const error = new RangeError('Array buffer allocation failed');
    const greedy = defineComputation({
      ...perEntity,
      perEntity: (): number => {
        throw error;
      },
    });
    await expect(run(greedy, { entities: inChunks(entries(5)) })).rejects.toBe(error);
  });

  test('stops at its time-out between two strides', async () => {
    let now = 0;
    const slow = defineComputation({
      ...perEntity,
      timeoutSeconds: 1,
      perEntity: (flight) => {
        now += 1;
        return flight;
      },
    });
    await expect(run(slow, { entities: inChunks(entries(12_000)), now: () => now })).rejects.toMatchObject({
      code: 'TIMEOUT',
    });
    expect(now).toBe(2 * STRIDE);
  });

  test('tells how far it is, and lets timers run between strides', async () => {
    const progress: number[] = [];
    let ticks = 0;
    const timer = setInterval(() => ticks++, 0);
    await run(doubled, { entities: inChunks(entries(12_000)), onProgress: (count) => progress.push(count) });
    clearInterval(timer);
    expect(progress).toEqual(Array.from({ length: 12 }, (_, index) => (index + 1) * STRIDE));
    expect(ticks).toBeGreaterThan(0);
  });

  test('passes on the trouble of its source', async () => {
    const error = new Error('the store did not answer');
    const failing = {
      async *[Symbol.asyncIterator]() {
        yield entries(2);
        await Promise.reject(error);
      },
    };
    await expect(run(doubled, { entities: failing })).rejects.toBe(error);
  });

  test('without entities is a defect of ours', async () => {
    await expect(run(doubled)).rejects.toThrow('doubled streams a dataset, but was given no entities');
  });
});

describe('reduce', () => {
  const total = defineComputation({
    name: 'total',
    category: 'test',
    needs: { flight: dataset(flights) },
    output: z.object({ sum: z.number(), last: z.string() }),
    reduce: {
      init: () => ({ sum: 0, last: '' }),
      add: (sofar, flight, { id }) => {
        if (flight === 13) throw new Error('thirteen');
        sofar.sum += flight;
        sofar.last = id;
      },
      finish: (sofar) => sofar,
    },
  });

  test('folds every entity, in order, and counts those that fail', async () => {
    const execution = await run(total, { entities: inChunks(entries(2_000), 300) });
    expect(new Shards().valueOf(execution.artifact)).toEqual({ sum: 1_998_987, last: 'e01999' });
    expect(execution).toMatchObject({
      entities: 2_000,
      failedEntities: 1,
      errors: [{ id: 'e00013', message: expect.stringMatching(/^thirteen \(at /) as string }],
    });
  });

  test.each(['init', 'finish'] as const)('whose %s throws is a failure of the computation', async (step) => {
    const fail = (): never => {
      throw new Error('broken');
    };
    const broken = defineComputation({
      name: 'broken',
      category: 'test',
      needs: { flight: dataset(flights) },
      output: z.number(),
      reduce: { init: () => 0, add: () => undefined, finish: () => 1, [step]: fail },
    });
    await expect(run(broken, { entities: inChunks(entries(2)) })).rejects.toMatchObject({
      code: 'COMPUTE_FAILED',
      message: expect.stringContaining('broken'),
    });
  });
});

describe('an output', () => {
  test.each<[string, unknown, string]>([
    ['NaN', { deep: [1, Number.NaN] }, 'base returned what its output schema does not take: at deep.1'],
    ['infinity', { deep: [Number.POSITIVE_INFINITY] }, 'at deep.0'],
    ['of another shape', 7, 'expected object'],
    ['with several faults', { deep: ['a', 'b'] }, '(and 1 more)'],
  ])('%s is invalid, with its path', async (_, value, message) => {
    const wrong = defineComputation({
      ...base,
      output: z.object({ deep: z.array(z.number()) }),
      compute: () => value as { deep: number[] },
    });
    await expect(run(wrong)).rejects.toMatchObject({
      code: 'OUTPUT_INVALID',
      message: expect.stringContaining(message),
    });
  });

  test.each<[string, unknown, string]>([
    ['NaN', { deep: Number.NaN }, 'the result: NaN cannot be stored (at deep)'],
    ['a Map', new Map([['a', 1]]), 'the result: a Map cannot be stored'],
    ['a bigint', 1n, 'the result: a bigint cannot be stored'],
    ['a Date', { items: [{ at: new Date(0) }] }, 'the result: a Date cannot be stored (at items.0.at); use its text'],
    ['an invalid Date', { at: new Date('soon') }, 'the result: an invalid Date cannot be stored (at at); return null'],
    ['a hole', { items: [1, undefined] }, 'the result: undefined cannot be stored (at items.1); return null'],
    ['a ring', RING, 'the result: it refers to itself'],
  ])('that its schema lets through but JSON has no word for (%s) is invalid, for good', async (_, value, message) => {
    const loose = defineComputation({ ...base, output: z.unknown(), compute: () => value });
    const failure = run(loose);
    await expect(failure).rejects.toBeInstanceOf(TerminalError);
    await expect(failure).rejects.toMatchObject({ code: 'OUTPUT_INVALID', message: expect.stringContaining(message) });
  });

  test.each([
    ['an entity', z.record(z.string(), z.number()), '{"__proto__":1}', '"__proto__"'],
    [
      'a member of a record inside',
      z.object({ by: z.record(z.string(), z.number()) }),
      '{"by":{"__proto__":1}}',
      '"by.__proto__"',
    ],
  ])('with %s that its schema would leave out without a word is invalid', async (_, output, json, named) => {
    const wrong = defineComputation({
      ...base,
      output: output as z.ZodType,
      compute: () => JSON.parse(json) as unknown,
    });
    await expect(run(wrong)).rejects.toMatchObject({ code: 'OUTPUT_INVALID', message: expect.stringContaining(named) });
  });

  test('of a record that JSON has no word for names the key', async () => {
    const loose = defineComputation({
      ...base,
      output: z.record(z.string(), z.unknown()),
      compute: () => ({ good: 1, poor: Number.NaN }),
    });
    await expect(run(loose)).rejects.toMatchObject({
      code: 'OUTPUT_INVALID',
      message: expect.stringContaining('the value of "poor": NaN cannot be stored'),
    });
  });

  test('is what its schema makes of it', async () => {
    const shaped = defineComputation({
      ...base,
      output: z.object({ a: z.number().default(4) }),
      compute: () => ({ a: 4, dropped: true }),
    });
    expect(new Shards().valueOf((await run(shaped)).artifact)).toEqual({ a: 4 });
  });
});

const base = { name: 'base', category: 'test', needs: {}, output: z.number() } as const;
const perEntity = {
  name: 'per-entity',
  category: 'test',
  needs: { flight: dataset(flights) },
  output: z.record(z.string(), z.number()),
} as const;

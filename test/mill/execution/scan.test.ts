/** Several computations on one reading of a day's entities. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { TerminalError } from '../../../src/errors.ts';
import type { Entry } from '../../../src/mill/model/artifact.ts';
import { FLUSH_HEAP_SHARE, STRIDE } from '../../../src/mill/execution/limits.ts';
import { type Execution, scan, type ScanRequest } from '../../../src/mill/execution/scan.ts';
import { type Computation, defineComputation } from '../../../src/mill/model/computation.ts';
import { defineDataset } from '../../../src/mill/model/dataset.ts';
import { dataset } from '../../../src/mill/model/need.ts';
import { entries, flights, inChunks, rejected, run, Shards } from './given.ts';

const each = (name: string, perEntity: (flight: number) => number | undefined, timeoutSeconds = 480): Computation =>
  defineComputation({
    name,
    category: 'test',
    needs: { flight: dataset(flights) },
    output: z.record(z.string(), z.number()),
    perEntity,
    timeoutSeconds,
  });
const plain = each('plain', (flight) => flight);
const odd = each('odd', (flight) => (flight % 2 === 1 ? flight : undefined));
const total = defineComputation({
  name: 'total',
  category: 'test',
  needs: { flight: dataset(flights) },
  output: z.number(),
  reduce: {
    init: () => ({ sum: 0 }),
    add: (sofar, flight) => void (sofar.sum += flight),
    finish: ({ sum }) => sum,
  },
});
const fail = (name: string): Computation =>
  each(name, () => {
    throw new Error('no such airport');
  });

const scanned = (
  computations: readonly Computation[],
  entities: AsyncIterable<readonly Entry[]>,
  given: Partial<ScanRequest> = {},
): Promise<(Execution | TerminalError)[]> =>
  scan({
    cells: computations.map((computation) => ({
      computation,
      context: { date: '2024-01-01' },
      inputs: {},
      sink: new Shards().sink,
      onStray: rejected,
    })),
    entities,
    now: () => 0,
    heapShare: () => 0,
    ...given,
  });

/** A result, or the code of the error. */
const hashes = (results: readonly (Execution | TerminalError)[]): string[] =>
  results.map((result) => (result instanceof TerminalError ? result.code : result.artifact.hash));

describe('a scan of several computations', () => {
  test('reads once, and makes of each what it makes alone', async () => {
    let chunks = 0;
    const counted = async function* () {
      for await (const chunk of inChunks(entries(12_345), 1_700)) {
        chunks++;
        yield chunk;
      }
    };
    const together = await scanned([plain, total, odd], counted());
    expect(chunks).toBe(Math.ceil(12_345 / 1_700));
    const alone = await Promise.all(
      [plain, total, odd].map((computation) => run(computation, { entities: inChunks(entries(12_345)) })),
    );
    expect(hashes(together)).toEqual(alone.map(({ artifact }) => artifact.hash));
    expect(together).toMatchObject([{ entities: 12_345 }, { entities: 12_345 }, { entities: 12_345 }]);
  });

  test('goes on without one that fails, whose errors are its own', async () => {
    const some = each('some', (flight) => {
      if (flight === 7) throw new Error('seven');
      return flight;
    });
    const results = await scanned([fail('broken'), some, total], inChunks(entries(3_000), 900));
    expect(hashes(results)[0]).toBe('QUALITY_CIRCUIT_BREAKER');
    expect(results[1]).toMatchObject({
      entities: 3_000,
      failedEntities: 1,
      errors: [{ id: 'e00007', message: expect.stringMatching(/^seven \(at /) as string }],
    });
    expect(results[2]).toMatchObject({ entities: 3_000, failedEntities: 0, errors: [] });
  });

  test('gives each what is stored, though another one changes what it is given, however late', async () => {
    const visits = defineDataset({
      name: 'visits',
      entity: z.object({ pages: z.number(), tags: z.array(z.string()) }),
    });
    const of = (name: string, look: (visit: { pages: number; tags: string[] }) => number): Computation =>
      defineComputation({
        name,
        category: 'test',
        needs: { visit: dataset(visits) },
        output: z.record(z.string(), z.number()),
        perEntity: look,
      });
    const spoiling = of('spoiling', (visit) => {
      if (visit.pages === 700) visit.tags.push('seen');
      return visit.pages === 800 ? (visit.pages = -1) : visit.pages;
    });
    const reading = of('reading', ({ pages, tags }) => pages + tags.length);
    const stored = Array.from({ length: 1_000 }, (_, pages): Entry => [
      `e${String(pages).padStart(5, '0')}`,
      { pages, tags: ['new'] },
    ]);
    const [spoilt, read] = await scanned([spoiling, reading], inChunks(structuredClone(stored), 300));
    expect(spoilt).toMatchObject({ failedEntities: 2, errors: [{ id: 'e00700' }, { id: 'e00800' }] });
    const alone = await run(reading, { entities: inChunks(structuredClone(stored)) });
    expect(hashes(read === undefined ? [] : [read])).toEqual([alone.artifact.hash]);
  });

  test('fails a computation whose init, finish or output is wrong, and no other', async () => {
    const reducer = { init: () => ({ sum: 0 }), add: () => undefined, finish: () => 1 };
    const boom = (): never => {
      throw new Error('boom');
    };
    const wrong = (name: string, part: object): Computation =>
      defineComputation({
        name,
        category: 'test',
        needs: { flight: dataset(flights) },
        output: z.number(),
        reduce: { ...reducer, ...part },
      });
    const results = await scanned(
      [wrong('in', { init: boom }), total, wrong('out', { finish: boom }), wrong('odd', { finish: () => 'text' })],
      inChunks(entries(10)),
    );
    expect(results.map((result) => (result instanceof TerminalError ? result.code : 'done'))).toEqual([
      'COMPUTE_FAILED',
      'done',
      'COMPUTE_FAILED',
      'OUTPUT_INVALID',
    ]);
  });

  test('stops reading when all have failed', async () => {
    let chunks = 0;
    const endless = async function* () {
      for (;;) {
        if (++chunks > 3) throw new Error('it reads on');
        yield entries(STRIDE);
      }
    };
    expect(hashes(await scanned([fail('one'), fail('two')], endless()))).toEqual([
      'QUALITY_CIRCUIT_BREAKER',
      'QUALITY_CIRCUIT_BREAKER',
    ]);
    expect(chunks).toBe(1);
  });

  test('gives each a time of its own: the slow one is stopped, the quick one is not', async () => {
    let now = 0;
    const slow = each(
      'slow',
      (flight) => {
        now += 1;
        return flight;
      },
      2,
    );
    const quick = each('quick', (flight) => flight, 1);
    const results = await scanned([slow, quick], inChunks(entries(9_000), 2_000), { now: () => now });
    expect(hashes(results)[0]).toBe('TIMEOUT');
    expect(results[1]).toMatchObject({ entities: 9_000, seconds: 0 });
  });

  test('divides the time of the reading among all', async () => {
    let now = 0;
    const slowly = async function* () {
      for await (const chunk of inChunks(entries(4_000), 1_000)) {
        now += 1_000;
        yield chunk;
      }
    };
    expect(await scanned([plain, total], slowly(), { now: () => now })).toMatchObject([{ seconds: 2 }, { seconds: 2 }]);
  });

  test('is given up when the time of the task is over, to be divided; a computation alone goes on', async () => {
    let now = 0;
    const ticking = each('ticking', (flight) => {
      now += 1;
      return flight;
    });
    const late = { now: () => now, stopAtMs: STRIDE * 2 };
    await expect(scanned([ticking, total], inChunks(entries(9_000)), late)).rejects.toMatchObject({ code: 'OVERTIME' });
    now = 0;
    expect(await scanned([ticking], inChunks(entries(9_000)), late)).toMatchObject([{ entities: 9_000 }]);
  });

  test('passes on what speaks of memory, and trouble of its source, whole', async () => {
    const memory = new RangeError('Array buffer allocation failed');
    const greedy = each('greedy', () => {
      throw memory;
    });
    await expect(scanned([total, greedy], inChunks(entries(5)))).rejects.toBe(memory);
  });

  test('lets go of what it has gathered when the heap is fuller than 70 %, in smaller parts with the same hash', async () => {
    const partsOf = async (share: number) => {
      const [result] = await scanned([plain, odd], inChunks(entries(4_000), 4_000), { heapShare: () => share });
      if (result === undefined || result instanceof TerminalError) throw new Error('it failed');
      return { hash: result.artifact.hash, counts: new Shards().partsOf(result.artifact).map(({ count }) => count) };
    };
    const calm = await partsOf(FLUSH_HEAP_SHARE);
    const full = await partsOf(FLUSH_HEAP_SHARE + 0.01);
    expect(calm.counts).toEqual([4_000]);
    expect(full.counts).toEqual([STRIDE, STRIDE, STRIDE, STRIDE]);
    expect(full.hash).toBe(calm.hash);
  });

  test('stops a computation that changes what it is given, before its neighbours read it', async () => {
    const lists = defineDataset({ name: 'lists', entity: z.object({ list: z.array(z.number()) }) });
    const of = (name: string, perEntity: (entity: { list: number[] }) => number): Computation =>
      defineComputation({
        name,
        category: 'test',
        needs: { list: dataset(lists) },
        output: z.record(z.string(), z.number()),
        perEntity,
      });
    const sorts = of('sorts', ({ list }) => list.sort((a, b) => a - b)[0] ?? 0);
    const first = of('first', ({ list }) => list[0] ?? 0);
    const many = (): AsyncGenerator<readonly Entry[]> =>
      inChunks(entries(300).map(([id], index) => [id, { list: [index, 0] }]));
    const together = await scanned([sorts, first], many());
    expect(together[0]).toMatchObject({
      code: 'QUALITY_CIRCUIT_BREAKER',
      message: expect.stringContaining('read only property'),
    });
    expect(hashes(together)[1]).toBe(hashes(await scanned([first], many()))[0]);
    expect(hashes(await scanned([sorts], many()))).toEqual(['QUALITY_CIRCUIT_BREAKER']);
  });

  test('asks for the next chunk only when all are done with the last', async () => {
    const log: string[] = [];
    const noting = (name: string): Computation =>
      each(name, (flight) => {
        if (flight % 10 === 0) log.push(`${name} ${flight}`);
        return flight;
      });
    const source = async function* () {
      for await (const chunk of inChunks(entries(20), 10)) {
        log.push('chunk');
        yield chunk;
      }
    };
    await scanned([noting('a'), noting('b')], source());
    expect(log).toEqual(['chunk', 'a 0', 'b 0', 'chunk', 'a 10', 'b 10']);
  });
});

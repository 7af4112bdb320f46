/** A day's segments are joined to chunks: nothing is lost, nothing is twice, whenever it ends, and however many do it. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { firestoreChunks } from '../../../../src/google/meter/firestore-chunks.ts';
import { firestoreDays } from '../../../../src/google/meter/firestore-days.ts';
import { Samples } from '../../../../src/meter/model/samples.ts';
import type { Series } from '../../../../src/meter/model/series.ts';
import type { Chunks } from '../../../../src/meter/ports/chunks.ts';
import type { DayKey, DayStore } from '../../../../src/meter/ports/day-store.ts';
import { RETIRED_MS } from '../../../../src/meter/rollups/chunk-index.ts';
import { sortKeyOf } from '../../../../src/meter/rollups/sort-key.ts';
import {
  compactDay,
  type CompactPorts,
  MIN_FRESH,
  rangesOf,
  sweepChunks,
} from '../../../../src/meter/steps/compact/compact-day.ts';
import { firestoreUnderTest, type FirestoreUnderTest } from '../../../support/firestore-under-test.ts';

const DAY = '2026-03-01';
const START = Date.parse(`${DAY}T00:00:00Z`);
const HOUR = 3_600_000;
const SERIES = 12;

const seriesOf = (number: number): Series => ({
  labels: [
    ['__name__', `metric_${number % 3}`],
    ['n', String(number)],
  ],
});

let firestore: FirestoreUnderTest;
let days: DayStore;
let chunks: Chunks;
let nowMs = START + 23 * HOUR;
let organizations = 0;
beforeAll(async () => {
  firestore = await firestoreUnderTest();
  days = firestoreDays(firestore.newClient());
  chunks = firestoreChunks(firestore.newClient());
});
afterAll(() => firestore.close());

const ports = (over: Partial<Chunks> = {}): CompactPorts => ({
  days,
  chunks: { ...chunks, ...over },
  clock: { now: () => nowMs },
  newId: randomUUID,
});

/** Segments of all series, an hour apart from each other by default. */
async function filled(segments: number, apartMs = HOUR, key = newKey()): Promise<DayKey> {
  const numbers = Uint32Array.from({ length: SERIES }, (_, number) => number);
  const given = (await days.identify(key, numbers, seriesOf, 1_000)) as number[];
  for (let segment = 0; segment < segments; segment++) await write(key, given, START + segment * apartMs);
  return key;
}

async function write(key: DayKey, ids: readonly number[], timeMs: number): Promise<void> {
  const samples = new Samples();
  for (let number = 0; number < SERIES; number++) samples.pushDouble(number, timeMs + number, number + timeMs / HOUR);
  const [committed] = await days.commit([
    { samples: [{ ...key, samples, ids: Uint32Array.from(ids) }], events: [], claims: [], documents: [] },
  ]);
  expect(committed).toMatchObject({ kind: 'committed' });
}

const newKey = (): DayKey => ({ organization: `compact-${organizations++}`, day: DAY });

async function read(key: DayKey, wanted?: Parameters<DayStore['segments']>[1]): Promise<string[]> {
  const found: string[] = [];
  for await (const { samples } of days.segments(key, wanted))
    for (let at = 0; at < samples.length; at++)
      found.push(`${samples.series[at]}@${samples.timestampsMs[at]}=${samples.numberAt(at)}`);
  return found.toSorted();
}

describe('a day that is under way', () => {
  test('is left alone while there is little, and then holds what it held', async () => {
    const key = await filled(MIN_FRESH - 1);
    expect(await compactDay(key, false, ports())).toEqual({ segments: 0, chunks: 0, isDone: true });
    const more = await filled(MIN_FRESH + 4, 30 * 60_000);
    const [before, content] = [await read(more), await days.content(more, 'samples')];
    expect(await compactDay(more, false, ports())).toMatchObject({ segments: MIN_FRESH + 4, isDone: true });
    expect(await read(more)).toEqual(before);
    expect(await days.content(more, 'samples')).toEqual(content);
    const { index } = await chunks.index(more);
    // A chunk for each two hours.
    expect(index.chunks.map(({ block }) => Number(block)).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
    expect(await days.stored(more)).toMatchObject({ segments: 5, samples: before.length });
  });

  test('joins what came for one block at several times', async () => {
    const key = await filled(MIN_FRESH, 60_000);
    await compactDay(key, false, ports());
    const ids = (await days.identify(
      key,
      Uint32Array.from({ length: SERIES }, (_, n) => n),
      seriesOf,
      1_000,
    )) as number[];
    for (let at = 0; at < MIN_FRESH; at++) await write(key, ids, START + at * 60_000 + 500);
    const before = await read(key);
    await compactDay(key, false, ports());
    const { index } = await chunks.index(key);
    expect(index.chunks).toHaveLength(1);
    expect(index.retired.flatMap(({ ids: retired }) => retired)).toHaveLength(2);
    expect(await read(key)).toEqual(before);
    // Who has read the index before still finds them; later they go.
    expect(await chunks.stored(key)).toHaveLength(3);
    nowMs += RETIRED_MS + 1;
    await compactDay(key, false, ports());
    expect(await chunks.stored(key)).toHaveLength(1);
    expect(await read(key)).toEqual(before);
  });
});

test('a closed day comes to lie by series, and what is wanted is read alone', async () => {
  const key = await filled(40, 30 * 60_000);
  const before = await read(key);
  await compactDay(key, true, ports());
  const { index } = await chunks.index(key);
  expect(index.chunks.map(({ block }) => block)).toEqual(['day']);
  expect(await read(key)).toEqual(before);
  const wanted = { fromMs: START, toMs: START + HOUR, keys: [sortKeyOf(seriesOf(4))] };
  expect(await read(key, wanted)).toEqual(before);
  expect(await read(key, { ...wanted, keys: ['unknown\u0000'] })).toEqual([]);
  expect(await read(key, { ...wanted, fromMs: START - HOUR, toMs: START - 1 })).toEqual([]);
});

test('ranges of series hold all of them once, however they overlap', () => {
  const entry = (first: string, last: string) => ({
    id: first + last,
    block: 0,
    fromMs: 0,
    toMs: 1,
    samples: 1,
    bytes: 4_000_000,
    first,
    last,
  });
  const ranges = rangesOf([entry('a', 'd'), entry('b', 'f'), entry('a', 'f'), entry('e', 'h'), entry('x', 'z')]);
  expect(ranges[0]?.after).toBe('');
  expect(ranges.at(-1)?.upTo).toBe('z');
  for (const [at, { after }] of ranges.entries()) if (at > 0) expect(after).toBe(ranges[at - 1]?.upTo);
});

describe('whenever it ends', () => {
  /** Calls of the store that may be the last, before they did anything or after. */
  const calls = ['index', 'fresh', 'write', 'commit', 'remove'] as const;

  test.each(
    calls.flatMap((call) =>
      [0, 1, 2].flatMap((nth) => (['before', 'after'] as const).map((when) => ({ call, nth, when }))),
    ),
  )('$when $call $nth', async ({ call, nth, when }) => {
    const key = await filled(20);
    const [before, content] = [await read(key), await days.content(key, 'samples')];
    let seen = 0;
    const act = chunks[call] as (...given: unknown[]) => Promise<unknown>;
    const ended = new Error('killed');
    const killing = async (...given: unknown[]): Promise<unknown> => {
      const isLast = seen++ === nth;
      if (isLast && when === 'before') throw ended;
      const answer = await act(...given);
      if (isLast) throw ended;
      return answer;
    };
    await compactDay(key, true, ports({ [call]: killing })).catch((thrown: unknown) => expect(thrown).toBe(ended));
    expect(await read(key)).toEqual(before);
    expect(await days.content(key, 'samples')).toEqual(content);
    expect(await compactDay(key, true, ports())).toMatchObject({ isDone: true });
    expect(await read(key)).toEqual(before);
    nowMs += RETIRED_MS + 1;
    await compactDay(key, true, ports());
    const own = { ...ports(), clock: { now: () => Date.now() + 2 * RETIRED_MS } };
    await sweepChunks(key, own);
    const { index } = await chunks.index(key);
    expect((await chunks.stored(key)).map(({ id }) => id).toSorted()).toEqual(
      index.chunks.map(({ id }) => id).toSorted(),
    );
    expect(await read(key)).toEqual(before);
  });

  test('two at once, and readers meanwhile, see each sample once', async () => {
    const key = await filled(60, 20 * 60_000);
    const before = await read(key);
    const both = Promise.all([compactDay(key, true, ports()), compactDay(key, true, ports())]);
    const seen: string[][] = [];
    const over = new AbortController();
    const reading = (async () => {
      while (!over.signal.aborted) seen.push(await read(key));
    })();
    await both;
    over.abort();
    await reading;
    for (const one of seen) expect(one).toEqual(before);
    expect(seen.length).toBeGreaterThan(0);
    expect(await read(key)).toEqual(before);
  });
});

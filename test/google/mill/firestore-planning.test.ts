/** Planning state in Firestore: pages, the sequence that lets one writer in at a time, and what a dispatcher reads. */
import { zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { firestorePlanning } from '../../../src/google/mill/firestore-planning.ts';
import type { Settled } from '../../../src/mill/model/cell.ts';
import { type Day, daysFrom } from '../../../src/values/date.ts';
import { hashOf } from '../../../src/values/hash.ts';
import { EMPTY_LOG } from '../../../src/mill/planning/change-log.ts';
import { daySetOfDays } from '../../../src/mill/planning/day-set.ts';
import type { Missing } from '../../../src/mill/planning/shelf.ts';
import { NO_DATASET, type Standing, unknownStanding } from '../../../src/mill/planning/standing.ts';
import type { Planning, PlanningChange } from '../../../src/mill/ports/planning.ts';
import { fingerprintAt } from '../../support/graph.ts';
import { firestoreUnderTest, type FirestoreUnderTest } from '../../support/firestore-under-test.ts';
import { daySet } from '../../support/ordinals.ts';

const PAGES = { pageBytes: 300 };

let cloud: FirestoreUnderTest;
beforeAll(async () => {
  cloud = await firestoreUnderTest({});
});
beforeEach(async () => cloud.emulator?.clear());
afterAll(async () => cloud.close());

/** That of another process: a client and caches of its own, nothing in memory. */
const another = (): Planning => firestorePlanning(cloud.newClient(), PAGES);

const usage = async (work: () => Promise<unknown>): Promise<{ reads: number; rpcs: number }> => {
  cloud.emulator?.resetCounters();
  await work();
  const { reads, rpcs } = cloud.emulator?.counters() ?? { reads: NaN, rpcs: NaN };
  return { reads, rpcs };
};

const pages = async (): Promise<number> => (await cloud.client.collection('planner/state/pages').get()).size;

/** Each with hashes of its own, so that packing cannot make them small. */
const standings = (count: number): ReadonlyMap<string, Standing> =>
  new Map(
    Array.from({ length: count }, (_, index) => {
      const name = `computation-${index}`;
      return [
        name,
        { ...unknownStanding(daySet(17_000, 18_000), []), fingerprint: fingerprintAt({}, name), seen: index },
      ];
    }),
  );

const completed = (word: string, foldedIn = 1): Settled => ({
  status: 'COMPLETED',
  vector: { fingerprint: fingerprintAt({}, 'a'), inputs: { 'dependency:b': hashOf(word) } },
  resultHash: hashOf(`result ${word}`),
  dispatchId: 'd',
  foldedIn,
});

const settled = (computation: string, date: Day, to: Settled | null): PlanningChange => ({
  settled: [{ cell: { computation, date }, to }],
});

const commit = async (planning: Planning, change: PlanningChange): Promise<boolean> =>
  (await planning.commit(await planning.load(), change)) !== undefined;

const missing = (books: readonly string[], data: readonly string[] = []): Missing => ({
  books: new Set(books),
  data: new Set(data),
});

const CONTENTION = expect.objectContaining({ code: 'CONTENTION' }) as Error;

test('a dataset may be called as what every object has', async () => {
  const planning = another();
  const snapshot = await planning.load();
  await planning.fetch(snapshot, missing([], ['constructor']));
  expect(snapshot.books.data.get('constructor')).toEqual(new Map());
  const days = new Map([['2024-03-01', hashOf('day')]]);
  expect(await commit(planning, { data: new Map([['constructor', days]]) })).toBe(true);
  const reader = another();
  const read = await reader.load();
  await reader.fetch(read, missing([], ['constructor', 'valueOf']));
  expect(read.books.data.get('constructor')).toEqual(days);
  expect(read.books.data.get('valueOf')).toEqual(new Map());
});

describe('the state', () => {
  test('is empty at first, and the same to whoever reads it', async () => {
    const snapshot = await another().load();
    expect(snapshot).toMatchObject({ sequence: 0, open: [] });
    expect(snapshot.standings.size).toBe(0);
    const all = standings(3);
    const planning = another();
    expect(await commit(planning, { standings: all, equivalents: new Map([['a', [hashOf('x')]]]) })).toBe(true);
    const read = await another().load();
    expect(read).toMatchObject({ sequence: 1, standings: all, equivalents: new Map([['a', [hashOf('x')]]]) });
  });

  test('goes on in pages, is read back whole, and takes its pages away when it shrinks', async () => {
    const planning = another();
    expect(await commit(planning, { standings: standings(100) })).toBe(true);
    const many = await pages();
    expect(many).toBeGreaterThan(5);
    expect((await another().load()).standings).toEqual(standings(100));

    expect(await commit(planning, { standings: standings(30) })).toBe(true);
    const fewer = await pages();
    expect(fewer).toBeGreaterThan(0);
    expect(fewer).toBeLessThan(many);
    expect((await another().load()).standings).toEqual(standings(30));

    // By one who has never seen the pages written.
    expect(await commit(another(), { standings: new Map() })).toBe(true);
    expect(await pages()).toBe(0);
    expect((await another().load()).standings.size).toBe(0);
    expect((await planning.load()).standings.size).toBe(0);
  });

  test('that is written between the head and its pages is read again', async () => {
    const writer = another();
    await commit(writer, { standings: standings(40) });
    const client = cloud.newClient();
    const getAll = client.getAll.bind(client);
    let pageReads = 0;
    // A slow network: the other writer commits while this reader has the head and waits for its pages.
    client.getAll = async (...refs: Parameters<typeof getAll>) => {
      const isOfPages = refs.some((ref) => 'path' in ref && ref.path.includes('/pages/'));
      if (isOfPages && pageReads++ === 0) expect(await commit(writer, { standings: standings(41) })).toBe(true);
      return getAll(...refs);
    };
    const read = await firestorePlanning(client, PAGES).load();
    expect(read).toMatchObject({ sequence: 2 });
    expect(read.standings).toEqual(standings(41));
    expect(pageReads).toBe(2);
  });
});

describe('one writer at a time:', () => {
  test('a change made on an older snapshot is refused, and changes nothing', async () => {
    const [one, other] = [another(), another()];
    await commit(one, { standings: standings(50) });
    const [first, second] = [await one.load(), await other.load()];
    expect(
      await one.commit(first, { ...settled('a', '2024-01-01', completed('one')), standings: standings(2) }),
    ).toEqual([]);
    expect(
      await other.commit(second, { ...settled('a', '2024-01-01', completed('other')), standings: standings(60) }),
    ).toBeUndefined();
    const third = await other.load();
    expect(third).toMatchObject({ sequence: 2, standings: standings(2) });
    expect(await pages()).toBe(0);
    await other.fetch(third, missing(['a.2024']));
    expect(third.books.books.get('a.2024')?.get('2024-01-01')).toEqual(completed('one'));
  });

  test('of two that begin at once on an empty database one is refused', async () => {
    const [one, other] = [another(), another()];
    const [first, second] = [await one.load(), await other.load()];
    const saved = await Promise.all([
      one.commit(first, { standings: standings(1) }),
      other.commit(second, { standings: standings(2) }),
    ]);
    expect(saved.filter((made) => made !== undefined)).toEqual([[]]);
  });

  test('a snapshot from before this process wrote is refused without a word to Firestore', async () => {
    const planning = another();
    const old = await planning.load();
    expect(await commit(planning, { standings: standings(1) })).toBe(true);
    expect(await usage(() => planning.commit(old, {}))).toEqual({ reads: 0, rpcs: 0 });
    await expect(planning.fetch(old, missing(['a.2024']))).rejects.toThrow(CONTENTION);
  });
});

describe('books', () => {
  test('are written a year each, changed in place, and fetched as a plan asks', async () => {
    const planning = another();
    await commit(planning, settled('a', '2023-12-31', completed('old')));
    await commit(planning, settled('a', '2024-01-01', completed('first')));
    // By one who must read the book before it can change it.
    await commit(another(), settled('a', '2024-01-02', completed('second')));
    await commit(another(), settled('a', '2024-01-01', null));
    const reader = another();
    const snapshot = await reader.load();
    await reader.fetch(snapshot, missing(['a.2023', 'a.2024', 'a.2025', 'b.2024'], ['prices']));
    expect(snapshot.books.books).toEqual(
      new Map([
        ['a.2023', new Map([['2023-12-31', completed('old')]])],
        ['a.2024', new Map([['2024-01-02', completed('second')]])],
        ['a.2025', new Map()],
        ['b.2024', new Map()],
      ]),
    );
    expect(snapshot.books.data).toEqual(new Map([['prices', new Map()]]));
  });

  test('are kept as many as there is room for, the last used of them', async () => {
    const planning = firestorePlanning(cloud.newClient(), { keptBytes: 16_000 });
    const names = Array.from({ length: 12 }, (_, index) => `c${index}`);
    for (const name of names) await commit(planning, settled(name, '2024-01-01', completed(name)));
    await commit(planning, settled('c0', '2024-01-02', completed('later')));
    const kept = [...(await planning.load()).books.books.keys()];
    expect(kept.length).toBeGreaterThan(2);
    expect(kept.length).toBeLessThan(12);
    expect(kept).toContain('c0.2024');
    expect(kept).not.toContain('c1.2024');
    const snapshot = await planning.load();
    await planning.fetch(snapshot, missing(names.map((name) => `${name}.2024`)));
    expect(names.map((name) => snapshot.books.books.get(`${name}.2024`)?.get('2024-01-01'))).toEqual(
      names.map((name) => completed(name)),
    );
  });

  test('that were written after the snapshot are not handed out as of it', async () => {
    const [reader, writer] = [another(), another()];
    await commit(writer, settled('a', '2024-01-01', completed('first')));
    const snapshot = await reader.load();
    await commit(writer, settled('a', '2024-01-01', completed('second')));
    await expect(reader.fetch(snapshot, missing(['a.2024']))).rejects.toThrow(CONTENTION);
    expect(snapshot.books.books.has('a.2024')).toBe(false);
  });

  test('that another process changed are not taken from memory', async () => {
    const [warm, writer] = [another(), another()];
    await commit(warm, settled('a', '2024-01-01', completed('first')));
    await commit(writer, settled('a', '2024-01-01', completed('second')));
    const snapshot = await warm.load();
    expect(snapshot.books.books.has('a.2024')).toBe(false);
    await warm.fetch(snapshot, missing(['a.2024']));
    expect(snapshot.books.books.get('a.2024')?.get('2024-01-01')).toEqual(completed('second'));
  });

  test('say what was settled after a sequence, and read only what was written since', async () => {
    const writer = another();
    await commit(writer, settled('a', '2023-01-01', completed('old', 1)));
    await commit(writer, settled('a', '2024-01-01', completed('before', 2)));
    await commit(writer, settled('a', '2024-01-02', completed('after', 3)));
    await commit(writer, settled('b', '2024-01-01', null));
    const reader = another();
    const snapshot = await reader.load();
    const found: unknown[] = [];
    const { reads } = await usage(async () => found.push(...(await reader.settledAfter(snapshot, 2))));
    expect(found).toEqual([{ cell: { computation: 'a', date: '2024-01-02' }, settled: completed('after', 3) }]);
    // a.2024 and b.2024, not a.2023.
    expect(reads).toBe(2);
    expect(await reader.settledAfter(snapshot, 4)).toEqual([]);
  });
});

describe('a book that outgrows its document', () => {
  const YEAR = daysFrom('2024-01-01', '2024-12-31');
  const ofYear: PlanningChange = {
    settled: YEAR.map((date) => ({ cell: { computation: 'a', date }, to: completed(date) })),
  };
  const SIZES = { partBytes: 2_000 };
  const small = (): Planning => firestorePlanning(cloud.newClient(), SIZES);

  const documents = async (): Promise<{ id: string; bytes: number }[]> =>
    (await cloud.client.collection('books').get()).docs.map((one) => ({
      id: one.id,
      bytes: one.get('content').length,
    }));

  const yearAt = async (planning: Planning): Promise<unknown> => {
    const snapshot = await planning.load();
    await planning.fetch(snapshot, missing(['a.2024', 'a.2023']));
    return [...(snapshot.books.books.get('a.2024') ?? [])];
  };
  const whole = (changes: Readonly<Record<Day, Settled>> = {}) =>
    YEAR.map((date) => [date, changes[date] ?? completed(date)]);

  test('is cut between days, read back whole, and written where it changes', async () => {
    const planning = small();
    await commit(planning, ofYear);
    const parts = await documents();
    expect(parts.length).toBeGreaterThan(5);
    expect(parts[0]?.id).toBe('a.2024');
    for (const { bytes } of parts) expect(bytes).toBeLessThanOrEqual(2_000);
    expect(await yearAt(planning)).toEqual(whole());
    expect(await yearAt(small())).toEqual(whole());

    const other = small();
    const usageOf = async (work: () => Promise<unknown>) => {
      cloud.emulator?.resetCounters();
      await work();
      return cloud.emulator?.counters();
    };
    const { sequence } = await other.load();
    expect(await usageOf(() => commit(other, settled('a', '2024-09-09', completed('new'))))).toMatchObject({
      writes: 2,
    });
    expect(await yearAt(planning)).toEqual(whole({ '2024-09-09': completed('new') }));
    const snapshot = await planning.load();
    expect(snapshot.books.books.get('a.2024')?.size).toBe(366);
    // Days of the part that was written since.
    const after = await other.settledAfter(await other.load(), sequence);
    expect(after).toEqual([]);
  });

  test('of which a part is lost is made from the results of its days', async () => {
    await commit(small(), ofYear);
    const [, second] = await documents();
    const path = `books/${second?.id}`;
    const lost = Object.keys(
      JSON.parse(zstdDecompressSync((await cloud.client.doc(path).get()).get('content')).toString()) as object,
    );
    for (const date of ['2024-01-01', ...lost]) {
      const { vector, resultHash } = completed(date) as Extract<Settled, { status: 'COMPLETED' }>;
      await cloud.client
        .doc(`results/a/days/${date}`)
        .set({ status: 'COMPLETED', vector, artifact: { hash: resultHash } });
    }
    await cloud.client.doc(path).delete();
    const recovered = Object.fromEntries(
      lost.map((date) => {
        const { foldedIn: _, ...settledOf } = completed(date);
        return [date, { ...settledOf, dispatchId: 'recovered' }];
      }),
    );
    expect(await yearAt(small())).toEqual(whole(recovered));
  });

  test('of a single day is refused by name', async () => {
    const inputs = Object.fromEntries(
      Array.from({ length: 110_000 }, (_, index) => [`dependency:c${index}`, hashOf(String(index))]),
    );
    const { vector, ...wide } = completed('wide') as Extract<Settled, { status: 'COMPLETED' }>;
    const change = settled('a', '2024-01-01', { ...wide, vector: { ...vector, inputs } });
    await expect(commit(another(), change)).rejects.toThrow(
      expect.objectContaining({
        name: 'TerminalError',
        code: 'TOO_LARGE',
        message: expect.stringMatching(/^the plan was not saved: books\/a\.2024 takes \d\.\d\d MiB/u),
      }),
    );
  });
});

describe('a change that is too much for one commit', () => {
  test('says how much of it goes ahead, and is refused by name when nothing does', async () => {
    const planning = firestorePlanning(cloud.newClient(), { ...PAGES, commitBytes: 3_000 });
    const snapshot = await planning.load();
    const change = (cells: number): PlanningChange => ({
      settled: Array.from({ length: cells }, (_, index) => ({
        cell: { computation: `c${index}`, date: '2024-01-01' },
        to: completed(`${index}`),
      })),
    });
    expect(await planning.ahead(snapshot, {})).toBe(0);
    expect(await planning.ahead(snapshot, change(2))).toBe(0);
    const some = await planning.ahead(snapshot, change(20));
    expect(some).toBeGreaterThan(1);
    expect(some).toBeLessThan(20);
    const data = new Map([['prices', new Map(daysFrom('2024-01-01', '2024-12-31').map((day) => [day, hashOf(day)]))]]);
    // Alone they fit, beside the data they do not.
    expect(await planning.ahead(snapshot, { ...change(2), data })).toBe(2);
    await expect(planning.commit(snapshot, { ...change(2), data })).rejects.toThrow(
      /^the plan was not saved: it takes .* MiB in \d documents, the largest of them availability\/prices .* Make it in parts/u,
    );
    expect((await planning.load()).sequence).toBe(0);
  });

  test('that is lost begins anew with a number that no process remembers', async () => {
    const planning = another();
    expect(await commit(planning, settled('a', '2024-01-01', completed('one')))).toBe(true);
    const before = Date.now();
    await cloud.client.doc('planner/state').delete();
    expect((await another().load()).sequence).toBeGreaterThanOrEqual(before);
  });

  test('knows of lost hashes those of days that are open, and of no others', async () => {
    const [open, waiting, removed] = ['2024-01-01', '2024-01-02', '2024-01-03'] as const;
    const planning = another();
    const datasets = new Map([['prices', { ...NO_DATASET, days: daySetOfDays([open, removed]) }]]);
    const data = new Map([['prices', new Map([[open, hashOf('open')]])]]);
    expect(await commit(planning, { datasets, data })).toBe(true);
    for (const [date, status] of [
      [open, 'COMPLETED'],
      [waiting, 'COMPLETED'],
      [removed, 'REMOVED'],
    ])
      await cloud.client.doc(`datasets/prices/days/${date}`).set({ status, hash: hashOf('open') });
    await cloud.client.doc('availability/prices').delete();
    const reader = another();
    const read = await reader.load();
    await reader.fetch(read, missing([], ['prices']));
    expect(read.books.data.get('prices')).toEqual(data.get('prices'));
  });

  test('but for its pages is none: they are written ahead, and seen when the state points to them', async () => {
    const planning = firestorePlanning(cloud.newClient(), { ...PAGES, commitBytes: 3_000 });
    expect(await commit(planning, { standings: standings(200) })).toBe(true);
    expect(await pages()).toBeGreaterThan(3_000 / PAGES.pageBytes);
    expect((await another().load()).standings).toEqual(standings(200));
    // As one that died before its commit leaves them.
    await cloud.client
      .collection('planner/state/pages')
      .doc('dead-1')
      .set({ sequence: 2, content: new Uint8Array(9) });
    expect(await commit(planning, { standings: standings(201) })).toBe(true);
    expect((await another().load()).standings).toEqual(standings(201));
    expect(await commit(planning, { standings: standings(1) })).toBe(true);
    expect(await pages()).toBe(0);
  });

  test('what is learned of memory is cut to a document, the oldest of it first', async () => {
    const book = new Map(
      standings(200)
        .entries()
        .map(([name, { fingerprint }]) => [
          `${name}-${fingerprint.code}`,
          { taken: [{ peakMB: parseInt(fingerprint.code.slice(0, 6), 16), addedMB: 1, seconds: 1 }] },
        ]),
    );
    const planning = firestorePlanning(cloud.newClient(), { pageBytes: 2_000 });
    expect(await commit(planning, { memory: book })).toBe(true);
    const reader = firestorePlanning(cloud.newClient());
    const kept = await reader.memory(await reader.load());
    expect(kept.size).toBeGreaterThan(20);
    expect([...kept]).toEqual([...book].slice(-kept.size));
    expect(await planning.memory(await planning.load())).toEqual(kept);
  });
});

describe('days of root data', () => {
  test('are kept whole beside the state, and read once', async () => {
    const writer = another();
    const days = new Map([['2024-01-01', hashOf('one')]]);
    const dataset = { days: daySet(19_723, 19_723), log: EMPTY_LOG };
    await commit(writer, { data: new Map([['prices', days]]), datasets: new Map([['prices', dataset]]) });
    const reader = another();
    const snapshot = await reader.load();
    expect(snapshot.datasets).toEqual(new Map([['prices', dataset]]));
    await reader.fetch(snapshot, missing([], ['prices']));
    expect(snapshot.books.data.get('prices')).toEqual(days);
    const again = await reader.load();
    expect(again.books.data.get('prices')).toEqual(days);
  });
});

describe('a quiet day', () => {
  test('costs a cold dispatcher the state and its pages, and a warm one the state alone, however many books there are', async () => {
    const writer = another();
    const years = Array.from({ length: 40 }, (_, index) => `${1980 + index}-06-01`);
    await commit(writer, {
      standings: standings(100),
      settled: years.map((date) => ({ cell: { computation: 'a', date }, to: completed(date) })),
    });
    const reader = another();
    const ofPages = await pages();
    expect(await usage(() => reader.load())).toEqual({ reads: 1 + ofPages, rpcs: 2 });
    expect(await usage(() => reader.load())).toEqual({ reads: 1, rpcs: 1 });
    expect(await usage(() => writer.load())).toEqual({ reads: 1, rpcs: 1 });
  });
});

/** What is learned of memory, what is predicted from it, and where tasks start because of it. */
import { Buffer } from 'node:buffer';
import { zstdCompressSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_TIERS } from '../../../src/mill/tiers/default-tiers.ts';
import { learn, MAX_KEYS, memoryKey, TAKEN_KEPT } from '../../../src/mill/tiers/memory-book.ts';
import { predictor } from '../../../src/mill/tiers/predict.ts';
import { tierRouter } from '../../../src/mill/tiers/tier-router.ts';
import { type MemoryBook, MemoryContent, type Remembered } from '../../../src/mill/model/memory-book.ts';
import type { Outgrown, Task, Telemetry } from '../../../src/mill/model/task.ts';
import { Tiers } from '../../../src/mill/model/tier.ts';
import { aTask } from '../../support/graph.ts';

const DAY_MS = 86_400_000;
const COMPLETED = { status: 'COMPLETED', vector: { fingerprint: {}, inputs: {} }, resultHash: 'r', dispatchId: 'd' };

const telemetry = (peakRssMB: number, seconds = 1, tasksAtOnce = 1, startRssMB = 100): Telemetry => ({
  lastHeartbeat: '2024-01-01T00:00:02.000Z',
  lastMemory: { rssMB: peakRssMB, heapUsedMB: 1, timestamp: '2024-01-01T00:00:02.000Z' },
  peakRssMB,
  startRssMB,
  tasksAtOnce,
  entities: 0,
  seconds,
});
const ran = (peakMB: number, given: Partial<Task> & { seconds?: number } = {}): Task => {
  const { seconds, ...task } = given;
  const outcomes = { 'a@2024-01-01': COMPLETED as never };
  return aTask({ status: 'COMPLETED', telemetry: telemetry(peakMB, seconds), outcomes, ...task });
};
const outgrown = (tier: string): Outgrown => ({ tier, because: 'its last heartbeat showed it', rssMB: 2_000 });
/** Died on standard, and got through on high-mem. */
const moved = (peakMB: number): Task => ran(peakMB, { resources: 'high-mem', outgrown: [outgrown('standard')] });
const onHighMem = (peakMB: number): Task => ran(peakMB, { resources: 'high-mem' });

const learnOn = (nowMs: number, book: MemoryBook, ...tasks: Task[]): MemoryBook =>
  learn(book, tasks, { tiers: DEFAULT_TIERS, nowMs });
const after = (...tasks: Task[]): MemoryBook =>
  tasks.reduce<MemoryBook>((book, task) => learnOn(0, book, task), new Map());
const startOf = (book: MemoryBook, nowMs = 0): string => tierRouter(book, DEFAULT_TIERS, nowMs).tierOf('a');

describe('a computation starts', () => {
  test.each([
    ['on the smallest tier when nothing is known of it', after(), 'standard'],
    ['there as long as its peak leaves a quarter of it free', after(ran(1_536)), 'standard'],
    ['on the larger one before it fails, when its peak does not', after(ran(1_537)), 'high-mem'],
    ['on the larger one after it ran out of the smaller', after(moved(2_500)), 'high-mem'],
    [
      'there too when one peak of the last few was high',
      after(onHighMem(1_600), onHighMem(200), onHighMem(1_550)),
      'high-mem',
    ],
    ['on the largest when it found no tier large enough', after(ran(9_000, { resources: 'high-mem' })), 'high-mem'],
    [
      'on the largest after every tier was too small, whatever its heartbeats showed',
      after(
        aTask({
          status: 'FAILED',
          resources: 'high-mem',
          telemetry: telemetry(200),
          outgrown: [outgrown('standard'), outgrown('high-mem')],
        }),
      ),
      'high-mem',
    ],
    [
      'where it was when a task of it failed by its own fault',
      after(ran(2_000, { status: 'FAILED', outcomes: {} })),
      'standard',
    ],
  ] as const)('%s', (_, book, tier) => {
    // A router's first answer may be a trial; where its tasks start is the second.
    const router = tierRouter(book, DEFAULT_TIERS, 0);
    router.tierOf('a');
    expect(router.tierOf('a')).toBe(tier);
  });

  test('with three tiers, on the one that fits', () => {
    const tiers = Tiers.parse([100, 200, 400].map((memoryMB) => ({ name: `t${memoryMB}`, memoryMB })));
    const starts = [70, 80, 140, 160, 900].map((peak) => {
      const book = learn(new Map(), [ran(peak, { resources: 't400' })], { tiers, nowMs: 0 });
      return tierRouter(book, tiers, 0).tierOf('a');
    });
    expect(starts).toEqual(['t100', 't200', 't200', 't400', 't400']);
  });
});

describe('when peaks fall', () => {
  const fallen = after(moved(2_500), onHighMem(2_400), onHighMem(300));

  test('one task of a dispatch is tried on the smaller tier, and the others wait for it', () => {
    const router = tierRouter(fallen, DEFAULT_TIERS, 0);
    expect([1, 2, 3].map(() => router.tierOf('a'))).toEqual(['standard', 'high-mem', 'high-mem']);
    expect([...router.trials]).toEqual(['a']);
    expect(startOf(fallen)).toBe('standard');
  });

  test('a trial that gets through brings them all back, and the high peaks are forgotten', () => {
    const book = learnOn(0, fallen, ran(310), onHighMem(305));
    const router = tierRouter(book, DEFAULT_TIERS, 0);
    expect([1, 2, 3].map(() => router.tierOf('a'))).toEqual(['standard', 'standard', 'standard']);
    expect(router.trials.size).toBe(0);
    expect(router.predict('a')?.peakMB).toBe(310);
  });

  test('a trial that dies closes the way for a day, and for twice as long each time', () => {
    let book = fallen;
    let nowMs = 0;
    for (const days of [1, 2, 4, 8, 16, 32, 32]) {
      expect(startOf(book, nowMs)).toBe('standard');
      // It dies on standard, for whatever transient reason, and shows on high-mem that it needs little.
      book = learnOn(nowMs, book, moved(300));
      expect(startOf(book, nowMs + days * DAY_MS - 1)).toBe('high-mem');
      nowMs += days * DAY_MS;
    }
    expect(startOf(learnOn(nowMs, book, ran(300)), nowMs)).toBe('standard');
  });

  test('a trial that died because peaks rose again is not repeated while they are high', () => {
    const book = learnOn(0, fallen, moved(2_600));
    expect(startOf(book, 400 * DAY_MS)).toBe('high-mem');
  });
});

describe('what is learned', () => {
  test('is nothing of tasks that show nothing', () => {
    const book = after(ran(500));
    expect(learnOn(0, book, aTask({ status: 'COMPLETED' }))).toBe(book);
    expect(learnOn(0, book, ran(90, { outcomes: { 'a@2024-01-01': { status: 'UNCHANGED' } } }))).toBe(book);
  });

  test('is nothing new of a night like the one before', () => {
    const book = after(ran(500));
    expect(learnOn(0, book, ran(520), ran(490))).toBe(book);
    expect(learnOn(0, book, ran(600))).not.toBe(book);
    expect(learnOn(0, book, ran(500, { seconds: 9 }))).not.toBe(book);
  });

  test('of tasks of one run counts the hungriest as the newest', () => {
    const book = learnOn(0, new Map(), onHighMem(2_000), onHighMem(200), onHighMem(500));
    expect(book.get('a')?.taken.map(({ peakMB }) => peakMB)).toEqual([200, 500, 2_000]);
    expect(startOf(book)).toBe('high-mem');
  });

  test('is the last few tasks', () => {
    const peaks = [100, 200, 300, 400, 500, 600, 700];
    const remembered = after(...peaks.map((peak) => ran(peak))).get('a');
    expect(remembered?.taken.map(({ peakMB }) => peakMB)).toEqual(peaks.slice(-TAKEN_KEPT));
  });

  test('is a fair share, where tasks shared the process or computations the task', () => {
    const tasks = [1, 4].map((tasksAtOnce) => ran(0, { telemetry: telemetry(1_000, 6, tasksAtOnce, 200) }));
    const taken = tasks.map((task) => after(task).get('a')?.taken);
    expect(taken).toEqual([[{ peakMB: 1_000, addedMB: 800, seconds: 6 }], [{ peakMB: 400, addedMB: 200, seconds: 6 }]]);
    const cells = ['a', 'b', 'c'].flatMap((computation) => aTask({ computation }).cells);
    const outcomes = { 'a@2024-01-01': COMPLETED, 'b@2024-01-01': COMPLETED, 'c@2024-01-01': { status: 'UNCHANGED' } };
    const fused = after(ran(0, { cells, outcomes: outcomes as never, telemetry: telemetry(1_000, 6, 1, 200) }));
    expect([...fused]).toEqual(
      ['a', 'b'].map((name) => [name, { taken: [{ peakMB: 600, addedMB: 400, seconds: 3 }] }]),
    );
    // The same set again is predicted to take what it took.
    const predict = predictor(fused);
    expect(200 + (predict('a')?.addedMB ?? 0) + (predict('b')?.addedMB ?? 0)).toBe(1_000);
  });

  test('is something of tasks of before, which say less', () => {
    const { tasksAtOnce: _, startRssMB: __, seconds: ___, ...old } = telemetry(700);
    expect(after(ran(0, { telemetry: old })).get('a')?.taken).toEqual([{ peakMB: 700, addedMB: 700, seconds: 0 }]);
  });

  test('fits a document of 1 MiB, however much there is', () => {
    const some = (index: number): Remembered => ({
      taken: Array.from({ length: TAKEN_KEPT }, (_, one) => ({
        peakMB: (index * 7_919 + one * 104_729) % 8_192,
        addedMB: (index * 7_927 + one * 104_723) % 8_000,
        seconds: ((index * 31 + one * 977) % 4_800) / 10,
      })),
    });
    const full = new Map(
      Array.from({ length: MAX_KEYS }, (_, index) => [`a-computation-of-some-length-${index}`, some(index)] as const),
    );
    const book = learnOn(0, full, ran(5_000));
    expect(book.size).toBe(MAX_KEYS);
    expect(book.has('a')).toBe(true);
    expect(book.has('a-computation-of-some-length-0')).toBe(false);
    const packed = zstdCompressSync(Buffer.from(JSON.stringify(Object.fromEntries(book))));
    expect(packed.length).toBeLessThan(0.8 * 1_048_576);
    expect(new Map(Object.entries(MemoryContent.parse(Object.fromEntries(book))))).toEqual(book);
  });
});

describe('what is predicted', () => {
  const entry = (peakMB: number, addedMB: number, seconds: number): Remembered => ({
    taken: [{ peakMB, addedMB, seconds }],
  });
  const predict = predictor(
    new Map([
      ['a~4', entry(120, 20, 1)],
      ['a~8', entry(200, 100, 3)],
      ['b', entry(150, 50, 2)],
    ]),
  );

  test.each([
    ['nothing of what was never seen', 'z', undefined, undefined],
    ['what was seen at this size', 'a', 250, { peakMB: 200, addedMB: 100, seconds: 3 }],
    ['a larger size: grown in a line above an idle worker', 'a', 1_000, { peakMB: 500, addedMB: 400, seconds: 12 }],
    ['a size between two: grown from the smaller', 'a', 31, { peakMB: 140, addedMB: 40, seconds: 2 }],
    ['a smaller size: as the next larger', 'a', 3, { peakMB: 120, addedMB: 20, seconds: 1 }],
    ['an unknown size: the hungriest', 'a', undefined, { peakMB: 200, addedMB: 100, seconds: 3 }],
    ['a size of what was seen without one', 'b', 40, { peakMB: 150, addedMB: 50, seconds: 2 }],
  ] as const)('%s', (_, computation, size, prediction) => {
    expect(predict(computation, size)).toEqual(prediction);
  });

  test('never falls when the input grows', () => {
    const size = fc.integer({ min: 1, max: 1_000_000 });
    fc.assert(
      fc.property(size, size, (one, other) => {
        const [small, large] = [predict('a', Math.min(one, other)), predict('a', Math.max(one, other))];
        expect(large?.peakMB).toBeGreaterThanOrEqual(small?.peakMB ?? Number.POSITIVE_INFINITY);
      }),
    );
  });

  test('sizes are learned apart', () => {
    const sizeOf = (_: string, task: Task): number => Number(task.id);
    const tasks = [ran(5_000, { id: '900' }), ran(200, { id: '9' })];
    const learned = learn(new Map(), tasks, { tiers: DEFAULT_TIERS, nowMs: 0, sizeOf });
    expect([...learned.keys()]).toEqual([memoryKey('a', 900), memoryKey('a', 9)]);
    const router = tierRouter(learned, DEFAULT_TIERS, 0);
    expect([router.tierOf('a', 12), router.tierOf('a', 600), router.tierOf('a', 5_000)]).toEqual([
      'standard',
      'high-mem',
      'high-mem',
    ]);
  });
});

/** The simulation of `npm run bench -- scale`: what its figures rest on. */
import { expect, test } from 'vitest';
import { SimulatedClock } from '../../bench/scale-clock.ts';
import type { NightFigures } from '../../bench/scale-figures.ts';
import { quotaWrites, shardWrites } from '../../bench/scale-meter.ts';
import { Night, type NightOptions } from '../../bench/scale-night.ts';
import { FirestoreModel, PLATFORM } from '../../bench/scale-platform.ts';

const SIZE = { computations: 10, days: 120, entities: 1_000 };
/** Its nightly watch. */
const SHADOWS = 8;

const night = (options: Partial<NightOptions> & Pick<NightOptions, 'kind'>): Promise<NightFigures> =>
  new Night({ size: SIZE, dispatchMs: 20, ...options }).run();

const oneEach = (counts: ReadonlyMap<string, number>): boolean => [...counts.values()].every((times) => times === 1);

test('events happen in the order of time, and of asking where the time is the same', async () => {
  const clock = new SimulatedClock(0);
  const happened: string[] = [];
  const note =
    (name: string): (() => void) =>
    () =>
      void happened.push(`${name} at ${clock.nowMs}`);
  for (const [ms, name] of [
    [30, 'd'],
    [10, 'a'],
    [20, 'b'],
    [20, 'c'],
  ] as const)
    clock.at(ms, note(name));
  clock.at(10, () => clock.after(5, note('after a')));
  clock.at(30, () => clock.at(0, note('not before now')));
  await clock.run();
  expect(happened).toEqual(['a at 10', 'after a at 15', 'b at 20', 'c at 20', 'd at 30', 'not before now at 30']);
});

test('a night from nothing makes every cell in one task that ends once', async () => {
  const found = await night({ kind: 'nothing' });
  expect(found.cells).toBe(SIZE.computations * SIZE.days);
  expect(found.made.size).toBe(found.cells);
  expect([oneEach(found.made), oneEach(found.endings), found.endings.size]).toEqual([true, true, found.tasks]);
});

test('a night that loses its instances half way ends with every task once, later than one that does not', async () => {
  const [calm, lost] = [await night({ kind: 'root' }), await night({ kind: 'lost' })];
  expect([oneEach(lost.made), oneEach(lost.endings)]).toEqual([true, true]);
  expect([...lost.made.keys()].sort()).toEqual([...calm.made.keys()].sort());
  // Tasks of several cells were halved by their death.
  expect(lost.endings.size).toBeGreaterThan(calm.endings.size);
  expect(lost.refused).toBeGreaterThan(calm.refused);
  expect(lost.seconds).toBeGreaterThan(calm.seconds + PLATFORM.outageMs / 2_000);
});

test('a new day makes its cells and its shadows, and reaches no limit', async () => {
  const found = await night({ kind: 'healthy' });
  expect(found.cells).toBe(SIZE.computations + SHADOWS);
  expect(found.reached).toEqual([]);
});

test('waves that are not simulated are counted like those that are', async () => {
  const size = { computations: 10, days: 2_500, entities: 1_000 };
  const [whole, some] = [await night({ kind: 'nothing', size }), await night({ kind: 'nothing', size, waves: 2 })];
  expect(some.simulatedWaves).toBeLessThan(whole.waves);
  const measures = ['cells', 'reads', 'writes', 'dollars', 'workerHours'] as const;
  expect(measures.filter((one) => Math.abs(some[one] / whole[one] - 1) > 0.25)).toEqual([]);
});

test('a document that is written more than once a second for a minute is reported, and its writer waits', () => {
  const reached: string[] = [];
  const store = new FirestoreModel((limit) => reached.push(limit));
  const most = PLATFORM.sustainedMs / 1_000;
  for (let write = 0; write < most; write++)
    expect(store.commit(write, [['run', 'one']])).toBe(write + PLATFORM.commitMs);
  store.commit(0, [['run', 'another']]);
  expect([reached, store.rates.get('run')?.sustained]).toEqual([[], 1]);
  expect(store.commit(most, [['run', 'one']])).toBeGreaterThan(most + PLATFORM.commitMs + 900);
  expect(reached).toEqual(['one write a second a document: run']);
});

test('a collection that was quiet takes 500 documents a second, and half as many more after five minutes', () => {
  const reached: string[] = [];
  const store = new FirestoreModel((limit) => reached.push(limit));
  const documents = (count: number): string[] => Array.from({ length: count }, () => 'a');
  store.commit(0, [], documents(1_500));
  expect(store.commit(0, [], documents(1))).toBe(3_000 + PLATFORM.commitMs);
  expect(reached).toEqual(['500/50/5: results of a computation']);
  store.commit(PLATFORM.ramp.everyMs, [], documents(1_500));
  expect(store.commit(PLATFORM.ramp.everyMs, [], documents(1))).toBeCloseTo(
    PLATFORM.ramp.everyMs + 2_000 + PLATFORM.commitMs,
  );
});

test('a chain of quick days is committed by hundreds, and no document of it is written more than once a second for long', async () => {
  const { reached, rates } = await night({ kind: 'nothing' });
  expect(reached.map(([limit]) => limit)).not.toContain('one write a second a document: task');
  expect(rates.task?.sustained).toBeLessThan(1);
  expect(rates.counter?.sustained).toBeLessThan(1);
});

test('instances share a quota and a live shard: the more of them, the more its document is written', () => {
  const load = { samples: 60_000, requests: 6_000, runtimes: 100_000 };
  const [one, eight] = [1, 8].map((instances) => quotaWrites({ ...load, instances })) as [number, number];
  expect(eight).toBeGreaterThan(2 * one);
  expect([1, 10].map((instances) => shardWrites({ ...load, instances }) > 1)).toEqual([false, true]);
});

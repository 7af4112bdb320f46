import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { firestoreDays } from '../../../src/google/meter/firestore-days.ts';
import type { StoredEvent } from '../../../src/meter/model/event.ts';
import { Samples } from '../../../src/meter/model/samples.ts';
import { type Series, seriesKey } from '../../../src/meter/model/series.ts';
import type { DayStore, Together } from '../../../src/meter/ports/day-store.ts';
import { firestoreUnderTest, type FirestoreUnderTest } from '../../support/firestore-under-test.ts';

const DAY = '2026-11-26';
const NOON = Date.parse(`${DAY}T12:00:00Z`);
const NOTHING: Together = { samples: [], events: [], claims: [], documents: [] };
const seriesOf = (number: number): Series => ({
  labels: [
    ['__name__', 'm'],
    ['n', String(number)],
  ],
});
const event = (id: string): StoredEvent => ({
  kind: 'commands',
  id,
  timestampMs: NOON,
  fields: { id, user_id: 'ann' },
});

let organizations = 0;
const newDay = () => ({ organization: `org-${organizations++}`, day: DAY });

describe('a store of days', () => {
  let firestore: FirestoreUnderTest;
  let one: DayStore;
  let other: DayStore;
  beforeAll(async () => {
    firestore = await firestoreUnderTest();
    one = firestoreDays(firestore.newClient());
    other = firestoreDays(firestore.newClient());
  });
  afterAll(() => firestore.close());

  const read = async (key: { organization: string; day: string }) => {
    const { series } = await one.dictionary(key);
    const found: string[] = [];
    for await (const { samples } of one.segments(key))
      for (let at = 0; at < samples.length; at++) {
        const labels = series.get(samples.series[at] as number)?.labels ?? [];
        found.push(`${labels.find(([name]) => name === 'n')?.[1]}@${samples.timestampsMs[at]}=${samples.numberAt(at)}`);
      }
    return found.toSorted();
  };
  const eventsOf = async (key: { organization: string; day: string }) =>
    (await Array.fromAsync(one.events(key, 'commands')))
      .flat()
      .map(({ id }) => id)
      .toSorted();

  test('brings back samples with their series, and events, and says which days there are', async () => {
    const key = newDay();
    const samples = new Samples();
    samples.pushDouble(0, NOON, 1.5);
    samples.pushDouble(1, NOON, 2.5);
    const ids = Uint32Array.from((await one.identify(key, Uint32Array.of(0, 1), seriesOf, 10)) as number[]);
    expect([...ids]).toEqual([1, 2]);
    await one.describe(key, [{ name: 'm', type: 'gauge', help: 'a thing' }]);
    const committed = await one.commit([
      { ...NOTHING, samples: [{ ...key, samples, ids }], events: [{ ...key, kind: 'commands', events: [event('a')] }] },
    ]);
    expect(committed).toMatchObject([{ kind: 'committed', writes: 2 }]);
    expect(await read(key)).toEqual([`0@${NOON}=1.5`, `1@${NOON}=2.5`]);
    expect(await eventsOf(key)).toEqual(['a']);
    expect((await one.dictionary(key)).metadata).toEqual([{ name: 'm', type: 'gauge', help: 'a thing' }]);
    expect(await one.organizations()).toContain(key.organization);
    expect(await one.days(key.organization)).toEqual([DAY]);
  });

  test('finds a day that has events alone', async () => {
    const key = newDay();
    await one.commit([
      { ...NOTHING, events: [{ ...key, kind: 'agents', events: [{ ...event('a'), kind: 'agents' }] }] },
    ]);
    expect(await one.days(key.organization)).toEqual([DAY]);
    expect(await one.organizations()).toContain(key.organization);
  });

  test('gives each series one id, although several instances meet them at once', async () => {
    const key = newDay();
    const stores = [one, other, firestoreDays(firestore.newClient())];
    const numbers = (from: number) => Uint32Array.from({ length: 40 }, (_, at) => from + at);
    const given = await Promise.all(
      stores.flatMap((store, at) =>
        [0, 20, 10].map((from) =>
          store.identify(key, numbers(from + at * 7), seriesOf, 1_000).then((ids) => ({ from: from + at * 7, ids })),
        ),
      ),
    );
    const { series } = await firestoreDays(firestore.newClient()).dictionary(key);
    const keys = [...series.values()].map(seriesKey);
    expect(new Set(keys).size).toBe(keys.length);
    expect([...series.keys()].toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: series.size }, (_, at) => at + 1),
    );
    for (const { from, ids } of given)
      for (const [at, id] of ids.entries()) expect(series.get(id as number)).toEqual(seriesOf(from + at));
  });

  test('refuses series beyond the limit by name, all instances together, and those that it knows go on', async () => {
    const key = newDay();
    await one.identify(key, Uint32Array.of(1, 2, 3), seriesOf, 5);
    const ids = await other.identify(key, Uint32Array.of(3, 4, 5, 6, 7), seriesOf, 5);
    expect(ids.slice(0, 3)).toEqual([3, 4, 5]);
    expect(ids.slice(3)).toEqual([
      { code: 'SERIES_LIMIT', reason: expect.stringContaining('max_global_series_per_user') as string },
      { code: 'SERIES_LIMIT', reason: expect.stringContaining('5 series') as string },
    ]);
    // This one has not heard of the others' yet.
    expect(await one.identify(key, Uint32Array.of(5, 8), seriesOf, 5)).toEqual([
      5,
      expect.objectContaining({ code: 'SERIES_LIMIT' }),
    ]);
  });

  test('writes nothing of what was claimed before, and says which', async () => {
    const key = newDay();
    const claim = (name: string, answer?: string) => ({ organization: key.organization, key: name, answer });
    const together = (id: string, ...names: string[]): Together => ({
      ...NOTHING,
      events: [{ ...key, kind: 'commands', events: [event(id)] }],
      claims: names.map((name) => claim(name, `answer of ${id}`)),
      documents: [{ path: `orgs/${key.organization}/others/${id}`, fields: { id } }],
    });
    expect(await one.commit([together('a', 'x', 'y')])).toMatchObject([{ kind: 'committed' }]);
    expect(await other.commit([together('b', 'z', 'x')])).toEqual([
      { kind: 'claimed', claims: [claim('x', 'answer of b')] },
    ]);
    expect(await eventsOf(key)).toEqual(['a']);
    expect(await one.claimed([claim('x'), claim('z'), claim('y')])).toEqual([
      claim('x', 'answer of a'),
      undefined,
      claim('y', 'answer of a'),
    ]);
    expect((await firestore.client.doc(`orgs/${key.organization}/others/b`).get()).exists).toBe(false);
  });

  test('has a content that says whether anything came, and not how it is cut', async () => {
    const [key, same] = [newDay(), newDay()];
    expect(await one.content(key, 'samples')).toBeUndefined();
    const write = async (to: typeof key, values: readonly number[]) => {
      const ids = Uint32Array.from((await one.identify(to, Uint32Array.of(0), seriesOf, 10)) as number[]);
      const samples = new Samples();
      for (const value of values) samples.pushDouble(0, NOON + value, value);
      await one.commit([
        {
          ...NOTHING,
          samples: [{ ...to, samples, ids }],
          events: [{ ...to, kind: 'commands', events: values.map((value) => event(String(value))) }],
        },
      ]);
    };
    await write(key, [1, 2, 3]);
    await write(same, [3]);
    await write(same, [2, 1]);
    for (const kind of ['samples', 'commands'] as const) {
      const content = await one.content(key, kind);
      expect(content).toMatchObject({ items: 3 });
      expect(await one.content(same, kind)).toEqual(content);
    }
    await write(same, [4]);
    expect((await one.content(same, 'samples'))?.hash).not.toBe((await one.content(key, 'samples'))?.hash);
  });

  test('cuts what is more than a document holds, and loses none of it', async () => {
    const key = newDay();
    const samples = new Samples();
    const count = 300_000;
    // Whatever is random is not packed.
    let state = 1;
    for (let at = 0; at < count; at++) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
      samples.pushDouble(0, NOON + at, state / 3);
    }
    const ids = Uint32Array.from((await one.identify(key, Uint32Array.of(0), seriesOf, 10)) as number[]);
    const [committed] = await one.commit([{ ...NOTHING, samples: [{ ...key, samples, ids }] }]);
    expect(committed?.kind).toBe('committed');
    let found = 0;
    for await (const { samples: some } of one.segments(key)) found += some.length;
    expect(found).toBe(count);
    expect((await one.content(key, 'samples'))?.items).toBe(count);
  });
});

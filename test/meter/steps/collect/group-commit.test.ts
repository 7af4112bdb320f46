import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { firestoreDays } from '../../../../src/google/meter/firestore-days.ts';
import { DEFAULT_LIMITS } from '../../../../src/meter/model/limits.ts';
import type { DayStore } from '../../../../src/meter/ports/day-store.ts';
import {
  collectEvents,
  type CollectPorts,
  collectSamples,
  type CollectRequest,
} from '../../../../src/meter/steps/collect/collect.ts';
import { groupCommit } from '../../../../src/meter/steps/collect/group-commit.ts';
import { takeEvents } from '../../../../src/meter/steps/collect/take-events.ts';
import { firestoreDeadLetters } from '../../../../src/google/meter/firestore-dead-letters.ts';
import { SeriesIndex } from '../../../../src/meter/segments/series-index.ts';
import { dayOf } from '../../../../src/values/date.ts';
import { firestoreUnderTest, type FirestoreUnderTest } from '../../../support/firestore-under-test.ts';
import { LONG } from '../../../support/long.ts';

const NOW = Date.UTC(2026, 10, 26, 12);
const ACME = 'acme';
let made = 0;

/** An instance. */
function instance(firestore: FirestoreUnderTest): CollectPorts & { readonly days: DayStore } {
  const db = firestore.newClient();
  const days = firestoreDays(db, { clock: { now: () => NOW } });
  const indexes = new Map<string, SeriesIndex>();
  return {
    days,
    group: groupCommit({ days }),
    deadLetters: firestoreDeadLetters(db),
    seriesOf(organization) {
      const found = indexes.get(organization) ?? new SeriesIndex({ seed: 1, check: () => undefined });
      indexes.set(organization, found);
      return found;
    },
    spend: () => Promise.resolve(),
    newId: () => `id-${made++}`,
    clock: { now: () => NOW },
    observe: () => {},
  };
}

const request = (idempotencyKey?: string, organization = ACME): CollectRequest => ({
  organization,
  limits: DEFAULT_LIMITS,
  route: 'POST /test',
  idempotencyKey,
  receivedMs: NOW,
});

const command = (id: string | undefined) => ({
  id,
  source: 'test',
  user_id: 'ann',
  command_name: 'x',
  execution_time_ms: 1,
  status: 'success',
});
const send = (ports: CollectPorts, ids: readonly (string | undefined)[], key?: string) => {
  const taken = takeEvents(ids.map(command), 0, {
    kind: 'commands',
    limits: DEFAULT_LIMITS,
    nowMs: NOW,
    timestampMs: NOW,
    newId: ports.newId,
  });
  return collectEvents(request(key), taken, { source: 'commands' }, ports);
};
const sendSamples = (ports: CollectPorts, values: ReadonlyMap<string, readonly number[]>, key?: string) =>
  collectSamples(
    request(key),
    (series, into) => {
      for (const [name, times] of values) {
        const bytes = Buffer.from(name);
        const found = series.find(bytes, 0, bytes.length);
        const number = found >= 0 ? found : series.add(bytes, 0, bytes.length, { labels: [['__name__', name]] });
        for (const time of times) into.pushDouble(number as number, time, time);
      }
      return { rejected: [], metadata: [] };
    },
    ports,
  );

const eventsIn = async (days: DayStore) =>
  (await Array.fromAsync(days.events({ organization: ACME, day: dayOf(NOW) }, 'commands')))
    .flat()
    .map(({ id }) => id)
    .toSorted();

async function samplesIn(days: DayStore): Promise<string[]> {
  const found: string[] = [];
  for (const day of await days.days(ACME)) {
    const { series } = await days.dictionary({ organization: ACME, day });
    for await (const { samples } of days.segments({ organization: ACME, day }))
      for (let at = 0; at < samples.length; at++)
        found.push(`${series.get(samples.series[at] as number)?.labels[0]?.[1]}@${samples.timestampsMs[at]}`);
  }
  return found.toSorted();
}

async function withFirestore(
  faults: Parameters<typeof firestoreUnderTest>[0],
  act: (firestore: FirestoreUnderTest) => Promise<void>,
): Promise<void> {
  const firestore = await firestoreUnderTest(faults);
  try {
    await act(firestore);
  } finally {
    await firestore.close();
  }
}

describe('requests that come together', () => {
  test('are one commit: a segment for all of them', () =>
    withFirestore({}, async (firestore) => {
      const ports = instance(firestore);
      await sendSamples(ports, new Map([['m', [NOW - 1]]]));
      const before = firestore.emulator?.counters().writes ?? 0;
      await Promise.all(Array.from({ length: 50 }, (_, at) => sendSamples(ports, new Map([['m', [NOW + at]]]))));
      expect((firestore.emulator?.counters().writes ?? 0) - before).toBe(1);
      expect(await samplesIn(ports.days)).toHaveLength(51);
    }));

  test('with one id are kept once, whoever brings it, and each is told so', () =>
    withFirestore({}, async (firestore) => {
      const [one, other] = [instance(firestore), instance(firestore)];
      const answers = await Promise.all([
        send(one, ['a', 'b']),
        send(one, ['b', 'c']),
        send(other, ['c', 'a', 'd', 'd']),
        send(other, [undefined, undefined]),
      ]);
      expect(answers.map(({ accepted }) => accepted)).toEqual([2, 2, 4, 2]);
      const events = await eventsIn(one.days);
      expect(events.filter((id) => !id.startsWith('test/id-'))).toEqual(['a', 'b', 'c', 'd'].map((id) => `test/${id}`));
      expect(events).toHaveLength(6);
      // Of the ten that were sent four are repeats.
      expect(answers.reduce((sum, { repeated }) => sum + repeated.length, 0)).toBe(4);
    }));

  test('under one key are one request: the others are answered as it was', () =>
    withFirestore({}, async (firestore) => {
      const [one, other] = [instance(firestore), instance(firestore)];
      const answers = await Promise.all([
        send(one, ['a', 'b'], 'key'),
        send(one, ['a', 'b'], 'key'),
        send(other, ['a', 'b'], 'key'),
      ]);
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
      expect(answers[0]).toMatchObject({ accepted: 2, repeated: [] });
      expect(await send(other, ['something else'], 'key')).toEqual(answers[0]);
      expect(await eventsIn(one.days)).toEqual(['test/a', 'test/b']);
    }));

  test('of several days lie under their days, and what is refused is kept as a dead letter', () =>
    withFirestore({}, async (firestore) => {
      const ports = instance(firestore);
      const day = 86_400_000;
      const answer = await sendSamples(
        ports,
        new Map([
          ['m', [NOW, NOW - day, 5, NOW + 3_600_000]],
          ['n', [NOW - 2 * day]],
        ]),
      );
      expect(answer).toMatchObject({ accepted: 3, rejected: 2 });
      expect(await ports.days.days(ACME)).toEqual(['2026-11-24', '2026-11-25', '2026-11-26']);
      const letters = firestoreDeadLetters(firestore.client);
      const [letter] = await letters.list(ACME, 10);
      expect(letter).toMatchObject({ source: 'samples', counts: { BAD_TIMESTAMP: 2 }, droppedItems: 0 });
      expect((await letters.read(ACME, letter?.id ?? ''))?.items).toMatchObject([
        { index: 2, code: 'BAD_TIMESTAMP', item: { name: 'm', value: 5 } },
        { index: 3, code: 'BAD_TIMESTAMP' },
      ]);
    }));

  test('where Firestore fails, are acknowledged only when they are there, and never twice under an id', async () => {
    const kinds = ['unavailable', 'error-after', 'deadline-exceeded-after', 'aborted'] as const;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1_000_000 }), (seed) => {
        const rules = kinds.map((kind) => ({ method: 'Commit', probability: 0.15, fault: { kind } }));
        return withFirestore({ faults: { seed, rules } }, async (firestore) => {
          const instances = [instance(firestore), instance(firestore)];
          const acknowledged = new Set<string>();
          const samples = new Set<string>();
          await Promise.all(
            Array.from({ length: 12 }, async (_, sender) => {
              const ports = instances[sender % 2] as CollectPorts;
              // As a client that cares: again, until it is taken, by whichever instance.
              for (let attempt = 0; attempt < 8; attempt++) {
                const ids = [`${sender % 5}-a`, `${sender}-b`];
                const isTaken = await send(ports, ids).then(
                  () => true,
                  () => false,
                );
                if (!isTaken) continue;
                for (const id of ids) acknowledged.add(`test/${id}`);
                break;
              }
              const time = NOW + sender;
              if (
                await sendSamples(ports, new Map([[`m${sender}`, [time]]])).then(
                  () => true,
                  () => false,
                )
              )
                samples.add(`m${sender}@${time}`);
            }),
          );
          const days = firestoreDays(firestore.newClient());
          const events = await eventsIn(days);
          expect(new Set(events).size).toBe(events.length);
          expect([...acknowledged].filter((id) => !events.includes(id))).toEqual([]);
          const kept = await samplesIn(days);
          expect([...samples].filter((one) => !kept.includes(one))).toEqual([]);
        });
      }),
      { numRuns: LONG ? 25 : 3 },
    );
  });
});

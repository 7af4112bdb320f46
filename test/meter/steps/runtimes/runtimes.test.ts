/** The registry of runtimes over a real store: registered, heard of, silent, back again, and deleted with all of it, also by processes that die. */
import { randomUUID } from 'node:crypto';
import type { Firestore } from '@google-cloud/firestore';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { firestoreLiveMetrics } from '../../../../src/google/meter/firestore-live-metrics.ts';
import { firestoreMembership } from '../../../../src/google/meter/firestore-membership.ts';
import { firestorePresences } from '../../../../src/google/meter/firestore-presences.ts';
import { firestoreRuntimes } from '../../../../src/google/meter/firestore-runtimes.ts';
import { DEFAULT_LIMITS } from '../../../../src/meter/model/limits.ts';
import { Heartbeat, Runtime, runtimeIdOf, RuntimeRegistration } from '../../../../src/meter/model/runtime.ts';
import {
  getRuntime,
  listRuntimes,
  RuntimeListAnswer,
  RuntimeListQuery,
  setRuntimeStatus,
} from '../../../../src/meter/steps/runtimes/ask-runtimes.ts';
import { deleteRuntime, resumeDeletions } from '../../../../src/meter/steps/runtimes/delete-runtime.ts';
import { heartbeat } from '../../../../src/meter/steps/runtimes/heartbeat.ts';
import { KnownRuntimes } from '../../../../src/meter/steps/runtimes/known-runtimes.ts';
import { markOffline } from '../../../../src/meter/steps/runtimes/mark-offline.ts';
import { MetricTables } from '../../../../src/meter/steps/runtimes/metric-tables.ts';
import { registerRuntime } from '../../../../src/meter/steps/runtimes/register-runtime.ts';
import type { Presences } from '../../../../src/meter/ports/runtimes.ts';
import type { Log } from '../../../../src/process/ports.ts';
import { firestoreUnderTest, type FirestoreUnderTest } from '../../../support/firestore-under-test.ts';
import { type Kill, Killed, killedAt } from '../../../support/killed-at.ts';

const START = Date.UTC(2026, 0, 1);
const nothing = (): void => {};
const log: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
const FOREVER: Kill = { at: Infinity, when: 'before' };

let under: FirestoreUnderTest;
beforeAll(async () => {
  under = await firestoreUnderTest({ requireIndexes: true });
});
afterAll(() => under.close());

/** An organization, its time, and instances of the service, each of which may be killed. */
function world(open: () => Firestore = () => under.client) {
  const organization = `org-${randomUUID()}`;
  const time = { ms: START };
  const clock = { now: () => time.ms };
  const stale = new Map<string, Set<number>>();
  const samples: {
    readonly runtime: string;
    readonly metrics: Readonly<Record<string, number>>;
    readonly atMs: number;
  }[] = [];
  const instance = (kill: Kill = FOREVER) => {
    const db = open();
    const { wrap, call } = killedAt(kill);
    const runtimes = wrap(firestoreRuntimes(db));
    const live = (of: string) => wrap(firestoreLiveMetrics(db, { organization: of, clock }));
    return {
      runtimes,
      presences: firestorePresencesOf(db, wrap),
      membership: wrap(firestoreMembership(db, clock)),
      known: new KnownRuntimes(runtimes, clock),
      tables: new MetricTables({ open: live, log }),
      limits: { ...DEFAULT_LIMITS, max_runtimes: 5 },
      clock,
      markStale: call(async (_: string, runtimeId: string, atMs: number) => {
        stale.set(runtimeId, (stale.get(runtimeId) ?? new Set()).add(atMs));
      }),
      keep: call(
        async (
          _: string,
          { runtime_id: runtime }: Runtime,
          metrics: Readonly<Record<string, number>>,
          atMs: number,
        ) => {
          samples.push({ runtime, metrics, atMs });
        },
      ),
    };
  };
  return { organization, time, instance, stale, samples, ...instance() };
}

/** `all` answers no promise. */
function firestorePresencesOf(db: Firestore, wrap: <T extends object>(port: T) => T): Presences {
  const presences = firestorePresences(db);
  const wrapped = wrap<Presences>(presences);
  return {
    all: (organization) => presences.all(organization),
    note: (organization, silent) => wrapped.note(organization, silent),
    forget: (organization, ids) => wrapped.forget(organization, ids),
  };
}

const registration = (name: string, more: object = {}): RuntimeRegistration =>
  RuntimeRegistration.parse({ name, type: 'worker_pool', ...more });
const beat = (more: object = {}): Heartbeat => Heartbeat.parse(more);

describe('registering', () => {
  test('is idempotent by name: the same id, what it says now, and the time of the first', async () => {
    const on = world();
    const first = await registerRuntime(
      on.organization,
      registration('pool', { labels: { zone: 'a' }, capacity: 4 }),
      on,
    );
    on.time.ms += 1_000;
    const again = await registerRuntime(
      on.organization,
      registration('pool', { labels: { zone: 'b' } }),
      on.instance(),
    );
    expect(first.created).toBe(true);
    expect(again.created).toBe(false);
    expect(again.runtime).toEqual({ ...first.runtime, labels: { zone: 'b' }, capacity: undefined });
    expect(Runtime.safeParse(first.runtime).success).toBe(true);
    expect(await listRuntimes(on.organization, RuntimeListQuery.parse({}), on)).toMatchObject({
      runtimes: [{ name: 'pool', status: 'ready' }],
    });
  });

  test('of several instances at once is one runtime', async () => {
    const on = world();
    const answers = await Promise.all(
      [1, 2, 3].map(() => registerRuntime(on.organization, registration('pool'), on.instance())),
    );
    expect(answers.filter(({ created }) => created)).toHaveLength(1);
    expect(new Set(answers.map(({ runtime }) => runtime.runtime_id)).size).toBe(1);
  });

  test('is refused beyond the limit, but not of one that is there', async () => {
    const on = world();
    for (let at = 0; at < 5; at++) await registerRuntime(on.organization, registration(`r${at}`), on);
    await expect(registerRuntime(on.organization, registration('one-more'), on)).rejects.toMatchObject({
      code: 'OVER_LIMIT',
    });
    expect(await registerRuntime(on.organization, registration('r3'), on)).toMatchObject({ created: false });
  });

  test.each([
    ['without a name', {}],
    ['with an empty name', { name: '' }],
    ['with a name of 256 characters', { name: 'a'.repeat(256) }],
    ['of another type', { name: 'a', type: 'toaster' }],
    ['at no URL', { name: 'a', base_url: 'no url' }],
    ['with a label that is none', { name: 'a', labels: { 'not-a-label': 'x' } }],
    [
      'with 65 labels',
      { name: 'a', labels: Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`l${at}`, 'x'])) },
    ],
    ['of negative capacity', { name: 'a', capacity: -1 }],
    ['with too much information', { name: 'a', runtime_info: { much: 'x'.repeat(40_000) } }],
    ['that beats at once', { name: 'a', heartbeat_interval_seconds: 0 }],
    ['with a field that there is not', { name: 'a', unheard_of: 1 }],
  ])('%s is refused', (_, body) => {
    expect(RuntimeRegistration.safeParse({ type: 'device', ...body }).success).toBe(false);
  });

  test('takes what no field of a document could be called', async () => {
    const on = world();
    const odd = { name: '__a__/.b "ž" 😀', runtime_info: { __x__: 1, 'a.b/c': { deep: [[1], null] } } };
    const { runtime } = await registerRuntime(on.organization, registration(odd.name, odd), on);
    expect(await getRuntime(on.organization, { runtimeId: runtime.runtime_id }, on)).toMatchObject({ runtime: odd });
  });
});

describe('a heartbeat', () => {
  test('is kept as samples, counts for the live state, and is seen by other instances once it is written', async () => {
    const on = world();
    const { runtime_id: runtimeId } = (await registerRuntime(on.organization, registration('pool'), on)).runtime;
    on.time.ms += 10_000;
    const metrics = { cpu_ema: 50, success_count: 3, unheard_of: 1, last_heartbeat: 5 };
    expect(await heartbeat(on.organization, { runtimeId, beat: beat({ metrics, status: 'busy' }) }, on)).toEqual({
      runtime_id: runtimeId,
      status: 'busy',
      is_late: false,
      refused: [
        { key: 'unheard_of', reason: expect.stringContaining('no strategy') },
        { key: 'last_heartbeat', reason: expect.stringContaining('time of the heartbeat') },
      ],
    });
    expect(on.samples).toEqual([{ runtime: runtimeId, metrics: { cpu_ema: 50, success_count: 3 }, atMs: on.time.ms }]);
    expect(await on.tables.write()).toBe(1);
    expect(await getRuntime(on.organization, { runtimeId }, on.instance())).toMatchObject({
      runtime: { status: 'busy' },
      metrics: { cpu_ema: 50, success_count: 3, last_heartbeat: on.time.ms },
    });
  });

  test('that was not kept counts nothing: sent again, it counts once', async () => {
    const on = world();
    const { runtime_id: runtimeId } = (await registerRuntime(on.organization, registration('pool'), on)).runtime;
    const down = { ...on, keep: () => Promise.reject(new Error('down')) };
    const beating = { runtimeId, beat: beat({ metrics: { success_count: 1 } }) };
    await expect(heartbeat(on.organization, beating, down)).rejects.toThrow('down');
    await heartbeat(on.organization, beating, on);
    expect(on.tables.of(on.organization).read(runtimeId)).toMatchObject({ success_count: 1 });
  });

  test('of two instances loses no count, also when heartbeats of one runtime come to both', async () => {
    const on = world();
    const others = [on.instance(), on.instance()];
    const { runtime_id: runtimeId } = (await registerRuntime(on.organization, registration('pool'), on)).runtime;
    for (let round = 1; round <= 5; round++) {
      on.time.ms += 1_000;
      for (const other of others)
        await heartbeat(on.organization, { runtimeId, beat: beat({ metrics: { success_count: 1 } }) }, other);
      await Promise.all(others.map(({ tables }) => tables.write()));
    }
    expect((await getRuntime(on.organization, { runtimeId }, on)).metrics).toMatchObject({ success_count: 10 });
    // One that has heard of it as well knows what the other has written since, and what it has not written itself.
    const [one, other] = others as [(typeof others)[0], (typeof others)[0]];
    on.time.ms += 1_000;
    await heartbeat(on.organization, { runtimeId, beat: beat({ metrics: { success_count: 1, cpu_ema: 77 } }) }, other);
    await other.tables.write();
    await heartbeat(
      on.organization,
      { runtimeId, beat: beat({ metrics: { success_count: 5 }, timestamp: on.time.ms - 1 }) },
      one,
    );
    const { metrics } = await getRuntime(on.organization, { runtimeId }, one);
    expect(metrics).toMatchObject({ success_count: 16, cpu_ema: 77, last_heartbeat: on.time.ms });
  });

  test('that is older than the last, as the store has it, changes nothing', async () => {
    const on = world();
    const { runtime_id: runtimeId } = (await registerRuntime(on.organization, registration('pool'), on)).runtime;
    const old = { runtimeId, beat: beat({ timestamp: START - 1, metrics: { cpu_ema: 1 } }) };
    expect(await heartbeat(on.organization, old, on.instance())).toMatchObject({ is_late: true });
    expect(on.samples).toEqual([]);
  });

  test.each([
    ['of the future', { timestamp: START + 61_000 }, 'BAD_ARGUMENT', true],
    ['of a runtime that is not registered', {}, 'NOT_FOUND', false],
  ])('%s is refused', async (_, body, code, isRegistered) => {
    const on = world();
    if (isRegistered) await registerRuntime(on.organization, registration('pool'), on);
    const beating = { runtimeId: runtimeIdOf('pool'), beat: beat(body) };
    await expect(heartbeat(on.organization, beating, on)).rejects.toMatchObject({ code });
  });

  test('costs no read of the registry for a while', async () => {
    const on = world();
    const { runtime_id: runtimeId } = (await registerRuntime(on.organization, registration('pool'), on)).runtime;
    await heartbeat(on.organization, { runtimeId, beat: beat() }, on);
    under.emulator?.resetCounters();
    for (let round = 0; round < 8; round++) {
      on.time.ms += 30_000;
      await heartbeat(on.organization, { runtimeId, beat: beat() }, on);
    }
    expect(under.emulator?.counters()).toMatchObject({ reads: 0, writes: 0 });
  });
});

describe('runtimes', () => {
  test('are listed by type and status, page by page, of their organization alone', async () => {
    const on = world();
    const types = ['broker', 'device', 'device', 'device', 'worker_pool'] as const;
    for (const [at, type] of types.entries())
      await registerRuntime(on.organization, registration(`r${at}`, { type }), on);
    await setRuntimeStatus(on.organization, { runtimeId: runtimeIdOf('r2'), status: 'busy' }, on);
    const list = async (query: object) => listRuntimes(on.organization, RuntimeListQuery.parse(query), on);
    const all: string[] = [];
    for (let cursor: string | undefined, pages = 0; pages < 9; pages++) {
      const page: RuntimeListAnswer = await list({ limit: '2', ...(cursor === undefined ? {} : { cursor }) });
      all.push(...page.runtimes.map(({ runtime_id }) => runtime_id));
      cursor = page.next_cursor;
      if (cursor === undefined) break;
    }
    expect(all).toEqual(types.map((_, at) => runtimeIdOf(`r${at}`)).sort());
    expect((await list({ type: 'device' })).runtimes).toHaveLength(3);
    expect((await list({ type: 'device', status: 'busy' })).runtimes.map(({ name }) => name)).toEqual(['r2']);
    expect((await list({ status: 'offline' })).runtimes).toEqual([]);
    expect((await listRuntimes('another', RuntimeListQuery.parse({}), on)).runtimes).toEqual([]);
    await expect(getRuntime('another', { runtimeId: runtimeIdOf('r2') }, on)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  test.each([[{ limit: 0 }], [{ limit: 1_001 }], [{ cursor: '../x' }], [{ type: 'x' }], [{ x: 1 }]])(
    'are not listed by %j',
    (query) => {
      expect(RuntimeListQuery.safeParse(query).success).toBe(false);
    },
  );

  test.each([['a/b'], ['..'], [''], ['0'.repeat(31)]])('with the id %j are none', async (runtimeId) => {
    const on = world();
    for (const ask of [
      () => getRuntime(on.organization, { runtimeId }, on),
      () => setRuntimeStatus(on.organization, { runtimeId, status: 'busy' }, on),
      () => deleteRuntime(on.organization, { runtimeId }, on),
    ])
      await expect(ask()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('a runtime that is silent', () => {
  const registered = async (more: object = {}) => {
    const on = world();
    const { runtime_id: runtimeId } = (await registerRuntime(on.organization, registration('pool', more), on)).runtime;
    const statusOf = async () => (await on.runtimes.read(on.organization, runtimeId))?.status;
    return { ...on, runtimeId, statusOf };
  };

  test('for more than three intervals is offline, its series end once, and it is ready when it is heard of again', async () => {
    const on = await registered();
    expect(await markOffline(on.organization, START + 90_000, on)).toEqual({ offline: [], back: [], forgotten: 0 });
    expect(await markOffline(on.organization, START + 90_001, on)).toEqual({
      offline: [on.runtimeId],
      back: [],
      forgotten: 0,
    });
    expect(await on.statusOf()).toBe('offline');
    expect(await markOffline(on.organization, START + 120_000, on)).toMatchObject({ offline: [] });
    expect(on.stale).toEqual(new Map([[on.runtimeId, new Set([START + 90_000])]]));
    on.time.ms = START + 130_000;
    // The instance that took the registration has it as ready; it finds out.
    expect(await heartbeat(on.organization, { runtimeId: on.runtimeId, beat: beat() }, on)).toMatchObject({
      status: 'ready',
    });
    await on.tables.write();
    await markOffline(on.organization, START + 140_000, on);
    expect(await on.statusOf()).toBe('ready');
    expect(await markOffline(on.organization, START + 130_000 + 90_001, on)).toMatchObject({ offline: [on.runtimeId] });
    expect(on.stale.get(on.runtimeId)).toEqual(new Set([START + 90_000, START + 220_000]));
  });

  test('may be so for longer where it said so', async () => {
    const on = await registered({ heartbeat_interval_seconds: 600 });
    expect(await markOffline(on.organization, START + 1_800_000, on)).toMatchObject({ offline: [] });
    expect(await markOffline(on.organization, START + 1_800_001, on)).toMatchObject({ offline: [on.runtimeId] });
  });

  test('is found by a pass that reads some documents, however many are heard of', async () => {
    const on = world();
    const table = on.tables.of(on.organization);
    for (let at = 0; at < 3_000; at++) table.updates(runtimeIdOf(`r${at}`), {}, START);
    await on.tables.write();
    under.emulator?.resetCounters();
    expect(await markOffline(on.organization, START + 1_000, on)).toEqual({ offline: [], back: [], forgotten: 0 });
    // And one for the empty page at the end.
    expect(under.emulator?.counters().reads).toBeLessThanOrEqual(257);
    // None of them is registered: what an instance had written late is forgotten.
    expect(await markOffline(on.organization, START + 100_000, on)).toEqual({
      offline: [],
      back: [],
      forgotten: 3_000,
    });
    expect(await markOffline(on.organization, START + 100_000, on)).toEqual({ offline: [], back: [], forgotten: 0 });
  });

  test('comes to the same wherever the pass is killed', async () => {
    for (const when of ['before', 'after'] as const) {
      let calls = 0;
      for (let isKilled = true; isKilled;) {
        const on = await registered();
        isKilled = await dies(markOffline(on.organization, START + 91_000, on.instance({ at: ++calls, when })));
        await markOffline(on.organization, START + 95_000, on.instance());
        expect(await on.statusOf()).toBe('offline');
        expect(on.stale).toEqual(new Map([[on.runtimeId, new Set([START + 90_000])]]));
        expect(await markOffline(on.organization, START + 99_000, on)).toMatchObject({ offline: [] });
      }
      expect(calls).toBeGreaterThan(2);
    }
  });
});

describe('deleting', () => {
  /** A runtime with something of everything. */
  const whole = async () => {
    const on = world();
    for (const name of ['gone', 'stays']) {
      const { runtime_id: runtimeId } = (await registerRuntime(on.organization, registration(name), on)).runtime;
      await heartbeat(on.organization, { runtimeId, beat: beat({ metrics: { success_count: 1 } }) }, on);
      await on.membership.change(on.organization, [{ kind: 'register', device: runtimeId, event: 'x' }]);
    }
    await on.tables.write();
    const gone = runtimeIdOf('gone');
    const below = under.client.collection(`orgs/${on.organization}/runtimes/${gone}/notes`);
    const batch = under.client.batch();
    for (let at = 0; at < 401; at++) batch.create(below.doc(`n${at}`), { at });
    await batch.commit();
    const left = async () => {
      const parts = await under.client.collection(`orgs/${on.organization}/membership/parts/devices`).get();
      const version = await on.membership.version(on.organization);
      const found = await on.membership.parts(on.organization, [...version.parts.keys()]);
      const devices = new Set([...found.values()].flatMap((part) => Array.from(part.keys())));
      const stored = firestoreLiveMetrics(under.client, { organization: on.organization, clock: on.clock });
      return {
        runtime: await on.runtimes.read(on.organization, gone),
        notes: (await below.count().get()).data().count,
        isMember: devices.has(gone),
        metrics: await stored.fetch(gone),
        others: [
          devices.has(runtimeIdOf('stays')),
          (await stored.fetch(runtimeIdOf('stays')))?.['success_count'],
          parts.size > 0,
        ],
      };
    };
    return { ...on, gone, left };
  };
  const NOTHING = { runtime: undefined, notes: 0, isMember: false, metrics: undefined, others: [true, 1, true] };

  test('takes all of it, and leaves others alone; what comes afterwards is refused until it is registered again', async () => {
    const on = await whole();
    expect(await deleteRuntime(on.organization, { runtimeId: on.gone }, on)).toEqual({
      runtime_id: on.gone,
      deleted: true,
    });
    expect(await on.left()).toEqual(NOTHING);
    expect([...on.stale.keys()]).toEqual([on.gone]);
    await expect(deleteRuntime(on.organization, { runtimeId: on.gone }, on)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(heartbeat(on.organization, { runtimeId: on.gone, beat: beat() }, on)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await on.tables.write();
    expect(await on.left()).toEqual(NOTHING);
    expect(await registerRuntime(on.organization, registration('gone'), on)).toMatchObject({ created: true });
    expect((await getRuntime(on.organization, { runtimeId: on.gone }, on)).metrics).toEqual({ last_heartbeat: START });
  });

  test(
    'goes on wherever it was killed, and nobody is registered under that name meanwhile',
    { timeout: 600_000 },
    async () => {
      for (const when of ['before', 'after'] as const) {
        let calls = 0;
        for (let isKilled = true; isKilled;) {
          const on = await whole();
          isKilled = await dies(
            deleteRuntime(on.organization, { runtimeId: on.gone }, on.instance({ at: ++calls, when })),
          );
          const { runtime } = await on.left();
          if (runtime?.deleting_since !== undefined) {
            await expect(registerRuntime(on.organization, registration('gone'), on)).rejects.toMatchObject({
              code: 'CONTENTION',
            });
            expect(
              (await listRuntimes(on.organization, RuntimeListQuery.parse({}), on)).runtimes.map(({ name }) => name),
            ).toEqual(['stays']);
          }
          await resumeDeletions(on.organization, on.instance());
          const left = await on.left();
          // Killed before it was marked it was never begun.
          if (left.runtime === undefined) {
            expect(left).toEqual(NOTHING);
            expect(on.stale.get(on.gone)?.size).toBe(1);
          } else expect([calls, when]).toEqual([1, 'before']);
        }
        expect(calls).toBeGreaterThan(8);
      }
    },
  );
});

test('on a network that loses answers nothing is counted twice, and nobody registered twice', async () => {
  const faulty = await firestoreUnderTest({
    faults: { seed: 4, rules: [{ method: 'Commit', probability: 0.3, fault: { kind: 'error-after' } }] },
  });
  try {
    const on = world(() => faulty.client);
    const { runtime_id: runtimeId } = (await registerRuntime(on.organization, registration('pool'), on)).runtime;
    for (let round = 1; round <= 6; round++) {
      on.time.ms += 1_000;
      await heartbeat(on.organization, { runtimeId, beat: beat({ metrics: { throughput: 2 } }) }, on);
      await on.tables.write();
    }
    expect((await getRuntime(on.organization, { runtimeId }, on.instance())).metrics).toMatchObject({ throughput: 12 });
    await deleteRuntime(on.organization, { runtimeId }, on);
    expect(await listRuntimes(on.organization, RuntimeListQuery.parse({}), on)).toEqual({ runtimes: [] });
  } finally {
    await faulty.close();
  }
});

/** Whether it is killed; any other failure fails the test. */
async function dies(act: Promise<unknown>): Promise<boolean> {
  try {
    await act;
    return false;
  } catch (thrown) {
    // A store's port tells of it in its own words.
    const causes = [thrown, (thrown as { cause?: unknown }).cause];
    if (causes.some((cause) => cause instanceof Killed)) return true;
    throw thrown;
  }
}

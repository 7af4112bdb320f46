/** The membership map, from a registration to a lookup in another instance: what it reads, what fails, and what is at once. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Firestore } from '@google-cloud/firestore';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { firestoreMembership } from '../../../src/google/meter/firestore-membership.ts';
import { MAX_EVENTS_A_DEVICE } from '../../../src/meter/live/membership.ts';
import type { MembershipStore } from '../../../src/meter/ports/membership.ts';
import { MembershipMap, UNUSED_MS } from '../../../src/meter/steps/runtimes/membership-map.ts';
import {
  registerDevices,
  RegistrationRequest,
  unregisterDevices,
} from '../../../src/meter/steps/runtimes/registrations.ts';
import type { Log } from '../../../src/process/ports.ts';
import { firestoreUnderTest, type FirestoreUnderTest } from '../../support/firestore-under-test.ts';
import { manualTimers } from '../../support/manual-timers.ts';
import { steady } from '../../support/steady.ts';

let under: FirestoreUnderTest;
beforeAll(async () => {
  under = await firestoreUnderTest({});
});
afterAll(() => under.close());

const register = (...pairs: readonly (readonly [string, string])[]) => ({
  registrations: pairs.map(([device, event]) => ({ device, event })),
});

const world = (
  client: Firestore = under.client,
  through: (store: MembershipStore) => MembershipStore = (store) => store,
) => {
  const timers = manualTimers();
  const store = firestoreMembership(client, timers);
  const warnings: Record<string, unknown>[] = [];
  const nothing = (): void => {};
  const log: Log = { debug: nothing, info: nothing, error: nothing, warn: (fields) => void warnings.push(fields) };
  const every = (ms: number, work: () => void): (() => void) => {
    let cancel: () => void;
    const next = (): void => {
      cancel = timers.after(ms, () => {
        next();
        work();
      });
    };
    next();
    return () => cancel();
  };
  const map = new MembershipMap({ store: through(store), clock: steady(timers.now), log, refreshMs: 30_000, every });
  return { organization: `org-${randomUUID()}`, timers, store, map, warnings, ports: { membership: store } };
};

describe('a device', () => {
  test('is in what it was registered to, from the next look on', async () => {
    const { organization, map, ports } = world();
    expect(map.eventsOf(organization, 'a')).toBeUndefined();
    expect((await map.load(organization)).eventsOf('a')).toEqual([]);
    expect(await registerDevices(organization, register(['a', 'y'], ['a', 'x'], ['b', 'x']), ports)).toMatchObject({
      changed: true,
    });
    expect(map.eventsOf(organization, 'a')).toEqual([]);
    await map.refresh(organization);
    expect(map.eventsOf(organization, 'a')).toEqual(['x', 'y']);
    expect(map.eventsOf(organization, 'b')).toEqual(['x']);
    await unregisterDevices(organization, register(['a', 'y']), ports);
    await map.refresh(organization);
    expect(map.eventsOf(organization, 'a')).toEqual(['x']);
    expect(await registerDevices(organization, register(['a', 'x']), ports)).toEqual({ changed: false });
    expect(map.metrics()).toMatchObject({ organizations: 1, devices: 2, registrations: 2, failures: 0 });
  });

  test('is of its organization alone', async () => {
    const { organization, map, ports } = world();
    await registerDevices(organization, register(['a', 'x']), ports);
    const other = `org-${randomUUID()}`;
    expect((await map.load(other)).eventsOf('a')).toEqual([]);
  });

  test('cannot be in more events than there may be', async () => {
    const { organization, ports } = world();
    const many = Array.from({ length: MAX_EVENTS_A_DEVICE }, (_, at) => ['a', `e${at}`] as const);
    await registerDevices(organization, register(...many), ports);
    await expect(registerDevices(organization, register(['a', 'one-more']), ports)).rejects.toMatchObject({
      code: 'OVER_LIMIT',
    });
  });

  test.each([['a/b'], [''], ['__x__'], ['a'.repeat(256)], [5]])('with the id %j is refused', (device) => {
    expect(RegistrationRequest.safeParse({ registrations: [{ device, event: 'x' }] }).success).toBe(false);
  });
});

describe('a refresh', () => {
  test('that finds nothing new is one read, however many devices there are; a change reads the parts that it is in', async () => {
    const { organization, map, ports } = world();
    const devices = Array.from({ length: 2_000 }, (_, at) => [`d${at}`, 'x'] as const);
    for (let from = 0; from < devices.length; from += 1_000)
      await registerDevices(organization, register(...devices.slice(from, from + 1_000)), ports);
    await map.load(organization);
    under.emulator?.resetCounters();
    await map.refresh(organization);
    expect(under.emulator?.counters()).toMatchObject({ reads: 1, writes: 0 });
    await registerDevices(organization, register(['d7', 'y']), ports);
    under.emulator?.resetCounters();
    await map.refresh(organization);
    expect(under.emulator?.counters().reads).toBe(2);
    expect(map.eventsOf(organization, 'd7')).toEqual(['x', 'y']);
    expect(map.metrics()).toMatchObject({ refreshes: 3, unchanged: 1, devices: 2_000 });
  });

  test('comes with time, until it is stopped; an organization that nobody asks about is let go', async () => {
    const { organization, map, ports, timers } = world();
    await map.load(organization);
    map.start();
    map.start();
    expect(timers.waits()).toEqual([30_000]);
    await registerDevices(organization, register(['a', 'x']), ports);
    timers.advance(30_000);
    await map.refresh(organization);
    expect(map.eventsOf(organization, 'a')).toEqual(['x']);
    for (let waited = 0; waited <= UNUSED_MS; waited += 30_000) timers.advance(30_000);
    await map.refreshAll();
    expect(map.metrics().organizations).toBe(0);
    map.stop();
    expect(timers.waits()).toEqual([]);
  });

  test('hazard 19: that fails leaves the copy as it is, tells its age, and the next one catches up', async () => {
    let isDown = false;
    const orDown = <T>(ask: () => Promise<T>): Promise<T> => (isDown ? Promise.reject(new Error('down')) : ask());
    const { organization, map, ports, timers, warnings } = world(under.client, (store) => ({
      ...store,
      version: (of) => orDown(() => store.version(of)),
      parts: (of, numbers) => orDown(() => store.parts(of, numbers)),
    }));
    await registerDevices(organization, register(['a', 'x']), ports);
    await map.load(organization);
    isDown = true;
    await registerDevices(organization, register(['b', 'x']), ports);
    timers.advance(90_000);
    await expect(map.refresh(organization)).rejects.toThrow('down');
    await map.refreshAll();
    expect(map.eventsOf(organization, 'a')).toEqual(['x']);
    expect(map.eventsOf(organization, 'b')).toEqual([]);
    expect(map.metrics()).toMatchObject({ oldestAgeMs: 90_000, failures: 2 });
    expect(warnings[0]).toMatchObject({ event: 'membership.refresh_failed', ageMs: 90_000 });
    isDown = false;
    await map.refreshAll();
    expect(map.eventsOf(organization, 'b')).toEqual(['x']);
    expect(map.metrics()).toMatchObject({ oldestAgeMs: 0 });
    await expect(
      world(under.client, (store) => ({ ...store, version: () => Promise.reject(new Error('down')) })).map.load('new'),
    ).rejects.toThrow('down');
  });

  test('is one at a time, whoever asks', async () => {
    let versions = 0;
    const { organization, map } = world(under.client, (store) => ({
      ...store,
      version(of) {
        versions++;
        return store.version(of);
      },
    }));
    await Promise.all([map.load(organization), map.load(organization), map.refresh(organization), map.refreshAll()]);
    expect(versions).toBe(1);
  });

  test('hazard 25: sees that the documents were set back, also when the map has changed since', async () => {
    const { organization, map, ports, timers } = world();
    await registerDevices(organization, register(['a', 'x']), ports);
    const paths = await documentsOf(organization);
    await registerDevices(organization, register(['a', 'y']), ports);
    await map.load(organization);
    await Promise.all(paths.map(({ ref, fields }) => ref.set(fields)));
    timers.advance(60_000);
    await registerDevices(organization, register(['b', 'z']), ports);
    await map.refresh(organization);
    expect(map.eventsOf(organization, 'a')).toEqual(['x']);
    expect(map.eventsOf(organization, 'b')).toEqual(['z']);
  });

  const documentsOf = async (organization: string) => {
    const version = under.client.doc(`orgs/${organization}/membership/version`);
    const parts = await under.client.collection(`orgs/${organization}/membership/parts/devices`).get();
    return [
      { ref: version, fields: (await version.get()).data() ?? {} },
      ...parts.docs.map((part) => ({ ref: part.ref, fields: part.data() })),
    ];
  };

  test('keeps no process alive', () => {
    const at = (path: string): string => JSON.stringify(new URL(`../../../src/${path}`, import.meta.url).href);
    const script = `
      const { MembershipMap } = await import(${at('meter/steps/runtimes/membership-map.ts')});
      const clock = { now: () => 0, elapsed: () => 0 };
      new MembershipMap({ store: {}, clock, log: {}, refreshMs: 3_600_000 }).start();
      console.log('started');`;
    const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: join(import.meta.dirname, '../../..'),
      timeout: 60_000,
    });
    expect(printed.toString()).toBe('started\n');
  });
});

describe('changes', () => {
  test('of two instances at once are all there, and lost answers change nothing twice', async () => {
    const faulty = await firestoreUnderTest({
      faults: { seed: 11, rules: [{ method: 'Commit', probability: 0.3, fault: { kind: 'error-after' } }] },
    });
    try {
      const one = world(faulty.newClient());
      const other = world(faulty.newClient());
      const { organization } = one;
      await Promise.all(
        [one, other].map(async ({ ports }, at) => {
          for (let change = 0; change < 4; change++)
            await registerDevices(
              organization,
              register(['same', `e${at}-${change}`], [`d${at}-${change}`, 'x']),
              ports,
            );
        }),
      );
      await one.map.load(organization);
      expect(one.map.eventsOf(organization, 'same')).toHaveLength(8);
      expect(one.map.metrics()).toMatchObject({ devices: 9, registrations: 16 });
    } finally {
      await faulty.close();
    }
  });
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { composeMeter, type MeterPorts } from '../../../../src/compose-meter.ts';
import { readConfig } from '../../../../src/config/config.ts';
import { DEFAULT_LIMITS } from '../../../../src/meter/model/limits.ts';
import { runtimeIdOf, RuntimeRegistration } from '../../../../src/meter/model/runtime.ts';
import type { CollectRequest } from '../../../../src/meter/steps/collect/collect.ts';
import { startSession } from '../../../../src/meter/steps/collect/sessions.ts';
import { maintain } from '../../../../src/meter/steps/maintain/maintain.ts';
import { heartbeat } from '../../../../src/meter/steps/runtimes/heartbeat.ts';
import { registerRuntime } from '../../../../src/meter/steps/runtimes/register-runtime.ts';
import { type FirestoreUnderTest, firestoreUnderTest } from '../../../support/firestore-under-test.ts';

const HOUR_MS = 3_600_000;
let firestore: FirestoreUnderTest;
let ports: MeterPorts;
beforeAll(async () => {
  firestore = await firestoreUnderTest({});
  process.env['FIRESTORE_EMULATOR_HOST'] = `127.0.0.1:${firestore.emulator?.port}`;
  ports = composeMeter(
    readConfig({ DAYMILL_PROJECT: 'demo-upkeep', DAYMILL_LOG: 'silent' }, process.cwd(), process.pid),
  );
});
afterAll(async () => {
  await ports.close();
  delete process.env['FIRESTORE_EMULATOR_HOST'];
  await firestore.close();
});

test('a session that nobody ends is ended by time, once, as an event of its day', async () => {
  const request: CollectRequest = {
    organization: 'acme',
    limits: DEFAULT_LIMITS,
    route: 'POST /test',
    idempotencyKey: undefined,
    receivedMs: Date.now(),
  };
  const timestamp = Date.now() - 20 * HOUR_MS;
  await startSession(request, { session_id: 's', user_id: 'ann', timestamp }, ports);
  expect(await maintain(ports)).toMatchObject({ sessionsEnded: 1 });
  expect(await maintain(ports)).toMatchObject({ sessionsEnded: 0 });
  expect(await ports.sessions.read('acme', 's')).toMatchObject({ status: 'ended', end_reason: 'timeout' });
  const day = new Date(timestamp).toISOString().slice(0, 10);
  const events = (await Array.fromAsync(ports.days.events({ organization: 'acme', day }, 'sessions'))).flat();
  expect(events).toMatchObject([{ id: 's', fields: { end_reason: 'timeout', user_id: 'ann' } }]);
});

test('a runtime that falls silent is offline, and its series end with a stale marker', async () => {
  const registration = RuntimeRegistration.parse({ name: 'w', type: 'worker_pool', heartbeat_interval_seconds: 1 });
  await registerRuntime('globex', registration, { ...ports, limits: DEFAULT_LIMITS });
  const runtimeId = runtimeIdOf('w');
  await heartbeat('globex', { runtimeId, beat: { metrics: { cpu_ema: 0.5 } } }, ports);
  await ports.tables.write();
  const later = { ...ports, clock: { ...ports.clock, now: () => Date.now() + 60_000 } };
  expect(await maintain(later)).toMatchObject({ offline: 1 });
  expect((await ports.runtimes.read('globex', runtimeId))?.status).toBe('offline');
  const values: boolean[] = [];
  for (const day of await ports.days.days('globex'))
    for await (const { samples } of ports.days.segments({ organization: 'globex', day }))
      for (let at = 0; at < samples.length; at++) values.push(samples.isStale(at));
  expect(values.filter(Boolean)).toHaveLength(1);
  expect(values).toHaveLength(2);
});

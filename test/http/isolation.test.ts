/** What one organization has, no other sees or touches, whatever it knows of it: with a token of another, by every route that names something. */
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { composeMeter, type MeterPorts } from '../../src/compose-meter.ts';
import { readConfig } from '../../src/config/config.ts';
import { authenticator } from '../../src/http/auth.ts';
import { httpListener } from '../../src/http/listener.ts';
import { collectRoutes } from '../../src/http/routes/index.ts';
import { type FirestoreUnderTest, firestoreUnderTest } from '../support/firestore-under-test.ts';
import { makeDoors, serve, type Serving } from './serving.ts';

const SECRET = 'a secret that only this test knows, and long enough';
const routes = collectRoutes(() => ports);
let firestore: FirestoreUnderTest;
let ports: MeterPorts;
let serving: Serving;

beforeAll(async () => {
  firestore = await firestoreUnderTest({});
  process.env['FIRESTORE_EMULATOR_HOST'] = `127.0.0.1:${firestore.emulator?.port}`;
  const env = { DAYMILL_PROJECT: 'demo-isolation', DAYMILL_LOG: 'silent', DAYMILL_JWT_SECRET: SECRET };
  ports = composeMeter(readConfig(env, process.cwd(), process.pid));
  const authenticate = authenticator(ports.jwt, ports.apiKeys);
  serving = await serve(httpListener(routes, { ...makeDoors([]), authenticate, clock: ports.clock }));
});

afterAll(async () => {
  await serving[Symbol.asyncDispose]();
  await ports.close();
  delete process.env['FIRESTORE_EMULATOR_HOST'];
  await firestore.close();
});

const tokenOf = (org: string, role = 'admin'): Promise<string> =>
  new SignJWT({ org, role })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('5m')
    .sign(new TextEncoder().encode(SECRET));

async function ask(
  org: string,
  [method, path]: readonly [string, string],
  json?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  const own = { authorization: `Bearer ${await tokenOf(org)}`, ...headers };
  const body = json === undefined ? undefined : JSON.stringify(json);
  const answer = await serving.send(
    method,
    path,
    json === undefined ? own : { ...own, 'content-type': 'application/json' },
    body,
  );
  const text = answer.bytes.toString();
  return { status: answer.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
}

describe('of two organizations', () => {
  const command = { id: '1', source: 's', user_id: 'ann', command_name: 'x', execution_time_ms: 1, status: 'success' };

  test('neither sees sessions, runtimes, dead letters or counts of the other, nor changes them', async () => {
    const runtime = await ask('acme', ['POST', '/api/runtime/register'], { name: 'w', type: 'broker' });
    const id = (runtime.body['runtime'] as { runtime_id: string }).runtime_id;
    await ask('acme', ['POST', '/api/metrics/sessions/start'], { session_id: 's', user_id: 'ann' });
    await ask('acme', ['POST', '/api/metrics/commands'], { command_name: '' });
    const letters = (await ask('acme', ['GET', '/api/metrics/dead-letters'])).body['deadLetters'] as { id: string }[];
    const letter = letters[0]?.id ?? '';
    expect(letter).not.toBe('');
    const tried: readonly (readonly [string, string, unknown?])[] = [
      ['GET', `/api/runtime/${id}`],
      ['PUT', `/api/runtime/${id}/status`, { status: 'busy' }],
      ['POST', `/api/runtime/${id}/heartbeat`, { metrics: {} }],
      ['DELETE', `/api/runtime/${id}`],
      ['PUT', '/api/metrics/sessions/s', { status: 'ended' }],
      ['GET', `/api/metrics/dead-letters/${letter}`],
      ['POST', `/api/metrics/dead-letters/${letter}/replay`],
      ['DELETE', `/api/metrics/dead-letters/${letter}`],
      ['GET', '/api/results/commands-of-acme?from=2026-01-01&to=2026-01-02&entity=acme%2Fa'],
      ['GET', '/api/results/commands-of-acme/2026-01-01'],
      ['GET', '/api/results/commands-of-acme/2026-01-01/entities/acme%2Fa'],
    ];
    for (const [method, path, json] of tried) {
      const { status } = await ask('globex', [method, path], json);
      expect([method, path, status]).toEqual([method, path, 404]);
    }
    expect((await ask('globex', ['GET', '/api/runtime'])).body).toEqual({ runtimes: [] });
    expect((await ask('globex', ['GET', '/api/metrics/dead-letters'])).body).toEqual({ deadLetters: [] });
    expect((await ask('globex', ['GET', '/api/metrics/stats'])).body).toMatchObject({ samples: 0, deadLetters: 0 });
    expect((await ask('acme', ['GET', `/api/runtime/${id}`])).status).toBe(200);
    expect((await ask('acme', ['GET', `/api/metrics/dead-letters/${letter}`])).status).toBe(200);
    // Every route with something in its path was tried; a device's events and a label's values are looked up, and there are none.
    const lists = [
      '/api/devices/',
      '/api/v1/label/',
      '/api/runtime/:id/metrics',
      '/api/metrics/real-time/',
      '/api/live/events/',
    ];
    const named = routes.filter(({ path }) => path.includes(':') && !lists.some((one) => path.startsWith(one)));
    expect(tried.length).toBe(named.length);
  });

  test('ids and keys of requests are of one of them', async () => {
    const key = { 'idempotency-key': 'k' };
    expect((await ask('acme', ['POST', '/api/metrics/commands'], command, key)).body).toMatchObject({ accepted: 1 });
    const other = await ask('globex', ['POST', '/api/metrics/commands'], { ...command, user_id: 'bob' }, key);
    expect(other.body).toMatchObject({ accepted: 1, ids: ['s/1'] });
    expect(other.body).not.toHaveProperty('repeated');
    expect((await ask('globex', ['GET', '/api/metrics/stats'])).body).toMatchObject({ events: { commands: 1 } });
  });

  test('a header names no other than the token', async () => {
    const { status } = await ask('acme', ['GET', '/api/metrics/stats'], undefined, { 'x-scope-orgid': 'globex' });
    expect(status).toBe(403);
  });

  test('a role does what it may, and no more', async () => {
    const may = async (role: string, route: (typeof routes)[number]): Promise<boolean> => {
      const headers = { authorization: `Bearer ${await tokenOf('acme', role)}` };
      const path = route.path.replaceAll(/:\w+/g, 'x');
      return (await serving.send(route.method, path, headers)).status !== 403;
    };
    const order = ['viewer', 'developer', 'manager', 'admin'];
    for (const route of routes.filter(({ role, isStream }) => role !== 'anyone' && isStream !== true))
      for (const role of order)
        expect([route.id, role, await may(role, route)]).toEqual([
          route.id,
          role,
          order.indexOf(role) >= order.indexOf(route.role),
        ]);
  });
});

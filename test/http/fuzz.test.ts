/** Whatever a route is sent, its answer is never one of our own failures: every row of the table, over an embedded Firestore. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { composeMeter, type MeterPorts } from '../../src/compose-meter.ts';
import { readConfig } from '../../src/config/config.ts';
import { httpListener } from '../../src/http/listener.ts';
import { openApiRoute } from '../../src/http/openapi-route.ts';
import { collectRoutes } from '../../src/http/routes/index.ts';
import { type FirestoreUnderTest, firestoreUnderTest } from '../support/firestore-under-test.ts';
import { howMany, LONG } from '../support/long.ts';
import { requestsTo } from './fuzz.ts';
import { makeDoors, type Said, serve, type Serving } from './serving.ts';

/** Of twenty requests at once, of each route. */
const ROUNDS = howMany('DAYMILL_ROUNDS', 2, 12);

let firestore: FirestoreUnderTest;
let ports: MeterPorts;
let serving: Serving;
const said: Said[] = [];
const routes = collectRoutes(() => ports);

// What never ends is another test's.
const ending = routes.filter(({ isStream }) => isStream !== true);

beforeAll(async () => {
  firestore = await firestoreUnderTest({});
  process.env['FIRESTORE_EMULATOR_HOST'] = `127.0.0.1:${firestore.emulator?.port}`;
  ports = composeMeter(readConfig({ DAYMILL_PROJECT: 'demo-fuzz', DAYMILL_LOG: 'silent' }, process.cwd(), process.pid));
  serving = await serve(httpListener([...routes, openApiRoute(routes)], makeDoors(said)));
});

afterAll(async () => {
  await serving[Symbol.asyncDispose]();
  await ports.close();
  delete process.env['FIRESTORE_EMULATOR_HOST'];
  await firestore.close();
});

describe('no request makes it fail', () => {
  test.each(ending.map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s',
    async (_, route) => {
      const together = fc.array(requestsTo(route), { minLength: 20, maxLength: 20, size: 'max' });
      await fc.assert(
        fc.asyncProperty(together, async (requests) => {
          said.length = 0;
          const answers = await Promise.all(
            requests.map(({ method, path, headers, body }) => serving.send(method, path, headers, body)),
          );
          const failed = answers.flatMap(({ status, bytes }, at) =>
            status >= 500 ? [{ status, answer: bytes.toString().slice(0, 300), request: requests[at] }] : [],
          );
          expect({ failed, said: said.filter(({ level }) => level === 'error') }).toEqual({ failed: [], said: [] });
        }),
        { numRuns: ROUNDS, endOnFailure: true },
      );
    },
    LONG ? 120_000 : 30_000,
  );

  test('not by a time that no document has, nor by an id that names none', async () => {
    const body = JSON.stringify({ user_id: 'u', timestamp: 6_525_716_507_103_000 });
    const headers = { 'content-type': 'application/json' };
    const begun = await serving.send('POST', '/api/metrics/sessions/start', headers, body);
    expect(begun.status).toBe(400);
    expect(begun.bytes.toString()).toContain('timestamp');
    for (const id of ['__a__', '%2F', 'a%2Fb'])
      expect((await serving.send('DELETE', `/api/metrics/dead-letters/${id}`)).status).toBe(404);
  });

  test('nor by an id in a path that no document has, whatever is asked of it', async () => {
    const headers = { 'content-type': 'application/json' };
    const failed: unknown[] = [];
    for (const { method, path } of ending.filter((route) => route.path.includes(':')))
      for (const id of ['__proto__', '__a__', '%2F', '%2E%2E', '%00', 'x'.repeat(1_600)])
        for (const body of method === 'GET' ? [undefined] : ['{}', '{"status":"ready"}', '{"status":"ended"}']) {
          const asked = path.replaceAll(/:\w+/g, id);
          const { status, bytes } = await serving.send(method, asked, body === undefined ? {} : headers, body);
          if (status >= 500) failed.push([method, asked, body, bytes.toString().slice(0, 300)]);
        }
    expect(failed).toEqual([]);
  });

  test('nor by names that no field of a document has', async () => {
    const context = { '': 1, __a__: { '': [[1]] }, 'a.b': {} };
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ session_id: 'names', user_id: 'u', context });
    const begun = await serving.send('POST', '/api/metrics/sessions/start', headers, body);
    expect([begun.status, JSON.parse(begun.bytes.toString())]).toEqual([201, expect.objectContaining({ context })]);
    const ended = await serving.send('PUT', '/api/metrics/sessions/names', headers, '{"status":"ended"}');
    expect(JSON.parse(ended.bytes.toString())).toMatchObject({ context, status: 'ended' });
  });

  test('nor has one reached a prototype', () => {
    expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
  });
});

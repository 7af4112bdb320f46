/** The page's function as it is composed: what it answers to whom, on the real stores. */
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readConfig } from '../../../src/config/config.ts';
import { openFirestore } from '../../../src/google/firestore-client.ts';
import { MOST_DAYS } from '../../../src/http/routes/mill/ask.ts';
import { composeListener } from '../../../src/http/view-listener.ts';
import { collectRoutes } from '../../../src/http/routes/index.ts';
import type { Caller, Route } from '../../../src/http/route.ts';
import { writeManifest } from '../../../src/mill/manifest/read-manifest.ts';
import { Organization } from '../../../src/meter/model/organization.ts';
import { addDays } from '../../../src/values/date.ts';
import { DAYS } from '../../support/fixture-project.ts';
import { type WaveBench, waveBench } from '../../support/wave-bench.ts';
import { serve, type Serving } from '../serving.ts';

const Problem = z.object({ status: z.number(), code: z.string(), detail: z.string() });
const [FIRST] = DAYS;
const LAST = DAYS[3];

describe('the page’s function', () => {
  let bench: WaveBench;
  let serving: Serving;
  let routes: readonly Route[];
  let caller: Caller;
  let run = '';
  let close = (): void => {};
  beforeAll(async () => {
    bench = await waveBench();
    const ports = bench.open();
    const { root, home } = bench.local.project;
    const env = {
      ...process.env,
      DAYMILL_VIEW: 'local',
      DAYMILL_LOG: 'silent',
      DAYMILL_MANIFEST: `${home}/manifest.json`,
    };
    const db = openFirestore({ projectId: process.env['GOOGLE_CLOUD_PROJECT'], databaseId: undefined });
    for (const organization of ['umbrella', 'hive']) await db.doc(`orgs/${organization}`).set({ limits: {} });
    await db.terminate();
    writeManifest(env.DAYMILL_MANIFEST, ports.manifest);
    run = (await bench.ask(ports, 'first')).runId ?? '';
    await bench.workAll(ports);
    caller = { organization: 'acme', role: 'admin', subject: 'ann' };
    const composed = composeListener(readConfig(env, root, process.pid), {
      authenticate: ({ 'x-scope-orgid': organization = 'acme' }) =>
        Promise.resolve({ ...caller, organization: Organization.parse(organization) }),
      whileServing: (act) => act(),
      folder: '',
    });
    ({ routes, close } = composed);
    serving = await serve(composed.listener);
  });
  afterAll(async () => {
    close();
    await serving[Symbol.asyncDispose]();
    await bench.close();
  });

  const get = (path: string, headers: Record<string, string> = {}) => serving.send('GET', path, headers);
  const json = async (path: string) => {
    const { status, bytes } = await get(path);
    return { status, body: JSON.parse(bytes.toString()) as Record<string, unknown> };
  };

  test.each(['//', '//?org=acme', '///api', 'http://[/?org=acme'])(
    'refuses %s, which is no address, and goes on',
    async (path) => {
      expect((await serving.send('POST', path, {}, '')).status).toBe(404);
      expect((await get('/api/mill/project')).status).toBe(200);
    },
  );

  test('says what the project is, and who asks', async () => {
    expect(await json('/api/mill/project')).toMatchObject({
      status: 200,
      body: {
        from: FIRST,
        date: LAST,
        target: 'local',
        organization: 'acme',
        subject: 'ann',
        role: 'admin',
        computations: [{ name: 'pages' }, { name: 'warmth' }, { name: 'both', needs: ['pages', 'warmth'] }],
        datasets: [{ name: 'visits' }, { name: 'weather' }],
        paused: [],
      },
    });
    expect((await json('/api/mill/project?org=umbrella')).body['organization']).toBe('umbrella');
  });

  test('names what people have paused, since when, by whom and why', async () => {
    const own = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' };
    const post = (path: string, body: unknown) => serving.send('POST', path, own, JSON.stringify(body));
    const paused = async () => (await json('/api/mill/project')).body['paused'];
    await post('/api/mill/pause', { computation: 'warmth', reason: 'it is wrong' });
    const one = { computation: 'warmth', by: 'ann', because: 'it is wrong', sinceMs: expect.any(Number) as number };
    expect(await paused()).toEqual([one]);
    await post('/api/mill/pause', { reason: 'a holiday' });
    expect(await paused()).toContainEqual(expect.objectContaining({ computation: null, because: 'a holiday' }));
    await post('/api/mill/resume', { reason: 'over' });
    expect(await paused()).toEqual([]);
  });

  test('lets an admin choose among the organizations that there are, and nobody else', async () => {
    expect((await json('/api/mill/project')).body['organizations']).toEqual(['acme', 'hive', 'umbrella']);
    caller = { ...caller, role: 'viewer' };
    expect((await json('/api/mill/project')).body['organizations']).toEqual(['acme']);
    caller = { ...caller, role: 'admin' };
  });

  test.each([
    [`/api/mill/cells/pages/${FIRST}`, 'explanation'],
    [`/api/mill/cells/pages/${FIRST}/result`, 'result'],
    [`/api/mill/cells/pages/${FIRST}/attempts`, 'attempts'],
    [`/api/mill/diff/pages?from=${FIRST}&to=${LAST}`, 'diff'],
    ['/api/mill/plan', 'plan'],
    ['/api/mill/report', 'report'],
    ['/api/mill/graph?select=%2Bboth', 'graph'],
    ['/api/mill/runs?limit=5', 'runs'],
    ['/api/mill/runs/RUN', 'run'],
    ['/api/mill/runs/RUN/timeline', 'timeline'],
    ['/api/mill/tasks/RUN.pages.2024-03-01', 'task'],
    ['/api/mill/dead-letters', 'dead letters'],
    ['/api/mill/failures', 'failures'],
    [`/api/mill/grid/lens?lens=duration&from=${FIRST}&to=${LAST}&computations=pages`, 'lens'],
    ['/api/mill/plan?without=pages,warmth', 'plan without changes'],
    ['/api/mill/data', 'root data'],
    ['/api/mill/audits', 'audits'],
    ['/api/mill/code', 'code'],
    ['/api/mill/memory', 'memory'],
    ['/api/mill/jobs', 'jobs'],
  ])('%s has its answer, as its schema has it', async (asked) => {
    const path = asked.replace('RUN', run);
    const { status, body } = await json(path);
    expect([status, body['detail']]).toEqual([200, undefined]);
    const route = routes.find(
      (one) => one.method === 'GET' && fits(one.path, path.replace(/\?.*$/, '')) && one.path.startsWith('/api/mill/'),
    );
    expect(route?.answers[200]?.schema?.safeParse(body).error).toBeUndefined();
  });

  test('sends what did not change no second time, and says of which moment it is', async () => {
    const first = await get('/api/mill/report');
    const etag = String(first.headers['etag']);
    expect(Number(first.headers['daymill-sequence'])).toBeGreaterThan(0);
    const again = await get('/api/mill/report', { 'if-none-match': etag });
    expect([again.status, again.bytes.length]).toEqual([304, 0]);
    expect(again.headers).toMatchObject({ etag, 'daymill-sequence': first.headers['daymill-sequence'] });
    expect((await get('/api/mill/report', { 'if-none-match': 'W/"another"' })).status).toBe(200);
  });

  test('packs answers for who takes that', async () => {
    const plain = await get('/api/mill/plan');
    const [brotli, gzip] = [
      await get('/api/mill/plan', { 'accept-encoding': 'gzip, deflate, br' }),
      await get('/api/mill/plan', { 'accept-encoding': 'gzip, br;q=0' }),
    ];
    expect([brotli.headers['content-encoding'], gzip.headers['content-encoding']]).toEqual(['br', 'gzip']);
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(brotliDecompressSync(brotli.bytes)).toEqual(plain.bytes);
    expect(gunzipSync(gzip.bytes)).toEqual(plain.bytes);
  });

  test.each([
    ['/api/mill/cells/nobody/2024-03-01', 404, 'UNKNOWN_COMPUTATION'],
    ['/api/mill/cells/pages/tomorrow', 400, 'BAD_DATE'],
    ['/api/mill/cells/pages/9999-12-31', 400, 'BAD_DATE'],
    ['/api/mill/cells/constructor/2024-03-01/attempts', 404, 'UNKNOWN_COMPUTATION'],
    ['/api/mill/cells/pages/2024-03-01/result?limit=0', 400, 'BAD_QUERY'],
    ['/api/mill/report?from=2024-03-03&date=2024-03-01', 400, 'BAD_DATE'],
    ['/api/mill/report?from=0001-01-01', 400, 'BAD_DATE'],
    ['/api/mill/cells/pages/2024-03-01?from=0001-01-01', 400, 'BAD_DATE'],
    ['/api/mill/plan?select=nobody', 404, 'UNKNOWN_COMPUTATION'],
    ['/api/mill/runs/nobody', 404, 'NOT_FOUND'],
    ['/api/mill/runs/..', 404, 'NOT_FOUND'],
    ['/api/mill/runs/__proto__', 404, 'NOT_FOUND'],
    ['/api/mill/runs?limit=-1', 400, 'BAD_QUERY'],
    ['/api/mill/dead-letters/nobody', 404, 'NOT_FOUND'],
    ['/api/mill/nothing', 404, 'NOT_FOUND'],
    ['/api/mill/grid/lens', 400, 'BAD_QUERY'],
    ['/api/mill/grid/lens?lens=colour', 400, 'BAD_QUERY'],
    ['/api/mill/tasks/nobody', 404, 'NOT_FOUND'],
    ['/api/mill/tasks/a%2Fb', 404, 'NOT_FOUND'],
    ['/api/mill/runs/nobody/timeline', 404, 'NOT_FOUND'],
    ['/api/mill/plan?without=nobody', 404, 'UNKNOWN_COMPUTATION'],
    ['/api/mill/failures?from=2024-03-04&date=2024-03-01', 400, 'BAD_DATE'],
  ])('%s is a %i, %s', async (path, status, code) => {
    const answer = await json(path);
    const problem = Problem.parse(answer.body);
    expect([answer.status, problem.status, problem.code]).toEqual([status, status, code]);
    expect(problem.detail.length).toBeGreaterThan(10);
  });

  test('answers as many days as it says, and no more', async () => {
    const of = (days: number) => `/api/mill/grid?date=${LAST}&from=${addDays(LAST, 1 - days)}`;
    expect((await get(of(MOST_DAYS))).status).toBe(200);
    expect((await json(of(MOST_DAYS + 1))).body).toMatchObject({
      code: 'BAD_DATE',
      detail: expect.stringContaining(`are ${MOST_DAYS + 1} days: ask for ${MOST_DAYS} at most`) as string,
    });
  });

  test('whatever stands in a path or a query, it is answered with what is wrong, never with an error of ours', async () => {
    const paths = [
      '__proto__',
      'constructor',
      '%00',
      'a%2Fb',
      '..%2F..%2Fetc',
      'x'.repeat(2_000),
      '%F0%9F%92%A9',
      '-1',
      '9999-12-31',
    ];
    const values = [
      '',
      '__proto__',
      '-1',
      '1e9',
      'NaN',
      '0000-00-00',
      '9999-12-31',
      '0001-01-01',
      '(((',
      '*,*,+x',
      ',',
      '%00',
      '%F0%9F%92%A9',
    ];
    const asked = routes
      .filter(({ method, path, isStream }) => method === 'GET' && path.startsWith('/api/mill/') && isStream !== true)
      .flatMap(({ path, query }) => {
        const names = query instanceof z.ZodObject ? Object.keys(query.shape) : [];
        const plain = path
          .replaceAll(/:computation/g, 'pages')
          .replaceAll(/:date/g, FIRST)
          .replaceAll(/:id/g, run);
        const byPath = path.includes(':') ? paths.map((text) => path.replaceAll(/:[^/]+/g, text)) : [];
        return byPath.concat(names.flatMap((name) => values.map((text) => `${plain}?${name}=${text}`)));
      });
    expect(asked.length).toBeGreaterThan(300);
    const wrong: string[] = [];
    for (const path of asked) {
      const { status, bytes } = await get(path);
      if (status >= 500) wrong.push(`${status} ${path.slice(0, 100)} ${bytes.toString().slice(0, 200)}`);
    }
    expect(wrong).toEqual([]);
  }, 30_000);

  test('answers what the meter is asked, and takes nothing in', async () => {
    expect((await json('/api/v1/query?query=1')).body).toMatchObject({ status: 'success' });
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await serving.send('POST', '/api/v1/query', form, 'query=1')).status).toBe(200);
    expect((await serving.send('POST', '/v1/metrics', { 'content-type': 'application/json' }, '{}')).status).toBe(404);
    const written = routes.filter(({ method, path }) => method !== 'GET' && !path.startsWith('/api/mill/'));
    expect(written.filter(({ quota }) => quota !== 'read')).toEqual([]);
  });

  test('lets who may only look act nowhere', async () => {
    caller = { ...caller, role: 'viewer' };
    const own = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' };
    const acting = routes.filter(({ method, path }) => method !== 'GET' && path.startsWith('/api/mill/'));
    expect(acting.length).toBeGreaterThan(5);
    for (const { path } of acting) {
      const { status, bytes } = await serving.send('POST', path.replaceAll(':', ''), own, '{"reason":"to see"}');
      expect([path, status, Problem.parse(JSON.parse(bytes.toString())).code]).toEqual([path, 403, 'FORBIDDEN']);
    }
    expect((await get('/api/mill/report')).status).toBe(200);
    caller = { ...caller, role: 'admin' };
  });

  test('describes every route that it has, and what is taken in at the same address', async () => {
    const { body } = await json('/openapi.json');
    const { paths } = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) }).parse(body);
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const collected = collectRoutes(() => {
      throw new Error('a description needs no ports');
    });
    const served = [...routes, ...collected].map(
      ({ method, path }) => `${method} ${path.replaceAll(/:([^/]+)/g, '{$1}')}`,
    );
    expect(described.toSorted()).toEqual([...new Set(served)].toSorted());
    expect(described).toContain('POST /v1/metrics');
  });

  test('shows the page everywhere else', async () => {
    const { headers, bytes } = await get('/cell/pages/2024-03-01');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(bytes.toString()).toContain('npm run build:dashboard');
  });
});

test('before the source could be read once, it says how to find out why', async () => {
  const config = readConfig(
    { DAYMILL_ROOT: '/nowhere', DAYMILL_VIEW: 'local', DAYMILL_LOG: 'silent' },
    '/',
    process.pid,
  );
  const composed = composeListener(config, {
    authenticate: () => Promise.resolve({ organization: 'acme', role: 'viewer', subject: 'ann' }),
    whileServing: (act) => act(),
    folder: '',
  });
  await using serving = await serve(composed.listener);
  for (const path of ['/api/mill/project', '/api/mill/grid', '/api/mill/live']) {
    const { status, bytes } = await serving.send('GET', path);
    const { code, detail } = Problem.parse(JSON.parse(bytes.toString()));
    expect([path, status, code]).toEqual([path, 503, 'NO_MANIFEST']);
    expect(detail).toContain('npx daymill check');
  }
});

const fits = (pattern: string, path: string): boolean =>
  new RegExp(`^${pattern.replaceAll(/:[^/]+/g, '[^/]+')}$`).test(path);

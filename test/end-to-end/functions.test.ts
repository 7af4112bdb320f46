/** The deployed functions, asked by hand: what they answer, and what they do with input that nobody should send. */
import { Firestore } from '@google-cloud/firestore';
import { PubSub } from '@google-cloud/pubsub';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Daymill, serviceOf, startDaymill } from '../../src/cli/local/local-cloud.ts';
import type { LogEntry } from '../../src/cli/local/log-entry.ts';
import { compose, type Ports } from '../../src/compose.ts';
import { readConfig } from '../../src/config/config.ts';
import { buildManifest } from '../../src/mill/manifest/build-manifest.ts';
import { writeManifest } from '../../src/mill/manifest/read-manifest.ts';
import { yesterday } from '../../src/mill/steps/dispatch/target.ts';
import { DAYS, fixtureProject, type FixtureProject, IMPORTS } from '../support/fixture-project.ts';
import { listeningAddresses } from '../support/listening.ts';
import { loadFixture } from '../support/local-ports.ts';

const COMPUTATIONS = {
  'computations/heat.ts': `${IMPORTS}
export const heat = defineComputation({
  name: 'heat', category: 'tests', needs: { weather: document(weather), before: previous() }, output: z.number(),
  compute: ({ weather, before }) => (before ?? 0) + weather.degrees,
});`,
};

import { processesOf } from '../support/processes-of.ts';

describe('the functions, asked by hand', () => {
  let project: FixtureProject;
  let daymill: Daymill;
  let ports: Ports;
  const entries: LogEntry[] = [];
  beforeAll(async () => {
    project = fixtureProject(COMPUTATIONS, { simulate: true });
    const config = readConfig({}, project.root, process.pid);
    const manifest = await buildManifest({ root: project.root, directory: 'computations' });
    writeManifest(config.manifestFile, manifest);
    daymill = await startDaymill(config, {
      env: { PATH: process.env['PATH'] },
      onLog: (entry) => void entries.push(entry),
    });
    ports = compose({ ...config, logLevel: 'silent' }, manifest);
    await loadFixture(ports);
  });
  afterAll(async () => {
    await ports.close();
    await daymill.close();
    project.remove();
  });

  const post = async (url: string, body: string): Promise<{ status: number; answer: unknown }> => {
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    return { status: response.status, answer: await response.json().catch(() => undefined) };
  };
  const dispatch = (body: unknown) => post(daymill.functionUrls.dispatch, JSON.stringify(body));

  test('no function answers a page of a browser, nor another machine', async () => {
    // A process is there once it was asked for something.
    await dispatch({});
    const foreign = await fetch(daymill.functionUrls.dispatch, {
      method: 'POST',
      headers: { 'content-type': 'text/plain', origin: 'https://evil.example' },
      body: JSON.stringify({ date: DAYS[0] }),
    });
    expect(foreign.status).toBe(403);
    // Another program of this machine, which was not told the address.
    const { origin, pathname } = new URL(daymill.functionUrls.dispatch);
    for (const guess of ['/', '/?', `${pathname}0`, pathname.slice(0, -1), `/${'0'.repeat(pathname.length - 1)}`])
      expect((await fetch(`${origin}${guess}`, { method: 'POST', body: '{}' })).status).toBe(403);
    const addresses = listeningAddresses(processesOf(project.root));
    if (process.platform === 'linux') expect(addresses.length).toBeGreaterThan(0);
    expect(new Set(addresses)).toEqual(new Set(addresses.length === 0 ? [] : ['0100007F']));
  });

  test.each([
    ['a date that is none', { date: '2024-02-30' }, 'BAD_ARGUMENT', /date/u],
    ['no date', {}, 'BAD_ARGUMENT', /date/u],
    ['a day that is not over', { date: '2999-01-01' }, 'BAD_DATE', new RegExp(yesterday(Date.now()), 'u')],
    ['a target before the grid', { date: '2024-02-01' }, 'BAD_DATE', /2024-03-01/u],
    ['a pass that the manifest does not have', { date: DAYS[0], pass: 7 }, 'BAD_ARGUMENT', /There is no pass 7/u],
    ['a pass of the wrong type', { date: DAYS[0], pass: '1' }, 'BAD_ARGUMENT', /pass/u],
    ['a member that nobody knows', { date: DAYS[0], dates: [] }, 'BAD_ARGUMENT', /dates/u],
    [
      'a callback to somebody else',
      { date: DAYS[0], pass: 1, callbackUrl: 'https://example.com/' },
      'BAD_ARGUMENT',
      /callbackUrl/u,
    ],
  ])('dispatch refuses %s, and says so', async (_, body, code, message) => {
    const { status, answer } = await dispatch(body);
    expect(status).toBe(400);
    expect(answer).toMatchObject({ error: { code, message: expect.stringMatching(message) as string } });
  });

  test.each(['{"date":', '[]', 'null', '"2024-03-01"'])('dispatch refuses the body %s', async (body) => {
    const { status, answer } = await post(daymill.functionUrls.dispatch, body);
    expect(status).toBe(400);
    expect(answer).toMatchObject({ error: { code: 'BAD_ARGUMENT', message: expect.any(String) } });
  });

  test.each(['index', 'dispatch', 'reconcile', 'preflight'] as const)('%s does nothing for a GET', async (name) => {
    const response = await fetch(daymill.functionUrls[name] ?? '');
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
    expect(await response.json()).toMatchObject({ error: { message: 'Send a POST with JSON, not GET.' } });
  });

  test.each([
    ['index', { date: '9999-01-01' }],
    ['reconcile', { date: '9999-01-01', dispatchId: 'd' }],
    ['reconcile', { date: DAYS[0], dispatchId: 'a/b' }],
    ['reconcile', { date: DAYS[0], dispatchId: 'x'.repeat(1_100_000) }],
    ['dispatch', { date: DAYS[0], dispatchId: '..' }],
    ['dispatch', { date: DAYS[0], computations: ['x'.repeat(1_100_000)] }],
    ['dispatch', { date: DAYS[0], pass: 1, callbackUrl: `http://127.0.0.1/${'x'.repeat(1_100_000)}` }],
  ] as const)('%s refuses %o as what nobody should send', async (name, body) => {
    expect((await post(daymill.functionUrls[name], JSON.stringify(body))).status).toBe(400);
  });

  test('messages that are no tasks are dropped, once each, and the worker lives on', async () => {
    const pubsub = new PubSub({ projectId: 'daymill-local' });
    const topic = pubsub.topic('computation-tasks');
    const stranger = {
      action: 'RUN_COMPUTATION_DATE',
      taskId: 'nobody',
      dispatchId: 'd',
      runId: 'r',
      date: DAYS[0],
      pass: 1,
    };
    const rest = { computation: 'heat', hash: '0'.repeat(16), triggerReason: '', resources: 'standard' };
    const poison = ['', 'a/b', '.', '..', '__x__', 'x'.repeat(1_501)];
    const bodies = [
      ...poison.map((taskId) => JSON.stringify({ ...stranger, ...rest, taskId })),
      '',
      'no JSON',
      '{}',
      'null',
      JSON.stringify({
        ...stranger,
        ...rest,
      }),
    ];
    await Promise.all(
      bodies.map((body) => topic.publishMessage({ data: Buffer.from(body), attributes: { test: 'junk' } })),
    );
    await daymill.cloud.pubsub.idle();
    await pubsub.close();
    const dropped = entries.filter(({ event }) => event === 'message.unreadable' || event === 'task.unknown');
    expect(dropped).toHaveLength(bodies.length);
    expect(daymill.cloud.pubsub.counters()).toMatchObject({ delivered: bodies.length, acknowledged: bodies.length });
  });

  test('a push that is no JSON is dropped too, once', async () => {
    const { url } = serviceOf(daymill.services, 'work-standard');
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: '{"message":{}}',
    });
    expect(response.status).toBe(204);
    const dropped = entries.filter(({ fields }) => fields['contentType'] === 'text/plain');
    expect(dropped).toMatchObject([{ event: 'message.unreadable' }]);
  });

  test('a ping is answered by a worker of its tier, in the database', async () => {
    const pubsub = new PubSub({ projectId: 'daymill-local' });
    const db = new Firestore({ projectId: 'daymill-local' });
    await pubsub.topic('computation-tasks').publishMessage({ json: { action: 'PING', id: 'is anybody there' } });
    await daymill.cloud.pubsub.idle();
    expect((await db.doc('pings/standard').get()).get('id')).toBe('is anybody there');
    await Promise.all([pubsub.close(), db.terminate()]);
  });

  test('{date} alone sends whatever can run, and the worker makes it', async () => {
    const { status, answer } = await dispatch({ date: DAYS[3] });
    expect(status).toBe(200);
    expect(answer).toMatchObject({ dispatched: 1, passes: 1, outcomes: { RUN: DAYS.length } });
    await daymill.cloud.pubsub.idle();
    expect(await dispatch({ date: DAYS[3] })).toMatchObject({
      answer: { dispatched: 0, runId: null, outcomes: { SKIP: DAYS.length } },
    });
    const { runId } = answer as { runId: string };
    expect(await ports.runs.read(runId)).toMatchObject({
      totalTasks: 1,
      remainingTasks: 0,
      cells: DAYS.length,
      status: 'COMPLETED',
    });
  });

  test('preflight simulates once, whoever asks again', async () => {
    const verdict = { computation: 'heat', verdict: 'FIRST', pieces: 2, covered: 2 };
    for (const simulated of [1, 0]) {
      expect(await post(daymill.functionUrls.preflight ?? '', '{}')).toMatchObject({
        status: 200,
        answer: { simulated, verdicts: [{ ...verdict, simulated: simulated === 1 }], equivalents: {} },
      });
    }
    expect(await post(daymill.functionUrls.preflight ?? '', '{"register":"yes"}')).toMatchObject({ status: 400 });
  });

  test('index and reconcile answer anybody, again and again', async () => {
    for (let time = 0; time < 2; time++) {
      expect(await post(daymill.functionUrls.index, '{}')).toMatchObject({
        status: 200,
        answer: { passes: 1, changed: {} },
      });
      expect(await post(daymill.functionUrls.reconcile, '{}')).toMatchObject({
        status: 200,
        answer: { miscounted: [], closed: 0 },
      });
    }
  });
});

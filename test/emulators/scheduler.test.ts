/** The local Scheduler over its REST paths, on a clock that the test moves. */
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SchedulerEmulator } from '../../src/emulators/scheduler/server.ts';
import { startScheduler } from '../../src/emulators/scheduler/server.ts';
import type { State } from '../../src/emulators/state.ts';
import { openState } from '../../src/emulators/state.ts';
import { startWorkflows } from '../../src/emulators/workflows/server.ts';
import type { ManualTimers } from '../support/manual-timers.ts';
import { manualTimers } from '../support/manual-timers.ts';
import { PATIENCE_MS } from '../support/patience.ts';

interface Call {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

const PARENT = 'projects/demo/locations/europe-west1';
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

describe('the local Scheduler', () => {
  let timers: ManualTimers;
  let state: State;
  let scheduler: SchedulerEmulator;
  let target: Server;
  let calls: Call[];
  let status: number;

  const start = async (workflowsHost?: string): Promise<void> => {
    scheduler = await startScheduler({
      state,
      clock: timers.now,
      after: timers.after,
      ...(workflowsHost !== undefined && { workflowsHost }),
    });
  };
  beforeEach(async () => {
    timers = manualTimers(Date.parse('2026-01-01T00:00:00Z'));
    calls = [];
    status = 200;
    state = openState(':memory:');
    target = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        calls.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body });
        response.writeHead(status).end();
      });
    });
    await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
    await start();
  });
  afterEach(async () => {
    await scheduler.close();
    await state.close();
    await new Promise((resolve) => target.close(resolve));
    if (timers.waits().length > 0) throw new Error('a timer outlived the emulator');
  });

  const api = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const init = { method, ...(body !== undefined && { body: JSON.stringify(body) }) };
    const response = await fetch(`http://127.0.0.1:${scheduler.port}/v1/${PARENT}/jobs${path}`, init);
    return (await response.json()) as Record<string, unknown>;
  };
  const uri = (): string => `http://127.0.0.1:${(target.address() as AddressInfo).port}/fire?now=1`;
  const job = (change: object = {}): object => ({
    name: `${PARENT}/jobs/daily`,
    schedule: '0 3 * * *',
    httpTarget: {
      uri: uri(),
      headers: { 'Content-Type': 'application/json' },
      body: Buffer.from('{"a":1}').toString('base64'),
    },
    ...change,
  });
  /** Polls until the attempt's outcome is stored. */
  const attempted = (code: number, lastAttemptTime: string): Promise<void> =>
    vi.waitFor(async () => expect(await api('GET', '/daily')).toMatchObject({ status: { code }, lastAttemptTime }), {
      interval: 2,
      timeout: PATIENCE_MS,
    });

  test('fires a job when its time comes, again and again', async () => {
    const created = await api('POST', '', job());
    expect(created).toMatchObject({ state: 'ENABLED', timeZone: 'Etc/UTC', scheduleTime: '2026-01-01T03:00:00.000Z' });
    expect(timers.waits()).toEqual([3 * 60 * MINUTE]);
    timers.advance(3 * 60 * MINUTE - 1);
    expect(calls).toEqual([]);
    timers.advance(1);
    await attempted(0, '2026-01-01T03:00:00.000Z');
    timers.advance(DAY);
    await attempted(0, '2026-01-02T03:00:00.000Z');
    expect(calls).toHaveLength(2);
    expect(calls[0]).toMatchObject({ method: 'POST', path: '/fire?now=1', body: '{"a":1}' });
    expect(calls[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      'x-cloudscheduler': 'true',
      'x-cloudscheduler-jobname': 'daily',
    });
  });

  test('follows the wall clock of its time zone through the change of clocks', async () => {
    timers.advance(Date.parse('2026-03-28T12:00Z') - timers.now());
    await api('POST', '', job({ timeZone: 'Europe/Berlin' }));
    // 03:00 in Berlin is 02:00 UTC in winter and 01:00 UTC from 29 March.
    expect(timers.waits()).toEqual([13 * 60 * MINUTE]);
  });

  test('fires now, and leaves the schedule', async () => {
    await api('POST', '', job());
    await api('POST', '/daily:run');
    await attempted(0, '2026-01-01T00:00:00.000Z');
    expect(calls).toHaveLength(1);
    expect(await api('GET', '/daily')).toMatchObject({ scheduleTime: '2026-01-01T03:00:00.000Z' });
    expect(timers.waits()).toEqual([3 * 60 * MINUTE]);
  });

  test('tells how an attempt failed, and goes on with the schedule', async () => {
    await api('POST', '', job());
    status = 503;
    timers.advance(3 * 60 * MINUTE);
    await attempted(14, '2026-01-01T03:00:00.000Z');
    expect(timers.waits()).toEqual([DAY]);
    expect(calls).toHaveLength(1);
  });

  test('makes up for what it missed by one firing after a restart', async () => {
    await api('POST', '', job());
    await scheduler.close();
    timers.advance(5 * DAY);
    await start();
    timers.advance(0);
    await attempted(0, '2026-01-06T00:00:00.000Z');
    expect(calls).toHaveLength(1);
    expect(timers.waits()).toEqual([3 * 60 * MINUTE]);
  });

  test("starts a workflow by Google's own address", async () => {
    const workflows = await startWorkflows({ state, projectId: 'demo' });
    const root = `http://127.0.0.1:${workflows.port}/v1/${PARENT}/workflows`;
    const sourceContents = 'main:\n  params: [input]\n  steps:\n    - done:\n        return: ${input.date}\n';
    await fetch(`${root}?workflowId=day`, { method: 'POST', body: JSON.stringify({ sourceContents }) });
    await scheduler.close();
    await start(`127.0.0.1:${workflows.port}`);
    const body = Buffer.from(JSON.stringify({ argument: '{"date":"2026-01-01"}' })).toString('base64');
    const address = `https://workflowexecutions.googleapis.com/v1/${PARENT}/workflows/day/executions`;
    const oauthToken = { serviceAccountEmail: 'scheduler@demo.iam.gserviceaccount.com' };
    await api('POST', '', job({ httpTarget: { uri: address, body, oauthToken } }));
    await api('POST', '/daily:run');
    await attempted(0, '2026-01-01T00:00:00.000Z');
    const result = async (): Promise<void> => {
      const listed = (await (await fetch(`${root}/day/executions?view=FULL`)).json()) as { executions: unknown[] };
      expect(listed.executions).toMatchObject([{ state: 'SUCCEEDED', result: '"2026-01-01"' }]);
    };
    await vi.waitFor(result, { interval: 2, timeout: PATIENCE_MS });
    await workflows.close();
  });

  test('lists, pages, deletes and clears jobs', async () => {
    for (const id of ['a', 'b', 'c']) await api('POST', '', job({ name: `${PARENT}/jobs/${id}` }));
    const first = await api('GET', '?pageSize=2');
    const second = await api('GET', `?pageSize=2&pageToken=${String(first['nextPageToken'])}`);
    const names = [first, second].flatMap(({ jobs }) => (jobs as { name: string }[]).map(({ name }) => name.at(-1)));
    expect(names).toEqual(['a', 'b', 'c']);
    expect(second).not.toHaveProperty('nextPageToken');
    await api('DELETE', '/b');
    expect(timers.waits()).toHaveLength(2);
    await scheduler.clear();
    expect(await api('GET', '')).toEqual({ jobs: [] });
  });

  test.each([
    ['a taken name', 'POST', '', {}, 'ALREADY_EXISTS', 'daily'],
    ['a job that is not there', 'GET', '/none', undefined, 'NOT_FOUND', 'jobs/none'],
    ['a name of another place', 'POST', '', { name: 'projects/x/locations/y/jobs/z' }, 'INVALID_ARGUMENT', PARENT],
    [
      'a bad schedule',
      'POST',
      '',
      { name: `${PARENT}/jobs/x`, schedule: '99 * * * *' },
      'INVALID_ARGUMENT',
      'minute field',
    ],
    [
      'a bad time zone',
      'POST',
      '',
      { name: `${PARENT}/jobs/x`, timeZone: 'Mars/Base' },
      'INVALID_ARGUMENT',
      'Mars/Base',
    ],
    ['no target', 'POST', '', { name: `${PARENT}/jobs/x`, httpTarget: undefined }, 'INVALID_ARGUMENT', 'httpTarget:'],
    ['a Pub/Sub target', 'POST', '', { pubsubTarget: { topicName: 't' } }, 'UNIMPLEMENTED', 'pubsubTarget'],
    ['a retry', 'POST', '', { retryConfig: { retryCount: 1 } }, 'UNIMPLEMENTED', 'retryConfig'],
    ['a deadline out of range', 'POST', '', { attemptDeadline: '14s' }, 'INVALID_ARGUMENT', '15s to 1800s'],
    ['a pause', 'POST', '/daily:pause', undefined, 'UNIMPLEMENTED', '/daily:pause'],
    ['an update', 'PATCH', '/daily', {}, 'UNIMPLEMENTED', '/daily'],
  ])('%s is refused', async (_, method, path, change, status, part) => {
    await api('POST', '', job());
    const { error } = await api(method, path, change && job(change));
    expect(error).toMatchObject({ status, message: expect.stringContaining(part) });
  });
});

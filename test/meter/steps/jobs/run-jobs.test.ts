/** Jobs that are due are done by one instance, again when they failed, and what came of them is on record. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { firestoreAlerts } from '../../../../src/google/meter/firestore-alerts.ts';
import { firestoreJobs } from '../../../../src/google/meter/firestore-jobs.ts';
import { MAX_HISTORY } from '../../../../src/meter/model/job.ts';
import {
  FIRST_RETRY_MS,
  type JobRow,
  LEASE_MS,
  runJobs,
  type RunJobsPorts,
} from '../../../../src/meter/steps/jobs/run-jobs.ts';
import { serve } from '../../../http/serving.ts';
import { type FirestoreUnderTest, firestoreUnderTest } from '../../../support/firestore-under-test.ts';

const HOUR_MS = 3_600_000;
let firestore: FirestoreUnderTest;
let nowMs = 1_000_000;
let ids = 0;
let ports: RunJobsPorts;
beforeAll(async () => {
  firestore = await firestoreUnderTest();
  const clock = { now: () => nowMs, elapsed: () => nowMs };
  const quiet = () => {};
  ports = {
    jobs: firestoreJobs(firestore.newClient(), clock),
    clock,
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    newId: () => `instance-${ids++}`,
  };
});
afterAll(() => firestore.close());

const row = (name: JobRow['name'], act: JobRow['act']): JobRow => ({ name, everyMs: HOUR_MS, act });
const done = () => Promise.resolve({ isDone: true, text: 'well' });

test('a job is done when it is due, by one of two', async () => {
  let times = 0;
  const rows = [row('upkeep', () => done().finally(() => times++))];
  await Promise.all([runJobs(rows, 1e9, ports), runJobs(rows, 1e9, ports)]);
  expect(times).toBe(1);
  nowMs += HOUR_MS - 1;
  await runJobs(rows, 1e9, ports);
  expect(times).toBe(1);
  nowMs += 1;
  await runJobs(rows, 1e9, ports);
  expect(times).toBe(2);
});

test('one that fails is tried again, later each time, and the others go on', async () => {
  const fails = row('compaction', () => Promise.reject(new Error('no disk')));
  const ends = await runJobs([fails, row('health', done)], 1e9, ports);
  expect(ends).toMatchObject({ compaction: { outcome: 'failed', text: 'no disk' }, health: { outcome: 'done' } });
  expect(await runJobs([fails], 1e9, ports)).toEqual({});
  nowMs += FIRST_RETRY_MS;
  expect(await runJobs([fails], 1e9, ports)).toMatchObject({ compaction: { outcome: 'failed' } });
  nowMs += FIRST_RETRY_MS;
  expect(await runJobs([fails], 1e9, ports)).toEqual({});
  const job = (await ports.jobs.list()).find(({ name }) => name === 'compaction');
  expect(job).toMatchObject({ failures: 2, lease: null });
});

test('one that has more to do goes on at once; one whose instance died, when its lease has run out', async () => {
  let left = 2;
  const more = row('retention', () => Promise.resolve({ isDone: --left === 0, text: 'some' }));
  expect(await runJobs([more], 1e9, ports)).toMatchObject({ retention: { outcome: 'more' } });
  expect(await runJobs([more], 1e9, ports)).toMatchObject({ retention: { outcome: 'done' } });
  nowMs += HOUR_MS;
  expect(await ports.jobs.take('retention', HOUR_MS, 'dies', LEASE_MS)).toBeDefined();
  expect(await runJobs([more], 1e9, ports)).toEqual({});
  nowMs += LEASE_MS;
  expect(await runJobs([row('retention', done)], 1e9, ports)).toMatchObject({ retention: { outcome: 'done' } });
  // Who comes back notes nothing any more.
  const end = { startedMs: 0, endedMs: 1, outcome: 'done' as const, text: '' };
  expect(await ports.jobs.end('retention', 'dies', end, 0)).toBe(false);
});

test('the last ends are kept', async () => {
  for (let at = 0; at < MAX_HISTORY + 3; at++) {
    nowMs += HOUR_MS;
    await runJobs([row('upkeep', () => Promise.resolve({ isDone: true, text: `${at}` }))], 1e9, ports);
  }
  const job = (await ports.jobs.list()).find(({ name }) => name === 'upkeep');
  expect(job?.history.map(({ text }) => text)).toEqual(
    Array.from({ length: MAX_HISTORY }, (_, at) => String(MAX_HISTORY + 2 - at)),
  );
});

describe('what is wrong', () => {
  test('is told once, and once that it is over; what was not heard is told again', async () => {
    const heard: unknown[] = [];
    let status = 500;
    const server = await serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        if (status === 200) heard.push(JSON.parse(Buffer.concat(chunks).toString()));
        response.writeHead(status).end();
      });
    });
    await using _ = server;
    const alerts = firestoreAlerts(firestore.newClient(), `http://127.0.0.1:${server.port}/`);
    const wrong = new Map([['a', 'It burns.']]);
    await expect(alerts.exchange(wrong)).rejects.toThrow('the webhook of alerts was not reached: it answered 500');
    status = 200;
    expect(await alerts.exchange(wrong)).toEqual({ begun: ['It burns.'], over: [] });
    expect(await alerts.exchange(wrong)).toEqual({ begun: [], over: [] });
    expect(await alerts.exchange(new Map())).toEqual({ begun: [], over: ['It burns.'] });
    expect(heard).toEqual([
      { text: 'It burns.', begun: ['It burns.'], over: [] },
      { text: 'No more: It burns.', begun: [], over: ['It burns.'] },
    ]);
  });
});

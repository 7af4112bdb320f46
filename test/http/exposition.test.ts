/** What Prometheus scrapes of us: read back by our own reader, which is held to Prometheus's tests. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { execFileSync } from 'node:child_process';
import { type ApiUnderTest, apiUnderTest } from './api-under-test.ts';
import { LONG } from '../support/long.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await apiUnderTest('exposition');
  const text = 'load{job="a\\"b"} 1.5\nload{job="c"} 2\nother 3\n';
  const { status } = await api.ask('POST', '/api/v1/import/prometheus', {
    text,
    headers: { 'content-type': 'text/plain' },
  });
  if (status !== 204) throw new Error(String(status));
});
afterAll(() => api[Symbol.asyncDispose]());

const OPENMETRICS = { accept: 'application/openmetrics-text; version=1.0.0' };

test('the last samples of what matches, of the organization alone', async () => {
  const { headers, bytes } = await api.ask('GET', '/federate?match[]=load', { role: 'viewer' });
  expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  const lines = bytes.toString().trim().split('\n');
  expect(lines).toEqual([
    '# TYPE load untyped',
    expect.stringMatching(/^load\{job="a\\"b"\} 1\.5 \d{13}$/),
    expect.stringMatching(/^load\{job="c"\} 2 \d{13}$/),
  ]);
  expect((await api.ask('GET', '/federate?match[]=load', { org: 'globex' })).bytes.toString()).toBe('');
  const open = await api.ask('GET', '/federate?match[]=load&match[]=other', { headers: OPENMETRICS });
  expect(open.headers['content-type']).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
  expect(open.bytes.toString()).toMatch(/# EOF\n$/);
  // What was written is taken again.
  const again = await api.ask('POST', '/api/v1/import/prometheus', {
    org: 'initech',
    text: open.bytes.toString(),
    headers: { 'content-type': 'application/openmetrics-text; version=1.0.0' },
  });
  expect(again.status).toBe(204);
});

test('a question without a match is told so', async () => {
  expect((await api.ask('GET', '/federate')).status).toBe(400);
  expect((await api.ask('GET', '/federate?match[]=sum(')).status).toBe(400);
});

test('what the process says of itself', async () => {
  const { bytes } = await api.ask('GET', '/metrics', { headers: OPENMETRICS });
  const text = bytes.toString();
  expect(text).toMatch(/^# TYPE daymill_collected_samples counter$/m);
  expect(text).toMatch(/^daymill_collected_samples_total \d+$/m);
  expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
  expect(text).toMatch(/# EOF\n$/);
  if (!LONG) return;
  const plain = await api.ask('GET', '/metrics');
  execFileSync('promtool', ['check', 'metrics'], { input: plain.bytes, stdio: ['pipe', 'ignore', 'inherit'] });
});

/** The query API over what was collected, as Grafana asks it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiUnderTest, apiUnderTest } from './api-under-test.ts';

let api: ApiUnderTest;
const NOW = Math.floor(Date.now() / 60_000) * 60;
/** The last minutes, four times each. */
const times = Array.from({ length: 40 }, (_, at) => NOW - 600 + at * 15);

beforeAll(async () => {
  api = await apiUnderTest('prometheus');
  const lines = times.flatMap((time, at) => [
    `requests_total{job="a",instance="1"} ${at * 15} ${time * 1_000}`,
    `requests_total{job="a",instance="2"} ${at * 30} ${time * 1_000}`,
    `load{job="b"} ${at % 2} ${time * 1_000}`,
  ]);
  const text = ['# HELP requests_total what came', '# TYPE requests_total counter', '# TYPE load gauge', ...lines, ''];
  const sent = await api.ask('POST', '/api/v1/import/prometheus', {
    text: text.join('\n'),
    headers: { 'content-type': 'text/plain; version=0.0.4' },
  });
  if (sent.status >= 300) throw new Error(sent.bytes.toString());
  const latency = {
    name: 'latency_seconds',
    type: 'histogram',
    labels: { job: 'a' },
    timestamp: new Date(NOW * 1_000).toISOString(),
    value: {
      count: 10,
      sum: 5,
      buckets: { '0.1': 4, '1': 9 },
    },
  };
  const histogram = await api.ask('POST', '/api/metrics', { json: { metrics: [latency] } });
  if (histogram.status >= 300) throw new Error(histogram.bytes.toString());
});
afterAll(() => api[Symbol.asyncDispose]());

const ask = (path: string, params: Readonly<Record<string, string>> = {}) =>
  api.ask('GET', `${path}?${String(new URLSearchParams(params))}`);
const result = (body: Record<string, unknown>): unknown => (body['data'] as { result: unknown }).result;

describe('a data source of Grafana', () => {
  test('is tested by 1+1 in a form, and asks what it is', async () => {
    const { status, body } = await api.ask('POST', '/api/v1/query', { form: { query: '1+1', time: String(NOW) } });
    expect({ status, body }).toEqual({
      status: 200,
      body: { status: 'success', data: { resultType: 'scalar', result: [NOW, '2'] } },
    });
    expect((await ask('/api/v1/status/buildinfo')).body).toMatchObject({ status: 'success' });
  });

  test('completes names and values', async () => {
    expect((await ask('/api/v1/labels')).body['data']).toEqual(['__name__', 'instance', 'job', 'le']);
    expect((await ask('/api/v1/label/__name__/values')).body['data']).toEqual([
      'latency_seconds',
      'latency_seconds_bucket',
      'latency_seconds_count',
      'latency_seconds_sum',
      'load',
      'requests_total',
    ]);
    expect((await ask('/api/v1/label/job/values', { 'match[]': 'requests_total' })).body['data']).toEqual(['a']);
    expect((await ask('/api/v1/series', { 'match[]': '{instance="2"}' })).body['data']).toEqual([
      { __name__: 'requests_total', instance: '2', job: 'a' },
    ]);
    expect((await ask('/api/v1/metadata', { metric: 'load' })).body['data']).toMatchObject({
      load: [{ type: 'gauge' }],
    });
  });

  test('draws a panel', async () => {
    const query = 'sum by (job) (rate(requests_total[2m]))';
    const range = { start: String(NOW - 300), end: String(NOW - 60), step: '60' };
    const { body } = await ask('/api/v1/query_range', { query, ...range });
    expect(result(body)).toEqual([
      { metric: { job: 'a' }, values: [300, 240, 180, 120, 60].map((ago) => [NOW - ago, '3']) },
    ]);
  });

  test('sees a histogram that came as one value as its buckets', async () => {
    const query = 'histogram_quantile(0.5, latency_seconds_bucket)';
    const { body } = await ask('/api/v1/query', { query, time: String(NOW) });
    expect(result(body)).toEqual([{ metric: { job: 'a' }, value: [NOW, expect.stringMatching(/^0\.2/)] }]);
    const bucket = await ask('/api/v1/query', { query: 'latency_seconds_bucket{le="1"}', time: String(NOW) });
    expect(result(bucket.body)).toMatchObject([{ metric: { le: '1' }, value: [NOW, '9'] }]);
  });

  test('is told what was left out, and what it cost', async () => {
    const { body } = await ask('/api/v1/query', {
      query: 'requests_total',
      time: String(NOW),
      limit: '1',
      stats: 'all',
    });
    expect(result(body)).toHaveLength(1);
    expect(body['warnings']).toEqual(['results truncated due to limit']);
    expect(body['data']).toMatchObject({ stats: { samples: { totalQueryableSamples: expect.any(Number) as number } } });
  });

  test('is told what may not mean what was meant', async () => {
    const { body } = await ask('/api/v1/query', { query: 'sum(rate(load[5m]))', time: String(NOW) });
    expect(body).not.toHaveProperty('warnings');
    expect(body['infos']).toEqual([
      'PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "load" (1:10)',
    ]);
    const scalar = await ask('/api/v1/query', { query: 'scalar(quantile(2, load))', time: String(NOW) });
    expect(scalar.body['warnings']).toEqual(['PromQL warning: quantile value should be between 0 and 1, got 2 (1:17)']);
    expect(scalar.body).not.toHaveProperty('infos');
  });
});

test('an answer has a tag, and who has it is told so', async () => {
  const path = `/api/v1/query?query=load&time=${NOW - 7_200}`;
  const { headers } = await api.ask('GET', path);
  expect(headers).toMatchObject({
    'cache-control': expect.stringMatching(/^private, max-age=\d+$/) as string,
    etag: expect.any(String) as string,
  });
  const again = await api.ask('GET', path, { headers: { 'if-none-match': headers['etag'] as string } });
  expect([again.status, again.bytes.length]).toEqual([304, 0]);
});

test('another organization has nothing', async () => {
  const other = await api.ask('GET', `/api/v1/query?query=requests_total&time=${NOW}`, {
    org: 'globex',
    role: 'viewer',
  });
  expect(result(other.body)).toEqual([]);
  expect((await api.ask('GET', '/api/v1/labels', { org: 'globex' })).body['data']).toEqual([]);
});

test.each([
  ['query', {}, 400, /parameter "query" is missing/],
  ['query', { query: 'sum(' }, 400, /^1:5: parse error: unexpected end of input/],
  ['query', { query: 'a', time: 'yesterday' }, 400, /cannot parse "yesterday" to a valid timestamp/],
  ['query', { query: 'a', time: '1e300' }, 400, /valid timestamp/],
  ['query', { query: 'a', timeout: '5 minutes' }, 400, /valid duration/],
  ['query', { query: 'a', limit: '-1' }, 400, /whole number/],
  ['query_range', { query: 'a', start: '0', end: '10' }, 400, /parameter "step" is missing/],
  ['query_range', { query: 'a', start: '0', end: '10', step: '0' }, 400, /zero or negative query resolution/],
  ['query_range', { query: 'a', start: '10', end: '0', step: '1' }, 400, /end timestamp must not be before start/],
  ['query_range', { query: 'a', start: '0', end: '11000', step: '1' }, 400, /maximum resolution of 11000 points/],
  ['query_range', { query: 'a[5m]', start: '0', end: '10', step: '1' }, 400, /invalid expression type "range vector"/],
  ['query', { query: 'requests_total * on(job) requests_total' }, 422, /many-to-many matching not allowed/],
  ['query', { query: 'requests_total', timeout: '1ms' }, 503, /timed out after 0.001 s/],
  ['series', {}, 400, /parameter "match\[\]" is missing/],
  ['series', { 'match[]': 'rate(a[1m])' }, 400, /is no series selector/],
] as const)('%s of %o is %i', async (path, params, status, error) => {
  const answer = await ask(`/api/v1/${path}`, params);
  expect(answer.status).toBe(status);
  expect(answer.body).toMatchObject({ status: 'error', error: expect.stringMatching(error) as string });
});

/** What is told with an answer, as Prometheus 3 tells it. */
import { expect, test } from 'vitest';
import { MAX_TOLD } from '../../../src/meter/promql/annotations.ts';
import { prepare, run } from '../../../src/meter/promql/query.ts';
import { Storage } from '../../support/promqltest/storage.ts';

const MINUTE = 60_000;

const SERIES = [
  'requests_total 0+1x10',
  'load 0+1x10',
  '{job="unnamed"} 0+1x10',
  'odd_bucket{le="1"} 1+0x10',
  'odd_bucket{le="many"} 2+0x10',
  'odd_bucket{le="+Inf"} 3+0x10',
  'fallen_bucket{le="1"} 5+0x10',
  'fallen_bucket{le="2"} 3+0x10',
  'fallen_bucket{le="+Inf"} 6+0x10',
  'rounded_bucket{le="1"} 5.00000000000001+0x10',
  'rounded_bucket{le="+Inf"} 5+0x10',
];

function told(query: string, series: readonly string[] = SERIES) {
  const storage = new Storage();
  storage.load('load 1m', series);
  const prepared = prepare(query, { startMs: 0, endMs: 10 * MINUTE, stepMs: 5 * MINUTE, lookbackMs: 5 * MINUTE });
  const selected = new Map([...prepared.selections].map(([node, selection]) => [node, storage.select(selection)]));
  const { warnings, infos } = run(prepared, selected, { maxSamples: 1e6, maxSteps: 11_000 });
  return { warnings, infos };
}

const NOT_A_COUNTER = 'metric might not be a counter, name does not end in _total/_sum/_count/_bucket:';
const NOT_MONOTONIC =
  'input to histogram_quantile needed to be fixed for monotonicity (see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)';
const QUANTILE = 'quantile value should be between 0 and 1, got';
const BUCKET = 'bucket label "le" is missing or has a malformed value of';

test.each([
  ['rate(load[5m])', `${NOT_A_COUNTER} "load" (1:6)`],
  ['1 +\n  increase(load[5m])', `${NOT_A_COUNTER} "load" (2:12)`],
  ['sum(rate(load[5m])) + sum(rate(load[5m]))', `${NOT_A_COUNTER} "load" (1:10)`, `${NOT_A_COUNTER} "load" (1:32)`],
  ['histogram_quantile(0.5, fallen_bucket)', `${NOT_MONOTONIC} for metric name "fallen_bucket" (1:25)`],
  ['histogram_quantile(0.5, sum by (le) (fallen_bucket))', `${NOT_MONOTONIC} (1:25)`],
])('%s: an information', (query, ...infos) => {
  expect(told(query)).toEqual({ warnings: [], infos: infos.map((info) => `PromQL info: ${info}`) });
});

test.each([
  ['quantile(1.5, load)', `${QUANTILE} 1.5 (1:10)`],
  ['quantile(NaN, load)', `${QUANTILE} NaN (1:10)`],
  ['quantile_over_time(-1, load[5m])', `${QUANTILE} -1 (1:20)`],
  [
    'histogram_quantile(+Inf, requests_total or fallen_bucket)',
    `${BUCKET} "" for metric name "requests_total" (1:26)`,
    `${QUANTILE} +Inf (1:20)`,
  ],
  ['histogram_quantile(0.5, odd_bucket)', `${BUCKET} "many" for metric name "odd_bucket" (1:25)`],
  ['histogram_fraction(0, 1, odd_bucket)', `${BUCKET} "many" for metric name "odd_bucket" (1:26)`],
  ['limit_ratio(-2, load)', 'ratio value should be between -1 and 1, got -2, capping to -1 (1:13)'],
])('%s: a warning', (query, ...warnings) => {
  const { warnings: found, infos } = told(query);
  expect(found.toSorted()).toEqual(warnings.map((warning) => `PromQL warning: ${warning}`).toSorted());
  expect(infos).toEqual([]);
});

test.each([
  'rate(requests_total[5m])',
  'rate({job="unnamed"}[5m])',
  'rate(sum(load)[5m:1m])',
  'rate(rate(requests_total[5m])[5m:1m])',
  'rate(nothing[5m])',
  // Too few samples for a rate: there is nothing that could be wrong.
  'rate(load[30s])',
  'irate(load[5m])',
  'delta(load[5m])',
  'quantile(1, load)',
  'quantile(2, nothing)',
  'quantile_over_time(2, nothing[5m])',
  'histogram_quantile(0.5, rounded_bucket)',
  'limit_ratio(-1, load)',
])('%s: nothing', (query) => {
  expect(told(query)).toEqual({ warnings: [], infos: [] });
});

test('of very many the first are told, and how many more there are', () => {
  const many = Array.from({ length: 25 }, (_, at) => `gauge${at}{n="${at}"} 0+1x10`);
  const { infos } = told('rate({__name__=~"gauge.*"}[5m])', many);
  expect(infos).toHaveLength(MAX_TOLD + 1);
  expect(infos.at(-1)).toBe('15 more info annotations omitted');
});

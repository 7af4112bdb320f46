/** Resets and quantiles as Debian's Prometheus has them, over the same readings. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bucketLatencyQuantiles } from '../../../src/computations/fleet/bucket-latency-quantiles.ts';
import { requestWindows } from '../../../src/computations/fleet/request-windows.ts';
import { seededRandom } from '../../../src/computations/statistics/seeded-random.ts';
import type { CollectedSeries } from '../../../src/index.ts';
import { sortedLabels } from '../../../src/meter/model/series.ts';
import { runDay } from '../../../src/testing/index.ts';
import { bitsOf } from '../../support/plain-resolver.ts';
import { hasPrometheus, type PrometheusProcess, prometheusProcess } from '../../support/prometheus-process.ts';

const DATE = '2026-03-01';
const START_MS = Date.parse(`${DATE}T00:00:00Z`);
const STEP_MS = 15_000;
const READINGS = 481;
/** From the first reading to the last, both on the ends of the range: Prometheus 2 counts both, and then has nothing to extend. */
const RANGE = '7200s';
const AT = { time: (START_MS + (READINGS - 1) * STEP_MS) / 1_000 };
const BOUNDS = ['0.005', '0.01', '0.025', '0.05', '0.1', '0.25', '0.5', '1', '2.5', '+Inf'];

function series(labels: Readonly<Record<string, string>>, values: readonly number[]): CollectedSeries {
  return {
    organization: 'acme',
    labels: { ...labels },
    times: values.map((_, at) => START_MS + at * STEP_MS),
    values: [...values],
  };
}

/** Counters that begin anew now and then, buckets of a histogram together. */
function world(): { requests: CollectedSeries[]; buckets: CollectedSeries[] } {
  const random = seededRandom(2_026);
  const requests: CollectedSeries[] = [];
  const buckets: CollectedSeries[] = [];
  for (const service of ['api', 'mail', 'search']) {
    for (const instance of ['1', '2', '3', '4']) {
      for (const code of ['200', '500']) {
        let count = 1_000;
        const values = Array.from(
          { length: READINGS },
          () => (count = random.uniform() < 0.01 ? 0 : count + random.poisson(code === '200' ? 20 : 0.1)),
        );
        requests.push(series({ __name__: 'http_requests_total', service, instance, code }, values));
      }
      let counts = BOUNDS.map(() => 0);
      const readings = Array.from({ length: READINGS }, () => {
        if (random.uniform() < 0.005) counts = BOUNDS.map(() => 0);
        for (let request = random.poisson(5); request > 0; request--) {
          const seconds = 0.05 * Math.exp(random.normal());
          counts = counts.map(
            (count, at) => count + Number(seconds <= Number((BOUNDS[at] as string).replace('+Inf', 'Infinity'))),
          );
        }
        return counts;
      });
      for (const [at, le] of BOUNDS.entries())
        buckets.push(
          series(
            { __name__: 'http_request_duration_seconds_bucket', service, instance, le },
            readings.map((one) => one[at] as number),
          ),
        );
    }
  }
  return { requests, buckets };
}

describe.runIf(hasPrometheus())("Debian's Prometheus", () => {
  const { requests, buckets } = world();
  let prometheus: PrometheusProcess;

  beforeAll(async () => {
    prometheus = await prometheusProcess();
    await prometheus.write(
      [...requests, ...buckets].map(({ labels, times, values }) => ({
        labels: sortedLabels(Object.entries(labels)) ?? [],
        samples: times.map((timestampMs, at) => ({ timestampMs, bits: bitsOf(Number(values[at])) })),
      })),
    );
  });
  afterAll(() => prometheus[Symbol.asyncDispose]());

  /** By service. */
  async function ask(query: string): Promise<Readonly<Record<string, number>>> {
    const answer = await prometheus.ask(query, AT);
    if ('error' in answer) throw new Error(answer.message);
    return Object.fromEntries(
      [...answer.series].map(([key, [point]]) => [
        (JSON.parse(key) as [string, string][])[0]?.[1] ?? '',
        point?.[1] ?? NaN,
      ]),
    );
  }

  test('increase() of counters with resets', async () => {
    const found = await runDay(requestWindows, DATE, { requests: { today: requests, before: [] } });
    const all = await ask(`sum by (service) (increase(http_requests_total[${RANGE}]))`);
    const failed = await ask(`sum by (service) (increase(http_requests_total{code="500"}[${RANGE}]))`);
    const resets = await ask(`sum by (service) (resets(http_requests_total[${RANGE}]))`);
    expect(Object.keys(all)).toEqual(['api', 'mail', 'search']);
    for (const { service, requests: own, errors } of Object.values(found)) {
      expect(own.reduce((sum, count) => sum + count, 0)).toBeCloseTo(all[service] ?? NaN, 6);
      expect(errors.reduce((sum, count) => sum + count, 0)).toBeCloseTo(failed[service] ?? NaN, 6);
      expect(resets[service]).toBeGreaterThan(10);
    }
  });

  test('histogram_quantile() over the sum of buckets', async () => {
    const found = await runDay(bucketLatencyQuantiles, DATE, { buckets: { today: buckets, before: [] } });
    for (const [name, q] of [
      ['p50', 0.5],
      ['p90', 0.9],
      ['p99', 0.99],
    ] as const) {
      const theirs = await ask(
        `histogram_quantile(${q}, sum by (service, le) (increase(http_request_duration_seconds_bucket[${RANGE}])))`,
      );
      expect(Object.keys(theirs)).toHaveLength(3);
      for (const { service, [name]: quantile } of Object.values(found))
        expect(quantile?.value).toBeCloseTo(theirs[service] ?? NaN, 9);
    }
  });
});

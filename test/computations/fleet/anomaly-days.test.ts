/** Days that are unlike their weekdays: planted ones in ten simulated weeks, and what has no score. */
import { beforeAll, describe, expect, test } from 'vitest';
import { anomalyDays } from '../../../src/computations/fleet/anomaly-days.ts';
import { DAYS_BEFORE } from '../../../src/computations/fleet/day-anomaly.ts';
import { latencyAnomalyDays } from '../../../src/computations/fleet/latency-anomaly-days.ts';
import type { Incident } from '../../../src/computations/fleet/simulated-incidents.ts';
import { runDay } from '../../../src/testing/index.ts';
import { addDays } from '../../../src/values/date.ts';
import { type FleetResults, runFleet } from './run-fleet.ts';
import { type SimulatedData, simulatedData } from './simulated-data.ts';

const FROM = '2026-03-02';

/** A Saturday as busy as a weekday, a weekday as calm as a Sunday, and a day of errors that page nobody. */
const PLANTED: readonly Incident[] = [
  { kind: 'traffic', service: 'checkout', day: 61, factor: 1.6 },
  { kind: 'traffic', service: 'search', day: 66, factor: 0.5 },
  { kind: 'errors', service: 'search', day: 58, fromMinute: 0, minutes: 1_440, errorRate: 0.0009 },
];

let fleet: SimulatedData;
let results: FleetResults;

beforeAll(() => {
  fleet = simulatedData({ organization: 'acme', from: FROM, days: 70, incidents: PLANTED, metrics: ['requests'] });
  results = runFleet([anomalyDays], fleet.data, fleet.dates);
});

describe('ten weeks', () => {
  test('have the days that were planted, and no others', () => {
    const odd = fleet.dates.flatMap((date, day) =>
      Object.entries(results.on(anomalyDays, date)).flatMap(([key, { requests, errorRate }]) =>
        [requests, errorRate].flatMap((anomaly, at) =>
          anomaly === null || anomaly.verdict === 'usual'
            ? []
            : [`${day} ${key} ${['requests', 'errors'][at]} ${anomaly.verdict}`],
        ),
      ),
    );
    expect(odd).toEqual([
      '58 acme/search errors high',
      '61 acme/checkout requests high',
      '66 acme/search requests low',
    ]);
  });

  test('are judged from the fourth on, by their own weekdays', () => {
    const of = (day: number) => results.on(anomalyDays, fleet.dates[day] as string)['acme/mail']?.requests;
    expect(of(20)).toBeNull();
    expect(of(21)).toMatchObject({ peers: 3 });
    expect(of(69)).toMatchObject({ peers: 8 });
  });
});

describe('a day', () => {
  const day = (requests: number, errors = 0) => ({
    'acme/checkout': {
      organization: 'acme',
      service: 'checkout',
      requests,
      errors,
      unknown: 0,
      errorRate: requests > 0 ? errors / requests : null,
      errorRateAtLeast: null,
      worstHour: null,
    },
  });
  const past = (count: number, requests: number) =>
    Array.from({ length: count }, (_, at) => ({ date: addDays(FROM, at - count), value: day(requests) }));

  test('after days that were all alike is judged by what is believed to be usual', async () => {
    const of = async (requests: number, errors = 0) =>
      (await runDay(anomalyDays, FROM, { today: day(requests, errors), past: past(DAYS_BEFORE, 1_000) }))[
        'acme/checkout'
      ];
    expect((await of(1_100))?.requests).toMatchObject({ verdict: 'usual', usual: 1_000 });
    expect((await of(1_110))?.requests?.verdict).toBe('high');
    expect((await of(1_000, 1))?.errorRate?.verdict).toBe('high');
  });

  test('without traffic is low by its requests, and has no error rate', async () => {
    const { 'acme/checkout': found } = await runDay(anomalyDays, FROM, { today: day(0), past: past(21, 1_000) });
    expect(found?.requests).toMatchObject({ level: 0, verdict: 'low', peers: 3 });
    expect(found?.errorRate).toBeNull();
  });

  test('after days without traffic is infinitely far, which is told by the largest number there is', async () => {
    const { 'acme/checkout': found } = await runDay(anomalyDays, FROM, { today: day(10), past: past(21, 0) });
    expect(found?.requests).toMatchObject({ score: Number.MAX_VALUE, verdict: 'high' });
  });

  test('of a service that is new has no score, and one that is gone is not there', async () => {
    expect((await runDay(anomalyDays, FROM, { today: day(10), past: [] }))['acme/checkout']?.requests).toBeNull();
    expect(await runDay(anomalyDays, FROM, { today: {}, past: past(20, 10) })).toEqual({});
  });
});

test('latency is judged by its 99th percentile', async () => {
  const of = (seconds: number) => ({
    'acme/mail': {
      organization: 'acme',
      service: 'mail',
      count: 100,
      mean: 0.1,
      kind: 'exponential' as const,
      relativeError: 0.04,
      p50: null,
      p90: null,
      p99: { value: seconds, low: seconds, high: seconds },
      leftOut: 0,
    },
  });
  const past = Array.from({ length: 35 }, (_, at) => ({
    date: addDays(FROM, at - 35),
    value: of(1 + 0.01 * (at % 3)),
  }));
  const verdictOf = async (seconds: number) =>
    (await runDay(latencyAnomalyDays, FROM, { today: of(seconds), past }))['acme/mail']?.p99?.verdict;
  expect(await verdictOf(1.15)).toBe('usual');
  expect(await verdictOf(1.25)).toBe('high');
});

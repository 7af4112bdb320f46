/** What was planted in the simulated fleet is found, and nothing else. */
import { beforeAll, describe, expect, test } from 'vitest';
import { availability } from '../../../src/computations/fleet/availability.ts';
import { bucketLatencyQuantiles } from '../../../src/computations/fleet/bucket-latency-quantiles.ts';
import { capacityForecast } from '../../../src/computations/fleet/capacity-forecast.ts';
import { cpuSaturation } from '../../../src/computations/fleet/cpu-saturation.ts';
import { errorRate } from '../../../src/computations/fleet/error-rate.ts';
import { fleetBriefing } from '../../../src/computations/fleet/fleet-briefing.ts';
import { latencyQuantiles } from '../../../src/computations/fleet/latency-quantiles.ts';
import { memorySaturation } from '../../../src/computations/fleet/memory-saturation.ts';
import { serviceAvailability } from '../../../src/computations/fleet/service-availability.ts';
import { INCIDENTS } from '../../../src/computations/fleet/simulated-incidents.ts';
import type { SimulatedFleetOptions } from '../../../src/computations/fleet/simulated-fleet.ts';
import { sloBurn } from '../../../src/computations/fleet/slo-burn.ts';
import type { Computation } from '../../../src/index.ts';
import { type FleetResults, runFleet } from './run-fleet.ts';
import { type SimulatedData, simulatedData } from './simulated-data.ts';

const FROM = '2026-03-02';

let fleet: SimulatedData;
let results: FleetResults;

beforeAll(() => {
  fleet = simulatedData({ organization: 'acme', from: FROM });
  results = runFleet([fleetBriefing, memorySaturation, bucketLatencyQuantiles], fleet.data, fleet.dates);
});

/** Day by number and name of all values that fit. */
function found<T>(computation: Computation<Record<string, T>>, fits: (value: T) => boolean): string[] {
  return fleet.dates.flatMap((date, day) =>
    Object.entries(results.on(computation, date))
      .filter(([, value]) => fits(value))
      .map(([key]) => `${day} ${key}`),
  );
}

const TEN = Array.from({ length: 10 }, (_, at) => at);

test('the sample has one of each kind of incident but traffic, which takes weeks to judge', () => {
  expect(new Set(INCIDENTS.map(({ kind }) => kind))).toEqual(
    new Set(['silent', 'restart', 'hot', 'errors', 'slow', 'filling']),
  );
});

describe('availability', () => {
  test('tells every runtime that was silent, for how long, and no other', () => {
    expect(found(availability, ({ downMinutes }) => downMinutes > 0)).toEqual([
      '3 acme/checkout/checkout%2F3',
      ...[10, 11].flatMap((day) => TEN.map((at) => `${day} acme/search/search%2F${at}`)),
    ]);
    const [outage] =
      results.on(availability, fleet.dates[3] as string)['acme/checkout/checkout%2F3']?.longestOutages ?? [];
    // From the last heartbeat before 9:00 to the first from 9:47 on, a minute apart but for five seconds.
    expect(outage?.minutes).toBeGreaterThan(47);
    expect(outage?.minutes).toBeLessThan(48.2);
    expect(outage).toMatchObject({ isOver: true, from: expect.stringMatching(/^2026-03-05T08:59:/) as string });
  });

  test('of a service counts where none was there, over midnight on both days', () => {
    expect(found(serviceAvailability, ({ downMinutes }) => downMinutes > 0)).toEqual([
      '10 acme/search',
      '11 acme/search',
    ]);
    const [before, after] = [10, 11].map(
      (day) => results.on(serviceAvailability, fleet.dates[day] as string)['acme/search'],
    );
    expect(before).toMatchObject({ outages: 1, runtimes: 10, longestOutages: [{ isOver: false }] });
    expect(after).toMatchObject({ outages: 1, longestOutages: [{ isOver: true, from: '2026-03-13T00:00:00.000Z' }] });
    // Any of ten ends it: within a few seconds of the 35 minutes.
    const minutes = (before?.downMinutes ?? 0) + (after?.downMinutes ?? 0);
    expect(minutes).toBeGreaterThan(35);
    expect(minutes).toBeLessThan(35.5);
  });
});

describe('requests', () => {
  test('page for what burns the budget, and for nothing else', () => {
    expect(found(sloBurn, ({ alerts }) => alerts.some(({ severity }) => severity === 'page'))).toEqual([
      '7 acme/search',
      '9 acme/mail',
    ]);
    const search = results.on(sloBurn, fleet.dates[7] as string)['acme/search'];
    const [page] = search?.alerts ?? [];
    // 20 % of requests from 14:05 on: the burn rate of the hour is above 14.4 when 0.0144 / 0.2 of it is over.
    expect(page).toMatchObject({ severity: 'page', hours: 1, from: '2026-03-09T14:10:00.000Z' });
    // 40 minutes of it in an hour, while traffic hardly changes: 0.2 x 40 / 60 / 0.001, within five per cent.
    expect((search?.highestBurn1h ?? 0) / (0.2 * (40 / 60) * 1_000)).toBeCloseTo(1, 1);
    // 1.2 % is no page by the hour, which takes 1.44 %, but by six hours, of which it takes 0.6 %.
    const mail = results.on(sloBurn, fleet.dates[9] as string)['acme/mail']?.alerts ?? [];
    expect(new Set(mail.map(({ severity, hours }) => `${severity} ${hours}`))).toEqual(
      new Set(['page 6', 'ticket 72']),
    );
  });

  test('are counted whole through restarts, and errors are those that were', () => {
    for (const [day, date] of fleet.dates.entries()) {
      for (const [key, { errorRate: rate }] of Object.entries(results.on(errorRate, date))) {
        const isPlanted = ['7 acme/search', '9 acme/mail'].includes(`${day} ${key}`);
        if (isPlanted) expect(rate).toBeGreaterThan(0.003);
        else expect(rate).toBeLessThan(0.0006);
      }
    }
    expect(results.on(errorRate, fleet.dates[7] as string)['acme/search']?.worstHour).toMatchObject({ hour: 14 });
  });
});

describe('latency', () => {
  test('quantiles are within the error that they state of those of all requests', () => {
    for (const date of fleet.dates) {
      for (const { service, count, relativeError, p50, p90, p99 } of Object.values(
        results.on(latencyQuantiles, date),
      )) {
        // After a silence over midnight nobody knows what was counted on which day.
        if (service === 'search' && date === fleet.dates[11]) continue;
        const exact = (fleet.durations.get(date)?.get(service) ?? []).toSorted((a, b) => a - b);
        expect(count).toBe(exact.length);
        for (const [quantile, probability] of [
          [p50, 0.5],
          [p90, 0.9],
          [p99, 0.99],
        ] as const) {
          const wanted = exact[Math.ceil(probability * exact.length) - 1] as number;
          expect(Math.abs((quantile?.value ?? NaN) - wanted) / wanted).toBeLessThanOrEqual(
            (relativeError ?? NaN) + 1e-9,
          );
        }
      }
    }
  });

  test('of classic buckets, of the same requests, lies between the ends that they state', () => {
    const [date] = fleet.dates.slice(-1) as [string];
    const classic = results.on(bucketLatencyQuantiles, date);
    expect(Object.keys(classic).sort()).toEqual(['acme/checkout', 'acme/mail', 'acme/search']);
    for (const { service, count, p99 } of Object.values(classic)) {
      const exact = (fleet.durations.get(date)?.get(service) ?? []).toSorted((a, b) => a - b);
      expect(count).toBe(exact.length);
      const wanted = exact[Math.ceil(0.99 * exact.length) - 1] as number;
      expect(p99?.low).toBeLessThanOrEqual(wanted);
      expect(p99?.high).toBeGreaterThanOrEqual(wanted);
    }
  });

  test('shows the slow hours', () => {
    const p99s = fleet.dates.map((date) => results.on(latencyQuantiles, date)['acme/checkout']?.p99?.value ?? NaN);
    expect(p99s.indexOf(Math.max(...p99s))).toBe(11);
    expect(p99s[11]).toBeGreaterThan(2 * (p99s[10] as number));
  });
});

test('saturation tells the processor that was hot, and no memory', () => {
  expect(found(cpuSaturation, ({ shareAbove }) => shareAbove > 0)).toEqual([
    '5 acme/runtime_cpu_ema{runtime_id="mail07",runtime_name="mail/7",runtime_type="server_api"}',
  ]);
  const hot = Object.values(results.on(cpuSaturation, fleet.dates[5] as string)).find(
    ({ shareAbove }) => shareAbove > 0,
  );
  expect(hot?.minutesAbove).toBeGreaterThan(178);
  expect(hot?.minutesAbove).toBeLessThan(182);
  expect(found(memorySaturation, ({ shareAbove }) => shareAbove > 0)).toEqual([]);
});

describe('the forecast', () => {
  test('foretells the day on which the disk that fills is full', () => {
    const [date] = fleet.dates.slice(-1) as [string];
    const disk = Object.values(results.on(capacityForecast, date)).find(({ runtime }) => runtime === 'mail/2');
    expect(disk?.verdict).toBe('filling');
    const left = (1 - (disk?.level ?? NaN)) / 0.03;
    expect(Math.abs((disk?.daysUntilFull ?? NaN) - left)).toBeLessThan(0.1 * left);
    // The interval is of the slope alone: the level from which it starts has an error of its own.
    expect(disk?.earliest).toBeLessThan(1.05 * left);
    expect(disk?.latest).toBeGreaterThan(left / 1.05);
  });

  test('says of disks that do not fill that they do no oftener than its interval claims', () => {
    // Each disk is judged once: days of one disk share their history, and err together.
    const fleets = Array.from({ length: 10 }, (_, at): SimulatedFleetOptions => ({
      organization: `fleet-${at}`,
      from: FROM,
      seed: at + 2,
      incidents: [],
      metrics: ['disks'],
    }));
    const more = simulatedData(...fleets);
    const [date] = more.dates.slice(-1) as [string];
    const judged = Object.values(runFleet([capacityForecast], more.data, more.dates).on(capacityForecast, date));
    expect(judged).toHaveLength(300);
    // One side of 95 % is 7.5 of 300, and 15 of them are as good as impossible.
    expect(judged.filter(({ verdict }) => verdict === 'filling').length).toBeLessThan(15);
  });
});

test('the briefing has each incident on its day, and is calm elsewhere', () => {
  const states = fleet.dates.map((date) => results.on(fleetBriefing, date)['acme/briefing']?.state);
  expect(states.map((state, day) => `${day} ${state}`).filter((text) => !text.endsWith('calm'))).toEqual([
    '3 watch',
    '5 watch',
    // From here on a disk is known to fill within two weeks.
    '6 watch',
    '7 incident',
    '8 watch',
    '9 incident',
    '10 incident',
    '11 incident',
    '12 watch',
    '13 watch',
  ]);
  expect(results.on(fleetBriefing, fleet.dates[3] as string)['acme/briefing']).toMatchObject({
    services: 3,
    runtimes: 30,
    runtimesDown: [{ name: 'checkout/3' }],
    servicesDown: [],
    paged: [],
  });
});

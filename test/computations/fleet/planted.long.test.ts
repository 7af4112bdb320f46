/** Eight fleets with incidents by chance: how many of these are found, and how much of what is found was planted. */
import { expect, test } from 'vitest';
import { availability } from '../../../src/computations/fleet/availability.ts';
import { cpuSaturation } from '../../../src/computations/fleet/cpu-saturation.ts';
import type { Incident } from '../../../src/computations/fleet/simulated-incidents.ts';
import { seededRandom } from '../../../src/computations/statistics/seeded-random.ts';
import { sloBurn } from '../../../src/computations/fleet/slo-burn.ts';
import { addDays } from '../../../src/values/date.ts';
import { runFleet } from './run-fleet.ts';
import { simulatedData } from './simulated-data.ts';

const FROM = '2026-03-02';
const FLEETS = 8;
const DAYS = 7;
const SERVICES = ['checkout', 'search', 'mail'];

/** Each service and day has one with a chance of three in four; none on the first day, and none over midnight. */
function incidentsOf(seed: number): Incident[] {
  const random = seededRandom(seed);
  const uniform = (): number => random.uniform();
  const incidents: Incident[] = [];
  for (let day = 1; day < DAYS; day++) {
    for (const service of SERVICES) {
      const runtime = `${service}/${Math.floor(uniform() * 10)}`;
      const during = {
        service,
        day,
        fromMinute: 60 + Math.floor(uniform() * 1_200),
        minutes: 10 + Math.floor(uniform() * 110),
      };
      const kind = Math.floor(uniform() * 4);
      // The square has more of those that are near the line.
      const errorRate = 0.01 + 0.4 * uniform() ** 2;
      const cpu = 0.88 + 0.1 * uniform();
      if (kind === 0) incidents.push({ kind: 'silent', runtime, ...during });
      if (kind === 1) incidents.push({ kind: 'errors', errorRate, ...during });
      if (kind === 2) incidents.push({ kind: 'hot', runtime, cpu, ...during });
    }
  }
  return incidents;
}

/** What pages: burn rates of 14.4 over an hour, or 6 over six, by two fifths more; nearer to these chance and the time of day decide, and either is right. */
function pageOf({ errorRate, minutes }: Extract<Incident, { kind: 'errors' }>): 'sure' | 'maybe' | 'none' {
  const most = Math.max((errorRate * Math.min(minutes, 60)) / 60 / 0.0144, (errorRate * minutes) / 360 / 0.006);
  if (most > 1.4) return 'sure';
  return most > 0.7 ? 'maybe' : 'none';
}

test('precision and recall', () => {
  const planted = new Set<string>();
  const either = new Set<string>();
  const found = new Set<string>();
  for (let fleet = 0; fleet < FLEETS; fleet++) {
    const incidents = incidentsOf(fleet + 100);
    for (const incident of incidents) {
      const date = addDays(FROM, incident.day);
      if (incident.kind === 'silent' || incident.kind === 'hot')
        planted.add(`${fleet} ${date} ${incident.kind} ${incident.runtime}`);
      if (incident.kind !== 'errors') continue;
      const page = pageOf(incident);
      if (page === 'sure') planted.add(`${fleet} ${date} page ${incident.service}`);
      if (page === 'maybe') either.add(`${fleet} ${date} page ${incident.service}`);
    }
    const { data, dates } = simulatedData({
      organization: 'acme',
      from: FROM,
      days: DAYS,
      seed: fleet + 7,
      incidents,
      metrics: ['heartbeats', 'requests'],
    });
    const results = runFleet([availability, cpuSaturation, sloBurn], data, dates);
    for (const date of dates) {
      for (const { runtime, outages } of Object.values(results.on(availability, date)))
        if (outages > 0) found.add(`${fleet} ${date} silent ${runtime}`);
      for (const { runtime, minutesAbove } of Object.values(results.on(cpuSaturation, date)))
        if (minutesAbove > 0) found.add(`${fleet} ${date} hot ${runtime}`);
      for (const { service, alerts } of Object.values(results.on(sloBurn, date)))
        if (alerts.some(({ severity }) => severity === 'page')) found.add(`${fleet} ${date} page ${service}`);
    }
  }
  const judged = [...found].filter((one) => !either.has(one));
  const right = judged.filter((one) => planted.has(one)).length;
  console.log(
    `${planted.size} planted, ${judged.length} found, ${right} of them planted; ${either.size} could go either way`,
  );
  expect(planted.size).toBeGreaterThan(80);
  expect(right / planted.size).toBeGreaterThanOrEqual(0.98);
  expect(right / judged.length).toBeGreaterThanOrEqual(0.98);
});

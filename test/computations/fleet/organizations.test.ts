/** Two fleets of the same names side by side: nothing of one is in what the other has. */
import { expect, test } from 'vitest';
import { fleetBriefing } from '../../../src/computations/fleet/fleet-briefing.ts';
import type { Incident } from '../../../src/computations/fleet/simulated-incidents.ts';
import { runDay } from '../../../src/testing/index.ts';
import { ALL } from './all-computations.ts';
import { runFleet } from './run-fleet.ts';
import { simulatedData } from './simulated-data.ts';

const DOWN: Incident = { kind: 'silent', service: 'mail', day: 0, fromMinute: 600, minutes: 120 };

test('what an organization has is the same, whoever else is there', () => {
  const own = { organization: 'acme', from: '2026-03-02', days: 2, incidents: [] };
  const other = { organization: 'acme2', from: '2026-03-02', days: 2, incidents: [DOWN], seed: 5 };
  const [alone, together] = [simulatedData(own), simulatedData(own, other)];
  const before = runFleet(ALL, alone.data, alone.dates);
  const after = runFleet(ALL, together.data, together.dates);
  for (const computation of ALL) {
    for (const date of alone.dates) {
      const both = Object.entries(after.on(computation, date));
      const ours = both.filter(([key]) => key.startsWith('acme/'));
      expect(Object.fromEntries(ours)).toEqual(before.on(computation, date));
      expect(both.filter(([key]) => key.startsWith('acme2/'))).toHaveLength(ours.length);
      expect(ours.length * 2).toBe(both.length);
    }
  }
  const briefings = after.on(fleetBriefing, '2026-03-02');
  expect(briefings['acme/briefing']).toMatchObject({ organization: 'acme', state: 'calm', services: 3, runtimes: 30 });
  expect(briefings['acme2/briefing']).toMatchObject({ state: 'incident', servicesDown: [{ name: 'mail' }] });
  expect(fleetBriefing.headline?.(briefings)).toBe('incident: acme2; calm: acme');
});

test('an organization that lacks metrics has a briefing of the others', async () => {
  const nothing = { errors: {}, burns: {}, latencies: {}, processors: {}, capacities: {}, anomalies: {} };
  const runtime = {
    organization: 'acme',
    service: 'api',
    availability: 1,
    expectedMinutes: 1_440,
    downMinutes: 0,
    outages: 0,
    longestOutages: [],
    lastHeard: '2026-03-03T00:00:00.000Z',
  };
  const given = {
    ...nothing,
    runtimes: { 'acme/api/1': { ...runtime, runtime: '1' } },
    services: { 'acme/api': { ...runtime, runtimes: 1 } },
  };
  expect(await runDay(fleetBriefing, '2026-03-02', given)).toEqual({
    'acme/briefing': {
      organization: 'acme',
      state: 'calm',
      services: 1,
      runtimes: 1,
      availability: 1,
      errorRate: null,
      servicesDown: [],
      runtimesDown: [],
      paged: [],
      ticketed: [],
      slowest: null,
      saturated: [],
      filling: [],
      unusual: [],
    },
  });
  expect(await runDay(fleetBriefing, '2026-03-02', { ...nothing, runtimes: {}, services: {} })).toEqual({});
});

test('every result is for the fleet, and a day alike for all is no mistake', () => {
  for (const { name, productLines, checks } of ALL) {
    expect({ name, productLines }).toEqual({ name, productLines: ['fleet'] });
    expect({ name, flatLine: checks.flatLine }).toEqual({ name, flatLine: false });
  }
});

/** Computations on days that are spelled out here, and on a simulated one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runDay } from 'daymill/testing';
import { availability } from '../src/computations/fleet/availability.ts';
import { errorRate } from '../src/computations/fleet/error-rate.ts';
import { heartbeatSpans } from '../src/computations/fleet/heartbeat-spans.ts';
import { requestWindows } from '../src/computations/fleet/request-windows.ts';
import { simulatedFleet } from '../src/computations/fleet/simulated-fleet.ts';

const DATE = '2026-03-02';

test('a counter that begins anew is counted on', async () => {
  const series = {
    organization: 'acme',
    labels: { __name__: 'http_requests_total', service: 'api', code: '500' },
    times: ['10:00', '10:05', '10:10'].map((time) => Date.parse(`${DATE}T${time}:00Z`)),
    values: [100, 110, 4],
  };
  const windows = await runDay(requestWindows, DATE, { requests: { today: [series], before: [] } });
  const { 'acme/api': api } = await runDay(errorRate, DATE, { windows });
  assert.equal(api?.requests, 14);
  assert.equal(api?.errorRate, 1);
});

test('a simulated day has the outage that was planted in it', async () => {
  const incident = {
    kind: 'silent',
    service: 'mail',
    runtime: 'mail/2',
    day: 0,
    fromMinute: 600,
    minutes: 30,
  } as const;
  for (const { series } of simulatedFleet({ from: DATE, days: 1, incidents: [incident], metrics: ['heartbeats'] })) {
    const heard = await runDay(heartbeatSpans, DATE, { heartbeats: { today: series.heartbeats, before: [] } });
    const down = Object.values(await runDay(availability, DATE, { heard })).filter(({ outages }) => outages > 0);
    assert.deepEqual(
      down.map(({ runtime }) => runtime),
      ['mail/2'],
    );
  }
});

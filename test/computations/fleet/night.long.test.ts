/** From samples that are sent to what a night makes of them: the simulated fleet through the collector's own format into the local cloud, and its nights. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  disks,
  durationBuckets,
  durations,
  heartbeats,
  memory,
  requests,
} from '../../../src/computations/fleet/fleet.ts';
import { fleetBriefing } from '../../../src/computations/fleet/fleet-briefing.ts';
import type { Incident } from '../../../src/computations/fleet/simulated-incidents.ts';
import type { CollectedSeries } from '../../../src/index.ts';
import { firestoreDays } from '../../../src/google/meter/firestore-days.ts';
import { openFirestore } from '../../../src/google/firestore-client.ts';
import { readItems } from '../../../src/meter/formats/json/read.ts';
import { Samples } from '../../../src/meter/model/samples.ts';
import type { DayStore } from '../../../src/meter/ports/day-store.ts';
import { indexRootData } from '../../../src/mill/steps/load/index-root-data.ts';
import { differences } from '../../support/differences.ts';
import { localPorts, type LocalPorts } from '../../support/local-ports.ts';
import { PlainResolver } from '../../support/plain-resolver.ts';
import { runDay } from '../../support/run-day.ts';
import { ALL } from './all-computations.ts';
import { type FleetResults, runFleet } from './run-fleet.ts';
import { type SimulatedData, simulatedData } from './simulated-data.ts';

const COMPUTATIONS = resolve(import.meta.dirname, '../../../src/computations');
const FROM = '2026-03-02';
const LAST = '2026-03-03';
const DAYS = 2;

/** Over midnight, of a service; a restart; errors that page. */
const INCIDENTS: readonly Incident[] = [
  { kind: 'silent', service: 'mail', day: 0, fromMinute: 1_420, minutes: 60 },
  { kind: 'restart', service: 'search', runtime: 'search/4', day: 0, minute: 615 },
  { kind: 'errors', service: 'search', day: 1, fromMinute: 600, minutes: 60, errorRate: 0.3 },
];

let local: LocalPorts;
let days: DayStore;
let fleet: SimulatedData;
let expected: FleetResults;

beforeAll(async () => {
  const files: Record<string, string> = {};
  for (const folder of ['fleet', 'statistics'])
    for (const name of readdirSync(join(COMPUTATIONS, folder)).filter((name) => name.endsWith('.ts')))
      files[`computations/${folder}/${name}`] = readFileSync(join(COMPUTATIONS, folder, name), 'utf8').replaceAll(
        "'../../index.ts'",
        "'daymill'",
      );
  local = await localPorts(files);
  days = firestoreDays(openFirestore({ projectId: 'daymill-local', databaseId: undefined }));
  fleet = simulatedData(
    { organization: 'acme', from: FROM, days: DAYS, incidents: INCIDENTS },
    { organization: 'globex', from: FROM, days: DAYS, seed: 3, incidents: [] },
  );
  expected = runFleet(ALL, fleet.data, fleet.dates);
  for (const { name } of [heartbeats, memory, requests, durations, durationBuckets, disks])
    for (const date of fleet.dates)
      for (const series of Map.groupBy(
        fleet.data.get(name)?.get(date) ?? [],
        ({ organization }) => organization,
      ).values())
        await send(series, date);
});
afterAll(() => local.close());

const ITEMS = 10_000;

/** Of one organization and day, as items of `POST /api/metrics`, as many at once as a request may have. */
async function send(series: readonly CollectedSeries[], day: string): Promise<void> {
  const items = series.flatMap(({ labels: { __name__: name, ...labels }, temporality, times, values }) =>
    times.map((timestamp, at) => ({
      name,
      labels,
      timestamp,
      value: values[at],
      ...(temporality === undefined ? {} : { temporality }),
    })),
  );
  const key = { organization: series[0]?.organization ?? '', day };
  for (let start = 0; start < items.length; start += ITEMS) {
    const resolver = new PlainResolver();
    const samples = new Samples();
    expect(readItems(items.slice(start, start + ITEMS), resolver, samples, Date.now()).rejected).toEqual([]);
    const numbers = Uint32Array.from(resolver.series.keys());
    const ids = Uint32Array.from(
      (await days.identify(
        key,
        numbers,
        (number) => resolver.series[number] as (typeof resolver.series)[number],
        100_000,
      )) as number[],
    );
    await days.commit([{ samples: [{ ...key, samples, ids }], events: [], claims: [], documents: [] }]);
  }
}

async function night(name: string): Promise<number> {
  const ports = local.open();
  await indexRootData(ports);
  return runDay({ from: FROM, date: LAST }, ports, name);
}

async function result(computation: string, date: string): Promise<Record<string, unknown>> {
  const [stored] = await local.open().artifacts.read([{ kind: 'cell', computation, date }]);
  return Object.fromEntries((await Array.fromAsync(stored?.parts() ?? [])).flatMap((part) => part.entries()));
}

test('nights make of collected samples what the computations make of them in memory', async () => {
  await night('night-1');
  for (const computation of ALL)
    for (const date of fleet.dates)
      expect(differences(await result(computation.name, date), expected.on(computation, date))).toEqual([]);
  const briefings = await Promise.all(fleet.dates.map((date) => result(fleetBriefing.name, date)));
  expect(
    briefings.map((one) =>
      Object.entries(one).map(([key, briefing]) => `${key} ${(briefing as { state: string }).state}`),
    ),
  ).toEqual([
    ['acme/briefing incident', 'globex/briefing calm'],
    ['acme/briefing incident', 'globex/briefing calm'],
  ]);
});

test('a night after that has nothing to do, and late samples run what reads them', async () => {
  expect(await night('night-2')).toBe(0);
  const [disk] = fleet.data.get(disks.name)?.get(LAST) ?? [];
  await send([{ ...(disk as CollectedSeries), times: [Date.parse(`${LAST}T23:59:00Z`)], values: [0.99] }], LAST);
  // disk-level, capacity-forecast, and the briefing.
  expect(await night('night-3')).toBeGreaterThanOrEqual(3);
  expect(
    Object.values(await result('disk-level', LAST)).filter((one) => (one as { level: number }).level === 0.99),
  ).toHaveLength(1);
});

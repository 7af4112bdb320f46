/** What was collected is root data: a closed day opens, what comes late runs exactly what reads it, and ids begin with the organization. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Ports } from '../../src/compose.ts';
import { firestoreDays } from '../../src/google/meter/firestore-days.ts';
import { Samples } from '../../src/meter/model/samples.ts';
import { type Labels, sortedLabels } from '../../src/meter/model/series.ts';
import type { DayStore, Together } from '../../src/meter/ports/day-store.ts';
import { indexRootData } from '../../src/mill/steps/load/index-root-data.ts';
import { openFirestore } from '../../src/google/firestore-client.ts';
import { localPorts, type LocalPorts } from '../support/local-ports.ts';
import { runDay } from '../support/run-day.ts';

const [FIRST, SECOND] = ['2024-01-01', '2024-01-02'];
const NOTHING: Together = { samples: [], events: [], claims: [], documents: [] };

const COMPUTATIONS = `
import { z } from 'zod';
import { collected, dataset, defineComputation } from 'daymill';
export const commands = collected('commands');
export const requests = collected('samples', { name: 'requests_total', labels: { job: 'api' } });
export const spent = defineComputation({
  name: 'spent', category: 'tests', needs: { commands: dataset(commands) }, output: z.record(z.string(), z.number()),
  perEntity: ({ execution_time_ms }) => execution_time_ms,
});
export const busiest = defineComputation({
  name: 'busiest', category: 'tests', needs: { requests: dataset(requests) }, output: z.record(z.string(), z.object({ last: z.number(), points: z.number() })),
  perEntity: ({ values }) => ({ last: Number(values.at(-1)), points: values.length }),
});
`;

let local: LocalPorts;
let days: DayStore;
let nights = 0;

beforeEach(async () => {
  local = await localPorts({ 'computations/collected.ts': COMPUTATIONS });
  days = firestoreDays(openFirestore({ projectId: 'daymill-local', databaseId: undefined }));
});
afterEach(() => local.close());

async function night(): Promise<number> {
  const fresh: Ports = local.open();
  await indexRootData(fresh);
  return runDay({ from: FIRST, date: SECOND }, fresh, `night-${++nights}`);
}

async function result(computation: string, date: string): Promise<unknown> {
  const [stored] = await local.open().artifacts.read([{ kind: 'cell', computation, date }]);
  return Object.fromEntries((await Array.fromAsync(stored?.parts() ?? [])).flatMap((part) => part.entries()));
}

async function sendEvents(organization: string, day: string, events: Readonly<Record<string, number>>): Promise<void> {
  const timestampMs = Date.parse(`${day}T10:00:00Z`);
  const stored = Object.entries(events).map(([id, execution_time_ms]) => ({
    kind: 'commands' as const,
    id,
    timestampMs,
    fields: { user_id: 'ann', command_name: 'build', execution_time_ms, status: 'success' },
  }));
  await days.commit([{ ...NOTHING, events: [{ organization, day, kind: 'commands', events: stored }] }]);
}

async function sendSamples(
  organization: string,
  day: string,
  labels: Readonly<Record<string, string>>,
  values: readonly number[],
): Promise<void> {
  const series: Labels = sortedLabels(Object.entries(labels)) ?? [];
  const key = { organization, day };
  const ids = Uint32Array.from(
    (await days.identify(key, Uint32Array.of(0), () => ({ labels: series }), 100)) as number[],
  );
  const samples = new Samples();
  for (const [at, value] of values.entries()) samples.pushDouble(0, Date.parse(`${day}T10:00:00Z`) + at * 1_000, value);
  await days.commit([{ ...NOTHING, samples: [{ ...key, samples, ids }] }]);
}

describe('collected days', () => {
  test('are computed on, by organization, and late data runs exactly what reads it', async () => {
    await sendEvents('acme', FIRST, { a: 10, b: 20 });
    await sendEvents('globex', FIRST, { a: 7 });
    await sendEvents('acme', SECOND, { c: 5 });
    const api = { __name__: 'requests_total', job: 'api', host: '1' };
    await sendSamples('acme', FIRST, api, [1, 2, 3]);
    expect(await night()).toBe(3);
    expect(await result('spent', FIRST)).toEqual({ 'acme/a': 10, 'acme/b': 20, 'globex/a': 7 });
    expect(await result('spent', SECOND)).toEqual({ 'acme/c': 5 });
    expect(await result('busiest', FIRST)).toEqual({
      'acme/requests_total{host="1",job="api"}': { last: 3, points: 3 },
    });
    expect(await night()).toBe(0);

    // Another metric, and the same again: nothing that anybody reads.
    await sendSamples('acme', FIRST, { __name__: 'errors_total', job: 'api' }, [9]);
    await sendSamples('acme', FIRST, api, [1, 2, 3]);
    expect(await night()).toBe(0);

    await sendSamples('acme', FIRST, api, [1, 2, 3, 4]);
    expect(await night()).toBe(1);
    expect(await result('busiest', FIRST)).toMatchObject({
      'acme/requests_total{host="1",job="api"}': { last: 4, points: 4 },
    });

    await sendEvents('globex', SECOND, { late: 1 });
    expect(await night()).toBe(1);
    expect(await result('spent', SECOND)).toEqual({ 'acme/c': 5, 'globex/late': 1 });
  });

  test('that go on are not read yet', async () => {
    const today = new Date().toISOString().slice(0, 10);
    await sendEvents('acme', today, { a: 1 });
    const { datasets } = local.open().manifest;
    expect(datasets.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['collected-commands', 'collected-samples-requests-total']),
    );
    await indexRootData(local.open());
    expect([...(await local.open().rootData.days('collected-commands')).keys()]).toEqual([]);
  });
});

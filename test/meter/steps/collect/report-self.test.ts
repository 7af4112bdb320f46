import { afterAll, beforeAll, expect, test } from 'vitest';
import { composeMeter, type MeterPorts } from '../../../../src/compose-meter.ts';
import { readConfig } from '../../../../src/config/config.ts';
import { reportSelf } from '../../../../src/meter/steps/collect/report-self.ts';
import { listRuntimes } from '../../../../src/meter/steps/runtimes/ask-runtimes.ts';
import { dayOf } from '../../../../src/values/date.ts';
import { type FirestoreUnderTest, firestoreUnderTest } from '../../../support/firestore-under-test.ts';

let firestore: FirestoreUnderTest;
let ports: MeterPorts;
beforeAll(async () => {
  firestore = await firestoreUnderTest({});
  process.env['FIRESTORE_EMULATOR_HOST'] = `127.0.0.1:${firestore.emulator?.port}`;
  ports = composeMeter(readConfig({ DAYMILL_PROJECT: 'demo-self', DAYMILL_LOG: 'silent' }, process.cwd(), process.pid));
});
afterAll(async () => {
  await ports.close();
  delete process.env['FIRESTORE_EMULATOR_HOST'];
  await firestore.close();
});

test('the collecting function is a runtime of its organization, and its figures are samples', async () => {
  const self = { organization: 'ops', instance: 'collect/1', residentBytes: 200 * 1_048_576 };
  ports.figures.taken({ samples: 40, events: 2, rejected: 1 });
  await reportSelf(self, ports);
  await reportSelf(self, ports);
  const { runtimes } = await listRuntimes('ops', { limit: 10 }, ports);
  expect(runtimes).toMatchObject([{ name: 'daymill-collect', type: 'server_api', status: 'ready' }]);
  const key = { organization: 'ops', day: dayOf(Date.now()) };
  const { series } = await ports.days.dictionary(key);
  const values = new Map<string | undefined, (number | undefined)[]>();
  for await (const { samples } of ports.days.segments(key))
    for (let at = 0; at < samples.length; at++) {
      const name = series.get(samples.series[at] as number)?.labels[0]?.[1];
      values.set(name, [...(values.get(name) ?? []), samples.numberAt(at)]);
    }
  expect(values.get('daymill_resident_bytes')).toEqual([209_715_200, 209_715_200]);
  // What it tells of itself is counted like all else: the second time there is more.
  expect(values.get('daymill_collected_samples_total')?.toSorted((a = 0, b = 0) => a - b)[0]).toBe(40);
  expect(values.get('runtime_memory_ema')).toEqual([200, 200]);
});

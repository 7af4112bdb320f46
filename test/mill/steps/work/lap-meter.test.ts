/** What making cells takes, as the meter sees it. */
import { expect, test } from 'vitest';
import { packJson, storedPart } from '../../../../src/mill/execution/artifact-codec.ts';
import { startLapMeter } from '../../../../src/mill/steps/work/lap-meter.ts';
import type { Place } from '../../../../src/mill/model/place.ts';
import type { Artifacts, StoredArtifact } from '../../../../src/mill/ports/artifacts.ts';
import { steady } from '../../../support/steady.ts';

const PLACE: Place = { kind: 'root', dataset: 'flights', date: '2024-01-01' };
const PART = storedPart({ count: 1, data: packJson('[]') });

const stored = (shards: number): StoredArtifact => ({
  hash: '0'.repeat(16),
  keyed: true,
  count: 1,
  rawBytes: 1,
  sharded: shards > 0,
  async *parts() {
    yield* Array.from({ length: Math.max(1, shards) }, () => PART);
  },
  partWith: async () => PART,
});

const artifactsOf = (one: StoredArtifact): Artifacts => ({
  read: async (places) => places.map(() => one),
  recall: () => one,
  lastGood: async () => undefined,
  remember: () => {},
  writeShard: async () => ({ first: '', last: '', count: 1, id: 'shard' }),
});

test('documents are counted as they are read: artifacts where they are asked for, shards with their parts', async () => {
  const meter = startLapMeter(
    artifactsOf(stored(3)),
    steady(() => 0),
  );
  const [artifact] = await meter.artifacts.read([PLACE, PLACE]);
  expect(meter.lap(1).reads).toBe(2);
  await Array.fromAsync(artifact?.parts() ?? []);
  await Array.fromAsync(meter.artifacts.recall(PLACE)?.parts() ?? []);
  expect(meter.lap(1).reads).toBe(6);
  expect(meter.lap(1).reads).toBe(0);
});

test('what is remembered whole costs nothing', async () => {
  const meter = startLapMeter(
    artifactsOf(stored(0)),
    steady(() => 0),
  );
  await Array.fromAsync(meter.artifacts.recall(PLACE)?.parts() ?? []);
  expect(meter.lap(1).reads).toBe(0);
});

test('time and reads are shared by the cells that they were for', async () => {
  let nowMs = 0;
  const meter = startLapMeter(
    artifactsOf(stored(0)),
    steady(() => nowMs),
  );
  await meter.artifacts.read([PLACE, PLACE]);
  nowMs = 8_000;
  expect(meter.lap(4)).toEqual({ seconds: 2, reads: 0.5 });
  nowMs = 9_000;
  expect(meter.lap(1)).toEqual({ seconds: 1, reads: 0 });
});

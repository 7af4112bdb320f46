/**
 * Hazard 5: a reader sees half of a result. Shards lie under a generation of their own, and one pointer swap makes them the result;
 * old generations are collected, and a reader that meets a collected shard reads again. (Readers beside a writer that swaps on and on:
 * test/google/mill/firestore-artifacts.test.ts.)
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Ports } from '../../src/compose.ts';
import { COLLECT_AFTER_MINUTES } from '../../src/mill/lifecycle/collect.ts';
import { messageFor } from '../../src/mill/model/message.ts';
import type { Task } from '../../src/mill/model/task.ts';
import { collectShards } from '../../src/mill/steps/mend/collect-shards.ts';
import { dispatch } from '../../src/mill/steps/dispatch/dispatch.ts';
import { readWhole } from '../../src/mill/ports/read-whole.ts';
import type { Place } from '../../src/mill/model/place.ts';
import { work } from '../../src/mill/steps/work/work.ts';
import { loadFixture, localPorts, type LocalPorts } from '../support/local-ports.ts';

const FACES = 6_000;
const DAY = '2024-03-01';
const PLACE: Place = { kind: 'cell', computation: 'faces', date: DAY };

const COMPUTATIONS = {
  'crowd.csv': `date,name\n${Array.from({ length: FACES }, (_, index) => `${DAY},${index}`).join('\n')}\n`,
  // Values that do not compress: two shards and more.
  'computations/crowd.ts': `
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { dataset, defineComputation, defineDataset, dependency } from 'daymill';
export const crowd = defineDataset({
  name: 'crowd', entity: z.object({ name: z.string() }),
  source: { file: 'crowd.csv', format: 'csv', dateColumn: 'date', parse: ({ name }) => ({ name: String(name) }) },
});
export const faces = defineComputation({
  name: 'faces', category: 'tests', needs: { crowd: dataset(crowd) }, output: z.record(z.string(), z.string()),
  perEntity: ({ name }) => createHash('shake256', { outputLength: 200 }).update(name).digest('hex'),
});
export const seen = defineComputation({
  name: 'seen', category: 'tests', needs: { faces: dependency(faces) }, output: z.number(),
  compute: ({ faces }) => new Set(Object.values(faces)).size,
});`,
};

let local: LocalPorts;
let ports: Ports;
beforeAll(async () => {
  local = await localPorts(COMPUTATIONS);
  ports = local.open();
  await loadFixture(ports);
});
afterAll(() => local.close());

/** Claims one computation's cell under an epoch of its own, so that it runs again on the same inputs. */
const claim = async (name: string, epoch: number): Promise<{ task: Task; on: Ports }> => {
  const opened = local.open();
  const computations = opened.manifest.computations.map((computation) => ({
    ...computation,
    fingerprint: { ...computation.fingerprint, epoch },
  }));
  const on = { ...opened, manifest: { ...opened.manifest, computations } };
  const { runId } = await dispatch({ from: DAY, date: DAY, only: [{ computation: name, date: DAY }] }, on);
  const [task] = await on.ledger.tasksOf(runId ?? '');
  if (task === undefined) throw new Error(`nothing was claimed for ${name}`);
  return { task, on };
};
const make = async (name: string, epoch: number): Promise<void> => {
  const { task, on } = await claim(name, epoch);
  await work(messageFor(task), on);
};
const collectAfter = (graces: number) =>
  collectShards({ ...ports, clock: { now: () => Date.now() + graces * COLLECT_AFTER_MINUTES * 60_000 + 60_000 } });

test('hazard 5: a reader whose generation is replaced and collected under it starts again, and sees a whole result', async () => {
  await make('faces', 1);
  const { task, on } = await claim('seen', 1);
  const { artifacts } = on;
  let replaced = false;
  const slow: Ports = {
    ...on,
    artifacts: {
      ...artifacts,
      async read(places) {
        const found = await artifacts.read(places);
        if (!replaced && places.some((place) => place.kind === 'cell')) {
          replaced = true;
          // It has the pointer, and nothing of its shards. Hours pass: the cell is made again, with the very same content.
          await make('faces', 2);
          await collectAfter(1);
          expect(await collectAfter(2)).toMatchObject({ generations: 1 });
        }
        return found;
      },
    },
  };
  await expect(work(messageFor(task), slow)).rejects.toThrow(expect.objectContaining({ code: 'INPUT_CHANGED' }));
  expect(replaced).toBe(true);
  const [before] = await ports.artifacts.read([{ kind: 'cell', computation: 'seen', date: DAY }]);
  expect(before).toBeUndefined();

  // The same process: what it remembers of the old generation has the planned hash, and must not be believed again.
  await work(messageFor(task), slow);
  const [after] = await ports.artifacts.read([{ kind: 'cell', computation: 'seen', date: DAY }]);
  expect(after && (await readWhole(after))).toBe(FACES);
  expect((await ports.tasks.read(task.id))?.history).toMatchObject([
    { end: 'FAILED', error: { code: 'INPUT_CHANGED' } },
    { trigger: 'RETRY', end: 'COMPLETED' },
  ]);
});

test('hazard 5: the shards of an attempt that fails half-way are never the result', async () => {
  const [before] = await local.open().artifacts.read([PLACE]);
  const { task, on } = await claim('faces', 3);
  const { artifacts } = on;
  const failing: Ports = {
    ...on,
    artifacts: {
      ...artifacts,
      writeShard: (place, generation, part, index) =>
        index === 1
          ? Promise.reject(new Error('the network is gone'))
          : artifacts.writeShard(place, generation, part, index),
    },
  };
  await expect(work(messageFor(task), failing)).rejects.toThrow('the network is gone');
  const [after] = await local.open().artifacts.read([PLACE]);
  expect(after?.hash).toBe(before?.hash);
  expect(Object.keys((after && (await readWhole(after))) as object)).toHaveLength(FACES);
  await collectAfter(3);
  expect(await collectAfter(5)).toMatchObject({ generations: 1, deletes: 1 });
});

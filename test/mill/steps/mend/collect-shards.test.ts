/** Shards that nothing points to go, whatever made them so; those that a reader may still hold do not. */
import { Firestore } from '@google-cloud/firestore';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Ports } from '../../../../src/compose.ts';
import { packJson } from '../../../../src/mill/execution/artifact-codec.ts';
import { COLLECT_AFTER_MINUTES, REMOVED_AFTER_DAYS, SWEEP_DAYS } from '../../../../src/mill/lifecycle/collect.ts';
import { daySetOfDays, NO_DAYS } from '../../../../src/mill/planning/day-set.ts';
import { unknownStanding } from '../../../../src/mill/planning/standing.ts';
import { collectShards, PLACES_A_GO } from '../../../../src/mill/steps/mend/collect-shards.ts';
import { readWhole } from '../../../../src/mill/ports/read-whole.ts';
import type { Place } from '../../../../src/mill/model/place.ts';
import { localPorts, type LocalPorts } from '../../../support/local-ports.ts';

const GRACE = COLLECT_AFTER_MINUTES * 60_000;
const DAY = 86_400_000;

const COMPUTATION = {
  'computations/big.ts': `
import { z } from 'zod';
import { dataset, defineComputation } from 'daymill';
import { visits } from './datasets.ts';
export const big = defineComputation({
  name: 'big', category: 'tests', needs: { visits: dataset(visits) }, output: z.record(z.string(), z.number()),
  perEntity: ({ pages }) => pages,
});`,
};

describe('shards', () => {
  let local: LocalPorts;
  let ports: Ports;
  let db: Firestore;
  let days = 0;
  let place: Place & { kind: 'cell' };
  let nowMs = Date.now();
  beforeAll(async () => {
    local = await localPorts(COMPUTATION);
    ports = local.open();
    db = new Firestore({ projectId: 'daymill-local' });
  });
  afterAll(async () => {
    await db.terminate();
    await local.close();
  });
  beforeEach(async () => {
    nowMs = Date.now();
    // A place of its own for each test, and nothing that is due of the others'.
    place = { kind: 'cell', computation: 'big', date: `2024-05-${String(++days).padStart(2, '0')}` };
    for (const left of await db.collection('sharded').listDocuments()) await left.delete();
  });

  /** Two shards of one entity each. */
  const write = async (generation: string, at: Place = place) => {
    const shards = [];
    for (const [index, key] of ['a', 'b'].entries()) {
      const part = { first: key, last: key, count: 1, data: packJson(JSON.stringify([[key, generation]])) };
      shards.push(await ports.artifacts.writeShard(at, generation, part, index));
    }
    return shards;
  };
  const path = (at: Place & { kind: 'cell' }): string => `results/${at.computation}/days/${at.date}`;
  /** Makes the generation the cell's result. */
  const point = async (generation: string, shards: object[], at = place): Promise<void> => {
    const artifact = { hash: '1'.repeat(16), keyed: true, count: 2, rawBytes: 2, shards };
    await db.doc(path(at)).set({ status: 'COMPLETED', generation, artifact });
  };
  const generations = async (at = place): Promise<string[]> => {
    const shards = await db.collection(`${path(at)}/shards`).listDocuments();
    return [...new Set(shards.map(({ id }) => id.replace(/-\d+$/, '')))].sort();
  };
  const collectAt = (ms: number) => collectShards({ ...ports, clock: { now: () => nowMs + ms } });

  test('of a replaced result go after the grace, and a quiet look costs one read', async () => {
    await point('g1', await write('g1'));
    await point('g2', await write('g2'));
    expect(await collectAt(0)).toEqual({
      places: 0,
      generations: 0,
      forgotten: 0,
      reads: 1,
      writes: 0,
      deletes: 0,
    });
    await collectAt(GRACE + 60_000);
    expect(await generations()).toEqual(['g1', 'g2']);
    expect(await collectAt(2 * GRACE + 120_000)).toMatchObject({ places: 1, generations: 1, deletes: 2, reads: 4 });
    expect(await generations()).toEqual(['g2']);
    expect(await collectAt(2 * GRACE + 180_000)).toMatchObject({ places: 0, reads: 1 });
  });

  test('of an attempt that failed go, and the result stays', async () => {
    await point('good', await write('good'));
    await write('failed');
    await collectAt(GRACE + 60_000);
    await collectAt(2 * GRACE + 120_000);
    expect(await generations()).toEqual(['good']);
    const [artifact] = await local.open().artifacts.read([place]);
    expect(artifact && (await readWhole(artifact))).toEqual({ a: 'good', b: 'good' });
  });

  test('of a result that became small, or impossible, go within a week', async () => {
    const other = { ...place, date: '2024-06-01' };
    await point('g1', await write('g1'));
    await point('g1', await write('g1', other), other);
    await collectAt(GRACE + 60_000);
    await db.doc(path(place)).set({ status: 'COMPLETED', generation: 'small', artifact: { parts: [] } });
    await db.doc(path(other)).set({ status: 'IMPOSSIBLE' }, { merge: true });
    const week = SWEEP_DAYS * DAY + GRACE + 120_000;
    expect(await collectAt(week)).toMatchObject({ places: 2, generations: 0 });
    expect(await collectAt(week + GRACE)).toMatchObject({ generations: 2, deletes: 4 });
    expect([await generations(), await generations(other)]).toEqual([[], []]);
    expect(await db.collection('sharded').listDocuments()).toEqual([]);
  });

  test('of a removed computation go when it has not come back for a week, and the plan forgets them with it', async () => {
    const removed = { ...ports, manifest: { ...ports.manifest, computations: [] } };
    const at = (ms: number) => collectShards({ ...removed, clock: { now: () => nowMs + ms } });
    const settled = {
      status: 'COMPLETED' as const,
      vector: {
        fingerprint: { code: '0'.repeat(16), layer: '0'.repeat(16), infrastructure: '0'.repeat(16), epoch: 1 },
        inputs: {},
      },
      resultHash: '1'.repeat(16),
      dispatchId: 'd',
    };
    await ports.planning.commit(await ports.planning.load(), {
      settled: [{ cell: place, to: settled }],
      standings: new Map([['big', unknownStanding(daySetOfDays([place.date]), NO_DAYS)]]),
    });
    await point('g1', await write('g1'));
    expect(await at(GRACE + 60_000)).toMatchObject({ places: 1, forgotten: 0 });
    // It is back for a moment, as after a rollback: the week begins anew.
    const back = GRACE + 60_000 + REMOVED_AFTER_DAYS * DAY;
    expect(await collectAt(back)).toMatchObject({ places: 1, forgotten: 0, generations: 0 });
    const gone = back + SWEEP_DAYS * DAY;
    expect(await at(gone)).toMatchObject({ places: 1, forgotten: 0 });
    expect(await generations()).toEqual(['g1']);
    expect(await at(gone + REMOVED_AFTER_DAYS * DAY)).toMatchObject({ forgotten: 1, generations: 0 });
    expect((await ports.planning.load()).standings.get('big')?.made).toEqual([]);
    await at(gone + REMOVED_AFTER_DAYS * DAY + GRACE);
    expect(await at(gone + REMOVED_AFTER_DAYS * DAY + 2 * GRACE)).toMatchObject({ generations: 1, deletes: 2 });
    expect(await generations()).toEqual([]);
  });

  test('of the last good result stay when its cell fails', async () => {
    await point('g1', await write('g1'));
    await db.doc(path(place)).update({ status: 'FAILED' });
    await collectAt(GRACE + 60_000);
    await collectAt(3 * GRACE);
    await collectAt(SWEEP_DAYS * DAY + 3 * GRACE);
    await collectAt(SWEEP_DAYS * DAY + 5 * GRACE);
    expect(await generations()).toEqual(['g1']);
  });

  test('are looked at in bounded numbers', async () => {
    for (let index = 0; index <= PLACES_A_GO; index++) {
      await db
        .collection('sharded')
        .doc(`x${index}`)
        .set({ place, checkMs: index, generations: { g: { writtenMs: 0 } } });
    }
    expect(
      await collectShards({ ...ports, shards: { ...ports.shards, save: () => Promise.resolve(false) } }),
    ).toMatchObject({
      places: PLACES_A_GO,
    });
  });

  test('written while their place is looked at are not lost sight of', async () => {
    await write('g1');
    const due = await ports.shards.due(nowMs + 2 * GRACE, 10);
    await write('g2');
    const [registered] = due;
    if (registered === undefined) throw new Error('nothing was due');
    expect(await ports.shards.save(registered, undefined)).toBe(false);
    const [again] = await ports.shards.due(nowMs + 2 * GRACE, 10);
    expect(Object.keys(again?.entry.generations ?? {}).sort()).toEqual(['g1', 'g2']);
  });
});

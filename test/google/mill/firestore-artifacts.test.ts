/** Results in shards: whole for every reader at every moment, and one shard for who wants one entity. */
import { createHash, randomUUID } from 'node:crypto';
import { Firestore } from '@google-cloud/firestore';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ports } from '../../../src/compose.ts';
import { codeOf } from '../../../src/errors.ts';
import { trimmed } from '../../../src/mill/execution/artifact-codec.ts';
import { artifactWriter, writeArtifact } from '../../../src/mill/execution/artifact-writer.ts';
import { INLINE_BYTES } from '../../../src/mill/execution/limits.ts';
import { onCellDone } from '../../../src/mill/lifecycle/finish.ts';
import type { Artifact } from '../../../src/mill/model/artifact.ts';
import { hashOf } from '../../../src/values/hash.ts';
import { readWhole } from '../../../src/mill/ports/read-whole.ts';
import type { Place } from '../../../src/mill/model/place.ts';
import { memoryProbe } from '../../../src/mill/worker/memory-probe.ts';
import { addDays, daysFrom } from '../../../src/values/date.ts';
import { aCell, aRun, aTask } from '../../support/graph.ts';
import { localPorts, type LocalPorts } from '../../support/local-ports.ts';

/** Enough entities of text that does not compress for more than one document. */
const ENTITIES = 8_000;
const GENERATIONS = 8;

const key = (index: number): string => String(index).padStart(6, '0');
/** 256 hex digits, different for each entity and generation. */
const valueOf = (generation: number, index: number): string =>
  createHash('shake256', { outputLength: 128 }).update(`${generation} ${index}`).digest('hex');

const placeOn = (date: string): Place & { kind: 'cell' } => ({
  kind: 'cell',
  computation: 'a',
  date,
});

describe('results in shards', () => {
  let local: LocalPorts;
  let ports: Ports;
  beforeAll(async () => {
    local = await localPorts({});
    ports = local.open();
  });
  afterAll(() => local.close());

  const write = async (place: Place, generation: number, entities: number): Promise<Artifact> => {
    const writer = artifactWriter((part, index) => ports.artifacts.writeShard(place, `g${generation}`, part, index));
    for (let index = 0; index < entities; index++) {
      writer.add(key(index), valueOf(generation, index));
      if (writer.isFull()) await writer.flush();
    }
    return writer.finish();
  };

  /** Makes the artifact the cell's result, as a worker does. */
  const commit = async ({ date }: { date: string }, generation: number, artifact: Artifact): Promise<void> => {
    const runId = randomUUID();
    const task = aTask({ runId, days: [date] });
    const claim = { run: aRun({ id: runId }), tasks: [task] };
    expect(
      await ports.planning.commit(await ports.planning.load(), { settled: [], closedRuns: [], claim }),
    ).toBeDefined();
    const lease = { token: runId, worker: 'w', sinceMs: 0, untilMs: 1 };
    const claimed = await ports.tasks.claim(task.id, (found) => ({ save: { ...found, status: 'IN_PROGRESS', lease } }));
    const vector = {
      fingerprint: { code: hashOf('a'), layer: hashOf('a'), infrastructure: hashOf('a'), epoch: 1 },
      inputs: {},
    };
    const record = {
      runId,
      taskId: task.id,
      attempt: 1,
      reason: '',
      finishedMs: 0,
      seconds: 0,
      entities: 0,
      failedEntities: 0,
      errors: [],
    };
    await claimed?.held?.save(
      onCellDone(
        task,
        { computation: 'a', date },
        { status: 'COMPLETED', vector, resultHash: artifact.hash, dispatchId: 'd' },
      ),
      { cells: [{ ...aCell(date), vector, record, status: 'COMPLETED', artifact, generation: `g${generation}` }] },
    );
  };

  test('hazard 5: a reader sees the old result or the new one, never half of each', async () => {
    const place = placeOn('2024-03-01');
    const whole = (generation: number): string =>
      hashOf(Array.from({ length: ENTITIES }, (_, index) => valueOf(generation, index)).join());
    await commit(place, 0, await write(place, 0, ENTITIES));
    const known = new Map([[whole(0), 0]]);
    const seen: number[] = [];
    const done = new AbortController();
    const reader = async (): Promise<void> => {
      const reading = local.open();
      while (!done.signal.aborted) {
        const [artifact] = await reading.artifacts.read([place]);
        if (artifact === undefined) throw new Error('the result is gone');
        try {
          const values = Object.values((await readWhole(artifact)) as Record<string, string>);
          seen.push(known.get(hashOf(values.join())) ?? Number.NaN);
        } catch (error) {
          // It may be told to read again, but never given a mixture.
          if (codeOf(error) !== 'INPUT_CHANGED') throw error;
        }
      }
    };
    const readers = [reader(), reader()];
    try {
      for (let generation = 1; generation < GENERATIONS; generation++) {
        const artifact = await write(place, generation, ENTITIES);
        expect('shards' in artifact && artifact.shards.length).toBeGreaterThan(1);
        known.set(whole(generation), generation);
        await commit(place, generation, artifact);
      }
    } finally {
      done.abort();
    }
    await Promise.all(readers);
    expect(seen).not.toContain(Number.NaN);
    expect(new Set(seen).size).toBeGreaterThan(2);
  });

  test('hazard 5: shards that nothing points to yet are not seen', async () => {
    const place = placeOn('2024-03-02');
    await commit(place, 0, await write(place, 0, ENTITIES));
    await write(place, 1, ENTITIES);
    const [artifact] = await local.open().artifacts.read([place]);
    expect(artifact && Object.values((await readWhole(artifact)) as object)[0]).toBe(valueOf(0, 0));
    // They say whose they are: what is not of the day's own generation is found and collected by that.
    const db = new Firestore({ projectId: 'daymill-local' });
    const day = db.doc('results/a/days/2024-03-02');
    const shards = await day.collection('shards').select('generation').get();
    const own: unknown = (await day.get()).get('generation');
    await db.terminate();
    expect(own).toBe('g0');
    expect(new Set(shards.docs.map((shard) => shard.get('generation')))).toEqual(new Set(['g0', 'g1']));
    for (const shard of shards.docs) expect(shard.id).toMatch(new RegExp(`^${shard.get('generation')}-\\d{4}$`, 'u'));
  });

  test('one entity costs one shard, and an unknown one none', async () => {
    const place = placeOn('2024-03-03');
    const written = await write(place, 0, 3 * ENTITIES);
    await commit(place, 0, written);
    const [artifact] = await local.open().artifacts.read([place]);
    const part = await artifact?.partWith(key(ENTITIES + 7));
    expect(new Map(part?.entries()).get(key(ENTITIES + 7))).toBe(valueOf(0, ENTITIES + 7));
    expect(part?.count).toBeLessThan(3 * ENTITIES);
    expect(await artifact?.partWith('zzz')).toBeUndefined();
    expect(artifact?.count).toBe(3 * ENTITIES);
    if (!('shards' in written)) throw new Error('it was stored inline');
    for (const shard of written.shards) expect(shard.count).toBeLessThanOrEqual(5_000);
    expect(written.shards.map(({ count }) => count).reduce((sum, count) => sum + count)).toBe(3 * ENTITIES);
  });

  test('a result that compresses well stays in its cell’s own document, however many entities it has', async () => {
    const place = placeOn('2024-03-04');
    const writer = artifactWriter((part, index) => ports.artifacts.writeShard(place, 'g', part, index));
    for (let index = 0; index < 3 * ENTITIES; index++) {
      writer.add(key(index), index % 7);
      if (writer.isFull()) await writer.flush();
    }
    const artifact = await writer.finish();
    expect('parts' in artifact && artifact.parts.length).toBe(5);
    expect('parts' in artifact && artifact.parts.reduce((sum, { data }) => sum + data.byteLength, 0)).toBeLessThan(
      INLINE_BYTES,
    );
    await commit(place, 0, artifact);
    const [stored] = await local.open().artifacts.read([place]);
    expect(stored && Object.keys((await readWhole(stored)) as object)).toHaveLength(3 * ENTITIES);
  });

  test('small ones are remembered in as little memory as they take', async () => {
    const probe = memoryProbe();
    const bufferMB = (): number => {
      probe.collectGarbage();
      return process.memoryUsage().external / 1_048_576;
    };
    const places = daysFrom('2010-01-01', addDays('2010-01-01', 3_000)).map(placeOn);
    const before = bufferMB();
    for (const place of places)
      ports.artifacts.remember(place, await writeArtifact(place.date, false, () => Promise.reject(new Error('small'))));
    expect(bufferMB() - before).toBeLessThan(10);
    const last = places.at(-1) ?? placeOn('2010-01-01');
    expect(await readWhole(ports.artifacts.recall(last)!)).toBe(last.date);
    // What comes from the network is a slice of what it came in.
    const slice = Buffer.alloc(65_536, 7).subarray(100, 114);
    expect(trimmed(slice).buffer.byteLength).toBe(14);
    expect([...trimmed(slice)]).toEqual([...slice]);
  });
});

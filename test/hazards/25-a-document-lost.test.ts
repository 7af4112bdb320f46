/** Hazard 25: a document of ours is lost or set back (a restore, a TTL, a hand): the next night is right, or says what is missing. */
import type { Firestore } from '@google-cloud/firestore';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Ports } from '../../src/compose.ts';
import { codeOf } from '../../src/errors.ts';
import { openFirestore } from '../../src/google/firestore-client.ts';
import { hashOf } from '../../src/values/hash.ts';
import type { Manifest } from '../../src/mill/model/manifest.ts';
import { NO_DAYS } from '../../src/mill/planning/day-set.ts';
import { coverage, readSource, sourceDays } from '../../src/mill/sources/read-source.ts';
import { bundledSources, loadRanges } from '../../src/mill/steps/load/bundled-sources.ts';
import { dispatch } from '../../src/mill/steps/dispatch/dispatch.ts';
import { indexRootData } from '../../src/mill/steps/load/index-root-data.ts';
import { loadRootData } from '../../src/mill/steps/load/load-root-data.ts';
import { readWhole } from '../../src/mill/ports/read-whole.ts';
import { survey } from '../../src/mill/steps/dispatch/survey.ts';
import { DAYS, IMPORTS, weatherCsv } from '../support/fixture-project.ts';
import { loadFiles, localPorts, type LocalPorts } from '../support/local-ports.ts';
import { runDay } from '../support/run-day.ts';

const [D1, D2, D3, D4] = DAYS;
/** A result of every kind of reading: data, a dependency, the day before, a history, and one in shards. */
const PROJECT = {
  'computations/all.ts': `${IMPORTS}
import { createHash } from 'node:crypto';
const noise = (of) => Array.from({ length: 150 }, (_, at) => createHash('sha512').update(of + at).digest('base64')).join('');
export const warmth = defineComputation({
  name: 'warmth', category: 'tests', needs: { weather: document(weather) }, output: z.number(), compute: ({ weather }) => weather.degrees,
});
export const wide = defineComputation({
  name: 'wide', category: 'tests', needs: { visits: dataset(visits) }, output: z.record(z.string(), z.string()),
  perEntity: ({ user, pages }) => noise(user + pages),
});
export const comfort = defineComputation({
  name: 'comfort', category: 'tests', needs: { warmth: dependency(warmth) }, output: z.number(), compute: ({ warmth }) => warmth * 2,
});
export const trend = defineComputation({
  name: 'trend', category: 'tests', needs: { warmth: dependency(warmth), past: history(warmth, 3) }, output: z.number(),
  compute: ({ warmth, past }) => past.reduce((sum, { value }) => sum + value, warmth),
});
export const total = defineComputation({
  name: 'total', category: 'tests', needs: { warmth: dependency(warmth), before: previous() }, output: z.number(),
  compute: ({ warmth, before }) => (before ?? 0) + warmth,
});
export const size = defineComputation({
  name: 'size', category: 'tests', needs: { wide: dependency(wide) }, output: z.number(), compute: ({ wide }) => JSON.stringify(wide).length,
});`,
};

describe('hazard 25: a document of ours is lost or set back', () => {
  let local: LocalPorts;
  let db: Firestore;
  let opened: Ports;
  let nights = 0;
  let clean: Record<string, unknown>;
  const folder = mkdtempSync(join(tmpdir(), 'hazard-25-'));
  const open = async (file: string): Promise<void> => {
    local = await localPorts(PROJECT, { file });
    db = openFirestore({ projectId: 'daymill-local', databaseId: undefined });
    opened = local.open();
  };
  const close = async (): Promise<void> => {
    await db.terminate();
    await local.close();
  };
  // The first night is everybody's: each test loses something in a copy of its state.
  beforeAll(async () => {
    await open(join(folder, 'first.sqlite'));
    await loadFiles(D4, opened);
    await night();
    afterFirst = await results();
    await close();
  });
  let afterFirst: Record<string, unknown>;
  let copies = 0;
  beforeEach(async () => {
    const copy = join(folder, `${++copies}.sqlite`);
    copyFileSync(join(folder, 'first.sqlite'), copy);
    await open(copy);
    clean = afterFirst;
  });
  afterEach(close);
  afterAll(() => rmSync(folder, { recursive: true }));

  const ports = (changed?: Manifest): Ports => ({
    ...opened,
    audit: { share: 0, most: 0, nightly: 0 },
    ...(changed === undefined ? {} : { manifest: changed }),
  });
  /** As `daymill run`: loads what is lost, indexes, and runs. Answers how many tasks ran. */
  const night = async (changed?: Manifest, from: string = D1): Promise<number> => {
    const own = ports(changed);
    const { datasets } = await own.planning.load();
    const lost = new Map([...datasets].map(([name, { doubted = NO_DAYS }]) => [name, doubted]));
    const ranges = await loadRanges(await bundledSources({ ...own, coverage }), D4, own.rootData, lost);
    await loadRootData(ranges, { ...own, readSource, sourceDays });
    await index(own);
    return runDay({ from, date: D4 }, own, `night-${++nights}`);
  };
  /** As the workflow: once more after passing trouble. */
  const index = (own: Ports) =>
    indexRootData(own).catch((thrown: unknown) => {
      if (codeOf(thrown) !== 'CONTENTION') throw thrown;
      return indexRootData(own);
    });
  /** A process that has just begun: it remembers nothing. */
  const cold = (): void => {
    opened = local.open();
  };
  const recoded = (...names: string[]): Manifest => ({
    ...opened.manifest,
    computations: opened.manifest.computations.map((one) =>
      names.includes(one.name) ? { ...one, fingerprint: { ...one.fingerprint, code: hashOf(`code ${nights}`) } } : one,
    ),
  });
  const results = async (): Promise<Record<string, unknown>> => {
    const found: Record<string, unknown> = {};
    const places = opened.manifest.computations.flatMap(({ name }) =>
      DAYS.map((date) => ({ kind: 'cell', computation: name, date }) as const),
    );
    // What is stored, not what this process remembers of it.
    const stored = await local.open().artifacts.read(places);
    for (const [at, { computation, date }] of places.entries()) {
      const artifact = stored[at];
      found[`${computation}@${date}`] =
        artifact === undefined ? 'none' : await readWhole(artifact).catch(() => 'unreadable');
    }
    return found;
  };
  const state = async (changed?: Manifest) => {
    const { plan } = await survey({ from: D1, to: D4 }, ports(changed));
    return { results: await results(), cells: plan.counts() };
  };
  /** Everything as a clean rebuild makes it, and nothing left to run. */
  const right = () => ({
    results: clean,
    cells: { RUN: 0, RERUN: 0, SKIP: 6 * DAYS.length, STABLE: 0, BLOCKED: 0, FAILED_DEPENDENCY: 0, IMPOSSIBLE: 0 },
  });
  /** Of the newest night's tasks: the most that one took. */
  const attempts = async (): Promise<number> => {
    const tasks = await db.collection('computation_audit_ledger').get();
    return Math.max(...tasks.docs.map((task) => Number(task.get('attempts'))));
  };
  const because = async (computation: string, date: string) =>
    (await opened.cells.read([{ computation, date }]))[0]?.record?.because;
  const remove = async (path: string): Promise<void> => {
    expect((await db.doc(path).get()).exists).toBe(true);
    await db.doc(path).delete();
  };
  const removeAll = async (collection: string): Promise<void> => {
    const all = await db.collection(collection).listDocuments();
    expect(all.length).toBeGreaterThan(0);
    for (const one of all) await one.delete();
  };
  const copyOf = async (path: string): Promise<() => Promise<void>> => {
    const data = (await db.doc(path).get()).data();
    if (data === undefined) throw new Error(`there is no ${path}`);
    return async () => void (await db.doc(path).set(data));
  };

  test('a result that its reader needs is made again, and the reader waits for it and burns no attempt', async () => {
    await remove(`results/warmth/days/${D2}`);
    cold();
    const changed = recoded('comfort');
    await runDay({ from: D1, date: D4 }, ports(changed), 'the same night');
    expect(await because('warmth', D2)).toEqual({ why: 'LOST' });
    expect(await attempts()).toBe(1);
    expect(await state(changed)).toEqual(right());
  });

  test('a result that nobody reads is found by its count, and made again by itself', async () => {
    await remove(`results/size/days/${D3}`);
    expect(await night()).toBe(1);
    expect(await because('size', D3)).toEqual({ why: 'LOST' });
    expect(await state()).toEqual(right());
  });

  test('results in several layers, all gone at once', async () => {
    for (const name of ['warmth', 'comfort', 'total', 'trend', 'wide', 'size'])
      for (const day of DAYS) await db.doc(`results/${name}/days/${day}`).delete();
    cold();
    await runDay({ from: D1, date: D4 }, ports(recoded('size', 'total')), 'without an index');
    cold();
    await night();
    expect(await state()).toEqual(right());
  });

  test('the day before of a chain, a day of a history', async () => {
    local.project.write({ 'weather.csv': weatherCsv((day) => (day === 3 ? 40 : 10 + day)) });
    await remove(`results/total/days/${D3}`);
    await remove(`results/warmth/days/${D2}`);
    cold();
    await loadFiles(D4, opened);
    await indexRootData({
      ...ports(),
      cells: { countMade: () => Promise.resolve(99), daysMade: () => Promise.resolve([]) },
    });
    await runDay({ from: D1, date: D4 }, ports(), 'warmer');
    expect([await because('total', D3), await because('warmth', D2)]).toEqual([{ why: 'LOST' }, { why: 'LOST' }]);
    expect(await attempts()).toBe(1);
    clean = { ...clean, [`warmth@${D4}`]: 40, [`comfort@${D4}`]: 80, [`trend@${D4}`]: 73, [`total@${D4}`]: 73 };
    expect(await state()).toEqual(right());
  });

  test('a day before the grid: what reads it waits, and a grid that begins earlier makes it', async () => {
    await remove(`results/total/days/${D2}`);
    cold();
    const changed = recoded('total');
    await runDay({ from: D3, date: D4 }, ports(changed), 'short');
    const { plan } = await survey({ from: D3, to: D4, mode: 'dispatch' }, ports(changed));
    expect(plan.decision({ computation: 'total', date: D3 })).toMatchObject({
      outcome: 'BLOCKED',
      reason: { why: 'WAITING_FOR', cell: { computation: 'total', date: D2 } },
    });
    await night(changed);
    expect(await state(changed)).toEqual(right());
  });

  test('a result that was set back to an earlier night is not read', async () => {
    const putBack = await copyOf(`results/warmth/days/${D2}`);
    local.project.write({ 'weather.csv': weatherCsv((day) => 20 + day) });
    await loadFiles(D4, opened);
    await night();
    clean = await results();
    await putBack();
    cold();
    const changed = recoded('comfort');
    await night(changed);
    expect(await because('warmth', D2)).toEqual({ why: 'LOST' });
    expect(await state(changed)).toEqual(right());
  });

  test('a shard of a result is made again with its result', async () => {
    const shards = await db.collection(`results/wide/days/${D2}/shards`).listDocuments();
    expect(shards.length).toBeGreaterThan(1);
    await shards[1]?.delete();
    cold();
    const changed = recoded('size');
    await night(changed);
    expect(await because('wide', D2)).toEqual({ why: 'LOST' });
    expect(await attempts()).toBe(1);
    expect(await state(changed)).toEqual(right());
  });

  test('a day of root data is loaded again from its bundled file; until then what reads it says so', async () => {
    await remove(`datasets/weather/days/${D2}`);
    cold();
    const changed = recoded('warmth');
    await runDay({ from: D1, date: D4 }, ports(changed), 'the night of the loss');
    const { plan } = await survey({ from: D1, to: D4, mode: 'dispatch' }, ports(changed));
    expect(plan.decision({ computation: 'warmth', date: D2 })).toMatchObject({
      outcome: 'BLOCKED',
      reason: { why: 'DATA_LOST', dataset: 'weather', date: D2 },
    });
    const said: string[] = [];
    const log = { ...opened.log, error: (_: object, message: string) => void said.push(message) };
    expect(await indexRootData({ ...ports(), log })).toMatchObject({ lost: { weather: [D2] } });
    expect(said).toEqual([expect.stringContaining('daymill load weather FILE')]);
    expect(await attempts()).toBe(1);
    await night(changed);
    expect(await state(changed)).toEqual(right());
  });

  test('a day of root data that was set back is the data from then on', async () => {
    const putBack = await copyOf(`datasets/weather/days/${D2}`);
    local.project.write({ 'weather.csv': weatherCsv((day) => (day === 1 ? 30 : 10 + day)) });
    await loadFiles(D4, opened);
    await night();
    await putBack();
    // Long enough ago that the indexer does not look at it by itself.
    await db.doc('indexes/weather').update({ seenThrough: new Date(Date.now() + 60_000) });
    cold();
    const changed = recoded('warmth');
    await runDay({ from: D1, date: D4 }, ports(changed), 'reads what is there');
    await index(ports(changed));
    await runDay({ from: D1, date: D4 }, ports(changed), 'knows what is there');
    expect(await state(changed)).toEqual(right());
  });

  test.each([
    ['a book', (): Promise<void> => remove('books/warmth.2024')],
    ['all books', (): Promise<void> => removeAll('books')],
    ['the days of a dataset as planned', (): Promise<void> => remove('availability/weather')],
    ['what tasks took', (): Promise<void> => remove('planner/memory')],
    [
      'the registry and its index',
      (): Promise<void> =>
        db
          .doc('planner/registry')
          .delete()
          .then(() => undefined),
    ],
    ['what the indexer remembers', (): Promise<void> => removeAll('indexes')],
    [
      'how far files were loaded',
      (): Promise<void> =>
        db
          .doc('datasets/weather')
          .delete()
          .then(() => undefined),
    ],
    ['the shards that are noted', (): Promise<void> => removeAll('sharded')],
    [
      'ended tasks and runs',
      (): Promise<void> => removeAll('computation_audit_ledger').then(() => removeAll('computation_runs')),
    ],
    ['the planner’s state', (): Promise<void> => remove('planner/state')],
  ])('%s, lost while code changes', async (_, lose) => {
    await lose();
    cold();
    await night(recoded('warmth'));
    await night();
    expect(await state()).toEqual(right());
  });

  test('a lost plan is made from what the results say of themselves: nothing runs', async () => {
    await remove('planner/state');
    expect(await night()).toBe(0);
    expect(await state()).toEqual(right());
    cold();
    expect(await night()).toBe(0);
  });

  test.each(['planner/state', 'books/warmth.2024', 'availability/weather', 'planner/memory', 'indexes/weather'])(
    '%s, set back to the night before',
    async (path) => {
      const putBack = await copyOf(path);
      local.project.write({ 'weather.csv': weatherCsv((day) => 20 + day) });
      await loadFiles(D4, opened);
      await night();
      clean = await results();
      await putBack();
      // A warm process does not believe what it remembers of the state that is gone, a cold one does not believe the old state.
      await night();
      expect(await results()).toEqual(clean);
      cold();
      const changed = recoded('warmth');
      await night(changed);
      expect(await state(changed)).toEqual(right());
    },
  );

  test('a task of an open run, lost, does not hold its cell for ever', async () => {
    const changed = recoded('comfort');
    await dispatch(
      { date: D4, from: D1, runId: 'open' },
      { ...ports(changed), queue: { publish: () => Promise.resolve() } },
    );
    for (const task of (await db.collection('computation_audit_ledger').where('runId', '==', 'open').get()).docs)
      await task.ref.delete();
    await night(changed);
    expect(await state(changed)).toEqual(right());
  });

  test('what people have stopped is forgotten with the state, and nothing else is', async () => {
    await opened.controls.change((control) => ({ ...control, paused: { warmth: { sinceMs: 0 } } }));
    await remove('planner/state');
    expect((await opened.controls.read()).paused).toEqual({});
    await night();
    expect(await state()).toEqual(right());
  });
});

/** A fold that is too much for one commit: settled in several, whoever dies between them, and as if it had been one. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Ports } from '../../../../src/compose.ts';
import { firestorePlanning } from '../../../../src/google/mill/firestore-planning.ts';
import type { PlanSizes } from '../../../../src/google/mill/plan-commit.ts';
import type { CellOutcome } from '../../../../src/mill/model/cell.ts';
import { cellName } from '../../../../src/mill/model/cell.ts';
import { changedAfter } from '../../../../src/mill/planning/change-log.ts';
import { closeRuns } from '../../../../src/mill/steps/dispatch/close-runs.ts';
import type { Planning, PlanningSnapshot } from '../../../../src/mill/ports/planning.ts';
import { DEFAULT_TIERS } from '../../../../src/mill/tiers/default-tiers.ts';
import { addDays, daysFrom } from '../../../../src/values/date.ts';
import { hashOf } from '../../../../src/values/hash.ts';
import { firestoreUnderTest, type FirestoreUnderTest } from '../../../support/firestore-under-test.ts';
import { aRun, aTask, aTaskCell, fingerprintAt, graph } from '../../../support/graph.ts';
import { mortal } from '../../../support/mortal.ts';

const NAMES = Array.from({ length: 6 }, (_, index) => `computation-${index}`);
const RUNS = ['run-1', 'run-2', 'run-3'];
const DAYS = daysFrom('2023-12-27', addDays('2023-12-27', 9));
const manifest = graph(...NAMES.map((name) => `${name}: document d`));

/** Of each run a third of the cells, and of six computations a part of a book in each of two years. */
const SMALL: Partial<PlanSizes> = { pageBytes: 900, partBytes: 900, commitBytes: 11_000 };

/** Closing runs calls nothing but the planner. */
const NOTHING_ELSE = { tasks: {}, runs: {}, queue: {}, callbacks: {}, artifacts: {} };

let cloud: FirestoreUnderTest;
beforeAll(async () => {
  cloud = await firestoreUnderTest({});
});
beforeEach(async () => cloud.emulator?.clear());
afterAll(() => cloud.close());

const outcome = (name: string): CellOutcome =>
  name.startsWith('computation-3@')
    ? { status: 'FAILED', error: { code: 'COMPUTE_FAILED', message: 'no' }, dispatchId: 'd' }
    : {
        status: 'COMPLETED',
        vector: { fingerprint: fingerprintAt({}, name), inputs: { 'document:d': hashOf(name) } },
        resultHash: hashOf(`result of ${name}`),
        dispatchId: 'd',
        effort: { seconds: 1, entities: 1, reads: 1, writes: 1 },
      };

/** Three runs that are over, none of which was folded. */
async function overRuns(sizes?: Partial<PlanSizes>): Promise<Planning> {
  const planning = firestorePlanning(cloud.client);
  for (const [index, id] of RUNS.entries()) {
    const tasks = NAMES.filter((_, at) => at % RUNS.length === index).map((name) => {
      const cells = DAYS.map((day) => aTaskCell(day, name));
      const outcomes = Object.fromEntries(cells.map((cell) => [cellName(cell), outcome(cellName(cell))]));
      return aTask({ runId: id, computation: name, days: DAYS, cells, chained: false, outcomes, status: 'COMPLETED' });
    });
    const run = aRun({ id, totalTasks: tasks.length, remainingTasks: 0, calledBackMs: 1, createdMs: index });
    expect(await planning.commit(await planning.load(), { claim: { run, tasks } })).toBeDefined();
  }
  return firestorePlanning(cloud.client, sizes);
}

const portsOf = (planning: Planning) => ({ manifest, planning, tiers: DEFAULT_TIERS, clock: { now: () => 0 } });

const close = async (planning: Planning): Promise<number> =>
  closeRuns(await planning.load(), new Set(RUNS), portsOf(planning));

/** Books and standings, without the sequences at which each day came to be so. */
async function pictureOf(planning: Planning): Promise<unknown> {
  const snapshot = await planning.load();
  const ids = NAMES.flatMap((name) => ['2023', '2024'].map((year) => `${name}.${year}`));
  await planning.fetch(snapshot, { books: new Set(ids), data: new Set() });
  const books = [...snapshot.books.books].map(([id, days]) => [
    id,
    Object.fromEntries([...days].map(([day, settled]) => [day, Object.assign({}, settled, { foldedIn: 0 })])),
  ]);
  return {
    books: Object.fromEntries(books),
    standings: Object.fromEntries(
      [...snapshot.standings].map(([name, standing]) => [name, { ...standing, log: changedAfter(standing.log, 0) }]),
    ),
    open: snapshot.open.length,
  };
}

const commitsOf = (planning: Planning): { readonly planning: Planning; readonly sizes: number[] } => {
  const sizes: number[] = [];
  return {
    sizes,
    planning: {
      ...planning,
      async commit(snapshot: PlanningSnapshot, change) {
        sizes.push(change.settled?.length ?? 0);
        return planning.commit(snapshot, change);
      },
    },
  };
};

async function atOnce(): Promise<unknown> {
  const whole = await overRuns();
  expect(await close(whole)).toBe(3);
  const picture = await pictureOf(whole);
  await cloud.emulator?.clear();
  return picture;
}

describe('what ended since the last fold, and is too much for one commit,', () => {
  test('is settled in several, and is then as if it had been one', async () => {
    const picture = await atOnce();
    const { planning, sizes } = commitsOf(await overRuns(SMALL));
    expect(await close(planning)).toBe(3);
    expect(sizes.length).toBeGreaterThan(2);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(NAMES.length * DAYS.length);
    expect(await pictureOf(planning)).toEqual(picture);
    expect(await pictureOf(firestorePlanning(cloud.client, SMALL))).toEqual(picture);
  });

  test('is settled by the next, whoever dies at any call in between', async () => {
    const picture = await atOnce();
    // Whoever dies before a call has died after the one before it.
    for (let at = 1, done = false; !done; at++) {
      await cloud.emulator?.clear();
      const planning = await overRuns(SMALL);
      const dying = mortal({ ...NOTHING_ELSE, planning } as unknown as Ports, { at, when: 'after' });
      const snapshot = await planning.load();
      const work = closeRuns(snapshot, new Set(RUNS), portsOf(dying.ports.planning)).then(() => undefined);
      const last = await Promise.race([dying.died, work]);
      const next = firestorePlanning(cloud.client, SMALL);
      await close(next);
      expect({ last, now: await pictureOf(next) }).toEqual({ last, now: picture });
      done = last === undefined;
      expect(at).toBeLessThan(60);
    }
  }, 60_000);

  test('is left to another dispatcher that is faster', async () => {
    const planning = await overRuns(SMALL);
    const other = firestorePlanning(cloud.client, SMALL);
    let isFirst = true;
    const slow: Planning = {
      ...planning,
      async commit(snapshot, change) {
        if (isFirst) expect(await close(other)).toBe(3);
        isFirst = false;
        return planning.commit(snapshot, change);
      },
    };
    expect(await close(slow)).toBe(0);
    expect((await planning.load()).open).toEqual([]);
  });
});

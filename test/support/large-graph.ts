/**
 * A graph as large as it is asked for, on a Firestore of its own: real dispatchers and reconcilers, and workers that end each task in one
 * commit without computing anything. What it is about is how much is saved at once.
 */
import type { Firestore } from '@google-cloud/firestore';
import { firestoreUnderTest } from './firestore-under-test.ts';
import { firestorePlanning } from '../../src/google/mill/firestore-planning.ts';
import { firestoreRuns } from '../../src/google/mill/firestore-runs.ts';
import { firestoreTasks } from '../../src/google/mill/firestore-tasks.ts';
import { decideLease } from '../../src/mill/lifecycle/lease.ts';
import { onCellDone } from '../../src/mill/lifecycle/finish.ts';
import { DEFAULT_LANES } from '../../src/mill/lifecycle/limits.ts';
import { type CellOutcome, type Settled } from '../../src/mill/model/cell.ts';
import { computationIn, type Manifest } from '../../src/mill/model/manifest.ts';
import type { TaskMessage } from '../../src/mill/model/message.ts';
import { priceTableOf } from '../../src/mill/model/price-table.ts';
import type { Task, TaskCell } from '../../src/mill/model/task.ts';
import type { Vector } from '../../src/mill/model/vector.ts';
import { daySetOfDays } from '../../src/mill/planning/day-set.ts';
import { bookId } from '../../src/mill/planning/shelf.ts';
import { afterDataChanged, needsHash, NO_DATASET, unknownStanding } from '../../src/mill/planning/standing.ts';
import type { Planning } from '../../src/mill/ports/planning.ts';
import { closeRuns } from '../../src/mill/steps/dispatch/close-runs.ts';
import { dispatch } from '../../src/mill/steps/dispatch/dispatch.ts';
import type { DispatchPorts } from '../../src/mill/steps/dispatch/request.ts';
import { DEFAULT_TIERS } from '../../src/mill/tiers/default-tiers.ts';
import type { Log } from '../../src/process/ports.ts';
import { type Day, daysFrom } from '../../src/values/date.ts';
import { hashOf } from '../../src/values/hash.ts';
import { graph } from './graph.ts';

const silent = (): void => {};
const LOG: Log = { debug: silent, info: silent, warn: silent, error: silent };

/** Of the days of documents that every night brings. */
const hashOn = (dataset: string, day: Day): string => hashOf(`${dataset} ${day}`);

export interface Night {
  readonly waves: number;
  readonly cells: number;
  /** Commits of the plan. */
  readonly commits: number;
  /** Milliseconds in which dispatchers were at work. */
  readonly dispatchMs: number;
}

export interface LargeGraph {
  readonly manifest: Manifest;
  /** Data of all datasets on these days, indexed. */
  bring(days: readonly Day[]): Promise<void>;
  /** All computations settled on these days, as long ago as can be. */
  settle(days: readonly Day[]): Promise<void>;
  /** Dispatches and works until nothing is left, and closes all runs. */
  night(from: Day, to: Day): Promise<Night>;
  /** How many days of each computation are settled in these years, as one who reads it anew finds them. */
  settledDays(years: readonly string[]): Promise<readonly number[]>;
  close(): Promise<void>;
}

/** `computations` that read `inputs` documents each, and the last, which reads all of them, where `gathers`. */
export async function largeGraph({
  computations,
  inputs,
  gathers = false,
}: {
  readonly computations: number;
  readonly inputs: number;
  readonly gathers?: boolean;
}): Promise<LargeGraph> {
  const cloud = await firestoreUnderTest({});
  const db: Firestore = cloud.client;
  db.settings({ ignoreUndefinedProperties: true });
  const documents = Array.from({ length: inputs }, (_, index) => `document data-${index}`).join(' ');
  const names = Array.from({ length: computations }, (_, index) => `computation-${index}`);
  const manifest = graph(
    ...names.map((name) => `${name}: ${documents}`),
    ...(gathers ? [`gathers: ${names.join(' ')}`] : []),
  );
  const planning = firestorePlanning(db);
  const counted = { commits: 0 };
  const counting: Planning = {
    ...planning,
    commit(snapshot, change) {
      counted.commits++;
      return planning.commit(snapshot, change);
    },
  };
  const sent: TaskMessage[] = [];
  const ports: DispatchPorts = {
    manifest,
    tiers: DEFAULT_TIERS,
    lanes: DEFAULT_LANES,
    planning: counting,
    runs: firestoreRuns(db),
    queue: { publish: (messages) => Promise.resolve(void sent.push(...messages)) },
    callbacks: { assertUrl: silent },
    audit: { share: 0, most: 0, nightly: 0 },
    limits: {},
    prices: priceTableOf('us-central1'),
    clock: { now: Date.now },
    newId: () => crypto.randomUUID(),
    log: LOG,
  };
  let nights = 0;
  return {
    manifest,
    bring: (days) => bring(manifest, days, planning),
    settle: (days) => settle(manifest, days, planning),
    async night(from, to) {
      const dispatchId = `night-${++nights}`;
      const before = counted.commits;
      let [waves, cells, dispatchMs] = [0, 0, 0];
      for (let pass = 1; ;) {
        const startedMs = performance.now();
        const callbackUrl = `http://workflows/${dispatchId}/${waves}`;
        const answer = await dispatch({ from, date: to, pass, callbackUrl, dispatchId }, ports);
        dispatchMs += performance.now() - startedMs;
        pass = answer.pass ?? pass;
        if (answer.runId === null) break;
        waves++;
        cells += await workAll(db, manifest, sent.splice(0));
        await ports.runs.markCalledBack(answer.runId, Date.now());
      }
      const snapshot = await planning.load();
      await closeRuns(snapshot, new Set(snapshot.open.map(({ run }) => run.id)), ports);
      if ((await planning.load()).open.length > 0) throw new Error('a run was left open');
      return { waves, cells, commits: counted.commits - before, dispatchMs };
    },
    async settledDays(years) {
      const reader = firestorePlanning(cloud.newClient());
      const snapshot = await reader.load();
      const counts: number[] = [];
      for (const { name } of manifest.computations) {
        const ids = years.map((year) => bookId(name, `${year}-01-01`));
        await reader.fetch(snapshot, { books: new Set(ids), data: new Set() });
        counts.push(ids.reduce((sum, id) => sum + (snapshot.books.books.get(id)?.size ?? 0), 0));
      }
      return counts;
    },
    close: () => cloud.close(),
  };
}

async function bring({ datasets: all }: Manifest, days: readonly Day[], planning: Planning): Promise<void> {
  const snapshot = await planning.load();
  await planning.fetch(snapshot, { books: new Set(), data: new Set(all.map(({ name }) => name)) });
  const datasets = new Map(snapshot.datasets);
  const data = new Map<string, ReadonlyMap<Day, string>>();
  for (const { name } of all) {
    const there = new Map(days.map((day) => [day, { there: true }]));
    datasets.set(name, afterDataChanged(datasets.get(name) ?? NO_DATASET, there, snapshot.sequence + 1));
    data.set(
      name,
      new Map([...(snapshot.books.data.get(name) ?? []), ...days.map((day) => [day, hashOn(name, day)] as const)]),
    );
  }
  if (!(await planning.commit(snapshot, { datasets, data }))) throw new Error('the data was not indexed');
}

/** Many cells at a time; where it stands with the last of them. */
async function settle(manifest: Manifest, days: readonly Day[], planning: Planning): Promise<void> {
  const made = daySetOfDays(days);
  const all = manifest.computations.flatMap(({ name }) =>
    days.map((date) => {
      const vector = vectorOf(manifest, { computation: name, date });
      const to: Settled = { status: 'COMPLETED', vector, resultHash: hashOf(`${name} ${date}`), dispatchId: 'before' };
      return { cell: { computation: name, date }, to };
    }),
  );
  for (let start = 0; start < all.length;) {
    const snapshot = await planning.load();
    const some = all.slice(start, start + 40_000);
    const ahead = await planning.ahead(snapshot, { settled: some });
    const settled = ahead === 0 ? some : some.slice(0, ahead);
    if (!(await planning.commit(snapshot, { settled }))) throw new Error('the past was not settled');
    start += settled.length;
  }
  const snapshot = await planning.load();
  const standings = new Map(
    manifest.computations.map((computation) => {
      const { name, fingerprint } = computation;
      const rest = [{ reason: { why: 'UNCHANGED' as const }, days: made }];
      const seen = snapshot.sequence + 1;
      return [name, { ...unknownStanding(made, []), fingerprint, needs: needsHash(computation), seen, rest }];
    }),
  );
  if (!(await planning.commit(snapshot, { standings }))) throw new Error('the past was not settled');
}

/** As a worker finds it. */
function vectorOf(manifest: Manifest, { computation, date }: Pick<TaskCell, 'computation' | 'date'>): Vector {
  const entry = computationIn(manifest, computation);
  if (entry === undefined) throw new Error(`there is no ${computation}`);
  const inputs = entry.needs.map((need) => {
    const of = 'of' in need ? need.of : '';
    return [`${need.kind}:${of}`, need.kind === 'document' ? hashOn(of, date) : hashOf(`${of} ${date}`)];
  });
  return { fingerprint: entry.fingerprint, inputs: Object.fromEntries(inputs) };
}

async function workAll(db: Firestore, manifest: Manifest, messages: readonly TaskMessage[]): Promise<number> {
  const tasks = firestoreTasks(db);
  let cells = 0;
  for (const { taskId } of messages) {
    const token = crypto.randomUUID();
    const request = { worker: 'w', token, tier: 'standard', nowMs: Date.now(), leaseMs: 60_000, tiers: DEFAULT_TIERS };
    const claimed = await tasks.claim(taskId, (task) => decideLease(task, request));
    if (claimed?.held === undefined) throw new Error(`${taskId} was not leased`);
    const { held } = claimed;
    const done = held.task.cells.reduce(
      (sofar: Task, cell) => onCellDone(sofar, cell, outcomeOf(manifest, cell)),
      held.task,
    );
    cells += Object.keys(done.outcomes).length;
    await held.save(done);
  }
  return cells;
}

const outcomeOf = (manifest: Manifest, cell: TaskCell): CellOutcome => ({
  status: 'COMPLETED',
  vector: vectorOf(manifest, cell),
  resultHash: hashOf(`${cell.computation} ${cell.date}`),
  dispatchId: 'd',
});

/** All days of a year through the nth. */
export const daysOfYear = (count: number): Day[] => daysFrom('2024-01-01', '2024-12-31').slice(0, count);

/** No-op cells on the whole local cloud as `daymill run` has it: functions as processes of their own, state on disk. */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Firestore } from '@google-cloud/firestore';
import { type Daymill, startDaymill, WORKFLOW } from '../src/cli/local/local-cloud.ts';
import { LOCAL_PROJECT } from '../src/cli/local/state-file.ts';
import { projectManifest, projectSources } from '../src/cli/project.ts';
import { compose } from '../src/compose.ts';
import { type Config, readConfig } from '../src/config/config.ts';
import { placePath } from '../src/google/mill/paths.ts';
import { executionIdOf } from '../src/google/workflows-client.ts';
import { writeManifest } from '../src/mill/manifest/read-manifest.ts';
import type { Manifest } from '../src/mill/model/manifest.ts';
import { Run } from '../src/mill/model/run.ts';
import { fromLedger } from '../src/google/mill/ledger-document.ts';
import { readSource, sourceDays } from '../src/mill/sources/read-source.ts';
import { loadRanges } from '../src/mill/steps/load/bundled-sources.ts';
import { loadRootData } from '../src/mill/steps/load/load-root-data.ts';
import { addDays, type Day } from '../src/values/date.ts';
import { cellsProject, FIRST_DAY, type Shape, type Size } from './cells-project.ts';
import type { Timing } from './in-turns.ts';
import { bytesOf } from './peers/cells.mjs';
import { type ProcessorTimes, processorTimes, spentBetween } from './processor-time.ts';

/** As often as `daymill run` asks; each question costs the cloud's process time. */
const POLL_MS = 25;

export interface CellsCase {
  readonly shape: Shape;
  readonly size: Size;
  /** Absent: as `daymill run` has it. */
  readonly lanes?: number;
  readonly rounds: number;
}

export interface CellsRound extends Timing {
  readonly tasks: number;
  readonly waves: number;
  readonly reads: number;
  readonly writes: number;
  readonly rpcs: number;
  /** Between two passes. */
  readonly barriers: readonly Barrier[];
}

/** Milliseconds from the end of the last task of a pass to the start of the first of the next, and what they consist of. */
export interface Barrier {
  readonly total: number;
  /** Until the callback is begun. */
  readonly countDown: number;
  /** The callback, the workflow's steps, the dispatch that ends the pass, and the plan of the next. */
  readonly plan: number;
  /** From the new run's tasks being made to the first of them being started: commit, publish, push, lease. */
  readonly start: number;
}

/** The first round warms up, on one day: its figures are left out. */
export async function measureCells(what: CellsCase): Promise<CellsRound[]> {
  const { size, rounds } = what;
  const daymill = await startCells(what);
  try {
    await daymill.round(0, 1);
    const measured: CellsRound[] = [];
    for (let round = 0; round < rounds; round++) measured.push(await daymill.round(1 + round * size.days, size.days));
    return measured;
  } finally {
    await daymill.close();
  }
}

export interface Cells {
  /** Makes those of `days` days from `first` on, and looks whether all are stored. */
  round(first: number, days: number): Promise<CellsRound>;
  close(): Promise<void>;
}

/** A local cloud with root data for a day, and `rounds` times the days of its size. */
export async function startCells({ shape, size, lanes, rounds }: CellsCase): Promise<Cells> {
  const project = cellsProject(shape, size, 1 + rounds * size.days);
  const own = lanes === undefined ? {} : { DAYMILL_LANES: String(lanes) };
  // The lanes that functions are told are the configuration's, once the environment names any.
  const config = readConfig({ ...own, DAYMILL_HOME: `${project.root}/.daymill` }, project.root, process.pid);
  const manifest = await projectManifest(config);
  writeManifest(config.manifestFile, manifest);
  const trouble: string[] = [];
  const daymill = await startDaymill(config, {
    env: { ...process.env, ...own },
    onLog: ({ severity, message }) => {
      if (severity !== 'INFO' && severity !== 'DEBUG') trouble.push(message);
    },
  });
  const db = new Firestore({ projectId: LOCAL_PROJECT });
  const close = async (): Promise<void> => {
    await db.terminate();
    await daymill.close();
    project.remove();
  };
  try {
    await load(config, manifest, addDays(FIRST_DAY, rounds * size.days));
  } catch (error) {
    await close();
    throw error;
  }
  const look = looking();
  return {
    async round(first, days) {
      const dates = Array.from({ length: days }, (_, at) => addDays(FIRST_DAY, first + at));
      const usage = daymill.cloud.firestore.counters();
      const before = look();
      const started = performance.now();
      const { id, state } = await runDay(daymill, dates);
      const seconds = (performance.now() - started) / 1_000;
      const processor = spentBetween(before, look());
      const used = daymill.cloud.firestore.counters();
      const { completed, ...made } = await madeBy(db, id);
      const expected = days * manifest.computations.length;
      if (completed !== expected)
        throw new Error(`${completed} of ${expected} cells completed; ${state}: ${trouble.slice(0, 5).join('; ')}`);
      return {
        ...made,
        cells: completed,
        seconds,
        processor,
        bytes: await bytesStored(db, manifest, dates),
        reads: used.reads - usage.reads,
        writes: used.writes - usage.writes,
        rpcs: used.rpcs - usage.rpcs,
      };
    },
    close,
  };
}

async function load(config: Config, manifest: Manifest, last: Day): Promise<void> {
  const ports = compose({ ...config, logLevel: 'silent' }, manifest);
  const ranges = await loadRanges(await projectSources(config, manifest), last, ports.rootData);
  await loadRootData(ranges, { ...ports, readSource, sourceDays });
  await ports.close();
}

/** Of these dates, and waits for its end. */
async function runDay(
  daymill: Daymill,
  dates: readonly Day[],
): Promise<{ readonly id: string; readonly state: string }> {
  const { workflows, functionUrls: functions } = daymill;
  let execution = await workflows.execute(WORKFLOW, { from: dates[0], date: dates.at(-1), functions });
  while (execution.state === 'ACTIVE' || execution.state === 'QUEUED') {
    await delay(POLL_MS);
    execution = await workflows.read(execution.name);
  }
  return { id: executionIdOf(execution), state: execution.state };
}

/** Of a cell, of all that are stored of these days. @throws {Error} when one is not there */
async function bytesStored(db: Firestore, { computations }: Manifest, dates: readonly Day[]): Promise<number> {
  let [bytes, cells] = [0, 0];
  for (const { name } of computations) {
    const refs = dates.map((date) => db.doc(placePath({ kind: 'cell', computation: name, date })));
    for (const snapshot of await db.getAll(...refs)) {
      const { status, generation, vector, record, artifact } = snapshot.data() ?? {};
      if (status !== 'COMPLETED') throw new Error(`${snapshot.ref.path} is not stored`);
      const [{ data, ...part }] = artifact.parts;
      bytes += bytesOf({ status, generation, vector, record, artifact: { ...artifact, parts: [part] }, data });
      cells++;
    }
  }
  return bytes / cells;
}

/** The emulators run where `daymill run` has them: in the process that starts the functions and waits for the day. */
export const OWN_PROCESS = 'emulators, and who waits';

/** What each of our processes has taken so far. Functions by what they serve; workers by their tier and a number. */
function looking(): () => ProcessorTimes {
  const names = new Map([[process.pid, OWN_PROCESS]]);
  const taken = new Map<string, number>();
  const nameOf = (pid: number): string => {
    const known = names.get(pid);
    if (known !== undefined) return known;
    const environment = new Map(environmentOf(pid).map((line) => line.split(/=(.*)/s) as [string, string]));
    const target = environment.get('FUNCTION_TARGET') ?? 'others';
    const tier = environment.get('DAYMILL_TIER');
    const count = (taken.get(`${target} ${tier}`) ?? 0) + 1;
    taken.set(`${target} ${tier}`, count);
    const name = tier === undefined ? target : `${target} ${tier} ${count}`;
    names.set(pid, name);
    return name;
  };
  return () => processorTimes([process.pid], nameOf);
}

/** Empty when it is gone. */
function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

async function madeBy(db: Firestore, dispatchId: string) {
  const of = (collection: string) => db.collection(collection).where('dispatchId', '==', dispatchId).get();
  const [ledger, runDocuments] = await Promise.all([of('computation_audit_ledger'), of('computation_runs')]);
  const tasks = ledger.docs.map((one) => fromLedger(one.data()));
  const runs = runDocuments.docs.map((one) => Run.parse(one.data())).sort((a, b) => a.createdMs - b.createdMs);
  const completed = tasks
    .flatMap(({ outcomes }) => Object.values(outcomes))
    .filter(({ status }) => status === 'COMPLETED');
  const byRun = Map.groupBy(tasks, ({ runId }) => runId);
  const startOf = (run: Run): number =>
    Math.min(...(byRun.get(run.id) ?? []).map(({ history }) => history?.at(0)?.startedMs ?? Infinity));
  const endOf = (run: Run): number =>
    Math.max(...(byRun.get(run.id) ?? []).map(({ history }) => history?.at(-1)?.endedMs ?? -Infinity));
  const barriers = runs.flatMap((next, index): Barrier[] => {
    const before = runs[index - 1];
    if (before === undefined || before.pass === next.pass) return [];
    const [end, start, calling] = [endOf(before), startOf(next), before.callingBackMs ?? NaN];
    return [
      { total: start - end, countDown: calling - end, plan: next.createdMs - calling, start: start - next.createdMs },
    ];
  });
  return { completed: completed.length, tasks: tasks.length, waves: runs.length, barriers };
}

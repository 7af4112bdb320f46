/**
 * No-op cells end to end: the whole local cloud as `daymill run` has it, functions as processes of their own, state on disk. What a
 * cell costs in time and in Firestore operations, fused and not, and what the barrier between two passes consists of.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { Firestore } from '@google-cloud/firestore';
import { startDaymill, WORKFLOW } from '../src/cli/local/local-cloud.ts';
import { projectManifest, projectSources } from '../src/cli/project.ts';
import { compose } from '../src/compose.ts';
import { readConfig } from '../src/config/config.ts';
import { executionIdOf } from '../src/google/workflows-client.ts';
import { writeManifest } from '../src/mill/manifest/read-manifest.ts';
import { addDays } from '../src/values/date.ts';
import { Run } from '../src/mill/model/run.ts';
import { fromLedger } from '../src/google/mill/ledger-document.ts';
import { readSource, sourceDays } from '../src/mill/sources/read-source.ts';
import { loadRanges } from '../src/mill/steps/load/bundled-sources.ts';
import { loadRootData } from '../src/mill/steps/load/load-root-data.ts';
import { cellsProject, FIRST_DAY, LAYERS, type Shape, type Size } from './cells-project.ts';
import { measurePeers } from './peers.ts';
import { processorTimes, spentBetween } from './processor-time.ts';
import { LOCAL_PROJECT } from '../src/cli/local/state-file.ts';

/** More lanes than a wave has cells: each is a task and a message of its own. */
const UNFUSED = 100_000;

/** As often as `daymill run` asks; each question costs the cloud's process time. */
const POLL_MS = 25;

interface CellsCase {
  readonly shape: Shape;
  readonly size: Size;
  /** Absent: as `daymill run` has it. */
  readonly lanes?: number;
  readonly rounds: number;
}

interface CellsRound {
  readonly cells: number;
  readonly tasks: number;
  readonly waves: number;
  readonly seconds: number;
  readonly reads: number;
  readonly writes: number;
  readonly rpcs: number;
  /** Milliseconds of processor time, by process. */
  readonly processor: ReadonlyMap<string, number>;
  /** Between two passes. */
  readonly barriers: readonly Barrier[];
}

/** Milliseconds from the end of the last task of a pass to the start of the first of the next, and what they consist of. */
interface Barrier {
  readonly total: number;
  /** Until the callback is begun. */
  readonly countDown: number;
  /** The callback, the workflow's steps, the dispatch that ends the pass, and the plan of the next. */
  readonly plan: number;
  /** From the new run's tasks being made to the first of them being started: commit, publish, push, lease. */
  readonly start: number;
}

/** The first round warms up, on one day: its figures are left out. */
export async function measureCells({ shape, size, lanes, rounds }: CellsCase): Promise<CellsRound[]> {
  const project = cellsProject(shape, size, 1 + rounds * size.days);
  const own = lanes === undefined ? {} : { DAYMILL_LANES: String(lanes) };
  const env = { ...process.env, ...own };
  // The lanes that functions are told are the configuration's, once the environment names any.
  const config = readConfig({ ...own, DAYMILL_HOME: `${project.root}/.daymill` }, project.root, process.pid);
  const manifest = await projectManifest(config);
  writeManifest(config.manifestFile, manifest);
  const trouble: string[] = [];
  const daymill = await startDaymill(config, {
    env,
    onLog: ({ severity, message }) => {
      if (severity !== 'INFO' && severity !== 'DEBUG') trouble.push(message);
    },
  });
  const ports = compose({ ...config, logLevel: 'silent' }, manifest);
  const db = new Firestore({ projectId: LOCAL_PROJECT });
  const nameOf = processNames();
  try {
    const last = addDays(FIRST_DAY, rounds * size.days);
    await loadRootData(await loadRanges(await projectSources(config, manifest), last, ports.rootData), {
      ...ports,
      readSource,
      sourceDays,
    });
    const run = async (from: number, days: number): Promise<CellsRound> => {
      const usage = daymill.cloud.firestore.counters();
      const before = processorTimes([process.pid], nameOf);
      const started = performance.now();
      let execution = await daymill.workflows.execute(WORKFLOW, {
        from: addDays(FIRST_DAY, from),
        date: addDays(FIRST_DAY, from + days - 1),
        functions: daymill.functionUrls,
      });
      while (execution.state === 'ACTIVE' || execution.state === 'QUEUED') {
        await delay(POLL_MS);
        execution = await daymill.workflows.read(execution.name);
      }
      const seconds = (performance.now() - started) / 1_000;
      const processor = spentBetween(before, processorTimes([process.pid], nameOf));
      const used = daymill.cloud.firestore.counters();
      const made = await madeBy(db, executionIdOf(execution));
      const expected = days * manifest.computations.length;
      if (made.completed !== expected)
        throw new Error(
          `${made.completed} of ${expected} cells completed; ${execution.state}: ${trouble.slice(0, 5).join('; ')}`,
        );
      return {
        cells: made.completed,
        tasks: made.tasks,
        waves: made.waves,
        seconds,
        reads: used.reads - usage.reads,
        writes: used.writes - usage.writes,
        rpcs: used.rpcs - usage.rpcs,
        processor,
        barriers: made.barriers,
      };
    };
    await run(0, 1);
    const measured: CellsRound[] = [];
    for (let round = 0; round < rounds; round++) measured.push(await run(1 + round * size.days, size.days));
    return measured;
  } finally {
    await db.terminate();
    await ports.close();
    await daymill.close();
    project.remove();
  }
}

/** The emulators run where `daymill run` has them: in the process that starts the functions and waits for the day. */
const OWN_PROCESS = 'emulators, and who waits';

/** Functions by what they serve; workers by their tier and a number. */
function processNames(): (pid: number) => string {
  const names = new Map([[process.pid, OWN_PROCESS]]);
  const taken = new Map<string, number>();
  return (pid) => {
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

/** As peers are measured: see bench/peers.ts. */
const FAN: Size = { computations: 50, days: 100 };
const LAYERED: Size = { computations: 50, days: 100 };
/** A day of as many computations as one scan feeds. */
const SCANS: Size = { computations: 100, days: 50 };
/** Tasks of one cell each are slow: fewer will do, over two waves. */
const FAN_UNFUSED: Size = { computations: 50, days: 10 };
const NARROW: Size = { computations: LAYERS, days: 1 };

/** Prints tables in Markdown. `quick` runs each case once. */
export async function benchCells({ quick }: { readonly quick: boolean }): Promise<void> {
  // Google's clients would look for their metadata server for seconds.
  process.env['METADATA_SERVER_DETECTION'] = 'none';
  const rounds = quick ? 1 : 3;
  print(`Load when it began: ${loadavg()[0]?.toFixed(1)} on ${availableParallelism()} cores.\n`);
  const fan = await measureCells({ shape: 'fan', size: FAN, rounds });
  const layers = await measureCells({ shape: 'layers', size: LAYERED, rounds });
  // Right after: what else the machine does is about the same.
  const peers = await measurePeers({ cells: 5_000, layers: LAYERS, rounds }, print);
  const own: readonly (readonly [string, readonly CellsRound[]])[] = [
    ['fan of 5,000 and 100 that read it, fused', fan],
    ['five layers of 1,000, fused', layers],
    ['100 computations over one dataset, 50 days, fused', await measureCells({ shape: 'scans', size: SCANS, rounds })],
    [
      'fan of 500 and 10, a task a cell',
      await measureCells({ shape: 'fan', size: FAN_UNFUSED, lanes: UNFUSED, rounds: 1 }),
    ],
  ];
  const narrow = await measureCells({ shape: 'layers', size: NARROW, rounds: quick ? 2 : 5 });
  print('| Daymill, a day of the workflow | cells/s | tasks | waves | reads a cell | writes a cell | RPCs a cell |');
  print('|---|--:|--:|--:|--:|--:|--:|');
  for (const [name, all] of own) {
    const per = (count: (round: CellsRound) => number): string =>
      median(all.map((one) => count(one) / one.cells)).toFixed(2);
    const [first] = all;
    print(
      `| ${name} | ${whole(rateOf(all))} | ${first?.tasks} | ${first?.waves} | ${per(({ reads }) => reads)} | ${per(({ writes }) => writes)} | ${per(({ rpcs }) => rpcs)} |`,
    );
  }
  printProcessors(own);
  print('\n| barrier, ms | in all | count-down | callback, workflow, plan | claim, publish, lease |');
  print('|---|--:|--:|--:|--:|');
  for (const [name, all] of [
    ['five layers of one cell', narrow],
    ['five layers of 1,000', layers],
  ] as const) {
    const part = (of: keyof Barrier): string =>
      whole(median(all.flatMap(({ barriers }) => barriers.map((one) => one[of]))));
    print(`| ${name} | ${part('total')} | ${part('countDown')} | ${part('plan')} | ${part('start')} |`);
  }
  print('\n| engine | what it has answered survives by | fan tasks/s | Daymill : it | layers tasks/s | Daymill : it |');
  print('|---|---|--:|--:|--:|--:|');
  print(
    `| Daymill, fused | SQLite, WAL, synchronous=FULL: fsync of each group commit | ${whole(rateOf(fan))} | | ${whole(rateOf(layers))} | |`,
  );
  for (const peer of peers) {
    const [fanRate, layersRate] = [5_001 / median(peer.fan), 5_000 / median(peer.layers)];
    print(
      `| ${peer.name} | ${peer.durability} | ${whole(fanRate)} | ${(rateOf(fan) / fanRate).toFixed(2)} | ${whole(layersRate)} | ${(rateOf(layers) / layersRate).toFixed(2)} |`,
    );
  }
  print(`\nLoad when it ended: ${loadavg()[0]?.toFixed(1)}.`);
}

/** Microseconds a cell, of the median round of each process by itself. */
function printProcessors(all: readonly (readonly [name: string, rounds: readonly CellsRound[]])[]): void {
  const sum = (of: Iterable<number>): number => [...of].reduce((total, one) => total + one, 0);
  const processes = [...new Set(all.flatMap(([, rounds]) => rounds.flatMap((one) => [...one.processor.keys()])))];
  print(`\n| processor time a cell, µs | all | ${processes.join(' | ')} |`);
  print(`|---|${'--:|'.repeat(processes.length + 1)}`);
  for (const [name, rounds] of all) {
    const micros = (of: (round: CellsRound) => number): string =>
      whole(median(rounds.map((one) => (1_000 * of(one)) / one.cells)));
    const each = processes.map((one) => micros(({ processor }) => processor.get(one) ?? 0));
    print(`| ${name} | ${micros(({ processor }) => sum(processor.values()))} | ${each.join(' | ')} |`);
  }
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const whole = (count: number): string => Math.round(count).toLocaleString('en-US');
const median = (all: readonly number[]): number => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? NaN;
const rateOf = (rounds: readonly CellsRound[]): number => median(rounds.map(({ cells, seconds }) => cells / seconds));

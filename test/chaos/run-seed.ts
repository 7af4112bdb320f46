/**
 * One seed: round by round, the data changes, the day's workflow runs in a storm, the cloud heals, what is left undone is
 * carried out, and everything must be as after a calm run.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Ports } from '../../src/compose.ts';
import { type Execution, executionIdOf } from '../../src/google/workflows-client.ts';
import { RetryableError } from '../../src/errors.ts';
import { ZOMBIE_MINUTES } from '../../src/mill/lifecycle/limits.ts';
import { reconcile } from '../../src/mill/steps/mend/reconcile.ts';
import { DAYS } from '../support/fixture-project.ts';
import { loadFiles } from '../support/local-ports.ts';
import { chaosProject, edit } from './chaos-project.ts';
import { checkLedger, checkWritings, comparePictures, differences, madeBy } from './checks.ts';
import { type Mill, startMill } from './mill.ts';
import { type Picture, readLedger, readWritings, takePicture } from './picture.ts';
import { callIn, describeKill, drawSchedule, type Kill, type Schedule } from './schedule.ts';

/** What one round came to. */
export interface RoundResult {
  readonly picture: Picture;
  /** Cells completed in the round, and in the run after it, with how often. */
  readonly made: Readonly<Record<string, number>>;
  readonly madeAgain: Readonly<Record<string, number>>;
  readonly wrongs: readonly string[];
}

export interface SeedOptions {
  /** Undefined for a calm run. */
  readonly seed: number | undefined;
  readonly rounds: number;
  readonly cells: number;
  /** Rounds of a calm run to compare with. */
  readonly calm?: readonly RoundResult[];
}

export interface SeedResult {
  readonly rounds: readonly RoundResult[];
  readonly schedules: readonly Schedule[];
  /** All that happened, in order, with milliseconds since the start. */
  readonly trace: readonly string[];
  /** By round; empty when all is well. */
  readonly wrongs: readonly string[];
}

/** How long a round may take to come to rest after it healed. */
const PATIENCE_MS = 90_000;

/** The storm is over when the workflow is, or after this time. */
const STORM_LASTS_MS = 5_000;

/** Longer than a lease, so that a paused worker finds its task taken over. */
const PAUSE_MS = 1_500;

/** Hears of events with the process that logged them, and of the cloud's calls. */
type Listener = (what: string | undefined, speaker: number) => void;

/** Executions of the workflow that a round may need: a storm may fail the first, and use up the attempts of a cell. */
const MAX_EXECUTIONS = 4;

/** Between two looks. */
const POLL_MS = 50;

/** After this time at rest the scheduled reconciler is taken to have come by, long after. */
const RECONCILE_AFTER_MS = 1_000;

export async function runSeed({ seed, rounds, cells, calm }: SeedOptions): Promise<SeedResult> {
  const startedMs = performance.now();
  const trace: string[] = [];
  const note = (text: string): void => void trace.push(`${(performance.now() - startedMs).toFixed(0)} ${text}`);
  const schedules: Schedule[] = [];
  const results: RoundResult[] = [];
  const wrongs: string[] = [];
  const project = chaosProject(cells);
  let hear: Listener = () => {};
  const mill = await startMill(project, {
    onLog(entry) {
      note(`${entry.source} ${JSON.stringify(entry.fields) === '{}' ? entry.message : JSON.stringify(entry.fields)}`);
      hear(entry.event, Number(/\/(\d+)$/.exec(String(entry.fields['worker']))?.[1] ?? 0));
    },
    // Not our own looks at how the workflow is.
    onCloudLine(line) {
      if (line.startsWith('Workflows: GET')) return;
      note(`cloud ${line}`);
      hear(callIn(line), 0);
    },
  });
  try {
    for (let round = 1; round <= rounds; round++) {
      note(`round ${round}`);
      edit(project, round);
      await loadFiles(DAYS[3], mill.open());
      const before = new Set((await readLedger(mill.db)).tasks.map(({ id }) => id));
      let execution: Execution;
      if (seed === undefined) execution = await mill.execute();
      else {
        const schedule = drawSchedule(seed, round);
        schedules.push(schedule);
        await mill.cloud.restart(schedule.faults);
        execution = await mill.execute();
        await storm(mill, schedule, execution, (listener) => (hear = listener), note);
        await mill.cloud.restart(undefined);
        note('healed');
      }
      const expected = calm?.[round - 1];
      await comeToRest(mill, execution, expected?.picture.pending, note);
      const result = await look(mill, before, note);
      results.push(result);
      const found = [...result.wrongs];
      if (expected !== undefined) {
        found.push(...comparePictures(expected.picture, result.picture));
        found.push(...differences('made', expected.made, result.made));
        found.push(...differences('made by a second run', expected.madeAgain, result.madeAgain));
      }
      wrongs.push(...found.map((wrong) => `round ${round}: ${wrong}`));
      if (found.length > 0) break;
    }
  } catch (error) {
    wrongs.push(
      `round ${results.length + 1}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  } finally {
    await mill.close();
    project.remove();
  }
  return { rounds: results, schedules, trace, wrongs };
}

/** Until the workflow is over, or for as long as a storm lasts: kills as the schedule says. */
async function storm(
  mill: Mill,
  { kills }: Schedule,
  execution: Execution,
  listen: (listener: Listener) => void,
  note: (text: string) => void,
): Promise<void> {
  const startedMs = performance.now();
  const counts = new Map<string, number>();
  const resumed: Promise<void>[] = [];
  let cloudKills = Promise.resolve();
  const act = (kill: Kill, speaker: number): void => {
    if (kill.target === 'cloud') {
      note(`chaos: ${describeKill(kill)}`);
      cloudKills = cloudKills.then(() => mill.cloud.kill());
      return;
    }
    const ids = kill.target === 'speaker' ? [speaker] : mill.processes(kill.target);
    const id = ids[kill.victim % Math.max(1, ids.length)] ?? 0;
    note(`chaos: ${describeKill(kill)}: ${id > 0 ? id : 'nobody there'}`);
    if (id === 0) return;
    send(id, kill.signal);
    if (kill.signal === 'SIGSTOP') resumed.push(delay(PAUSE_MS).then(() => send(id, 'SIGCONT')));
  };
  listen((what, speaker) => {
    if (what === undefined) return;
    const count = (counts.get(what) ?? 0) + 1;
    counts.set(what, count);
    for (const kill of kills) {
      const awaited = 'event' in kill ? kill.event : 'call' in kill ? kill.call : undefined;
      if (awaited === what && 'nth' in kill && kill.nth === count) act(kill, speaker);
    }
  });
  const timed = kills
    .filter((kill): kill is Extract<Kill, { afterMs: number }> => 'afterMs' in kill)
    .sort((a, b) => a.afterMs - b.afterMs);
  for (let elapsed = 0; elapsed < STORM_LASTS_MS; elapsed = performance.now() - startedMs) {
    while (timed[0] !== undefined && timed[0].afterMs <= elapsed) act(timed.shift() as Kill, 0);
    const state = (await mill.read(execution))?.state;
    if (state !== undefined && state !== 'ACTIVE' && timed.length === 0) break;
    await delay(POLL_MS);
  }
  listen(() => {});
  await Promise.all([cloudKills, ...resumed]);
}

function send(id: number, signal: NodeJS.Signals): void {
  try {
    process.kill(id, signal);
  } catch {
    // It has ended by itself.
  }
}

/** Waits for the workflow, runs it again where the storm has used up attempts, and carries out what is left undone. */
async function comeToRest(
  mill: Mill,
  first: Execution,
  pending: readonly string[] | undefined,
  note: (text: string) => void,
): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  const ports = mill.open();
  for (let execution = first, executions = 1; ; executions++) {
    const state = await ended(mill, execution, ports, deadline, note);
    await reconcileLater(ports, note);
    const { open } = await ports.planning.load();
    const left = open.length > 0 ? open.map(({ run }) => `open run ${run.id}`) : (await takePicture(ports)).pending;
    const rest = state === 'SUCCEEDED' && (pending === undefined || left.join() === pending.join());
    if (rest) return;
    note(`chaos: ${state}, left: ${left.join(', ')}`);
    if (executions === MAX_EXECUTIONS)
      throw new Error(`after ${executions} executions, the last of which ${state}, there is left: ${left.join(', ')}`);
    execution = await mill.execute();
  }
}

/** The execution's last state, once nothing is on its way any more. */
async function ended(
  mill: Mill,
  execution: Execution,
  ports: Ports,
  deadline: number,
  note: (text: string) => void,
): Promise<string> {
  let idle = false;
  void mill.cloud.idle().then(() => (idle = true));
  let reconcileMs = performance.now() + RECONCILE_AFTER_MS;
  for (;;) {
    const state = (await mill.read(execution))?.state;
    if (state !== undefined && state !== 'ACTIVE' && idle) return state;
    const now = performance.now();
    if (now > deadline) throw new Error(`stuck: the workflow is ${state}, ${idle ? 'no' : 'some'} message waits`);
    if (now > reconcileMs) {
      await reconcileLater(ports, note);
      reconcileMs = performance.now() + RECONCILE_AFTER_MS;
    }
    await delay(POLL_MS);
  }
}

/** The scheduled reconciler, some time after: whatever it waits for has passed. */
async function reconcileLater(ports: Ports, note: (text: string) => void): Promise<void> {
  const clock = { now: () => Date.now() + (ZOMBIE_MINUTES + 1) * 60_000 };
  try {
    note(`chaos: reconciled ${JSON.stringify(await reconcile({ ...ports, clock }))}`);
  } catch (error) {
    // Another writer was faster, or the cloud is just coming back: as with a scheduled one, the next will do it.
    if (!(error instanceof RetryableError)) throw error;
    note(`chaos: could not reconcile: ${error.message}`);
  }
}

/** The round as it is, and what a second run makes. */
async function look(mill: Mill, before: ReadonlySet<string>, note: (text: string) => void): Promise<RoundResult> {
  const ports = mill.open();
  const picture = await takePicture(ports);
  const ledger = await readLedger(mill.db);
  const openRuns = (await ports.planning.load()).open.map(({ run }) => run.id);
  const wrongs = checkLedger(ledger, openRuns);
  wrongs.push(...checkWritings(ledger, await readWritings(mill.db, ports)));
  note('chaos: a second run');
  const again = await mill.execute();
  const state = await ended(mill, again, ports, performance.now() + PATIENCE_MS, note);
  if (state !== 'SUCCEEDED') wrongs.push(`a second run ${state}`);
  await reconcileLater(ports, note);
  const { tasks } = await readLedger(mill.db);
  const second = tasks.filter(({ dispatchId }) => dispatchId === executionIdOf(again));
  return {
    picture,
    made: madeBy(ledger.tasks.filter(({ id }) => !before.has(id))),
    madeAgain: madeBy(second),
    wrongs,
  };
}

/** Makes cells: inputs -> vector -> run, unless the vector turns out to be the old one -> what to commit. */
import { codeOf, RetryableError, TerminalError, toError, UserError } from '../../../errors.ts';
import { whereIn } from '../../execution/authored.ts';
import { execute } from '../../execution/execute.ts';
import type { AlikeFailures } from '../../lifecycle/alike-failures.ts';
import { type Execution, scan, type ScanCell } from '../../execution/scan.ts';
import type { Artifact } from '../../model/artifact.ts';
import { type CellError, type CellKey, cellName, type CellOutcome } from '../../model/cell.ts';
import type { Checks } from '../../model/computation.ts';
import { addDays } from '../../../values/date.ts';
import { computationIn, type Manifest, type ManifestComputation } from '../../model/manifest.ts';
import { InputLostError, type LostInput, placeName } from '../../model/place.ts';
import { outcomeOf, type Task, type TaskCell } from '../../model/task.ts';
import { type Vector, vectorHash } from '../../model/vector.ts';
import type { Heartbeat } from '../../worker/heartbeat.ts';
import { describeOthers, inShadow, notCompared } from './in-shadow.ts';
import { type LoadedInputs, loadInputs, streamEntities } from './load-inputs.ts';
import { type Lap, type LapMeter, startLapMeter } from './lap-meter.ts';
import type { Artifacts, StoredArtifact } from '../../ports/artifacts.ts';
import type { CellRecord } from '../../model/cell-record.ts';
import type { Cells, CellWrite } from '../../ports/cells.ts';
import type { Definitions } from '../../ports/code.ts';
import type { Watchdog } from '../../ports/process.ts';
import type { Clock, Log } from '../../../process/ports.ts';

export interface CellPorts {
  readonly manifest: Manifest;
  readonly definitions: Definitions;
  readonly artifacts: Artifacts;
  readonly cells: Cells;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
  readonly watchdog: Watchdog;
}

export interface ExecuteOptions {
  /** When the task's planned time is over. */
  readonly stopAtMs: number;
  readonly heartbeat: Pick<Heartbeat, 'progress' | 'expect'>;
  /** Of the whole task. */
  readonly alike: AlikeFailures;
}

/** A cell with what became of it. */
export interface MadeCell {
  readonly cell: TaskCell;
  readonly outcome: CellOutcome;
  readonly write?: CellWrite;
}

/** Grace that an awaited time-out has before the watchdog stops the whole process. */
const WATCHDOG_GRACE_MS = 2_000;

/**
 * Makes cells that are read for together: of one date over one dataset, which is streamed once for all, or any that stream none.
 * Terminal errors are outcomes. Cells that stream none stop at `stopAtMs`, with the rest not made. A cell whose inputs changed while they were read keeps no other back: it is thrown about when they are made.
 * @throws {RetryableError} INPUT_CHANGED @throws whatever may pass
 */
export async function* executeCells(
  task: Task,
  cells: readonly TaskCell[],
  ports: CellPorts,
  options: ExecuteOptions,
): AsyncGenerator<MadeCell> {
  for await (const made of makeCells(task, cells, ports, options)) {
    if (made.cell.audit === undefined) {
      options.alike.note(made.cell.computation, made.outcome);
      yield made;
    } else yield await inShadow(made, made.cell.audit, ports);
  }
}

async function* makeCells(
  task: Task,
  cells: readonly TaskCell[],
  ports: CellPorts,
  options: ExecuteOptions,
): AsyncGenerator<MadeCell> {
  const wanted: { cell: TaskCell; computation: ManifestComputation }[] = [];
  for (const cell of cells) {
    const computation = computationIn(ports.manifest, cell.computation);
    if (computation === undefined) yield { cell, outcome: unknownTo(task, cell) };
    else if (options.alike.isHopeless(cell.computation)) yield { cell, outcome: { status: 'NOT_TRIED' } };
    else {
      const refusal = await refusalOf(computation, ports.definitions);
      if (refusal === undefined) wanted.push({ cell: withPreviousResult(task, cell), computation });
      else yield refused(task, cell, refusal, ports.log);
    }
  }
  const meter = startLapMeter(ports.artifacts, ports.clock);
  const loaded = await loadInputs(wanted, meter.artifacts);
  const loading = meter.lap(wanted.length);
  const toMake: CellInHand[] = [];
  let trouble: RetryableError | undefined;
  for (const [index, { cell, computation }] of wanted.entries()) {
    const inputs = loaded[index];
    if (inputs === undefined || !('hashes' in inputs)) {
      yield inputLost(task, cell, inputs ?? [], ports);
      continue;
    }
    const vector: Vector = { fingerprint: computation.fingerprint, inputs: inputs.hashes };
    if (cell.audit !== undefined && cell.audit.vector !== vectorHash(vector)) {
      yield notCompared(cell, describeOthers(cell, vector), ports);
    } else if (cell.unlessVector === vectorHash(vector)) {
      ports.log.info(
        { ...fieldsOf(task, cell), event: 'cell.unchanged' },
        'unchanged: what it reads turned out the same',
      );
      yield { cell, outcome: { status: 'UNCHANGED' } };
    } else toMake.push({ task, cell, computation, inputs, vector, generation: ports.newId(), loading });
  }
  const [first] = toMake;
  if (first?.inputs.entities !== undefined) {
    try {
      yield* scanCells(toMake, first.inputs.entities, meter, ports, options);
    } catch (thrown) {
      // Nothing of a scan is handed on before it has ended, so none of its cells has an outcome yet.
      if (!(thrown instanceof InputLostError)) throw thrown;
      for (const { cell } of toMake) yield inputLost(task, cell, [{ place: thrown.place }], ports);
    }
  } else {
    for (const [index, hand] of toMake.entries()) {
      if (index > 0 && ports.clock.now() > options.stopAtMs) break;
      if (options.alike.isHopeless(hand.cell.computation)) {
        yield { cell: hand.cell, outcome: { status: 'NOT_TRIED' } };
        continue;
      }
      const made = await computeCell(hand, meter, ports).catch((thrown: unknown) => {
        if (thrown instanceof InputLostError) return inputLost(task, hand.cell, [{ place: thrown.place }], ports);
        if (codeOf(thrown) !== 'INPUT_CHANGED') throw thrown;
        trouble ??= thrown as RetryableError;
        return undefined;
      });
      if (made !== undefined) yield made;
    }
  }
  if (trouble !== undefined) throw trouble;
}

/** Why the worker has not the code that was planned, or cannot load it: that is no reason to fail whatever else is in the task. */
async function refusalOf(computation: ManifestComputation, definitions: Definitions): Promise<CellError | undefined> {
  try {
    await definitions.computation(computation);
    return undefined;
  } catch (thrown) {
    const { message } = toError(thrown);
    const isKnown = thrown instanceof TerminalError || thrown instanceof UserError;
    return isKnown
      ? { code: thrown.code, message }
      : { code: 'COMPUTE_FAILED', message: `${computation.module} cannot be loaded: ${message}` };
  }
}

function refused(task: Task, cell: TaskCell, error: CellError, log: Log): MadeCell {
  const fields = { ...fieldsOf(task, cell), event: 'cell.failed', error };
  log.error(fields, `not made: ${error.code}: ${error.message}`);
  if (cell.audit !== undefined)
    return { cell, outcome: { status: 'AUDITED', matches: true, text: `not compared: ${error.message}` } };
  return { cell, outcome: { status: 'FAILED', error, dispatchId: task.dispatchId } };
}

/** A cell that runs, with all that is known before it does. */
interface CellInHand {
  readonly task: Task;
  readonly cell: TaskCell;
  readonly computation: ManifestComputation;
  readonly inputs: LoadedInputs;
  readonly vector: Vector;
  readonly generation: string;
  /** Its share of what reading for all of them took. */
  readonly loading: Lap;
}

async function computeCell(hand: CellInHand, meter: LapMeter, ports: CellPorts): Promise<MadeCell> {
  const startedMs = ports.clock.now();
  const watched = watch([hand], startedMs + hand.computation.timeoutSeconds * 1_000, ports);
  try {
    const request = await scanCellOf(hand, ports);
    const execution = await execute({ ...request, now: () => ports.clock.now() });
    return await completed(hand, request, execution, meter.lap(1), ports);
  } catch (thrown) {
    if (!(thrown instanceof TerminalError)) throw thrown;
    return failed(hand, thrown, ports);
  } finally {
    watched.done();
  }
}

async function* scanCells(
  hands: readonly CellInHand[],
  entities: StoredArtifact,
  meter: LapMeter,
  ports: CellPorts,
  { stopAtMs, heartbeat }: ExecuteOptions,
): AsyncGenerator<MadeCell> {
  const startedMs = ports.clock.now();
  const together = hands.reduce((sum, { computation }) => sum + computation.timeoutSeconds * 1_000, 0);
  const deadlineMs = hands.length === 1 ? startedMs + together : Math.min(startedMs + together, stopAtMs);
  const watched = watch(hands, deadlineMs, ports);
  if (entities.files === undefined) heartbeat.expect(entities.count);
  const cells: ScanCell[] = [];
  const results = await orItsErrors(hands, async () => {
    cells.push(...(await Promise.all(hands.map((hand) => scanCellOf(hand, ports)))));
    return scan({
      cells,
      entities: streamEntities(entities, hands.find(({ inputs }) => inputs.before !== undefined)?.inputs.before),
      now: () => ports.clock.now(),
      stopAtMs,
      onProgress: heartbeat.progress,
    });
  }).finally(() => watched.done());
  const scanning = meter.lap(hands.length);
  for (const [index, hand] of hands.entries()) {
    const result = results[index];
    const cell = cells[index];
    if (result instanceof TerminalError) yield failed(hand, result, ports);
    else if (result !== undefined && cell !== undefined) yield completed(hand, cell, result, scanning, ports);
  }
}

/** A day whose files cannot be read fails all that read it. */
async function orItsErrors(
  hands: readonly CellInHand[],
  run: () => Promise<(Execution | TerminalError)[]>,
): Promise<(Execution | TerminalError)[]> {
  try {
    return await run();
  } catch (thrown) {
    if (!(thrown instanceof TerminalError)) throw thrown;
    return hands.map(() => thrown);
  }
}

async function scanCellOf(
  { task, cell, computation, inputs, generation }: CellInHand,
  ports: CellPorts,
): Promise<ScanCell> {
  const place = { kind: 'cell', computation: cell.computation, date: cell.date } as const;
  return {
    computation: await ports.definitions.computation(computation),
    context: { date: cell.date },
    inputs: await inputs.values(),
    withBefore: inputs.before !== undefined,
    // A shadow leaves nothing behind.
    sink: async (part, index) => {
      const { data: _, ...range } = part;
      return cell.audit === undefined
        ? ports.artifacts.writeShard(place, generation, part, index)
        : { ...range, id: '' };
    },
    onStray: (error) =>
      ports.log.warn(
        { ...fieldsOf(task, cell), event: 'cell.stray', stack: error.stack },
        `left something behind that threw when nobody waited for it: ${error.name}: ${error.message}${whereIn(error)}; ` +
          'await its promises, and catch what its timers and listeners throw',
      ),
  };
}

function watch(hands: readonly CellInHand[], deadlineMs: number, ports: CellPorts): { readonly done: () => void } {
  const [{ task, cell, computation }] = hands as readonly [CellInHand, ...CellInHand[]];
  const many = hands.length > 1;
  const seconds = Math.round((deadlineMs - ports.clock.now()) / 1_000);
  return ports.watchdog.watch({
    id: task.id,
    token: task.lease?.token ?? '',
    cell: many ? undefined : { computation: cell.computation, date: cell.date },
    what: `${many ? `one of ${hands.length} computations, ${computation.name} among them,` : computation.name} did not end within ${seconds} s and held its worker; look for a loop without an end, or raise timeoutSeconds`,
    deadlineMs: deadlineMs + WATCHDOG_GRACE_MS,
  });
}

const fieldsOf = (task: Task, cell: CellKey): Record<string, unknown> => ({
  run: task.runId,
  task: task.id,
  pass: task.pass,
  cell: cellName(cell),
  attempt: task.attempts,
});

async function completed(
  hand: CellInHand,
  { computation }: ScanCell,
  execution: Execution,
  making: Lap,
  ports: CellPorts,
): Promise<MadeCell> {
  const { task, cell, vector, generation, loading } = hand;
  const { artifact, entities, failedEntities, errors, seconds } = execution;
  const [first] = errors;
  ports.log[failedEntities === 0 ? 'info' : 'warn'](
    { ...fieldsOf(task, cell), event: 'cell.completed', seconds, entities, failedEntities, hash: artifact.hash },
    failedEntities === 0
      ? 'completed'
      : `completed without ${failedEntities} of ${entities} entities, which failed; the first, ${first?.id}: ${first?.message}`,
  );
  const warnings = await volumeWarnings(hand, computation.checks, artifact.count, ports);
  const record = recordOf(
    hand,
    { entities, failedEntities, errors, seconds, ...(warnings.length > 0 && { warnings }) },
    ports,
  );
  return {
    cell,
    outcome: {
      status: 'COMPLETED',
      vector,
      resultHash: artifact.hash,
      dispatchId: task.dispatchId,
      effort: {
        seconds: loading.seconds + making.seconds,
        entities,
        reads: loading.reads + making.reads,
        writes: documentsOf(artifact),
      },
    },
    write: {
      computation: cell.computation,
      date: cell.date,
      vector,
      record,
      status: 'COMPLETED',
      artifact,
      generation,
    },
  };
}

/** Its own document, which holds its parts or names its shards. */
const documentsOf = (artifact: Artifact): number => 1 + ('shards' in artifact ? artifact.shards.length : 0);

/** How far the number of entities is from that of the day before, where the author wants to hear of it. */
async function volumeWarnings(
  { task, cell }: CellInHand,
  { volume }: Checks,
  count: number,
  { artifacts, log }: CellPorts,
): Promise<string[]> {
  if (volume === undefined) return [];
  const date = addDays(cell.date, -1);
  const [before] = await artifacts.read([{ kind: 'cell', computation: cell.computation, date }]);
  if (before === undefined || Math.abs(count - before.count) <= before.count * volume.within) return [];
  const warning = `${count} entities, ${before.count} on ${date}: more than ${volume.within * 100} % apart`;
  log.warn({ ...fieldsOf(task, cell), event: 'cell.volume', count, before: before.count }, warning);
  return [warning];
}

function failed(hand: CellInHand, { code, message }: TerminalError, ports: CellPorts): MadeCell {
  const { task, cell, vector } = hand;
  const error = { code, message };
  ports.log.error({ ...fieldsOf(task, cell), event: 'cell.failed', error }, `failed: ${code}: ${message}`);
  const record = recordOf(hand, { entities: 0, failedEntities: 0, errors: [], seconds: 0 }, ports);
  return {
    cell,
    outcome: { status: 'FAILED', vector, error, dispatchId: task.dispatchId },
    write: { computation: cell.computation, date: cell.date, vector, record, status: 'FAILED', error },
  };
}

const recordOf = (
  { task, cell }: CellInHand,
  measured: Pick<CellRecord, 'entities' | 'failedEntities' | 'errors' | 'seconds' | 'warnings'>,
  { clock }: CellPorts,
): CellRecord => ({
  runId: task.runId,
  taskId: task.id,
  attempt: task.attempts,
  reason: cell.reason,
  ...(cell.because === undefined ? {} : { because: cell.because }),
  finishedMs: clock.now(),
  ...measured,
});

/** It ends without having been tried: whoever plans makes the lost result again, or says what is missing. */
function inputLost(task: Task, cell: TaskCell, lost: readonly LostInput[], { log }: CellPorts): MadeCell {
  const names = lost.map(({ place }) => placeName(place)).join(', ');
  log.warn(
    { ...fieldsOf(task, cell), event: 'cell.input-lost', lost },
    `not made: ${names} is not stored as it was planned`,
  );
  return { cell, outcome: { status: 'INPUT_LOST', lost } };
}

const unknownTo = (task: Task, { computation }: TaskCell): CellOutcome => ({
  status: 'FAILED',
  error: {
    code: 'UNKNOWN_COMPUTATION',
    message: `${computation} was planned, but this worker's manifest does not have it: deploy them together`,
  },
  dispatchId: task.dispatchId,
});

/** Within a chain the hash of the day before is known since that day was committed. */
function withPreviousResult(task: Task, cell: TaskCell): TaskCell {
  const before = outcomeOf(task, { computation: cell.computation, date: cell.reads['previous'] ?? '' });
  return before?.status === 'COMPLETED' ? { ...cell, inputs: { ...cell.inputs, previous: before.resultHash } } : cell;
}

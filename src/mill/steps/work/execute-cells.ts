/** Makes cells: inputs -> vector -> run, unless the vector turns out to be the old one -> what to commit. */
import { codeOf, type RetryableError, TerminalError, toError, UserError } from '../../../errors.ts';
import type { AlikeFailures } from '../../lifecycle/alike-failures.ts';
import type { CellError } from '../../model/cell.ts';
import { computationIn, type Manifest, type ManifestComputation } from '../../model/manifest.ts';
import { InputLostError, type LostInput } from '../../model/place.ts';
import { outcomeOf, type Task, type TaskCell } from '../../model/task.ts';
import { type Vector, vectorHash } from '../../model/vector.ts';
import type { StoredArtifact } from '../../ports/artifacts.ts';
import type { Cells } from '../../ports/cells.ts';
import type { Definitions } from '../../ports/code.ts';
import { type Chain, endsChain } from './chain.ts';
import { type CellInHand, fieldsOf, inputLost, type MadeCell, refused, unknownTo } from './cell-outcome.ts';
import { computeCell, type ComputeOptions, type ComputePorts, scanCells } from './compute-cells.ts';
import type { Decoded } from './decoded.ts';
import { describeOthers, inShadow, notCompared } from './in-shadow.ts';
import { type Lap, type LapMeter, startLapMeter } from './lap-meter.ts';
import { loadDays } from './load-days.ts';
import { type InputRequest, type LoadedInputs, loadInputs } from './load-inputs.ts';

export interface CellPorts extends ComputePorts {
  readonly manifest: Manifest;
  readonly cells: Cells;
  readonly newId: () => string;
}

export interface ExecuteOptions extends ComputeOptions {
  /** Of the whole task. */
  readonly alike: AlikeFailures;
  /** Of the whole attempt. */
  readonly decoded: Decoded;
  /** Of the whole attempt: what its chain gave so far. */
  readonly chain: Chain;
}

/**
 * Makes cells that are read for together: of one date over one dataset, which is streamed once for all, or any that stream none.
 * Days of a chain are made one after the other, each from the results before it; one that fails leaves the others untried.
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
  const wanted: InputRequest[] = [];
  let isRefused = false;
  for (const cell of cells) {
    const known: InputRequest | MadeCell =
      isRefused && task.chained
        ? { cell, outcome: { status: 'NOT_TRIED' } }
        : await knownOrRefused(task, cell, ports, options);
    if ('outcome' in known) yield known;
    else wanted.push(known);
    isRefused ||= 'outcome' in known;
  }
  const meter = startLapMeter(ports.artifacts, ports.clock);
  if (task.chained) {
    yield* makeDays(task, wanted, meter, ports, options);
    return;
  }
  const loaded = await loadInputs(wanted, meter.artifacts, options.decoded);
  const loading = meter.lap(wanted.length);
  const toMake: CellInHand[] = [];
  for (const [index, request] of wanted.entries()) {
    const next = inHand(task, request, loaded[index] ?? [], loading, ports);
    if ('outcome' in next) yield next;
    else toMake.push(next);
  }
  yield* makeAll(toMake, meter, ports, options);
}

/** With its definition, which is there and loads; or what becomes of it without. */
async function knownOrRefused(
  task: Task,
  cell: TaskCell,
  ports: CellPorts,
  { alike }: ExecuteOptions,
): Promise<InputRequest | MadeCell> {
  const computation = computationIn(ports.manifest, cell.computation);
  if (computation === undefined) return { cell, outcome: unknownTo(task, cell) };
  if (alike.isHopeless(cell.computation)) return { cell, outcome: { status: 'NOT_TRIED' } };
  const refusal = await refusalOf(computation, ports.definitions);
  return refusal === undefined
    ? { cell: withPreviousResult(task, cell), computation }
    : refused(task, cell, refusal, ports.log);
}

/** Stops when the task's time is over, with the rest not made. */
async function* makeDays(
  task: Task,
  days: readonly InputRequest[],
  meter: LapMeter,
  ports: CellPorts,
  options: ExecuteOptions,
): AsyncGenerator<MadeCell> {
  const { chain, decoded, stopAtMs } = options;
  const inputsOf = await loadDays(days, meter.artifacts, { made: chain.made, decoded });
  const loading = meter.lap(days.length);
  let stopped = false;
  for (const [index, day] of days.entries()) {
    if (stopped) {
      yield { cell: day.cell, outcome: { status: 'NOT_TRIED' } };
      continue;
    }
    if (index > 0 && ports.clock.elapsed() > stopAtMs) return;
    const next = inHand(task, day, await inputsOf(day), loading, ports);
    const making = 'outcome' in next ? [next] : makeAll([next], meter, ports, options);
    for await (const made of making) {
      stopped ||= endsChain(made.outcome);
      chain.note(day, made.write);
      yield made;
    }
  }
}

/** A cell that runs, or what became of it without. */
function inHand(
  task: Task,
  { cell, computation }: InputRequest,
  inputs: LoadedInputs | readonly LostInput[],
  loading: Lap,
  ports: CellPorts,
): CellInHand | MadeCell {
  if (!('hashes' in inputs)) return inputLost(task, cell, inputs, ports.log);
  const vector: Vector = { fingerprint: computation.fingerprint, inputs: inputs.hashes };
  const spared = sparedBy(task, cell, vector, ports);
  return spared ?? { task, cell, computation, inputs, vector, generation: ports.newId(), loading };
}

function makeAll(
  hands: readonly CellInHand[],
  meter: LapMeter,
  ports: CellPorts,
  options: ExecuteOptions,
): AsyncGenerator<MadeCell> {
  const entities = hands[0]?.inputs.entities;
  return entities === undefined
    ? makeOneByOne(hands, meter, ports, options)
    : makeTogether(hands, entities, meter, ports, options);
}

/** A cell that turns out to need no run, or a shadow with which no comparison is fair. */
function sparedBy(task: Task, cell: TaskCell, vector: Vector, ports: CellPorts): MadeCell | undefined {
  if (cell.audit !== undefined && cell.audit.vector !== vectorHash(vector))
    return notCompared(cell, describeOthers(cell, vector), ports);
  if (cell.unlessVector !== vectorHash(vector)) return undefined;
  const fields = { ...fieldsOf(task, cell), event: 'cell.unchanged' };
  ports.log.info(fields, 'unchanged: what it reads turned out the same');
  return { cell, outcome: { status: 'UNCHANGED' } };
}

async function* makeTogether(
  hands: readonly CellInHand[],
  entities: StoredArtifact,
  meter: LapMeter,
  ports: CellPorts,
  options: ExecuteOptions,
): AsyncGenerator<MadeCell> {
  try {
    yield* scanCells(hands, entities, meter, ports, options);
  } catch (thrown) {
    // Nothing of a scan is handed on before it has ended, so none of its cells has an outcome yet.
    if (!(thrown instanceof InputLostError)) throw thrown;
    for (const { task, cell } of hands) yield inputLost(task, cell, [{ place: thrown.place }], ports.log);
  }
}

async function* makeOneByOne(
  hands: readonly CellInHand[],
  meter: LapMeter,
  ports: CellPorts,
  { stopAtMs, alike }: ExecuteOptions,
): AsyncGenerator<MadeCell> {
  let trouble: RetryableError | undefined;
  for (const [index, hand] of hands.entries()) {
    if (index > 0 && ports.clock.elapsed() > stopAtMs) break;
    if (alike.isHopeless(hand.cell.computation)) {
      yield { cell: hand.cell, outcome: { status: 'NOT_TRIED' } };
      continue;
    }
    const made = await computeCell(hand, meter, ports).catch((thrown: unknown) => {
      if (thrown instanceof InputLostError)
        return inputLost(hand.task, hand.cell, [{ place: thrown.place }], ports.log);
      if (codeOf(thrown) !== 'INPUT_CHANGED') throw thrown;
      trouble ??= thrown as RetryableError;
      return undefined;
    });
    if (made !== undefined) yield made;
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

/** Of a chain that an earlier attempt began the hash of the day before is known since that day was committed. */
function withPreviousResult(task: Task, cell: TaskCell): TaskCell {
  const before = outcomeOf(task, { computation: cell.computation, date: cell.reads['previous'] ?? '' });
  return before?.status === 'COMPLETED' ? { ...cell, inputs: { ...cell.inputs, previous: before.resultHash } } : cell;
}

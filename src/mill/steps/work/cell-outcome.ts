/** What became of a cell, to be committed with its task, and told in the log. */
import { MESSAGE_CHARACTERS, shortened, type TerminalError } from '../../../errors.ts';
import type { Log, SteadyClock } from '../../../process/ports.ts';
import { addDays } from '../../../values/date.ts';
import type { Execution, ScanCell } from '../../execution/scan.ts';
import type { Artifact } from '../../model/artifact.ts';
import { type CellError, type CellKey, cellName, type CellOutcome } from '../../model/cell.ts';
import type { CellRecord } from '../../model/cell-record.ts';
import type { Checks } from '../../model/computation.ts';
import type { ManifestComputation } from '../../model/manifest.ts';
import { type LostInput, placeName } from '../../model/place.ts';
import type { Task, TaskCell } from '../../model/task.ts';
import type { Vector } from '../../model/vector.ts';
import type { Artifacts } from '../../ports/artifacts.ts';
import type { CellWrite } from '../../ports/cells.ts';
import type { Lap } from './lap-meter.ts';
import type { LoadedInputs } from './load-inputs.ts';

export interface OutcomePorts {
  readonly artifacts: Pick<Artifacts, 'read'>;
  readonly clock: SteadyClock;
  readonly log: Log;
  /** The project's folder: places in messages are told from it. */
  readonly root: string;
}

/** A cell with what became of it. */
export interface MadeCell {
  readonly cell: TaskCell;
  readonly outcome: CellOutcome;
  readonly write?: CellWrite;
}

/** A cell that runs, with all that is known before it does. */
export interface CellInHand {
  readonly task: Task;
  readonly cell: TaskCell;
  readonly computation: ManifestComputation;
  readonly inputs: LoadedInputs;
  readonly vector: Vector;
  readonly generation: string;
  /** Its share of what reading for all of them took. */
  readonly loading: Lap;
}

export const fieldsOf = (task: Task, cell: CellKey): Record<string, unknown> => ({
  run: task.runId,
  task: task.id,
  pass: task.pass,
  cell: cellName(cell),
  attempt: task.attempts,
});

export async function completed(
  hand: CellInHand,
  { computation }: ScanCell,
  execution: Execution,
  making: Lap,
  ports: OutcomePorts,
): Promise<MadeCell> {
  const { task, cell, vector, generation, loading } = hand;
  const { artifact, entities, failedEntities, seconds } = execution;
  const inProject = <E extends { readonly message: string }>(error: E): E =>
    Object.assign({}, error, { message: fromRoot(error.message, ports.root) });
  const [errors, kinds] = [execution.errors.map(inProject), execution.kinds.map(inProject)];
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
    {
      entities,
      failedEntities,
      errors,
      seconds,
      ...(kinds.length > 0 && { kinds }),
      ...(warnings.length > 0 && { warnings }),
    },
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
      ...(failedEntities === 0 ? {} : { partial: { failedEntities, entities } }),
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
  { artifacts, log }: OutcomePorts,
): Promise<string[]> {
  if (volume === undefined) return [];
  const date = addDays(cell.date, -1);
  const [before] = await artifacts.read([{ kind: 'cell', computation: cell.computation, date }]);
  if (before === undefined || Math.abs(count - before.count) <= before.count * volume.within) return [];
  const warning = `${count} entities, ${before.count} on ${date}: more than ${volume.within * 100} % apart`;
  log.warn({ ...fieldsOf(task, cell), event: 'cell.volume', count, before: before.count }, warning);
  return [warning];
}

/** Of one entry of Cloud Logging, which holds 256 KiB: https://cloud.google.com/logging/quotas#log-limits */
const LOGGED_CHARACTERS = 100_000;

export function failed(hand: CellInHand, thrown: TerminalError, ports: OutcomePorts): MadeCell {
  const { task, cell, vector } = hand;
  const { code, cause } = thrown;
  const message = fromRoot(thrown.message, ports.root);
  const error = { code, message };
  // What was thrown may be longer than what is kept.
  const whole = cause instanceof Error ? cause.message : '';
  const uncut = whole.length > MESSAGE_CHARACTERS ? { thrown: shortened(whole, LOGGED_CHARACTERS) } : {};
  ports.log.error({ ...fieldsOf(task, cell), event: 'cell.failed', error, ...uncut }, `failed: ${code}: ${message}`);
  const record = recordOf(hand, { entities: 0, failedEntities: 0, errors: [], seconds: 0 }, ports);
  return {
    cell,
    outcome: { status: 'FAILED', vector, error, dispatchId: task.dispatchId },
    write: { computation: cell.computation, date: cell.date, vector, record, status: 'FAILED', error },
  };
}

/** `computations/rsi.ts:9:11` in the place of where the project happens to lie, here or in a container. */
const fromRoot = (message: string, root: string): string =>
  message.replaceAll(`file://${root}/`, '').replaceAll(`${root}/`, '');

const recordOf = (
  { task, cell }: CellInHand,
  measured: Pick<CellRecord, 'entities' | 'failedEntities' | 'errors' | 'kinds' | 'seconds' | 'warnings'>,
  { clock }: OutcomePorts,
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
export function inputLost(task: Task, cell: TaskCell, lost: readonly LostInput[], log: Log): MadeCell {
  const names = lost.map(({ place }) => placeName(place)).join(', ');
  log.warn(
    { ...fieldsOf(task, cell), event: 'cell.input-lost', lost },
    `not made: ${names} is not stored as it was planned`,
  );
  return { cell, outcome: { status: 'INPUT_LOST', lost } };
}

export function refused(task: Task, cell: TaskCell, error: CellError, log: Log): MadeCell {
  const fields = { ...fieldsOf(task, cell), event: 'cell.failed', error };
  log.error(fields, `not made: ${error.code}: ${error.message}`);
  if (cell.audit !== undefined)
    return { cell, outcome: { status: 'AUDITED', matches: true, text: `not compared: ${error.message}` } };
  return { cell, outcome: { status: 'FAILED', error, dispatchId: task.dispatchId } };
}

export const unknownTo = (task: Task, { computation }: TaskCell): CellOutcome => ({
  status: 'FAILED',
  error: {
    code: 'UNKNOWN_COMPUTATION',
    message: `${computation} was planned, but this worker's manifest does not have it: deploy them together`,
  },
  dispatchId: task.dispatchId,
});

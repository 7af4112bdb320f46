/** Makes one cell: inputs -> vector -> run, unless the vector turns out to be the old one -> what to commit. */
import { TerminalError } from '../errors.ts';
import { execute } from '../execution/execute.ts';
import type { Artifact } from '../model/artifact.ts';
import { cellName, type CellOutcome } from '../model/cell.ts';
import { computationIn, type Manifest } from '../model/manifest.ts';
import { outcomeOf, type Task, type TaskCell } from '../model/task.ts';
import { type Vector, vectorHash } from '../model/vector.ts';
import { countReads } from './count-reads.ts';
import { loadInputs } from './load-inputs.ts';
import type { Artifacts, CellRecord, CellWrite, Clock, Definitions, Log, Watchdog } from './ports.ts';

export interface CellPorts {
  readonly manifest: Manifest;
  readonly definitions: Definitions;
  readonly artifacts: Artifacts;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
  readonly watchdog: Watchdog;
}

/** Grace that an awaited time-out has before the watchdog stops the whole process. */
const WATCHDOG_GRACE_MS = 2_000;

/** A terminal error is an outcome; everything else is thrown. */
export async function executeCell(
  task: Task,
  cell: TaskCell,
  ports: CellPorts,
  onProgress: (entities: number) => void,
): Promise<{ outcome: CellOutcome; write?: CellWrite }> {
  const startedMs = ports.clock.now();
  const entry = computationIn(ports.manifest, cell.computation);
  if (entry === undefined) {
    const error = {
      code: 'UNKNOWN_COMPUTATION',
      message: `${cell.computation} was planned, but this worker's manifest does not have it: deploy them together`,
    };
    return { outcome: { status: 'FAILED', error, dispatchId: task.dispatchId } };
  }
  const counted = countReads(ports.artifacts);
  const loaded = await loadInputs(entry, withPreviousResult(task, cell), counted.artifacts);
  const vector: Vector = { fingerprint: entry.fingerprint, inputs: loaded.hashes };
  const fields = { run: task.runId, task: task.id, cell: cellName(cell), attempt: task.attempts };
  if (cell.unlessVector === vectorHash(vector)) {
    ports.log.info({ ...fields, event: 'cell.unchanged' }, 'unchanged: what it reads turned out the same');
    return { outcome: { status: 'UNCHANGED' } };
  }
  const generation = ports.newId();
  const place = { kind: 'cell', computation: cell.computation, date: cell.date } as const;
  const base = { computation: cell.computation, date: cell.date, vector };
  const recordOf = (counts: Pick<CellRecord, 'entities' | 'failedEntities' | 'errors'>): CellRecord => ({
    runId: task.runId,
    taskId: task.id,
    attempt: task.attempts,
    reason: cell.reason,
    ...(cell.because === undefined ? {} : { because: cell.because }),
    finishedMs: ports.clock.now(),
    seconds: (ports.clock.now() - startedMs) / 1_000,
    ...counts,
  });
  const watched = ports.watchdog.watch({
    id: task.id,
    token: task.lease?.token ?? '',
    what: `${cell.computation} did not end within ${entry.timeoutSeconds} s and held its worker; look for a loop without an end, or raise timeoutSeconds`,
    deadlineMs: startedMs + entry.timeoutSeconds * 1_000 + WATCHDOG_GRACE_MS,
  });
  try {
    const execution = await execute({
      computation: await ports.definitions.computation(entry),
      context: { date: cell.date },
      inputs: loaded.inputs,
      ...(loaded.entities === undefined ? {} : { entities: loaded.entities }),
      sink: (part, index) => ports.artifacts.writeShard(place, generation, part, index),
      now: () => ports.clock.now(),
      onProgress,
    });
    const { artifact, entities, failedEntities, errors } = execution;
    const record = recordOf({ entities, failedEntities, errors });
    const [first] = errors;
    ports.log[failedEntities === 0 ? 'info' : 'warn'](
      { ...fields, event: 'cell.completed', seconds: record.seconds, entities, failedEntities, hash: artifact.hash },
      failedEntities === 0
        ? 'completed'
        : `completed without ${failedEntities} of ${entities} entities, which failed; the first, ${first?.id}: ${first?.message}`,
    );
    return {
      outcome: {
        status: 'COMPLETED',
        vector,
        resultHash: artifact.hash,
        dispatchId: task.dispatchId,
        effort: { seconds: record.seconds, entities, reads: counted.take(), writes: documentsOf(artifact) },
      },
      write: { ...base, status: 'COMPLETED', record, artifact, generation },
    };
  } catch (thrown) {
    if (!(thrown instanceof TerminalError)) throw thrown;
    const error = { code: thrown.code, message: thrown.message };
    ports.log.error({ ...fields, event: 'cell.failed', error }, `failed: ${error.code}: ${error.message}`);
    return {
      outcome: { status: 'FAILED', vector, error, dispatchId: task.dispatchId },
      write: { ...base, status: 'FAILED', record: recordOf({ entities: 0, failedEntities: 0, errors: [] }), error },
    };
  } finally {
    watched.done();
  }
}

/** Its own document, which holds its parts or names its shards. */
const documentsOf = (artifact: Artifact): number => 1 + ('shards' in artifact ? artifact.shards.length : 0);

/** Within a chain the hash of the day before is known since that day was committed. */
function withPreviousResult(task: Task, cell: TaskCell): TaskCell {
  const before = outcomeOf(task, { computation: cell.computation, date: cell.reads['previous'] ?? '' });
  return before?.status === 'COMPLETED' ? { ...cell, inputs: { ...cell.inputs, previous: before.resultHash } } : cell;
}

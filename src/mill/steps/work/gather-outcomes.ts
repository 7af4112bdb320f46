/** Commits what became of cells with their task: many small outcomes in one commit, none of them held back for long. */
import { onCellsDone } from '../../lifecycle/finish.ts';
import type { MadeCell } from './cell-outcome.ts';
import type { Heartbeat } from '../../worker/heartbeat.ts';
import type { Artifacts } from '../../ports/artifacts.ts';
import type { CellWrite } from '../../ports/cells.ts';
import type { HeldTask } from '../../ports/tasks.ts';
import type { SteadyClock } from '../../../process/ports.ts';

/** Outcomes after which a commit is made: as many as a task of quick cells has, whose document each commit writes. */
export const COMMIT_CELLS = 250;

/** Bytes of results that one commit takes: Firestore takes requests of 10 MiB, with the task's own document in it. */
export const COMMIT_BYTES = 6 * 1_048_576;

/** A worker that dies loses no more than the outcomes of this time. */
export const COMMIT_EVERY_MS = 1_000;

export interface Outcomes {
  /** Takes one more, and commits when it is time. */
  add(made: MadeCell): Promise<void>;
  /** Commits what is there; the last outcome ends the task. */
  flush(): Promise<void>;
}

export function gatherOutcomes(
  held: HeldTask,
  heartbeat: Pick<Heartbeat, 'stamp'>,
  { artifacts, clock }: { readonly artifacts: Pick<Artifacts, 'remember'>; readonly clock: SteadyClock },
): Outcomes {
  let pending: MadeCell[] = [];
  let bytes = 0;
  let sinceMs = clock.elapsed();

  const flush = async (): Promise<void> => {
    const made = pending;
    pending = [];
    bytes = 0;
    if (made.length > 0) {
      const task = onCellsDone(held.task, made);
      const cells = made.flatMap(({ write }) => (write === undefined ? [] : [write]));
      await held.save(heartbeat.stamp(task), { cells });
      for (const cell of cells)
        if (cell.status === 'COMPLETED') artifacts.remember({ kind: 'cell', ...cell }, cell.artifact);
    }
    sinceMs = clock.elapsed();
  };

  return {
    async add(made) {
      const size = sizeOf(made.write);
      if (bytes + size > COMMIT_BYTES) await flush();
      pending.push(made);
      bytes += size;
      if (pending.length >= COMMIT_CELLS || clock.elapsed() - sinceMs >= COMMIT_EVERY_MS) await flush();
    },
    flush,
  };
}

/** What a cell's document takes beside its parts, vector and record, roughly, and what a line for each shard does. */
const DOCUMENT_BYTES = 1_000;
const SHARD_BYTES = 200;

/** What a letter of JSON takes in a request: in UTF-8, and as fields. */
const BYTES_A_CHARACTER = 2;

function sizeOf(write: CellWrite | undefined): number {
  if (write === undefined) return DOCUMENT_BYTES;
  const { vector, record } = write;
  const error = write.status === 'FAILED' ? write.error : undefined;
  const told = JSON.stringify([vector, record, error]).length * BYTES_A_CHARACTER;
  if (write.status === 'FAILED') return DOCUMENT_BYTES + told;
  const { artifact } = write;
  const content =
    'parts' in artifact
      ? artifact.parts.reduce((sum, { data }) => sum + data.byteLength, 0)
      : artifact.shards.length * SHARD_BYTES;
  return DOCUMENT_BYTES + told + content;
}

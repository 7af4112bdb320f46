/** Cells as they are stored beside their results. */
import type { Artifact, ArtifactSummary } from '../model/artifact.ts';
import type { CellError, CellKey } from '../model/cell.ts';
import type { Because } from '../model/decision.ts';
import type { Vector } from '../model/vector.ts';
import type { Day } from '../../values/date.ts';

/** How a cell was made, kept beside its result for people. */
export interface CellRecord {
  readonly runId: string;
  readonly taskId: string;
  readonly attempt: number;
  /** Why it ran, in words and as data. */
  readonly reason: string;
  readonly because?: Because;
  readonly finishedMs: number;
  readonly seconds: number;
  readonly entities: number;
  readonly failedEntities: number;
  readonly errors: readonly { readonly id: string; readonly message: string }[];
  /** What people should look at although the cell completed. */
  readonly warnings?: readonly string[];
}

export type CellWrite = CellKey & {
  readonly vector: Vector;
  readonly record: CellRecord;
} & (
    | { readonly status: 'COMPLETED'; readonly artifact: Artifact; readonly generation: string }
    | { readonly status: 'FAILED'; readonly error: CellError }
  );

/** A cell as it is stored, without its result. */
export interface StoredCell extends CellKey {
  readonly status: 'COMPLETED' | 'FAILED' | 'IMPOSSIBLE';
  readonly vector: Vector | undefined;
  readonly summary: ArtifactSummary | undefined;
  readonly error: CellError | undefined;
  readonly record: CellRecord | undefined;
}

export interface Cells {
  read(cells: readonly CellKey[]): Promise<(StoredCell | undefined)[]>;
  /** How many days of a computation have a result, for one read a thousand … */
  countMade(computation: string): Promise<number>;
  /** … and which, for one read each. */
  daysMade(computation: string): Promise<Day[]>;
}

/** Cells as they are stored beside their results. */
import type { Artifact, ArtifactSummary } from '../model/artifact.ts';
import type { CellError, CellKey } from '../model/cell.ts';
import type { CellRecord } from '../model/cell-record.ts';
import type { Vector } from '../model/vector.ts';
import type { Day } from '../../values/date.ts';

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

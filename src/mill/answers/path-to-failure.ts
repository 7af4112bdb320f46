/** From a cell that never ran to the one whose failure it waits for. */
import { type CellKey, cellName } from '../model/cell.ts';
import { computationIn, type Manifest } from '../model/manifest.ts';
import type { CellHistory } from './cell-history.ts';

interface FailureContext {
  readonly manifest: Manifest;
  readonly history: Pick<CellHistory, 'decision'>;
}

/** Each reads the next; the last one failed. Empty when nothing has. */
export function pathToFailure(cell: CellKey, context: FailureContext, seen = new Set<string>()): CellKey[] {
  for (const need of computationIn(context.manifest, cell.computation)?.needs ?? []) {
    if (need.kind !== 'dependency') continue;
    const read = { computation: need.of, date: cell.date };
    if (seen.has(cellName(read))) continue;
    seen.add(cellName(read));
    const why = context.history.decision(read)?.reason.why;
    if (why === 'FAILED_BEFORE') return [read];
    const path = why === 'NEW' ? pathToFailure(read, context, seen) : [];
    if (path.length > 0) return [read, ...path];
  }
  return [];
}

/** Cells as the books have them. */
import { toOrdinal } from '../../values/date.ts';
import type { CellKey, Settled } from '../model/cell.ts';
import type { Planning } from '../ports/planning.ts';
import type { Survey } from '../steps/dispatch/survey.ts';

/** In their order; undefined where nothing is settled. Reads the books that they are in. @throws {RetryableError} CONTENTION */
export async function settledCells(
  cells: readonly CellKey[],
  { snapshot, folded }: Pick<Survey, 'snapshot' | 'folded'>,
  planning: Pick<Planning, 'fetch'>,
): Promise<(Settled | undefined)[]> {
  const { shelf } = folded.state;
  for (;;) {
    const settled = cells.map((cell) => shelf.settled(cell.computation, toOrdinal(cell.date)));
    if (shelf.isComplete) return settled;
    await planning.fetch(snapshot, shelf.takeMissing());
  }
}

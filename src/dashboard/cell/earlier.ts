/** The day that a cell is compared with, unless another is chosen. */
import { addDays, daysBetween } from '../ui/days.ts';

interface States {
  readonly from: string;
  readonly days: number;
  readonly computations: readonly string[];
  readonly states: Uint8Array;
}

/** Stands of cells that have a result for certain: rerun, stable, up to date. */
const MADE = new Set([1, 6, 7]);

/** The newest day before it that has a result, as far as the grid goes back; else the day before, which can say why it has none. */
export function earlierDay(grid: States | undefined, computation: string, date: string): string {
  const before = addDays(date, -1);
  const row = grid?.computations.indexOf(computation) ?? -1;
  if (grid === undefined || row < 0) return before;
  const last = daysBetween(grid.from, before);
  if (last >= grid.days) return before;
  for (let column = last; column >= 0; column--)
    if (MADE.has((grid.states[row * grid.days + column] ?? 0) & 15)) return addDays(grid.from, column);
  return before;
}

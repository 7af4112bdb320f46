/** How one cell stands, by the grid's bytes. */
import type { CellState } from '../../mill/answers/state-marks.ts';
import { daysBetween } from '../ui/days.ts';
import { STATES } from '../ui/stand-marks.ts';
import type { Grid } from './decode.ts';

/** Looks many cells of a day up; undefined for what is not in the grid, and outside of its days. */
export function statesAt(
  grid: Pick<Grid, 'from' | 'days' | 'computations' | 'states'> | undefined,
  day: string,
): (computation: string) => CellState | undefined {
  const column = grid === undefined ? -1 : daysBetween(grid.from, day);
  if (grid === undefined || !(column >= 0 && column < grid.days)) return () => undefined;
  const rows = new Map(grid.computations.map((name, row) => [name, row]));
  return (computation) => {
    const row = rows.get(computation);
    return row === undefined ? undefined : STATES[(grid.states[row * grid.days + column] ?? 15) & 15];
  };
}

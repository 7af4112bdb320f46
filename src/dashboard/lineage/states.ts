/** How boxes stand on a day, by the grid's bytes. */
import type { CellState } from '../../mill/answers/state-marks.ts';
import type { Grid } from '../grid/decode.ts';
import { statesAt } from '../grid/state-at.ts';
import type { Box } from './fold.ts';

/** Of several cells the one that a person should see first. */
const WORST: readonly CellState[] = [
  'failed',
  'upstreamFailed',
  'blocked',
  'running',
  'run',
  'rerun',
  'stable',
  'upToDate',
  'impossible',
];

/** By box; of a category's box the worst of its members. What is outside of the grid's days has none. */
export function statesOn(
  boxes: readonly Box[],
  grid: Pick<Grid, 'from' | 'days' | 'computations' | 'states'> | undefined,
  day: string,
): Map<string, CellState> {
  const found = new Map<string, CellState>();
  const stateOf = statesAt(grid, day);
  for (const { id, kind, name, members } of boxes) {
    if (kind === 'dataset') continue;
    const all = new Set((members.length === 0 ? [name] : members).map(stateOf));
    const worst = WORST.find((state) => all.has(state));
    if (worst !== undefined) found.set(id, worst);
  }
  return found;
}

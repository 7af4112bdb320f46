/** How boxes stand on a day, by the grid's bytes. */
import type { CellState } from '../../mill/answers/state-marks.ts';
import { STATES } from '../ui/stand-marks.ts';
import { daysBetween } from '../ui/days.ts';
import type { Box } from './fold.ts';

interface States {
  readonly from: string;
  readonly days: number;
  readonly computations: readonly string[];
  readonly states: Uint8Array;
}

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
export function statesOn(boxes: readonly Box[], grid: States | undefined, day: string): Map<string, CellState> {
  const found = new Map<string, CellState>();
  const column = grid === undefined ? -1 : daysBetween(grid.from, day);
  if (grid === undefined || !(column >= 0 && column < grid.days)) return found;
  const rows = new Map(grid.computations.map((name, row) => [name, row]));
  const stateOf = (name: string): CellState | undefined => {
    const row = rows.get(name);
    return row === undefined ? undefined : STATES[(grid.states[row * grid.days + column] ?? 15) & 15];
  };
  for (const { id, kind, name, members } of boxes) {
    if (kind === 'dataset') continue;
    const all = new Set((members.length === 0 ? [name] : members).map(stateOf));
    const worst = WORST.find((state) => all.has(state));
    if (worst !== undefined) found.set(id, worst);
  }
  return found;
}

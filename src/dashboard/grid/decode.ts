/** The grid's bytes, as src/mill/answers/grid.ts packs them; and what of them changes. */
import type { GridPatch } from '../data/live.ts';
import { addDays, daysBetween } from '../ui/days.ts';

export interface Grid {
  readonly sequence: number;
  readonly from: string;
  readonly to: string;
  /** Rows. */
  readonly computations: readonly string[];
  /** Columns. */
  readonly days: number;
  /** Row by row: how a cell stands in the lower four bits, why in the upper. */
  readonly states: Uint8Array;
}

/** The bytes that are understood. */
const VERSION = 1;

/** @throws {Error} for bytes of another version, and for an answer that was cut off. */
export function decodeGrid(buffer: ArrayBuffer): Grid {
  const length = buffer.byteLength < 4 ? Infinity : new DataView(buffer).getUint32(0, true);
  if (buffer.byteLength < 4 + length)
    throw new Error('The grid was cut off on its way. It is asked for again with the next change.');
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length))) as Partial<Grid> & {
    v?: number;
  };
  const { v, sequence = 0, from = '', to = '', computations = [] } = header;
  if (v !== VERSION)
    throw new Error(`The grid comes as version ${String(v)}, and this page knows ${VERSION}: reload the page.`);
  const days = daysBetween(from, to) + 1;
  const states = new Uint8Array(buffer, 4 + length);
  if (states.length !== computations.length * days)
    throw new Error('The grid was cut off on its way. It is asked for again with the next change.');
  return { sequence, from, to, computations, days, states };
}

export const dayAt = ({ from }: Pick<Grid, 'from'>, column: number): string => addDays(from, column);

/** A change to one row: `[row, first column, last column, byte]`. */
export type Change = NonNullable<GridPatch['changes']>[number];

/** Puts changes into the grid's own bytes; answers how many cells are others than before. What lies outside of it is left out. */
export function applyChanges({ states, days, computations }: Grid, changes: readonly Change[]): number {
  let changed = 0;
  for (const [row, first, last, state] of changes) {
    if (row < 0 || row >= computations.length || first < 0 || last >= days) continue;
    for (let at = row * days + first; at <= row * days + last; at++) {
      if (states[at] === state) continue;
      states[at] = state;
      changed++;
    }
  }
  return changed;
}

/** The grid's bytes, as src/mill/answers/pack-grid.ts packs them; and what of them changes. */
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

/** The form that is understood: see src/mill/answers/pack-grid.ts. */
const VERSION = 2;

/** @throws {Error} for bytes of another version, and for an answer that was cut off. */
export function decodeGrid(buffer: ArrayBuffer): Grid {
  const length = buffer.byteLength < 4 ? Infinity : new DataView(buffer).getUint32(0, true);
  if (buffer.byteLength < 4 + length) throw cutOff();
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length))) as Partial<Grid> & {
    v?: number;
    stretches?: number;
  };
  const { v, sequence = 0, from = '', to = '', computations = [], stretches = 0 } = header;
  if (v !== VERSION)
    throw new Error(`The grid comes as version ${String(v)}, and this page knows ${VERSION}: reload the page.`);
  const days = daysBetween(from, to) + 1;
  const states = statesIn(new Uint8Array(buffer, 4 + length), { rows: computations.length, days, stretches });
  return { sequence, from, to, computations, days, states };
}

const cutOff = (): Error => new Error('The grid was cut off on its way. It is asked for again with the next change.');

/** Rows as most of their cells are, and the stretches that are not put over them. */
function statesIn(
  bytes: Uint8Array,
  { rows, days, stretches }: { readonly rows: number; readonly days: number; readonly stretches: number },
): Uint8Array {
  const states = new Uint8Array(rows * days);
  for (let row = 0; row < rows; row++) states.fill(bytes[row] ?? 0, row * days, (row + 1) * days);
  let at = rows;
  const gaps = numbers();
  const lengths = numbers();
  if (bytes.length !== at + stretches) throw cutOff();
  let cell = 0;
  for (let index = 0; index < stretches; index++) {
    const first = cell + (gaps[index] as number);
    cell = first + (lengths[index] as number) + 1;
    states.fill(bytes[at + index] as number, first, cell);
  }
  return states;

  function numbers(): Uint32Array {
    const found = new Uint32Array(stretches);
    for (let index = 0; index < stretches; index++) {
      let [number, factor, byte] = [0, 1, 0];
      do {
        if (at >= bytes.length) throw cutOff();
        byte = bytes[at++] as number;
        number += (byte & 0x7f) * factor;
        factor *= 128;
      } while (byte > 0x7f);
      found[index] = number;
    }
    return found;
  }
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

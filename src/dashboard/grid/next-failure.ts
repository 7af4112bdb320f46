/** Where to look next, of a grid with failures in it. */
import type { Grid } from './decode.ts';
import type { Spot } from './overlay.ts';
import { standOf } from './palette.ts';
import type { Rows } from './rows.ts';

/** By day, and of a day from above. */
export function nextFailure(
  { grid, rows }: { readonly grid: Grid; readonly rows: Rows },
  from: Spot | undefined,
  direction: 1 | -1,
): Spot | undefined {
  const { length } = rows.order;
  const all = grid.days * length;
  const start = from === undefined ? (direction > 0 ? -1 : all) : from.column * length + from.place;
  for (let at = start + direction; at >= 0 && at < all; at += direction) {
    const spot = { place: at % length, column: Math.floor(at / length) };
    if (standOf(grid.states[(rows.order[spot.place] ?? 0) * grid.days + spot.column] ?? 15) === 'failed') return spot;
  }
  return undefined;
}

/** The grid for who does not see it: a real table of the row that is chosen, and its neighbours, kept in step. */
import { STAND_MARKS } from '../ui/stand-marks.ts';
import { dayAt, type Grid } from './decode.ts';
import type { Spot } from './overlay.ts';
import { REASONS, standOf } from './palette.ts';
import type { Rows } from './rows.ts';

/** Rows above and below, and days before and after. */
const AROUND = 1;
const DAYS_AROUND = 3;

const DATE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });

export const inWords = (grid: Grid, row: number, column: number): string => {
  const byte = grid.states[row * grid.days + column] ?? 15;
  const state = standOf(byte);
  const stands =
    state === undefined ? 'outside of its days' : `${STAND_MARKS[state].word}: ${REASONS[byte >> 4]?.word}`;
  return `${grid.computations[row]}, ${DATE.format(new Date(dayAt(grid, column)))}, ${stands}`;
};

interface Props {
  readonly grid: Grid;
  readonly rows: Rows;
  readonly spot: Spot | undefined;
}

export function Spoken({ grid, rows, spot }: Props) {
  const at = spot ?? { place: 0, column: grid.days - 1 };
  const places = around(at.place, AROUND, rows.order.length);
  const columns = around(at.column, DAYS_AROUND, grid.days);
  return (
    <div class="hidden">
      <p aria-live="polite">{spot === undefined ? '' : inWords(grid, rows.order[spot.place] ?? 0, spot.column)}</p>
      <table
        role="grid"
        aria-label="Computations by day, around the chosen cell"
        aria-rowcount={rows.order.length}
        aria-colcount={grid.days}
      >
        <tbody>
          {places.map((place) => (
            <tr key={place} aria-rowindex={place + 1}>
              <th scope="row">{grid.computations[rows.order[place] ?? 0]}</th>
              {columns.map((column) => (
                <td
                  key={column}
                  aria-colindex={column + 1}
                  aria-selected={place === spot?.place && column === spot.column}
                >
                  {inWords(grid, rows.order[place] ?? 0, column)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const around = (middle: number, reach: number, end: number): number[] =>
  Array.from({ length: 2 * reach + 1 }, (_, at) => middle - reach + at).filter((one) => one >= 0 && one < end);

/** What keys do in the grid: a cell is chosen, opened, looked for. */
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { bindKeys } from '../shell/keys.ts';
import type { Control } from './canvas.tsx';
import type { Grid } from './decode.ts';
import { nextFailure } from './next-failure.ts';
import type { Spot } from './overlay.ts';
import type { Rows } from './rows.ts';

interface Keyed {
  readonly grid: Grid;
  readonly rows: Rows;
  readonly chosen: Spot | undefined;
  readonly choose: (spot: Spot) => void;
  readonly open: (spot: Spot) => void;
  readonly clear: () => void;
  readonly control: RefObject<Control | null>;
}

const STEP = 1.4;

export function useGridKeys(now: Keyed): void {
  const latest = useRef(now);
  latest.current = now;
  useEffect(() => {
    const step = (rows: number, columns: number) => (): void => {
      const { grid, rows: all, chosen, choose, control } = latest.current;
      const from = chosen ?? { place: rows > 0 ? -1 : 0, column: grid.days - 1 };
      const spot = {
        place: Math.min(all.order.length - 1, Math.max(0, from.place + rows)),
        column: Math.min(grid.days - 1, Math.max(0, from.column + columns)),
      };
      choose(spot);
      control.current?.reveal(spot);
    };
    const failure = (direction: 1 | -1) => (): void => {
      const { chosen, choose, control } = latest.current;
      const found = nextFailure(latest.current, chosen, direction);
      if (found === undefined) return;
      choose(found);
      control.current?.reveal(found);
    };
    return bindKeys([
      { keys: 'ArrowDown', does: 'the row below (also j)', run: step(1, 0) },
      { keys: 'j', does: 'the row below', run: step(1, 0) },
      { keys: 'ArrowUp', does: 'the row above (also k)', run: step(-1, 0) },
      { keys: 'k', does: 'the row above', run: step(-1, 0) },
      { keys: 'ArrowLeft', does: 'the day before (also h)', run: step(0, -1) },
      { keys: 'h', does: 'the day before', run: step(0, -1) },
      { keys: 'ArrowRight', does: 'the next day (also l)', run: step(0, 1) },
      { keys: 'l', does: 'the next day', run: step(0, 1) },
      {
        keys: 'Enter',
        does: 'open the chosen cell',
        run: () => latest.current.chosen && latest.current.open(latest.current.chosen),
      },
      { keys: ']', does: 'the next failure', run: failure(1) },
      { keys: '[', does: 'the failure before', run: failure(-1) },
      { keys: '+', does: 'larger', run: () => latest.current.control.current?.zoom(STEP) },
      { keys: '-', does: 'smaller', run: () => latest.current.control.current?.zoom(1 / STEP) },
      { keys: '0', does: 'everything', run: () => latest.current.control.current?.fit() },
      { keys: 'Escape', does: 'choose nothing', run: () => latest.current.clear() },
    ]);
  }, []);
}

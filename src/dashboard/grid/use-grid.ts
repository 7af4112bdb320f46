/** The grid of the days that are looked at: asked for once, patched as it changes. */
import { effect, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { type Answer, useAnswer } from '../data/answer.ts';
import { patch } from '../data/live.ts';
import { applyChanges, decodeGrid, type Grid } from './decode.ts';

/** Raised when bytes of a grid have changed in place: who draws it draws again. */
export const revision = signal(0);

async function read(response: Response): Promise<Grid> {
  const buffer = await response.arrayBuffer();
  const begun = performance.now();
  const grid = decodeGrid(buffer);
  performance.measure('grid-decode', { start: begun });
  return grid;
}

export function useGrid(from: string, to: string): Answer<Grid> {
  const answer = useAnswer<Grid>(from === '' || to === '' ? undefined : `/api/mill/grid?from=${from}&to=${to}`, read);
  const grid = answer.data;
  useEffect(
    () =>
      effect(() => {
        const told = patch.value;
        if (told?.changes === undefined || grid === undefined || told.sequence < grid.sequence) return;
        const begun = performance.now();
        if (applyChanges(grid, told.changes) > 0) revision.value = revision.peek() + 1;
        performance.measure('grid-patch', { start: begun });
      }),
    [grid],
  );
  return answer;
}

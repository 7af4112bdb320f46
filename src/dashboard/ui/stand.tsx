/** A state's mark and word: its colour, and a glyph that says the same without one. */
import type { CellState } from '../../mill/answers/state-marks.ts';
import { isDark } from '../shell/theme.ts';
import { STAND_MARKS } from './stand-marks.ts';

/** White or black, whichever is read better on the colour: by its luminance, roughly. */
export function inkOn(colour: string): string {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)) as [number, number, number];
  return r * 0.299 + g * 0.587 + b * 0.114 > 130 ? '#10161d' : '#ffffff';
}

/** For who cannot see it, the word beside it says it. */
export function Mark({ state, size = 14 }: { readonly state: CellState; readonly size?: number }) {
  const { glyph, light, dark } = STAND_MARKS[state];
  const colour = isDark.value ? dark : light;
  return (
    <svg class="mark" width={size} height={size} viewBox="0 0 14 14" aria-hidden="true">
      <rect width="14" height="14" rx="2.5" fill={colour} stroke="var(--line)" stroke-width="0.5" />
      <text x="7" y="7.5" fill={inkOn(colour)}>
        {glyph}
      </text>
    </svg>
  );
}

export const Stand = ({ state }: { readonly state: CellState }) => (
  <span class="stand">
    <Mark state={state} />
    {STAND_MARKS[state].word}
  </span>
);

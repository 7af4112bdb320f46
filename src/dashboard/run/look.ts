/** The colours of the page for a canvas, which has no style sheet: those of the theme, and of states. */
import { STAND_MARKS } from '../ui/stand-marks.ts';
import type { Look } from './draw.ts';

export function lookOf(isDark: boolean): Look {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const state = (name: keyof typeof STAND_MARKS): string => STAND_MARKS[name][isDark ? 'dark' : 'light'];
  const quiet = of('quiet');
  return {
    ground: of('ground'),
    raised: of('raised'),
    sunk: of('sunk'),
    line: of('line'),
    text: of('text'),
    quiet,
    accent: of('accent'),
    ends: {
      COMPLETED: state('upToDate'),
      FAILED: state('failed'),
      OUT_OF_MEMORY: state('upstreamFailed'),
      DIED: state('rerun'),
      GIVEN_BACK: state('stable'),
      CANCELLED: state('blocked'),
      open: state('running'),
    },
    hatch: hatchOf(quiet),
  };
}

const CELL = 5;

/** Oblique lines; plain where a browser makes no pattern. */
function hatchOf(colour: string): CanvasPattern | string {
  const tile = document.createElement('canvas');
  tile.width = tile.height = CELL;
  const context = tile.getContext('2d');
  if (context === null) return colour;
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.beginPath();
  for (const from of [-CELL, 0, CELL]) {
    context.moveTo(from, CELL);
    context.lineTo(from + CELL, 0);
  }
  context.stroke();
  return context.createPattern(tile, 'repeat') ?? colour;
}

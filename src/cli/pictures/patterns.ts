/** The patterns of state-marks.ts, drawn in the ground's colour over a state's, so that states differ in black and white too. */
import { type Pattern, STATE_MARKS } from '../../mill/answers/state-marks.ts';
import { tag } from './svg.ts';

/** Side of a tile, in pixels. */
const TILE = 6;

/** Path data in a tile of six by six. */
const STROKES: Readonly<Record<Exclude<Pattern, 'plain'>, string>> = {
  rising: 'M-1 7L7 -1M-1 1L1 -1M5 7L7 5',
  falling: 'M-1 -1L7 7M5 -1L7 1M-1 5L1 7',
  crossed: 'M0 0L6 6M0 6L6 0',
  upright: 'M3 0V6',
  level: 'M0 3H6',
  dots: 'M3 2.4V3.6',
  frame: 'M0.5 0V6M0 0.5H6',
  ring: 'M3 1.4A1.6 1.6 0 1 1 2.99 1.4',
};

/** Those that states have. */
export function patternsOf(): string[] {
  const patterns = new Set(Object.values(STATE_MARKS).map(({ pattern }) => pattern));
  return [...patterns].flatMap((pattern) =>
    pattern === 'plain'
      ? []
      : [
          tag(
            'pattern',
            { id: pattern, width: TILE, height: TILE, patternUnits: 'userSpaceOnUse' },
            tag('path', {
              d: STROKES[pattern],
              style: `fill:none;stroke:var(--ground);stroke-width:${pattern === 'dots' ? 1.4 : 1};stroke-opacity:.4`,
            }),
          ),
        ],
  );
}

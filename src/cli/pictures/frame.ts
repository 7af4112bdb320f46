/** What lines and dots are drawn in: where a value lies, a line across at each tick of the values, and ticks below. */
import type { Scale } from './axis.ts';
import { short, tag, words } from './svg.ts';

/** In pixels. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Frame {
  readonly box: Box;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  /** Grid, ticks and their texts. */
  readonly children: readonly string[];
}

/** In pixels: of a tick, and of the texts below. */
export const TICK = 6;
export const AXIS = 22;

export const FRAME_STYLE =
  '.grid{stroke:var(--line)}.line{fill:none;stroke-width:1.6;stroke-linejoin:round;stroke-linecap:round}';

/** `anchor`: how texts below stand to their ticks; what begins at a tick, as a month does, is written from there on. */
export function frameOf(box: Box, across: Scale, up: Scale, anchor: 'start' | 'middle' = 'start'): Frame {
  const { left, right, top, bottom } = box;
  const x = (value: number): number => left + ((value - across.least) / (across.most - across.least)) * (right - left);
  const y = (value: number): number => bottom - ((value - up.least) / (up.most - up.least)) * (bottom - top);
  const values = up.ticks.map(
    ({ at, text }) =>
      tag('path', { class: 'grid', d: `M${short(left)} ${short(y(at))}H${short(right)}` }) +
      words(left - TICK, y(at) + 4, text, { class: 'quiet', 'text-anchor': 'end' }),
  );
  const below = across.ticks.map(
    ({ at, text }) =>
      tag('path', { class: 'grid', d: `M${short(x(at))} ${bottom}V${bottom + TICK}` }) +
      words(x(at), bottom + AXIS - 4, text, {
        class: 'quiet',
        'text-anchor': anchor === 'start' ? undefined : anchor,
      }),
  );
  return { box, x, y, children: [...values, ...below] };
}

/** What lies over the cells: the one under the pointer, the chosen one, a rectangle that is dragged, and what has just changed. */
import type { Scene } from './paint.ts';
import { RULER } from './paint.ts';

export interface Spot {
  /** By place on the screen. */
  readonly place: number;
  readonly column: number;
}

export interface Rectangle {
  readonly from: Spot;
  readonly to: Spot;
}

export interface Marks {
  readonly hover: Spot | undefined;
  readonly chosen: Spot | undefined;
  readonly dragged: Rectangle | undefined;
}

type Seen = Pick<Scene, 'layout' | 'camera' | 'room' | 'gutter'> & { readonly accent: string; readonly text: string };

export function paintOverlay(context: CanvasRenderingContext2D, seen: Seen, { hover, chosen, dragged }: Marks): void {
  const { room, gutter, accent, text } = seen;
  context.clearRect(0, 0, gutter + room.width, RULER + room.height);
  context.save();
  context.beginPath();
  context.rect(gutter, RULER, room.width, room.height);
  context.clip();
  if (hover !== undefined) {
    const { x, y, width, height } = boxOf(seen, { from: hover, to: hover });
    context.globalAlpha = 0.14;
    context.fillStyle = text;
    context.fillRect(gutter, y, room.width, height);
    context.fillRect(x, RULER, width, room.height);
    context.globalAlpha = 1;
    outline(context, { x, y, width, height }, text, 1.5);
  }
  if (chosen !== undefined) outline(context, boxOf(seen, { from: chosen, to: chosen }), accent, 2.5);
  if (dragged !== undefined) {
    const box = boxOf(seen, dragged);
    context.globalAlpha = 0.18;
    context.fillStyle = accent;
    context.fillRect(box.x, box.y, box.width, box.height);
    context.globalAlpha = 1;
    outline(context, box, accent, 1.5);
  }
  context.restore();
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Never smaller than can be seen. */
const LEAST = 3;

function boxOf({ layout, camera, gutter }: Seen, { from, to }: Rectangle): Box {
  const [left, right] = [Math.min(from.column, to.column), Math.max(from.column, to.column) + 1];
  const [first, last] = [Math.min(from.place, to.place), Math.max(from.place, to.place)];
  const top = layout.tops[first] ?? 0;
  return {
    x: left * camera.cellWidth - camera.x + gutter,
    y: top - camera.y + RULER,
    width: Math.max(LEAST, (right - left) * camera.cellWidth),
    height: Math.max(LEAST, (layout.tops[last] ?? 0) + layout.rowHeight - top),
  };
}

function outline(context: CanvasRenderingContext2D, { x, y, width, height }: Box, colour: string, line: number): void {
  context.strokeStyle = colour;
  context.lineWidth = line;
  context.strokeRect(x + line / 2 - 0.5, y + line / 2 - 0.5, width - line + 1, height - line + 1);
}

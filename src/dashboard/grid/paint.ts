/** Draws the grid on a canvas: cells, names at the left, days above. What is not seen is not drawn. */
import { inkOn } from '../ui/stand.tsx';
import { STAND_MARKS } from '../ui/stand-marks.ts';
import type { Camera, Room } from './camera.ts';
import type { Grid } from './decode.ts';
import { abgr, type Palette, standOf } from './palette.ts';
import { pool } from './pool.ts';
import { groupLabels, type Layout, placeAt, type Rows } from './rows.ts';
import { ticksOf } from './ruler.ts';

export interface Scene {
  readonly grid: Grid;
  /** What is looked at, a byte a cell: the grid's own states, or a figure. */
  readonly bytes: Uint8Array;
  readonly palette: Palette;
  readonly hasGlyphs: boolean;
  readonly rows: Rows;
  readonly layout: Layout;
  readonly camera: Camera;
  /** Of the plot, without names and ruler. */
  readonly room: Room;
  readonly gutter: number;
  readonly style: Style;
  readonly isDark: boolean;
}

export interface Style {
  readonly ground: string;
  readonly text: string;
  readonly quiet: string;
  readonly line: string;
}

/** In pixels. */
export const RULER = 22;
/** From which size on cells are drawn one by one, with room between them, and with what tells them apart without colour. */
const SEPARATE = 6;
const GLYPHS = 12;
const FONT = '12px system-ui, sans-serif';
const SMALL = '11px system-ui, sans-serif';

/** Makes the canvas as large as its room, in the screen's own pixels. */
export function sized(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  const scale = devicePixelRatio;
  const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = canvas.getContext('2d');
  context?.setTransform(scale, 0, 0, scale, 0, 0);
  return context;
}

export function paint(context: CanvasRenderingContext2D, scene: Scene): void {
  const { room, gutter, style, camera } = scene;
  context.fillStyle = style.ground;
  context.fillRect(0, 0, gutter + room.width, RULER + room.height);
  context.save();
  context.beginPath();
  context.rect(gutter, RULER, room.width, room.height);
  context.clip();
  if (Math.min(camera.cellWidth, camera.rowHeight) >= SEPARATE) paintCells(context, scene);
  else paintPixels(context, scene);
  context.restore();
  paintNames(context, scene);
  paintRuler(context, scene);
}

const columnsSeen = ({ camera, room, grid }: Scene): readonly [number, number] => [
  Math.max(0, Math.floor(camera.x / camera.cellWidth)),
  Math.min(grid.days - 1, Math.floor((camera.x + room.width) / camera.cellWidth)),
];

const hexOf = (colour: number): string =>
  `#${[0, 8, 16].map((shift) => ((colour >>> shift) & 255).toString(16).padStart(2, '0')).join('')}`;

function paintCells(context: CanvasRenderingContext2D, scene: Scene): void {
  const { grid, bytes, palette, rows, layout, camera, room, gutter, hasGlyphs } = scene;
  const [first, last] = columnsSeen(scene);
  const gap = camera.cellWidth >= 10 && camera.rowHeight >= 10 ? 1 : 0.5;
  const isLarge = hasGlyphs && Math.min(camera.cellWidth, camera.rowHeight) >= GLYPHS;
  context.font = `700 ${Math.min(13, Math.round(layout.rowHeight * 0.62))}px ui-monospace, Menlo, Consolas, monospace`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (const [place, row] of rows.order.entries()) {
    const top = (layout.tops[place] as number) - camera.y;
    if (top + layout.rowHeight < 0 || top > room.height) continue;
    for (let column = first; column <= last; column++) {
      const byte = bytes[row * grid.days + column] as number;
      const colour = hexOf(palette.colours[byte] as number);
      const left = column * camera.cellWidth - camera.x + gutter;
      context.fillStyle = colour;
      context.fillRect(left + gap / 2, top + RULER + gap / 2, camera.cellWidth - gap, layout.rowHeight - gap);
      const state = isLarge ? standOf(byte) : undefined;
      if (state === undefined || state === 'upToDate' || state === 'impossible') continue;
      context.fillStyle = inkOn(colour);
      context.fillText(STAND_MARKS[state].glyph, left + camera.cellWidth / 2, top + RULER + layout.rowHeight / 2 + 0.5);
    }
  }
}

/** At the screen's own pixels, so that none is blurred. */
function paintPixels(context: CanvasRenderingContext2D, scene: Scene): void {
  const { grid, bytes, palette, rows, layout, camera, room, gutter, style } = scene;
  const scale = devicePixelRatio;
  const [width, height] = [Math.round(room.width * scale), Math.round(room.height * scale)];
  if (width === 0 || height === 0) return;
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  pixels.fill(abgr(style.ground));
  const columnAt = (x: number): number => (x / scale + camera.x) / camera.cellWidth;
  pool(
    pixels,
    width,
    { bytes, days: grid.days, order: rows.order, palette },
    {
      columns: (x) => {
        const start = Math.floor(columnAt(x));
        const end = Math.max(start + 1, Math.floor(columnAt(x + 1)));
        return [Math.min(start, grid.days), Math.min(end, grid.days)];
      },
      rows: (y) => placesOf(layout, y / scale + camera.y, (y + 1) / scale + camera.y),
    },
  );
  context.putImageData(image, Math.round(gutter * scale), Math.round(RULER * scale));
}

function placesOf(layout: Layout, top: number, end: number): readonly [number, number] {
  const first = placeAt(layout, top);
  if (layout.rowHeight >= 1) return first === undefined ? [0, 0] : [first, first + 1];
  const start = first ?? 0;
  const next = placeAt(layout, end) ?? layout.tops.length;
  return [start, Math.min(layout.tops.length, Math.max(start + 1, next))];
}

function paintNames(
  context: CanvasRenderingContext2D,
  { grid, rows, layout, camera, room, gutter, style }: Scene,
): void {
  context.fillStyle = style.ground;
  context.fillRect(0, 0, gutter, RULER + room.height);
  context.save();
  context.beginPath();
  context.rect(0, RULER, gutter - 4, room.height);
  context.clip();
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  if (layout.titles.length > 0) {
    context.font = FONT;
    context.fillStyle = style.text;
    for (const [place, row] of rows.order.entries()) {
      const y = (layout.tops[place] as number) - camera.y + layout.rowHeight / 2 + RULER;
      if (y > RULER - 10 && y < RULER + room.height + 10) context.fillText(grid.computations[row] ?? '', 10, y);
    }
    context.font = SMALL;
    context.fillStyle = style.quiet;
    for (const { title, top } of layout.titles) context.fillText(title, 0, top - camera.y + RULER + 11);
  } else paintGroupNames(context, { rows, layout, camera, room, style });
  context.restore();
}

/** Where rows are too low to be named: each group, as far as there is room. */
function paintGroupNames(
  context: CanvasRenderingContext2D,
  { rows, layout, camera, room, style }: Pick<Scene, 'rows' | 'layout' | 'camera' | 'room' | 'style'>,
): void {
  context.font = SMALL;
  context.fillStyle = style.quiet;
  for (const { title, y } of groupLabels(rows, layout, { y: camera.y, height: room.height }))
    context.fillText(title, 0, y + 8 + RULER);
}

function paintRuler(context: CanvasRenderingContext2D, scene: Scene): void {
  const { grid, camera, room, gutter, style } = scene;
  context.fillStyle = style.ground;
  context.fillRect(0, 0, gutter + room.width, RULER);
  context.save();
  context.beginPath();
  context.rect(gutter, 0, room.width, RULER + room.height);
  context.clip();
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.font = SMALL;
  const [first, last] = columnsSeen(scene);
  for (const { column, text, isMajor } of ticksOf(grid.from, first, last, camera.cellWidth)) {
    const x = column * camera.cellWidth - camera.x + gutter;
    context.fillStyle = isMajor ? style.text : style.quiet;
    context.fillText(text, x + 3, RULER / 2);
    context.fillStyle = style.line;
    context.fillRect(Math.round(x), 4, 1, RULER - 6);
  }
  context.restore();
}

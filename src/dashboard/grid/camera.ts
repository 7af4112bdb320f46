/** Which part of the grid is seen, at which size: arithmetic alone. */
import { fittingHeight, layoutOf, type Rows } from './rows.ts';

export interface Camera {
  /** In pixels; below one, several days share a pixel. */
  readonly cellWidth: number;
  readonly rowHeight: number;
  /** Pixels of the whole that lie before the left and the upper edge. */
  readonly x: number;
  readonly y: number;
}

export interface Room {
  readonly width: number;
  readonly height: number;
}

/** Of a cell, in pixels: more shows no more. */
export const MOST = 64;
const TALLEST = 32;

/** Everything at once. */
export function fit(rows: Rows, days: number, { width, height }: Room): Camera {
  return { cellWidth: Math.min(MOST, width / Math.max(1, days)), rowHeight: fittingHeight(rows, height), x: 0, y: 0 };
}

/** Without places where nothing is. */
export function within(camera: Camera, rows: Rows, days: number, { width, height }: Room): Camera {
  const total = layoutOf(rows, camera.rowHeight).height;
  const most = (size: number, room: number): number => Math.max(0, size - room);
  return {
    ...camera,
    x: Math.min(Math.max(0, camera.x), most(days * camera.cellWidth, width)),
    y: Math.min(Math.max(0, camera.y), most(total, height)),
  };
}

/** Larger or smaller around a point of the screen: what is under it stays there. Never smaller than everything at once. */
export function zoom(
  camera: Camera,
  factor: number,
  point: { readonly x: number; readonly y: number },
  { rows, days, room }: { readonly rows: Rows; readonly days: number; readonly room: Room },
): Camera {
  const least = fit(rows, days, room);
  const cellWidth = clamp(camera.cellWidth * factor, least.cellWidth, MOST);
  const rowHeight = clamp(camera.rowHeight * factor, least.rowHeight, Math.max(TALLEST, least.rowHeight));
  const before = layoutOf(rows, camera.rowHeight).height;
  const after = layoutOf(rows, rowHeight).height;
  const moved = {
    cellWidth,
    rowHeight,
    x: ((camera.x + point.x) / camera.cellWidth) * cellWidth - point.x,
    y: before === 0 ? 0 : ((camera.y + point.y) / before) * after - point.y,
  };
  return within(moved, rows, days, room);
}

const clamp = (value: number, least: number, most: number): number =>
  Math.min(Math.max(value, least), Math.max(least, most));

/** As a link has it; undefined for everything at once. */
export const cameraText = (camera: Camera, whole: Camera): string | undefined =>
  camera.cellWidth <= whole.cellWidth + 0.01 && camera.rowHeight <= whole.rowHeight + 0.01
    ? undefined
    : [camera.cellWidth, camera.rowHeight, camera.x, camera.y].map((value) => Math.round(value * 10) / 10).join(',');

/** Undefined for what no link of ours has. */
export function cameraOf(text: string | null): Camera | undefined {
  const [cellWidth = NaN, rowHeight = NaN, x = NaN, y = NaN] = (text ?? '').split(',').map(Number);
  const isOne = [cellWidth, rowHeight, x, y].every(Number.isFinite) && cellWidth > 0 && rowHeight > 0;
  return isOne ? { cellWidth: Math.min(cellWidth, MOST), rowHeight: Math.min(rowHeight, TALLEST), x, y } : undefined;
}

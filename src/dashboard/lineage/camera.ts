/** Which part of the drawing is seen: pixels of the drawing at the upper left, and how many of the screen one is. */

export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

const LEAST = 0.08;
const MOST = 3;
/** Larger than it was meant, text is no easier to read. */
const MOST_FITTED = 1.15;

/** On a small screen all of a drawing could not be read: then a part of it that can. */
const SMALL = 600;
const READABLE = 0.7;

/** All of it, in the middle; or as much as can be read, around `focus`, else from its beginning. */
export function fitted(drawing: Size, room: Size, focus?: { readonly x: number; readonly y: number }): Camera {
  const fits = Math.min(room.width / Math.max(1, drawing.width), room.height / Math.max(1, drawing.height));
  const scale = Math.max(room.width < SMALL ? READABLE : LEAST, Math.min(MOST_FITTED, fits));
  const [width, height] = [room.width / scale, room.height / scale];
  const start = (whole: number, part: number, at: number | undefined, otherwise: number): number =>
    whole <= part
      ? (whole - part) / 2
      : at === undefined
        ? otherwise
        : Math.min(whole - part, Math.max(0, at - part / 2));
  return {
    x: start(drawing.width, width, focus?.x, 0),
    y: start(drawing.height, height, focus?.y, (drawing.height - height) / 2),
    scale,
  };
}

/** What is under the point of the screen stays there. */
export function zoomed(
  { x, y, scale }: Camera,
  factor: number,
  at: { readonly x: number; readonly y: number },
): Camera {
  const next = Math.min(MOST, Math.max(LEAST, scale * factor));
  return { x: x + at.x / scale - at.x / next, y: y + at.y / scale - at.y / next, scale: next };
}

/** By pixels of the screen. */
export const moved = ({ x, y, scale }: Camera, dx: number, dy: number): Camera => ({
  x: x - dx / scale,
  y: y - dy / scale,
  scale,
});

export const viewBox = ({ x, y, scale }: Camera, { width, height }: Size): string =>
  [x, y, width / scale, height / scale].map((value) => value.toFixed(1)).join(' ');

/** As a link has it. */
export const cameraText = ({ x, y, scale }: Camera): string => `${Math.round(x)},${Math.round(y)},${scale.toFixed(2)}`;

/** Undefined for what no link of ours has. */
export function cameraOf(text: string | null): Camera | undefined {
  const [x = NaN, y = NaN, scale = NaN] = (text ?? '').split(',').map(Number);
  return Number.isFinite(x) && Number.isFinite(y) && scale >= LEAST && scale <= MOST ? { x, y, scale } : undefined;
}

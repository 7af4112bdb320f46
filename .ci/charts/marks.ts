/** What charts are made of: a sheet, panels with headings, lines, areas, dots and blocks, in the page's colours of both themes. */
import { type Scale, valueScale } from '../../src/cli/pictures/axis.ts';
import { type Box, FRAME_STYLE, type Frame, frameOf } from '../../src/cli/pictures/frame.ts';
import { LINE_COLOURS } from '../../src/cli/pictures/line-colours.ts';
import { picture, tag, textWidth, themed, words } from '../../src/cli/pictures/svg.ts';

/** In pixels. */
export const WIDTH = 720;
export const MARGIN = 20;
/** From the top of a panel to its frame: a title, a line about it, and some air. */
export const HEADING = 50;

/** Of the palette of lines, by hue: in the two themes the same hue has another place. */
const HUES = { blue: [0, 0], orange: [2, 9], red: [5, 3], green: [4, 5], violet: [8, 8] } as const;
export type Ink = keyof typeof HUES | 'text' | 'quiet' | 'line' | 'ground';

const INKS = Object.fromEntries(
  Object.entries(HUES).map(([name, [light, dark]]) => [
    name,
    { light: LINE_COLOURS.light[light], dark: LINE_COLOURS.dark[dark] },
  ]),
);

const STYLE = `${FRAME_STYLE}.dots{fill:none;stroke-linecap:round}.goal{fill:none;stroke-dasharray:4 3}.strong{font-weight:600}`;

export interface Chart {
  readonly height: number;
  /** What it is a chart of. */
  readonly title: string;
  /** What is seen, for who cannot see it. */
  readonly description: string;
  readonly children: readonly string[];
}

export const chart = ({ children, ...about }: Chart): string =>
  picture({ ...about, width: WIDTH, style: themed(INKS) + STYLE, children });

/** A panel's title says what there is to see, the line below it what is drawn. */
export const heading = (left: number, top: number, title: string, about: string): string =>
  words(left, top + 11, title, { class: 'title' }) + words(left, top + 28, about, { class: 'quiet' });

export const panel = (box: Box, across: Scale, up: Scale, anchor: 'start' | 'middle' = 'middle'): Frame =>
  frameOf(box, across, up, anchor);

/** Values in percent. */
export const percent = (values: Iterable<number>, steps = 5): Scale => {
  const scale = valueScale(values, steps);
  return { ...scale, ticks: scale.ticks.map(({ at, text }) => ({ at, text: `${text} %` })) };
};

export interface Point {
  readonly x: number;
  readonly y: number;
}

const TENTHS = 10;
const tenths = (value: number): number => Math.round(value * TENTHS);
const written = (count: number): string => String(count / TENTHS);

/** Tenths of a pixel, each from the point before: what two machines' last digits differ by is no byte. */
export function pathOf(points: readonly Point[]): string {
  let [x, y] = [0, 0];
  return points
    .map((point, at) => {
      const [dx, dy] = [tenths(point.x) - x, tenths(point.y) - y];
      [x, y] = [x + dx, y + dy];
      const ordinate = written(dy);
      return `${at === 0 ? 'M' : 'l'}${written(dx)}${ordinate.startsWith('-') ? '' : ' '}${ordinate}`;
    })
    .join('');
}

interface Stroke {
  readonly width?: number;
  readonly class?: string;
  readonly opacity?: number;
}

export const line = (
  points: readonly Point[],
  ink: Ink,
  { width, opacity, class: kind = 'line' }: Stroke = {},
): string =>
  tag('path', {
    class: kind,
    style: `stroke:var(--${ink})`,
    'stroke-width': width,
    opacity,
    d: pathOf(points),
  });

/** From a line to a level. */
export const areaTo = (points: readonly Point[], level: number, ink: Ink, opacity: number): string =>
  area([{ x: points[0]?.x ?? 0, y: level }, ...points, { x: points.at(-1)?.x ?? 0, y: level }], ink, opacity);

/** Between the points and the last of them back to the first. */
export const area = (points: readonly Point[], ink: Ink, opacity: number): string =>
  tag('path', { style: `fill:var(--${ink})`, opacity, d: `${pathOf(points)}z` });

/** All of one size, as one path: a stroke of no length is a dot by its round caps. */
export const dots = (points: readonly Point[], ink: Ink, size: number, opacity?: number): string =>
  tag('path', {
    class: 'dots',
    style: `stroke:var(--${ink})`,
    'stroke-width': size,
    opacity,
    d: points.map(({ x, y }) => `M${written(tenths(x))} ${written(tenths(y))}h0`).join(''),
  });

/** All of one colour, as one path. */
export const blocks = (boxes: readonly Box[], ink: Ink, opacity?: number): string =>
  tag('path', {
    style: `fill:var(--${ink})`,
    opacity,
    d: boxes
      .map((box) => {
        const [left, right, top, bottom] = [box.left, box.right, box.top, box.bottom].map(tenths) as [
          number,
          number,
          number,
          number,
        ];
        return `M${written(left)} ${written(top)}h${written(right - left)}v${written(bottom - top)}H${written(left)}z`;
      })
      .join(''),
  });

/** Text in a line's colour, beside it. */
export const label = (at: Point, text: string, ink: Ink, anchor: 'start' | 'middle' | 'end' = 'start'): string =>
  words(Math.round(at.x), Math.round(at.y), text, { style: `fill:var(--${ink})`, 'text-anchor': anchor });

/** What an axis of values is of, along it. */
export function caption({ left, top, bottom }: Box, text: string): string {
  const [x, y] = [left - 42, (top + bottom) / 2];
  return words(x, y, text, { class: 'quiet', 'text-anchor': 'middle', transform: `rotate(-90 ${x} ${y})` });
}

/** What an axis below is of. */
export const captionBelow = ({ right, bottom }: Box, text: string): string =>
  words(right, bottom + 36, text, { class: 'quiet', 'text-anchor': 'end' });

export interface KeyEntry {
  readonly text: string;
  readonly ink: Ink;
  readonly opacity?: number;
}

const SWATCH = 10;

/** Squares with what they mean, in a row that ends at `right`. */
export function key(entries: readonly KeyEntry[], right: number, y: number): string {
  const widths = entries.map(({ text }) => SWATCH + 5 + textWidth(text) + 12);
  let x = right + 12 - widths.reduce((sum, width) => sum + width, 0);
  return entries
    .map(({ text, ink, opacity }, at) => {
      const left = Math.round(x);
      x += widths.at(at) ?? 0;
      return (
        blocks([{ left, right: left + SWATCH, top: y - 9, bottom: y + 1 }], ink, opacity) +
        words(left + SWATCH + 5, y, text, { class: 'quiet' })
      );
    })
    .join('');
}

/** A plot as a picture: lines over time, with axes, the unit and a legend. */
import { type Scale, timeTicks, valueScale } from './axis.ts';
import { AXIS, type Box, FRAME_STYLE, frameOf, TICK } from './frame.ts';
import { LINE_COLOURS } from './line-colours.ts';
import { lineNames, panelsOf, piecesOf, type PlotAnswer } from './plot.ts';
import { picture, short, tag, textWidth, themed, words } from './svg.ts';

/** In pixels. */
const WIDTH = 760;
const PLOT_HEIGHT = 280;
const MARGIN = 16;
const TITLE = 26;
const LEGEND_ROW = 18;
/** Of several plots under each other. */
const PANEL_HEIGHT = 110;
const PANEL_TITLE = 26;

const LINE_INKS = Object.fromEntries(
  LINE_COLOURS.light.map((light, index) => [`line-${index}`, { light, dark: LINE_COLOURS.dark[index] ?? light }]),
);

export function linePicture(plot: PlotAnswer, by: string | undefined): string {
  const { metric, unit, fromMs, toMs, series } = plot;
  const names = lineNames(plot, by);
  const panels = panelsOf(plot);
  // Panels are called by their member, and lines by the rest.
  const called = panels.map((panel) => lineNames(panel, by));
  const all = [...new Set(called.flat().filter((name) => !panels.some((panel) => panel.metric === name)))];
  const colourOf = (name: string): string =>
    `var(--line-${Math.max(0, all.indexOf(name)) % LINE_COLOURS.light.length})`;
  const scales = panels.map((panel) =>
    valueScale(panel.series.flatMap(({ points }) => points.map(([, value]) => value))),
  );
  const left = MARGIN + Math.max(...scales.flatMap(({ ticks }) => ticks.map(({ text }) => textWidth(text)))) + TICK;
  const right = WIDTH - MARGIN;
  const height = panels.length === 1 ? PLOT_HEIGHT : PANEL_HEIGHT;
  const each = height + AXIS + (panels.length === 1 ? 0 : PANEL_TITLE);
  const first = MARGIN + TITLE + (panels.length === 1 ? 0 : PANEL_TITLE - 6);
  const bottom = first + (panels.length - 1) * each + height + AXIS;
  const legend = legendOf(all, colourOf, { left, top: bottom + 8, right });
  const note = plot.left === 0 ? '' : `, ${series.length} of ${series.length + plot.left} lines`;
  const span = `${dayText(fromMs)} … ${dayText(toMs)} (UTC)`;
  return picture({
    width: WIDTH,
    height: legend.bottom + MARGIN - 8,
    title: `${metric}, ${span}${note}: ${names.join('; ')}`,
    style: themed(LINE_INKS) + FRAME_STYLE,
    children: [
      words(MARGIN, MARGIN + 11, `${metric}${unit === '' ? '' : ` (${unit})`}`, { class: 'title' }),
      words(right, MARGIN + 11, `${span}${note}`, { class: 'quiet', 'text-anchor': 'end' }),
      ...panels.flatMap((panel, index) => {
        const top = first + index * each;
        const scale = scales[index] ?? valueScale([]);
        const drawn = panelOf(
          panel,
          scale,
          { left, right, top, bottom: top + height },
          called[index]?.map(colourOf) ?? [],
        );
        return panels.length === 1 ? drawn : [words(left, top - 8, panel.metric), drawn].flat();
      }),
      ...legend.children,
    ],
  });
}

function panelOf({ fromMs, toMs, series }: PlotAnswer, scale: Scale, box: Box, colours: readonly string[]): string[] {
  const { left, right, top, bottom } = box;
  const time = { least: fromMs, most: Math.max(fromMs + 1, toMs), ticks: timeTicks(fromMs, toMs, right - left) };
  const { x, y, children } = frameOf(box, time, scale);
  const pathOf = (piece: readonly (readonly [number, number])[]): string =>
    piece.map(([ms, value], at) => `${at === 0 ? 'M' : 'L'}${short(x(ms))} ${short(y(value))}`).join('') +
    // A point alone is a dot, by its round caps.
    (piece.length === 1 ? 'h0' : '');
  // The first lies over the others.
  const lines = series
    .map((one, index) =>
      tag('path', { class: 'line', style: `stroke:${colours[index]}`, d: piecesOf(one).map(pathOf).join('') }),
    )
    .toReversed();
  const nothing =
    series.length > 0
      ? []
      : [words((left + right) / 2, (top + bottom) / 2, 'There is nothing in this time.', { 'text-anchor': 'middle' })];
  return [...children, ...lines, ...nothing];
}

const dayText = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

function legendOf(
  names: readonly string[],
  colourOf: (name: string) => string,
  { left, top, right }: { readonly left: number; readonly top: number; readonly right: number },
): { readonly children: readonly string[]; readonly bottom: number } {
  let [x, y] = [left, top];
  const children = names.map((name) => {
    const width = 22 + textWidth(name) + 16;
    if (x > left && x + width > right) [x, y] = [left, y + LEGEND_ROW];
    const line = tag('path', {
      class: 'line',
      style: `stroke:${colourOf(name)}`,
      d: `M${short(x)} ${y + 6}h16`,
    });
    const text = words(x + 22, y + 10, name);
    x += width;
    return line + text;
  });
  return { children, bottom: children.length === 0 ? top : y + LEGEND_ROW };
}

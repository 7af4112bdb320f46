/** A plot as a picture: lines over time, with axes, the unit and a legend. */
import { timeTicks, valueScale } from './axis.ts';
import { LINE_COLOURS } from './line-colours.ts';
import { lineNames, piecesOf, type PlotAnswer } from './plot.ts';
import { picture, short, tag, textWidth, themed, words } from './svg.ts';

/** In pixels. */
const WIDTH = 760;
const PLOT_HEIGHT = 280;
const MARGIN = 16;
const TITLE = 26;
const TICK = 6;
const AXIS = 22;
const LEGEND_ROW = 18;

export function linePicture(plot: PlotAnswer, by: string | undefined): string {
  const { metric, unit, fromMs, toMs, series } = plot;
  const scale = valueScale(series.flatMap(({ points }) => points.map(([, value]) => value)));
  const left = MARGIN + Math.max(...scale.ticks.map(({ text }) => textWidth(text))) + TICK;
  const [right, top] = [WIDTH - MARGIN, MARGIN + TITLE];
  const bottom = top + PLOT_HEIGHT;
  const x = (ms: number): number => left + ((ms - fromMs) / Math.max(1, toMs - fromMs)) * (right - left);
  const y = (value: number): number => bottom - ((value - scale.least) / (scale.most - scale.least)) * PLOT_HEIGHT;
  const names = lineNames(plot, by);
  const colours = colourIndexes(names);
  // One line is called what the title says.
  const named = names.length === 1 && names[0] === metric ? [] : names;
  const legend = legendOf(named, colours, { left, top: bottom + AXIS + 8, right });
  const note = plot.left === 0 ? '' : `, ${series.length} of ${series.length + plot.left} lines`;
  const span = `${dayText(fromMs)} … ${dayText(toMs)} (UTC)`;
  return picture({
    width: WIDTH,
    height: legend.bottom + MARGIN - 8,
    title: `${metric}, ${span}${note}: ${names.join('; ')}`,
    style:
      themed(
        Object.fromEntries(
          LINE_COLOURS.light.map((light, index) => [
            `line-${index}`,
            { light, dark: LINE_COLOURS.dark[index] ?? light },
          ]),
        ),
      ) + '.grid{stroke:var(--line)}.line{fill:none;stroke-width:1.6;stroke-linejoin:round;stroke-linecap:round}',
    children: [
      words(MARGIN, MARGIN + 11, `${metric}${unit === '' ? '' : ` (${unit})`}`, { class: 'title' }),
      words(right, MARGIN + 11, `${span}${note}`, { class: 'quiet', 'text-anchor': 'end' }),
      ...scale.ticks.map(
        ({ at, text }) =>
          tag('path', { class: 'grid', d: `M${short(left)} ${short(y(at))}H${short(right)}` }) +
          words(left - TICK, y(at) + 4, text, { class: 'quiet', 'text-anchor': 'end' }),
      ),
      ...timeTicks(fromMs, toMs, right - left).map(
        ({ at, text }) =>
          tag('path', { class: 'grid', d: `M${short(x(at))} ${bottom}V${bottom + TICK}` }) +
          words(x(at), bottom + AXIS - 4, text, { class: 'quiet' }),
      ),
      ...series.toReversed().map((one, index) => {
        const own = series.length - 1 - index;
        const d = piecesOf(one)
          .map(
            (piece) =>
              piece.map(([ms, value], at) => `${at === 0 ? 'M' : 'L'}${short(x(ms))} ${short(y(value))}`).join('') +
              (piece.length === 1 ? 'h0' : ''),
          )
          .join('');
        return tag('path', { class: 'line', style: `stroke:var(--line-${colours[own]})`, d });
      }),
      ...(series.length === 0
        ? [words((left + right) / 2, (top + bottom) / 2, 'There is nothing in this time.', { 'text-anchor': 'middle' })]
        : []),
      ...legend.children,
    ],
  });
}

const dayText = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Lines of one name have one colour. */
function colourIndexes(names: readonly string[]): number[] {
  const known = [...new Set(names)];
  return names.map((name) => known.indexOf(name) % LINE_COLOURS.light.length);
}

function legendOf(
  names: readonly string[],
  colours: readonly number[],
  { left, top, right }: { readonly left: number; readonly top: number; readonly right: number },
): { readonly children: readonly string[]; readonly bottom: number } {
  let [x, y] = [left, top];
  const children = [...new Set(names)].map((name) => {
    const width = 22 + textWidth(name) + 16;
    if (x > left && x + width > right) [x, y] = [left, y + LEGEND_ROW];
    const line = tag('path', {
      class: 'line',
      style: `stroke:var(--line-${colours[names.indexOf(name)]})`,
      d: `M${short(x)} ${y + 6}h16`,
    });
    const text = words(x + 22, y + 10, name);
    x += width;
    return line + text;
  });
  return { children, bottom: children.length === 0 ? top : y + LEGEND_ROW };
}

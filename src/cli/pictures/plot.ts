/** What a plot shows, whoever draws it. */
import { z } from 'zod';

export const PlotSeries = z.object({
  labels: z.record(z.string(), z.string()),
  points: z.array(z.tuple([z.number(), z.number()])).describe('[[ms since 1970, value]], ascending'),
});
export type PlotSeries = z.infer<typeof PlotSeries>;

export const PlotAnswer = z.object({
  metric: z.string(),
  /** Of the values; empty where nothing says one. */
  unit: z.string(),
  fromMs: z.number(),
  toMs: z.number(),
  /** Those with the greatest last values first. */
  series: z.array(PlotSeries),
  /** Series beyond the most that a plot has. */
  left: z.number(),
});
export type PlotAnswer = z.infer<typeof PlotAnswer>;

/** Lines that eyes and colours tell apart. */
export const MOST_LINES = 10;

/** Keeps the lines with the greatest last values. */
export function foremost(series: readonly PlotSeries[]): Pick<PlotAnswer, 'series' | 'left'> {
  const last = ({ points }: PlotSeries): number => points.at(-1)?.[1] ?? -Infinity;
  const drawn = series.filter(({ points }) => points.length > 0).sort((a, b) => last(b) - last(a));
  return { series: drawn.slice(0, MOST_LINES), left: Math.max(0, drawn.length - MOST_LINES) };
}

/** Plots under each other: more are a table's business. */
export const MOST_PANELS = 6;

/** Of the first members the same lines, so that a colour is one entity in all of them: the foremost of the first. */
export function ofMembers(lines: readonly PlotSeries[]): Pick<PlotAnswer, 'series' | 'left'> {
  const members = [...Map.groupBy(lines, ({ labels }) => labels['member']).values()];
  const [first = []] = members;
  const kept = new Set(foremost(first).series.map(({ labels }) => labels['entity']));
  const series = members.slice(0, MOST_PANELS).flatMap((own) => {
    const known = own.filter(({ labels }) => kept.has(labels['entity']));
    return foremost(known).series;
  });
  return { series, left: lines.length - series.length };
}

/** A plot of several members as one each, with values of its own: a rate beside a count would be a flat line. */
export function panelsOf(plot: PlotAnswer): PlotAnswer[] {
  const members = Map.groupBy(plot.series, ({ labels }) => labels['member']);
  if (members.size < 2) return [plot];
  const { unit, fromMs, toMs } = plot;
  return [...members].map(([metric = '', series]): PlotAnswer => ({ metric, unit, fromMs, toMs, series, left: 0 }));
}

/** What a line is called: the value of `by`, else of the labels in which lines differ. */
export function lineNames({ series, metric }: Pick<PlotAnswer, 'series' | 'metric'>, by: string | undefined): string[] {
  if (by !== undefined) return series.map(({ labels }) => labels[by] ?? '');
  const names = new Set(series.flatMap(({ labels }) => Object.keys(labels)));
  const differing = [...names].filter((name) => new Set(series.map(({ labels }) => labels[name])).size > 1);
  return series.map(({ labels }) => {
    const said = differing.flatMap((name) => labels[name] ?? []);
    return said.length === 0 ? metric : said.join(', ');
  });
}

/** A gap of more than so many usual ones is no line: weekends are, a month without data is not. */
const USUAL_GAPS = 4;

/** Points that belong together, in pieces. */
export function piecesOf({ points }: PlotSeries): (readonly [number, number])[][] {
  const gaps = points.slice(1).map(([at], index) => at - (points[index]?.[0] ?? at));
  const usual = gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? Infinity;
  const pieces: (readonly [number, number])[][] = [];
  let before = -Infinity;
  for (const point of points) {
    if (!Number.isFinite(point[1])) continue;
    if (point[0] - before > USUAL_GAPS * usual || pieces.length === 0) pieces.push([]);
    pieces.at(-1)?.push(point);
    before = point[0];
  }
  return pieces;
}

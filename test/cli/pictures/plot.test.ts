import { describe, expect, test } from 'vitest';
import { LINE_COLOURS } from '../../../src/cli/pictures/line-colours.ts';
import { linePicture } from '../../../src/cli/pictures/line-picture.ts';
import {
  foremost,
  lineNames,
  MOST_LINES,
  MOST_PANELS,
  ofMembers,
  panelsOf,
  piecesOf,
  type PlotAnswer,
  type PlotSeries,
} from '../../../src/cli/pictures/plot.ts';
import { textPlot } from '../../../src/cli/pictures/text-plot.ts';
import { SERIES_COLOURS } from '../../../src/dashboard/explore/colours.ts';
import { ciede2000, contrast, lab, linear } from '../../support/colour.ts';
import { assertWellFormed } from '../../support/well-formed.ts';

const DAY = 86_400_000;
const FIRST = Date.parse('2024-01-01');

const line = (labels: PlotSeries['labels'], ...values: (number | undefined)[]): PlotSeries => ({
  labels,
  points: values.flatMap((value, day): [number, number][] => (value === undefined ? [] : [[FIRST + day * DAY, value]])),
});

const plotOf = (series: PlotSeries[], days = 10): PlotAnswer => ({
  metric: 'm',
  unit: 'seconds',
  fromMs: FIRST,
  toMs: FIRST + (days - 1) * DAY,
  ...foremost(series),
});

describe('lines', () => {
  test('beyond the most are left out, the greatest last values first', () => {
    const series = Array.from({ length: MOST_LINES + 3 }, (_, index) => line({ n: String(index) }, 100, index));
    const { series: drawn, left } = foremost(series);
    expect(left).toBe(3);
    expect(drawn.map(({ labels }) => labels['n'])).toEqual(['12', '11', '10', '9', '8', '7', '6', '5', '4', '3']);
  });

  test('are called by the labels in which they differ, or by the one that is asked for', () => {
    const series = [line({ job: 'api', zone: 'a' }, 1), line({ job: 'api', zone: 'b' }, 1)];
    expect(lineNames({ series, metric: 'm' }, undefined)).toEqual(['a', 'b']);
    expect(lineNames({ series, metric: 'm' }, 'job')).toEqual(['api', 'api']);
    expect(lineNames({ series: series.slice(1), metric: 'm' }, undefined)).toEqual(['m']);
  });

  test('go on over a weekend, and break where data is missing for long', () => {
    const week = [1, 2, 3, 4, 5, undefined, undefined];
    expect(piecesOf(line({}, ...week, ...week)).map((piece) => piece.length)).toEqual([10]);
    const month = Array.from({ length: 30 }, () => undefined);
    expect(piecesOf(line({}, ...week, ...month, ...week)).map((piece) => piece.length)).toEqual([5, 5]);
    expect(piecesOf(line({}, 7))).toEqual([[[FIRST, 7]]]);
    expect(piecesOf(line({}))).toEqual([]);
  });
});

describe('members', () => {
  const lines = ['a', 'b'].flatMap((member, at) =>
    Array.from({ length: 12 }, (_, entity) =>
      line({ member, entity: `e${entity}` }, at === 0 ? entity : 1_000 - entity),
    ),
  );

  test('have the same lines, those with the greatest last values of the first', () => {
    const { series, left } = ofMembers(lines);
    expect(left).toBe(4);
    const entitiesOf = (member: string) =>
      series.filter(({ labels }) => labels['member'] === member).map(({ labels }) => labels['entity']);
    expect(entitiesOf('a')).toEqual(['e11', 'e10', 'e9', 'e8', 'e7', 'e6', 'e5', 'e4', 'e3', 'e2']);
    expect(new Set(entitiesOf('b'))).toEqual(new Set(entitiesOf('a')));
  });

  test('beyond the most panels are left out', () => {
    const many = Array.from({ length: MOST_PANELS + 2 }, (_, member) => line({ member: `m${member}` }, 1));
    expect(ofMembers(many)).toMatchObject({ left: 2, series: { length: MOST_PANELS } });
  });

  test('have a plot each under each other, with values of its own, and a colour an entity', () => {
    const plot = { ...plotOf([]), ...ofMembers(lines) };
    expect(panelsOf(plot).map(({ metric, series }) => [metric, series.length])).toEqual([
      ['a', MOST_LINES],
      ['b', MOST_LINES],
    ]);
    const svg = linePicture(plot, undefined);
    assertWellFormed(svg);
    const coloured = [...svg.matchAll(/class="line" style="stroke:(var\(--line-\d\))" d="M/g)].map(
      ([, colour]) => colour,
    );
    // Of both panels, and of the legend.
    expect(coloured).toHaveLength(3 * MOST_LINES);
    expect(new Set(coloured).size).toBe(MOST_LINES);
    expect(svg).toContain('>a<');
    expect(svg).toContain('20 of 24 lines');
  });

  test('of one there is one plot', () => {
    const plot = { ...plotOf([]), ...ofMembers([line({ member: 'a' }, 1, 2)]) };
    expect(panelsOf(plot)).toEqual([plot]);
  });
});

describe('a plot as a picture', () => {
  test('has a path a line, a piece of it for each stretch of data, a legend, and the unit', () => {
    const svg = linePicture(plotOf([line({ a: '<x>' }, 1, 2, 3), line({ a: 'y' }, 3, 2, 1)]), undefined);
    assertWellFormed(svg);
    expect(svg.match(/class="line" style="stroke:var\(--line-[01]\)" d="M[^"]+L/g)).toHaveLength(2);
    expect(svg).toContain('>m (seconds)<');
    expect(svg).toContain('>&lt;x&gt;<');
    expect(svg).toContain('2024-01-01 … 2024-01-10 (UTC)');
  });

  test('lies in its frame: the greatest value at the top, the last day at the right', () => {
    const svg = linePicture(plotOf([line({}, 0, 1, 2, 3, 4, 5, 6, 7, 8, 10)]), undefined);
    const [, d = ''] = / class="line" style="[^"]*" d="([^"]+)"/.exec(svg) ?? [];
    const points = [...d.matchAll(/([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const);
    expect(points).toHaveLength(10);
    const [[left, bottom] = [0, 0]] = points;
    const [right, top] = points.at(-1) ?? [0, 0];
    expect([right, top, bottom - top]).toEqual([744, 42, 280]);
    expect(left).toBeLessThan(60);
    // The only line is called by the title alone.
    expect(svg.match(/>m</g)).toBeNull();
  });

  test('says so when there is nothing, and when lines are left out', () => {
    const nothing = linePicture(plotOf([]), undefined);
    assertWellFormed(nothing);
    expect(nothing).toContain('There is nothing in this time.');
    const many = Array.from({ length: 12 }, (_, index) => line({ n: String(index) }, index));
    expect(linePicture(plotOf(many), undefined)).toContain('10 of 12 lines');
  });

  test('has the colours of the page, of which each stands out from its ground and differs from the others', () => {
    expect(LINE_COLOURS).toEqual(SERIES_COLOURS);
    expect(LINE_COLOURS.light).toHaveLength(MOST_LINES);
    for (const [theme, ground] of [
      ['light', '#ffffff'],
      ['dark', '#10161d'],
    ] as const)
      for (const [index, colour] of LINE_COLOURS[theme].entries()) {
        expect(contrast(linear(colour), linear(ground))).toBeGreaterThanOrEqual(3);
        for (const other of LINE_COLOURS[theme].slice(index + 1))
          expect(ciede2000(lab(linear(colour)), lab(linear(other)))).toBeGreaterThan(10);
      }
  });
});

describe('a plot as text', () => {
  test('rises with its values, and has both axes', () => {
    const lines = textPlot(plotOf([line({}, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)]), { columns: 30, rows: 4 });
    expect(lines.map((text) => text.slice(0, 4))).toEqual(['10 ┤', '   │', ' 5 ┤', ' 0 ┤', '   └', '    ']);
    const heights = lines.slice(0, 4).map((text) => text.search(/[\u2801-\u28ff]/));
    expect(heights).toEqual(heights.toSorted((a, b) => b - a));
    expect(lines.at(-1)).toMatch(/^ +Jan 2024 +8$/);
  });

  test('keeps to its size, whatever the values', () => {
    for (const values of [[1e300, -1e300], [0], [1e-7, 2e-7], [], [5, 5, 5]]) {
      const lines = textPlot(plotOf([line({}, ...values)]), { columns: 60, rows: 8 });
      expect(lines).toHaveLength(10);
      expect(Math.max(...lines.map((text) => text.length))).toBeLessThanOrEqual(60);
    }
  });
});

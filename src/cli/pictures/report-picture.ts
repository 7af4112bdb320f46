/** The grid of a report as a picture: computations by days, by the marks of state-marks.ts, with a legend and a ruler of months. */
import type { GridAnswer } from '../../mill/answers/grid.ts';
import { RUNNING } from '../../mill/answers/grid.ts';
import { type CellState, STATE_MARKS, WORST_FIRST } from '../../mill/answers/state-marks.ts';
import { STANDS } from '../../mill/planning/report.ts';
import { type Day, daysFrom } from '../../values/date.ts';
import { counted } from '../counted.ts';
import { rulerOf } from './month-ruler.ts';
import { patternsOf } from './patterns.ts';
import { escaped, picture, short, tag, textWidth, themed, words } from './svg.ts';

/** In pixels. */
const MARGIN = 16;
const GAP = 8;
const TITLE = 24;
const RULER = 20;
const LEGEND_ROW = 20;
const MAX_GRID_WIDTH = 1_040;
const MIN_GRID_WIDTH = 320;
const MAX_CELL = 16;
const ROW = { most: 16, least: 3 } as const;
/** Rows beyond this become thinner; names are left out below what text needs. */
const MAX_GRID_HEIGHT = 960;
const READABLE_ROW = 11;
/** From this size on cells have lines between them, and patterns. */
const PATTERNED = 7;

/** Stands by a byte's lower half. */
const STATES: readonly (CellState | undefined)[] = Object.assign([...STANDS] as (CellState | undefined)[], {
  [RUNNING]: 'running',
});

export interface ReportPicture {
  readonly grid: GridAnswer;
  /** The first of its days to draw. */
  readonly from: Day;
  /** Rows that are drawn, by name; all when absent. */
  readonly only?: ReadonlySet<string>;
  readonly project: string;
}

export function reportPicture({ grid, from, only, project }: ReportPicture): string {
  const { to } = grid;
  const [all, days] = [daysFrom(grid.from, to).length, daysFrom(from, to).length];
  const rows = grid.computations.flatMap((name, row) =>
    only?.has(name) === false ? [] : [{ name, states: grid.states.subarray((row + 1) * all - days, (row + 1) * all) }],
  );
  const row = Math.max(ROW.least, Math.min(ROW.most, Math.floor(MAX_GRID_HEIGHT / Math.max(1, rows.length))));
  const cell = Math.min(MAX_CELL, MAX_GRID_WIDTH / days);
  const names = row < READABLE_ROW ? 0 : Math.max(0, ...rows.map(({ name }) => textWidth(name))) + GAP;
  const gridWidth = cell * days;
  const [left, top] = [MARGIN + names, MARGIN + TITLE + RULER];
  const bottom = top + row * rows.length;
  const counts = countsOf(rows.map(({ states }) => states));
  const width = left + Math.max(gridWidth, MIN_GRID_WIDTH - names) + MARGIN;
  const legend = legendOf(counts, { left, top: bottom + GAP + 4, right: width - MARGIN });
  const title = `${project === '' ? '' : `${project}: `}${counted(rows.length, 'computation')}, ${from === to ? from : `${from} … ${to}`} (UTC)`;
  const size = { cell, row, isPatterned: Math.min(cell, row) >= PATTERNED };
  return picture({
    width,
    height: legend.bottom + MARGIN - GAP,
    title: `${title}. ${legend.text}`,
    style: themed(Object.fromEntries(WORST_FIRST.map((state) => [state, STATE_MARKS[state]]))) + styleOf(),
    children: [
      ...patternsOf(),
      words(MARGIN, MARGIN + 11, title, { class: 'title' }),
      ...rulerOf(from, to, cell).flatMap(({ at, text }) => [
        words(left + at * cell, top - 6, text, { class: 'quiet' }),
        tag('path', { class: 'rule', d: `M${short(left + at * cell)} ${top - 3}V${bottom}` }),
      ]),
      ...(names === 0 ? [] : rows.map(({ name }, index) => nameOf(name, left - GAP, top + (index + 0.5) * row + 4))),
      ...rows.map(({ name, states }, index) => rowOf(name, states, { ...size, left, top: top + index * row })),
      ...(size.isPatterned ? [linesOf({ left, top, right: left + gridWidth, bottom, cell, row })] : []),
      ...legend.children,
    ],
  });
}

const nameOf = (name: string, right: number, y: number): string => words(right, y, name, { 'text-anchor': 'end' });

const styleOf = (): string =>
  `${WORST_FIRST.map((state) => `.${state}{fill:var(--${state})}`).join('')}.rule{stroke:var(--line)}.lines{stroke:var(--ground)}`;

interface Place {
  readonly left: number;
  readonly top: number;
  readonly cell: number;
  readonly row: number;
  readonly isPatterned: boolean;
}

/** Stretches of days that are alike, a path a state; of days that share a pixel the worst. */
function rowOf(name: string, states: Uint8Array, { left, top, cell, row, isPatterned }: Place): string {
  const aColumn = Math.max(1, Math.ceil(1 / cell));
  const columns = Array.from({ length: Math.ceil(states.length / aColumn) }, (_, column) =>
    worstOf(states.subarray(column * aColumn, (column + 1) * aColumn)),
  );
  const height = row > ROW.least + 1 ? row - 1 : row;
  const drawn = new Map<CellState, string>();
  for (let start = 0; start < columns.length;) {
    const state = columns[start];
    let end = start + 1;
    while (end < columns.length && columns[end] === state) end++;
    if (state !== undefined) {
      const x = left + start * aColumn * cell;
      const width = Math.min(end * aColumn, states.length) * cell + left - x;
      drawn.set(
        state,
        `${drawn.get(state) ?? ''}M${short(x)} ${short(top)}h${short(width)}v${height}h${short(-width)}z`,
      );
    }
    start = end;
  }
  const marks = [...drawn].flatMap(([state, d]) => {
    const { pattern } = STATE_MARKS[state];
    const plain = tag('path', { class: state, d });
    return isPatterned && pattern !== 'plain' ? [plain, tag('path', { fill: `url(#${pattern})`, d })] : [plain];
  });
  return tag('g', {}, `<title>${escaped(name)}</title>`, ...marks);
}

/** By a byte's lower half: its place in `WORST_FIRST`; after them all where there is no cell. */
const RANKS = Array.from({ length: 16 }, (_, low) => {
  const state = STATES[low];
  return state === undefined ? WORST_FIRST.length : WORST_FIRST.indexOf(state);
});

function worstOf(states: Uint8Array): CellState | undefined {
  let worst = WORST_FIRST.length;
  for (const byte of states) worst = Math.min(worst, RANKS[byte & 0x0f] ?? worst);
  return WORST_FIRST[worst];
}

function countsOf(rows: readonly Uint8Array[]): ReadonlyMap<CellState, number> {
  const counts = new Uint32Array(16);
  for (const states of rows) for (const byte of states) counts[byte & 0x0f]! += 1;
  return new Map(
    STATES.flatMap((state, low): [CellState, number][] => {
      const count = counts[low] ?? 0;
      return state === undefined || count === 0 ? [] : [[state, count]];
    }),
  );
}

function linesOf(grid: Readonly<Record<'left' | 'top' | 'right' | 'bottom' | 'cell' | 'row', number>>): string {
  const { left, top, right, bottom, cell } = grid;
  const lines: string[] = [];
  for (let x = left + cell; x < right - 0.5; x += cell) lines.push(`M${short(x)} ${top}V${bottom}`);
  return tag('path', { class: 'lines', d: lines.join('') });
}

interface Legend {
  readonly children: readonly string[];
  readonly bottom: number;
  readonly text: string;
}

/** Of the states that there are, with how many cells have them. */
function legendOf(
  counts: ReadonlyMap<CellState, number>,
  { left, top, right }: { readonly left: number; readonly top: number; readonly right: number },
): Legend {
  let [x, y] = [left, top];
  const said: string[] = [];
  const children = WORST_FIRST.flatMap((state) => {
    const count = counts.get(state);
    if (count === undefined) return [];
    const { word, pattern } = STATE_MARKS[state];
    const text = `${count.toLocaleString('en-US')} ${word}`;
    const width = 18 + textWidth(text) + 14;
    if (x > left && x + width > right) [x, y] = [left, y + LEGEND_ROW];
    const place = { x, y, width: 12, height: 12 };
    const plain = tag('rect', { class: state, ...place });
    const over = pattern === 'plain' ? '' : tag('rect', { fill: `url(#${pattern})`, ...place });
    const mark = plain + over + words(x + 18, y + 10, text);
    x += width;
    said.push(text);
    return [mark];
  });
  return { children, bottom: y + LEGEND_ROW, text: said.join(', ') };
}

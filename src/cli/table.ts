/** Rows in aligned columns. On a terminal they keep to its width: columns give way, one wraps, and none breaks in the middle. */
import { cutTo, widestWord, widthOf, wrapText } from './text-width.ts';
import { paint } from './paint.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Where there is no room it is left out, the one with the highest number first. Without a number it stays. */
  readonly yields?: number;
  /** Where there is no room its text goes on in further lines, by word. */
  readonly wraps?: boolean;
  /** Columns that it wants before others give way, when it wraps or is cut. */
  readonly atLeast?: number;
  /** It is left out where none of its cells says anything. */
  readonly mayBeEmpty?: boolean;
  /** Where there is no room its text may be cut. */
  readonly cuts?: boolean;
  readonly paint?: (cell: string, row: readonly string[]) => string;
}

export interface FittedTable {
  readonly titles: string;
  /** Of each row: more than one where a cell wraps. */
  readonly lines: readonly (readonly string[])[];
  /** Titles of the columns that found no room. */
  readonly hidden: readonly string[];
}

const GAP = '  ';

/** A column that wraps is not made narrower than this while others can give way. */
const ROOM_TO_WRAP = 24;

/** Below this a cell says nothing. */
const LEAST = 4;

/**
 * One line for the titles and one a row, painted. Columns are as wide as their widest cell, and the last is not padded; no wider than `width` columns together,
 * or as wide as they are when that is undefined.
 */
export function fitTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number | undefined,
): FittedTable {
  const cells = rows.map((row) => row.map(onOneLine));
  const all = columns
    .map((column, index) => ({
      column,
      index,
      width: naturalWidth(column, index, cells),
      word: longestWord(column, index, cells),
    }))
    .filter(({ column, index }) => column.mayBeEmpty !== true || cells.some((row) => row[index] !== ''));
  const shown = width === undefined ? all : fit(all, width);
  const [[titles] = [], ...lines] = render(shown, cells);
  return {
    titles: paint.quiet(titles?.text ?? ''),
    lines: lines.map((ofRow) => ofRow.map(({ painted }) => painted)),
    hidden: all.filter(({ index }) => !shown.some((one) => one.index === index)).map(({ column }) => column.title),
  };
}

/** A column as it is shown. */
interface Shown {
  readonly column: Column;
  /** Its place in the rows. */
  readonly index: number;
  readonly width: number;
  /** Of one that wraps: below this, words break. */
  readonly word: number;
}

const longestWord = ({ wraps }: Column, index: number, rows: readonly (readonly string[])[]): number =>
  wraps === true ? rows.reduce((most, row) => Math.max(most, widestWord(row[index] ?? '')), 0) : 0;

const naturalWidth = ({ title }: Column, index: number, rows: readonly (readonly string[])[]): number =>
  rows.reduce((most, row) => Math.max(most, widthOf(onOneLine(row[index] ?? ''))), widthOf(title));

/** Messages of errors have several lines, and rows one. */
const onOneLine = (text: string): string => text.replaceAll(/\s*[\n\r\t]\s*/g, ' ');

const totalOf = (shown: readonly { readonly width: number }[]): number =>
  shown.reduce((sum, { width }) => sum + width, GAP.length * (shown.length - 1));

function fit(all: readonly Shown[], width: number): readonly Shown[] {
  const narrowest = (leastOf: (column: Column) => number, columns: readonly Shown[]): Shown[] =>
    columns.map((one) =>
      isElastic(one.column) ? Object.assign({}, one, { width: Math.min(one.width, leastOf(one.column)) }) : one,
    );
  let shown = all;
  while (totalOf(narrowest(({ atLeast = ROOM_TO_WRAP }) => atLeast, shown)) > width) {
    const next = shown.reduce<Shown | undefined>(
      (first, one) => ((one.column.yields ?? 0) > (first?.column.yields ?? 0) ? one : first),
      undefined,
    );
    if (next === undefined) break;
    shown = shown.filter((one) => one !== next);
  }
  // What has no room of its own yet is cut, the widest first; numbers never are.
  const widths = narrowest(() => LEAST, shown).map((one) => one.width);
  const natural = shown.map((one) => one.width);
  const words = shown.map((one) => Math.min(one.width, one.word));
  for (const wanted of [words, natural]) grow(widths, wanted, width - totalOf(widths.map((each) => ({ width: each }))));
  shrink(widths, shown, width);
  return shown.map((one, at) => Object.assign({}, one, { width: widths[at] ?? one.width }));
}

const isElastic = ({ wraps, cuts }: Column): boolean => wraps === true || cuts === true;

/** A column more for the narrowest that wants it, as long as there is room. */
function grow(widths: number[], wanted: readonly number[], room: number): void {
  for (let left = room; left > 0; left--) {
    const hungry = widths.map((_, at) => at).filter((at) => (widths[at] ?? 0) < (wanted[at] ?? 0));
    const [first] = hungry.sort((a, b) => (widths[a] ?? 0) - (widths[b] ?? 0));
    if (first === undefined) return;
    widths[first] = (widths[first] ?? 0) + 1;
  }
}

function shrink(widths: number[], shown: readonly Shown[], width: number): void {
  while (totalOf(widths.map((each) => ({ width: each }))) > width) {
    const soft = widths
      .map((_, at) => at)
      .filter((at) => shown[at]?.column.align !== 'right' && (widths[at] ?? 0) > LEAST);
    const [widest] = soft.sort((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0));
    if (widest === undefined) return;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
}

interface Line {
  readonly text: string;
  readonly painted: string;
}

function render(shown: readonly Shown[], rows: readonly (readonly string[])[]): Line[][] {
  const titles: string[] = [];
  for (const { column, index } of shown) titles[index] = column.title;
  return [linesOf(shown, titles, false), ...rows.map((row) => linesOf(shown, row, true))];
}

/** More than one where a cell wraps. */
function linesOf(shown: readonly Shown[], row: readonly string[], isPainted: boolean): Line[] {
  const cells = shown.map(({ column, index, width }) => {
    const text = row[index] ?? '';
    return column.wraps === true ? wrapText(text, width) : [cutTo(text, width)];
  });
  const height = Math.max(1, ...cells.map(({ length }) => length));
  return Array.from({ length: height }, (_, at): Line => {
    const parts = shown.map(({ column, width }, place) => {
      const text = cells[place]?.[at] ?? '';
      const padding = ' '.repeat(Math.max(0, width - widthOf(text)));
      const painted = isPainted && text !== '' ? (column.paint?.(text, row) ?? text) : text;
      const isLast = place === shown.length - 1;
      return column.align === 'right'
        ? { text: padding + text, painted: padding + painted }
        : { text: text + (isLast ? '' : padding), painted: painted + (isLast ? '' : padding) };
    });
    const text = parts
      .map((part) => part.text)
      .join(GAP)
      .trimEnd();
    // What is blank at the end of a line is not painted.
    return {
      text,
      painted: parts
        .map((part) => part.painted)
        .join(GAP)
        .trimEnd(),
    };
  });
}

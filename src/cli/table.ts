/** Rows in aligned columns, for a terminal. */

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

const GAP = '  ';

const GRAPHEMES = new Intl.Segmenter();

/** One line for the titles and one a row. Columns are as wide as their widest cell; the last is not padded. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const titles = columns.map(({ title }) => title);
  const widths = columns.map((_, index) => Math.max(...[titles, ...rows].map((row) => widthOf(row[index] ?? ''))));
  const line = (row: readonly string[]): string =>
    columns
      .map(({ align }, index) => {
        const text = row[index] ?? '';
        const padding = ' '.repeat((widths[index] ?? 0) - widthOf(text));
        return align === 'right' ? padding + text : text + padding;
      })
      .join(GAP)
      .trimEnd();
  return [titles, ...rows].map(line);
}

/** In characters as people count them. */
const widthOf = (text: string): number => [...GRAPHEMES.segment(text)].length;

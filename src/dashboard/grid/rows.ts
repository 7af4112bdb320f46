/** Rows as they are drawn: by pass and category, under a line that names them where there is room for it. */
import type { ProjectComputation } from '../data/project.ts';

export interface Group {
  readonly title: string;
  /** Of the rows in it, by their place on the screen: the first, and how many. */
  readonly first: number;
  readonly count: number;
}

export interface Rows {
  /** By place on the screen: the row of the grid. */
  readonly order: readonly number[];
  readonly groups: readonly Group[];
}

/** In the order of passes, then of categories; what the manifest does not name comes last. */
export function rowsOf(computations: readonly string[], known: readonly ProjectComputation[]): Rows {
  const byName = new Map(known.map((one) => [one.name, one]));
  const rows = computations.map((name, index) => {
    const { pass = Infinity, category = 'unknown' } = byName.get(name) ?? {};
    return { index, pass, category };
  });
  rows.sort(
    (a, b) => a.pass - b.pass || (a.category < b.category ? -1 : a.category > b.category ? 1 : a.index - b.index),
  );
  const groups: { title: string; first: number; count: number }[] = [];
  for (const [place, { pass, category }] of rows.entries()) {
    const title = pass === Infinity ? category : `pass ${pass} · ${category}`;
    const last = groups.at(-1);
    if (last?.title === title) last.count++;
    else groups.push({ title, first: place, count: 1 });
  }
  return { order: rows.map(({ index }) => index), groups };
}

/** In pixels. */
export const GROUP_HEIGHT = 19;
/** Below, names cannot be read, and groups are told apart by a line alone. */
const LEAST_NAMED = 10;
const GROUP_GAP = 2;

export interface Layout {
  readonly rowHeight: number;
  /** Of each place on the screen, from the top. */
  readonly tops: Float64Array;
  /** Of each group's title; absent where there is no room for them. */
  readonly titles: readonly { readonly title: string; readonly top: number }[];
  readonly height: number;
}

export function layoutOf({ order, groups }: Rows, rowHeight: number): Layout {
  const tops = new Float64Array(order.length);
  const isNamed = rowHeight >= LEAST_NAMED;
  const titles: { title: string; top: number }[] = [];
  let top = 0;
  for (const { title, first, count } of groups) {
    if (isNamed) {
      titles.push({ title, top });
      top += GROUP_HEIGHT;
    } else if (first > 0 && rowHeight >= 2) top += GROUP_GAP;
    for (let place = first; place < first + count; place++) {
      tops[place] = top;
      top += rowHeight;
    }
  }
  return { rowHeight, tops, titles, height: top };
}

/** The place at a distance from the top, undefined between groups and outside. */
export function placeAt({ tops, rowHeight }: Layout, y: number): number | undefined {
  let [low, high] = [0, tops.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tops[middle] as number) <= y) low = middle + 1;
    else high = middle;
  }
  const place = low - 1;
  return place >= 0 && y < (tops[place] as number) + rowHeight ? place : undefined;
}

/** The height at which all rows are seen at once, titles among them, within what can still be read and what is still comfortable. */
export function fittingHeight(rows: Rows, room: number, comfortable = 22): number {
  const named = (room - rows.groups.length * GROUP_HEIGHT) / Math.max(1, rows.order.length);
  if (named >= LEAST_NAMED) return Math.min(comfortable, named);
  const gaps = (rows.groups.length - 1) * GROUP_GAP;
  const plain = (room - gaps) / Math.max(1, rows.order.length);
  return plain >= 2 ? Math.min(LEAST_NAMED - 0.01, plain) : room / Math.max(1, rows.order.length);
}

/** Of a line of small text. */
const LABEL_HEIGHT = 16;

/**
 * The names of groups whose rows are too low to be named themselves, by how far from the top of what is seen. Each stands within its own
 * rows: one that has no room there is left out, never moved to where others lie.
 */
export function groupLabels(
  { groups }: Rows,
  { tops, rowHeight }: Layout,
  seen: { readonly y: number; readonly height: number },
): readonly { readonly title: string; readonly y: number }[] {
  const labels: { title: string; y: number }[] = [];
  let free = 0;
  for (const { title, first, count } of groups) {
    const start = (tops[first] as number) - seen.y;
    const end = (tops[first + count - 1] as number) + rowHeight - seen.y;
    const y = Math.max(start, free);
    if (end <= y || y > seen.height || (y > start && y + LABEL_HEIGHT > end)) continue;
    labels.push({ title, y });
    free = y + LABEL_HEIGHT;
  }
  return labels;
}

/** The graph as a drawing that needs no other program: passes from left to right, few crossings, no edge through a box. */
import type { Graph, GraphNode } from './graph.ts';

/** In pixels. */
const BOX_HEIGHT = 30;
const LANE_HEIGHT = 10;
const ROW_GAP = 12;
const COLUMN_GAP = 64;
const MARGIN = 16;
/** Of the 12 px sans-serif that labels are set in. */
const CHARACTER_WIDTH = 7;
const LABEL_PADDING = 24;
/** Orders settle within a few sweeps; more bring nothing. */
const SWEEPS = 8;

/** A box, or (without a node) the place where a long edge crosses a column. */
interface Slot {
  readonly node?: GraphNode;
  readonly column: number;
  readonly neighbours: Slot[];
  y: number;
}

interface Route {
  readonly slots: readonly Slot[];
  readonly isHistory: boolean;
}

/**
 * Layers by pass, edges cut at every column that they cross, and each column sorted by the mean place of its neighbours:
 * K. Sugiyama et al., "Methods for visual understanding of hierarchical system structures", IEEE SMC-11(2), 1981.
 */
export function renderSvg(graph: Graph): string {
  const { columns, routes } = layered(graph);
  for (let sweep = 0; sweep < SWEEPS; sweep++) for (const column of columns) settle(column);
  const widths = columns.map((column) => Math.max(0, ...column.map(({ node }) => widthOf(node))));
  const lefts = widths.map((_, index) =>
    widths.slice(0, index).reduce((left, width) => left + width + COLUMN_GAP, MARGIN),
  );
  const height = Math.max(0, ...columns.map(heightOf)) + 2 * MARGIN;
  const width = (lefts.at(-1) ?? 0) + (widths.at(-1) ?? 0) + MARGIN;
  for (const column of columns) stack(column, (height - heightOf(column)) / 2);
  const spanOf = ({ column }: Slot): Span => ({ left: lefts[column] ?? 0, width: widths[column] ?? 0 });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    '<style>text{font:12px sans-serif;fill:#1f2937}rect{fill:#eef2ff;stroke:#6366f1}.dataset{fill:#fef3c7;stroke:#d97706}' +
      'path{fill:none;stroke:#94a3b8}.history{stroke-dasharray:4 3}</style>',
    '<rect width="100%" height="100%" style="fill:#fff;stroke:none"/>',
    ...routes.map((route) => pathOf(route, spanOf)),
    ...columns.flat().flatMap((slot) => (slot.node === undefined ? [] : [boxOf(slot, slot.node, spanOf(slot))])),
    '</svg>\n',
  ].join('\n');
}

interface Span {
  readonly left: number;
  readonly width: number;
}

function layered(graph: Graph): { columns: Slot[][]; routes: Route[] } {
  const passes = [...new Set(graph.nodes.map(({ pass }) => pass))].sort((a, b) => a - b);
  const columns = passes.map((): Slot[] => []);
  const slotOf = new Map<string, Slot>();
  const place = (column: number, node?: GraphNode): Slot => {
    const slot: Slot = {
      ...(node === undefined ? {} : { node }),
      column,
      neighbours: [],
      y: columns[column]?.length ?? 0,
    };
    columns[column]?.push(slot);
    return slot;
  };
  for (const node of graph.nodes) slotOf.set(node.id, place(passes.indexOf(node.pass), node));
  const routes = graph.edges.flatMap(({ from, to, kind }): Route[] => {
    const [start, end] = [slotOf.get(from), slotOf.get(to)];
    if (start === undefined || end === undefined) return [];
    const slots = [start];
    for (let column = start.column + 1; column < end.column; column++) slots.push(place(column));
    slots.push(end);
    for (const [index, slot] of slots.entries()) {
      const next = slots[index + 1];
      if (next === undefined) continue;
      slot.neighbours.push(next);
      next.neighbours.push(slot);
    }
    return [{ slots, isHistory: kind === 'history' }];
  });
  return { columns, routes };
}

/** Sorts one column by the mean place of its slots' neighbours; places are relative to the column's middle. */
function settle(column: Slot[]): void {
  const wish = new Map(
    column.map((slot) => {
      const sum = slot.neighbours.reduce((total, { y }) => total + y, 0);
      return [slot, slot.neighbours.length === 0 ? slot.y : sum / slot.neighbours.length];
    }),
  );
  column.sort((a, b) => (wish.get(a) ?? 0) - (wish.get(b) ?? 0));
  stack(column, -heightOf(column) / 2);
}

function stack(column: readonly Slot[], top: number): void {
  let y = top;
  for (const slot of column) {
    const height = slot.node === undefined ? LANE_HEIGHT : BOX_HEIGHT;
    slot.y = y + height / 2;
    y += height + ROW_GAP;
  }
}

const heightOf = (column: readonly Slot[]): number =>
  column.reduce((sum, { node }) => sum + (node === undefined ? LANE_HEIGHT : BOX_HEIGHT) + ROW_GAP, -ROW_GAP);

const widthOf = (node: GraphNode | undefined): number =>
  node === undefined ? 0 : node.name.length * CHARACTER_WIDTH + LABEL_PADDING;

function pathOf({ slots, isHistory }: Route, spanOf: (slot: Slot) => Span): string {
  const steps = slots.slice(1).map((slot, index) => {
    const before = slots[index];
    const { left, width } = spanOf(slot);
    const curve = `C${left - COLUMN_GAP / 2} ${before?.y ?? 0} ${left - COLUMN_GAP / 2} ${slot.y} ${left} ${slot.y}`;
    return slot.node === undefined ? `${curve}H${left + width}` : curve;
  });
  const [start] = slots;
  const from =
    start === undefined ? '' : `M${spanOf(start).left + widthOf(start.node)} ${start.y}H${right(spanOf(start))}`;
  return `<path${isHistory ? ' class="history"' : ''} d="${from}${steps.join('')}"/>`;
}

const right = ({ left, width }: Span): number => left + width;

function boxOf(slot: Slot, node: GraphNode, { left }: Span): string {
  const [top, width] = [slot.y - BOX_HEIGHT / 2, widthOf(node)];
  const title = `<title>${node.kind} ${node.name}${node.category === undefined ? '' : ` (${node.category})`}</title>`;
  return (
    `<g>${title}<rect class="${node.kind}" x="${left}" y="${top}" width="${width}" height="${BOX_HEIGHT}" rx="6"/>` +
    `<text x="${left + width / 2}" y="${slot.y + 4}" text-anchor="middle">${node.name}</text></g>`
  );
}

/** Where boxes and arrows of the graph lie: passes from left to right, few crossings, no edge through a box. Drawings share it. */
import { z } from 'zod';
import { type Graph, GraphEdge, GraphNode } from './graph.ts';

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

/** Slots and neighbours that are looked at while columns are sorted: about a second of a slow core. */
export const MAX_WORK = 4_000_000;
/** Places where long edges cross columns. The longest edges beyond that go straight, behind boxes. */
export const MAX_LANES = 60_000;

/** Pixels from the top left; `x` and `y` are of a box's own top left. */
const PlacedNode = GraphNode.extend({ x: z.number(), y: z.number(), width: z.number(), height: z.number() });
export type PlacedNode = z.infer<typeof PlacedNode>;

const RoutedEdge = GraphEdge.extend({ path: z.string().describe("an SVG path's d") });
export type RoutedEdge = z.infer<typeof RoutedEdge>;

export const GraphLayout = z.object({
  nodes: z.array(PlacedNode),
  edges: z.array(RoutedEdge),
  width: z.number(),
  height: z.number(),
});
export type GraphLayout = z.infer<typeof GraphLayout>;

/** A box, or (without a node) the place where a long edge crosses a column. */
interface Slot {
  readonly node?: GraphNode;
  readonly column: number;
  readonly neighbours: Slot[];
  y: number;
}

interface Route {
  readonly edge: GraphEdge;
  readonly slots: readonly Slot[];
}

/**
 * Layers by pass, edges cut at every column that they cross, and each column sorted by the mean place of its neighbours:
 * K. Sugiyama et al., "Methods for visual understanding of hierarchical system structures", IEEE SMC-11(2), 1981.
 * Its work is bounded, whatever the graph: `work` says how much of `MAX_WORK` it took.
 */
export function layOut(graph: Graph): GraphLayout & { readonly work: number } {
  const { columns, routes } = layered(graph);
  const aSweep = columns.flat().reduce((sum, { neighbours }) => sum + 1 + neighbours.length, 0);
  const sweeps = Math.min(SWEEPS, Math.floor(MAX_WORK / Math.max(1, aSweep)));
  for (let sweep = 0; sweep < sweeps; sweep++) for (const column of columns) settle(column);
  const spans: Span[] = [];
  let left = MARGIN;
  for (const column of columns) {
    const width = column.reduce((most, { node }) => Math.max(most, widthOf(node)), 0);
    spans.push({ left, width });
    left += width + COLUMN_GAP;
  }
  const height = columns.reduce((most, column) => Math.max(most, heightOf(column)), 0) + 2 * MARGIN;
  const width = columns.length === 0 ? 2 * MARGIN : left - COLUMN_GAP + MARGIN;
  for (const column of columns) stack(column, (height - heightOf(column)) / 2);
  const spanOf = ({ column }: Slot): Span => spans[column] ?? { left: 0, width: 0 };
  const nodes = columns.flat().flatMap((slot): PlacedNode[] => {
    if (slot.node === undefined) return [];
    const place = { x: spanOf(slot).left, y: slot.y - BOX_HEIGHT / 2, width: widthOf(slot.node), height: BOX_HEIGHT };
    return [{ ...slot.node, ...place }];
  });
  const edges = routes.map(({ edge, slots }): RoutedEdge => routed(edge, pathOf(slots, spanOf)));
  return { nodes, edges, width, height, work: sweeps * aSweep };
}

const routed = ({ from, to, kind }: GraphEdge, path: string): RoutedEdge => ({ from, to, kind, path });

interface Span {
  readonly left: number;
  readonly width: number;
}

function layered(graph: Graph): { columns: Slot[][]; routes: Route[] } {
  const passes = [...new Set(graph.nodes.map(({ pass }) => pass))].sort((a, b) => a - b);
  const columnOf = new Map(passes.map((pass, column) => [pass, column]));
  const columns = passes.map((): Slot[] => []);
  const slotOf = new Map<string, Slot>();
  const place = (column: number, node?: GraphNode): Slot => {
    const own = columns[column] ?? [];
    const slot: Slot = { ...(node === undefined ? {} : { node }), column, neighbours: [], y: own.length };
    own.push(slot);
    return slot;
  };
  for (const node of graph.nodes) slotOf.set(node.id, place(columnOf.get(node.pass) ?? 0, node));
  const ends = graph.edges.flatMap((edge) => {
    const [start, end] = [slotOf.get(edge.from), slotOf.get(edge.to)];
    return start === undefined || end === undefined ? [] : [{ edge, start, end }];
  });
  const longest = longestRouted(ends.map(({ start, end }) => end.column - start.column - 1));
  const routes = ends.map(({ edge, start, end }): Route => {
    const slots = [start];
    const isRouted = end.column - start.column - 1 <= longest;
    if (isRouted) for (let column = start.column + 1; column < end.column; column++) slots.push(place(column));
    slots.push(end);
    for (const [index, slot] of slots.entries()) {
      const next = slots[index + 1];
      if (next === undefined) continue;
      slot.neighbours.push(next);
      next.neighbours.push(slot);
    }
    return { edge, slots };
  });
  return { columns, routes };
}

/** How many columns an edge may cross to be led around their boxes: as many as all edges up to it have lanes for. */
function longestRouted(crossed: readonly number[]): number {
  let lanes = 0;
  let longest = 0;
  for (const [length, edges] of [...Map.groupBy(crossed, (one) => Math.max(0, one))].sort(([a], [b]) => a - b)) {
    lanes += length * edges.length;
    if (lanes > MAX_LANES) break;
    longest = length;
  }
  return longest;
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

/** From the right of the first box to the left of the last, with a turn in each gap. */
function pathOf(slots: readonly Slot[], spanOf: (slot: Slot) => Span): string {
  const [start] = slots;
  if (start === undefined) return '';
  const steps = slots.slice(1).map((slot, index) => {
    const before = slots[index] ?? start;
    const { left, width } = spanOf(slot);
    const from = spanOf(before);
    // Half-way of what lies between: of neighbouring columns that is the middle of their gap.
    const middle = (from.left + from.width + left) / 2;
    const curve = `C${middle} ${before.y} ${middle} ${slot.y} ${left} ${slot.y}`;
    return slot.node === undefined ? `${curve}H${left + width}` : curve;
  });
  const { left, width } = spanOf(start);
  return `M${left + widthOf(start.node)} ${start.y}H${left + width}${steps.join('')}`;
}

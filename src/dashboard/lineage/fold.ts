/** A drawing in which categories are one box for each pass, instead of one for each computation. */
import type { Drawing, DrawnEdge, DrawnNode } from './drawing.ts';

/** Above so many boxes, categories are folded unless they are opened. */
export const FOLDED_ABOVE = 60;
/** In pixels. */
const ROW_GAP = 12;
const CHARACTER_WIDTH = 7;
const PADDING = 24;
const MARGIN = 16;

export interface Box extends DrawnNode {
  /** Of a category's box: the computations in it. */
  readonly members: readonly string[];
}

export interface Folded extends Omit<Drawing, 'nodes'> {
  readonly nodes: readonly Box[];
}

/** `folded`: the categories that are one box a pass. With none, everything is where it was. */
export function fold(drawing: Drawing, folded: ReadonlySet<string>): Folded {
  const isFolded = ({ category }: DrawnNode): boolean => category !== undefined && folded.has(category);
  if (!drawing.nodes.some(isFolded))
    return { ...drawing, nodes: drawing.nodes.map((node) => Object.assign({ members: [] }, node)) };
  const groups = new Map<string, DrawnNode[]>();
  const idOf = new Map<string, string>();
  for (const node of drawing.nodes) {
    const id = isFolded(node) ? `category:${node.category ?? ''} ${node.pass}` : node.id;
    idOf.set(node.id, id);
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [node]);
    else group.push(node);
  }
  const boxes = stacked(
    [...groups].map(([id, nodes]) => boxOf(id, nodes)),
    drawing.height,
  );
  const places = new Map(boxes.map((box) => [box.id, box]));
  return {
    nodes: boxes,
    edges: edgesBetween(drawing.edges, idOf, places),
    width: boxes.reduce((most, { x, width }) => Math.max(most, x + width + MARGIN), 0),
    height: boxes.reduce((most, { y, height }) => Math.max(most, y + height + MARGIN), 0),
  };
}

function boxOf(id: string, nodes: readonly DrawnNode[]): Box {
  const [first] = nodes as readonly [DrawnNode];
  if (id === first.id) return Object.assign({ members: [] }, first);
  const name = `${first.category ?? ''} (${nodes.length})`;
  const y = nodes.reduce((sum, node) => sum + node.y, 0) / nodes.length;
  const width = name.length * CHARACTER_WIDTH + PADDING;
  return { ...first, id, name, y, width, members: nodes.map((node) => node.name) };
}

/** Each column closed up where boxes have gone, in the order that it had. */
function stacked(boxes: readonly Box[], height: number): Box[] {
  const columns = new Map<number, Box[]>();
  for (const box of boxes) {
    const column = columns.get(box.pass);
    if (column === undefined) columns.set(box.pass, [box]);
    else column.push(box);
  }
  const heightOf = (column: readonly Box[]): number =>
    column.reduce((sum, box) => sum + box.height + ROW_GAP, -ROW_GAP);
  const tallest = [...columns.values()].reduce((most, column) => Math.max(most, heightOf(column)), 0);
  const whole = Math.min(height, tallest + 2 * MARGIN);
  return [...columns.values()].flatMap((column) => {
    let y = (whole - heightOf(column)) / 2;
    return [...column]
      .sort((a, b) => a.y - b.y)
      .map((box) => {
        const placed = Object.assign({}, box, { y });
        y += box.height + ROW_GAP;
        return placed;
      });
  });
}

/** One for all between two boxes, and none within one. */
function edgesBetween(
  edges: readonly DrawnEdge[],
  idOf: ReadonlyMap<string, string>,
  places: ReadonlyMap<string, Box>,
): DrawnEdge[] {
  const found = new Map<string, DrawnEdge>();
  for (const { from, to, kind } of edges) {
    const [a, b] = [places.get(idOf.get(from) ?? ''), places.get(idOf.get(to) ?? '')];
    if (a === undefined || b === undefined || a === b) continue;
    const key = `${a.id} ${b.id}`;
    if (found.get(key)?.kind !== 'same-day') found.set(key, { from: a.id, to: b.id, kind, path: curve(a, b) });
  }
  return [...found.values()];
}

function curve(a: Box, b: Box): string {
  const [x1, y1, x2, y2] = [a.x + a.width, a.y + a.height / 2, b.x, b.y + b.height / 2];
  // Of two in the same column, round the right of both.
  if (a.x === b.x) return `M${x1} ${y1} C${x1 + 40} ${y1} ${b.x + b.width + 40} ${y2} ${b.x + b.width} ${y2}`;
  const bend = (x2 - x1) / 2;
  return `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}

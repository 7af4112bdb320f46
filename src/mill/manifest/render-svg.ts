/** The graph as a drawing that needs no other program. */
import { layOut, type PlacedNode, type RoutedEdge } from './graph-layout.ts';
import type { Graph } from './graph.ts';

/** Colours of the page's light theme; an arrow points to who reads. */
const STYLE =
  'text{font:12px system-ui,sans-serif;fill:#14202b}rect{fill:#fff;stroke:#7b8a99}.dataset{fill:#eef1f4;stroke:#aab5c0}' +
  '.edge{fill:none;stroke:#94a3b3}.history{stroke-dasharray:4 3}.head{fill:#94a3b3}';

export function renderSvg(graph: Graph): string {
  const { nodes, edges, width, height } = layOut(graph);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<style>${STYLE}</style>`,
    '<marker id="to" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">' +
      '<path class="head" d="M0 1 8 4 0 7z"/></marker>',
    '<rect width="100%" height="100%" style="stroke:none"/>',
    ...edges.map(pathOf),
    ...nodes.map(boxOf),
    '</svg>\n',
  ].join('\n');
}

const pathOf = ({ kind, path }: RoutedEdge): string =>
  `<path class="edge${kind === 'history' ? ' history' : ''}" marker-end="url(#to)" d="${path}"/>`;

function boxOf({ kind, name, category, x, y, width, height }: PlacedNode): string {
  const title = `<title>${kind} ${name}${category === undefined ? '' : ` (${category})`}</title>`;
  return (
    `<g>${title}<rect class="${kind}" x="${x}" y="${y}" width="${width}" height="${height}" rx="4"/>` +
    `<text x="${x + width / 2}" y="${y + height / 2 + 4}" text-anchor="middle">${name}</text></g>`
  );
}

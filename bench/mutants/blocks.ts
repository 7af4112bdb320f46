/** Bodies and blocks, as rewritings look at them. */
import { childOf, type Edit, type Node, nodesIn, replaced, type Source } from './syntax.ts';
import { sitesOf } from './sites.ts';

/** Consecutive statements of every block. */
export function* neighbours(source: Source): Generator<readonly [Node, Node, rest: readonly Node[]]> {
  for (const { node } of sitesOf(source, 'BlockStatement')) {
    const list = nodesIn(node['body']);
    for (const [at, statement] of list.entries()) {
      const next = list[at + 1];
      if (next !== undefined) yield [statement, next, list.slice(at + 1)];
    }
  }
}

/** Of `return x;` or `{ return x; }`. */
export function returnedBy(statement: Node | undefined): Node | undefined {
  const only =
    statement?.type === 'BlockStatement' && nodesIn(statement['body']).length === 1
      ? nodesIn(statement['body'])[0]
      : statement;
  return only?.type === 'ReturnStatement' ? childOf(only, 'argument') : undefined;
}

/** In the place of an arrow's body and of the brackets around it. */
export function bodyEdit(source: Source, arrow: Node, body: Node, text: string): Edit {
  const arrowAt = source.text.slice(0, body.start).lastIndexOf('=>') + 2;
  return replaced({ start: arrowAt, end: arrow.end }, ` ${text}`);
}

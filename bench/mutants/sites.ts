/** Places of a kind of syntax, and how another expression is put there. */
import { type Edit, replaced, type Site, type Source } from './syntax.ts';

/** Puts a text in the place of an expression; `{ a }` becomes `{ a: text }`. */
export function put({ node, parent }: Site, text: string): Edit {
  if (parent?.type === 'Property' && parent['shorthand'] === true)
    return replaced(parent, `${String(node['name'])}: ${text}`);
  return replaced(node, text);
}

export function* sitesOf(source: Source, ...types: readonly string[]): Generator<Site> {
  for (const site of source.sites) if (types.includes(site.node.type)) yield site;
}

/** Which names an expression uses, and which of them are bound around it. */
import { boundBy, childOf, isFunction, isReference, type Node, nodesIn, type Site, type Source } from './syntax.ts';

const inside = ({ node, path }: Site, around: Node): boolean => node === around || path.includes(around);

/** References below a node, itself included. */
export const referencesIn = (source: Source, around: Node): Site[] =>
  source.sites.filter((site) => inside(site, around) && isReference(site));

export const usesOf = (source: Source, name: string): Site[] =>
  source.sites.filter((site) => site.node['name'] === name && isReference(site));

/** Names that functions, declarations, loops and catch clauses below the node bind, however deep. */
export function namesBoundBelow(source: Source, around: Node): Set<string> {
  const names = new Set<string>();
  for (const site of source.sites) {
    if (!inside(site, around)) continue;
    const { node } = site;
    if (isFunction(node))
      nodesIn(node['params'])
        .flatMap(boundBy)
        .forEach((name) => names.add(name));
    if (node.type === 'VariableDeclarator') boundBy(node['id']).forEach((name) => names.add(name));
    if (node.type === 'CatchClause') boundBy(node['param']).forEach((name) => names.add(name));
    if (isFunction(node) && node !== around) boundBy(node['id']).forEach((name) => names.add(name));
  }
  return names;
}

/** Of an expression: what it takes from the functions around it, in order; what is declared inside of it is its own. */
export function freeLocals(source: Source, site: Site): string[] {
  const outermost = site.path.find(isFunction);
  if (outermost === undefined) return [];
  const around = namesBoundBelow(source, outermost);
  const own = namesBoundBelow(source, site.node);
  const used = referencesIn(source, site.node).map(({ node }) => String(node['name']));
  return [...new Set(used)].filter((name) => around.has(name) && !own.has(name));
}

/** What the module declares at its top level and imports, by name; several names for a pattern. */
export function topLevel(source: Source): ReadonlyMap<string, Node> {
  const found = new Map<string, Node>();
  for (const statement of source.body) {
    const declaration = childOf(statement, 'declaration') ?? statement;
    if (declaration.type === 'VariableDeclaration')
      for (const each of nodesIn(declaration['declarations']))
        for (const name of boundBy(each['id'])) found.set(name, statement);
    if (declaration.type === 'FunctionDeclaration')
      for (const name of boundBy(declaration['id'])) found.set(name, statement);
    if (statement.type === 'ImportDeclaration')
      for (const each of nodesIn(statement['specifiers']))
        for (const name of boundBy(each['local'])) found.set(name, statement);
  }
  return found;
}

export const isExported = ({ type }: Node): boolean => type.startsWith('Export');

/** What authors say of the fields of a zod schema, in comments above them: read from the source, since a schema does not keep them. */
import { docCommentsOf, type DocComments } from './doc-comments.ts';
import type { ModuleGraph } from './module-graph.ts';
import type { SourceModule } from './source-module.ts';
import { isNode, nameOf, nodesIn, type SyntaxNode, withoutTypeWrappers } from './syntax-node.ts';

/** Comments by path: `largest[].share`, `*.departures` of a record; the schema's own under ``. */
export type CommentsByPath = Map<string, string>;

/** A field of a field…; a schema that holds itself ends here. */
const MOST_STEPS = 40;

/** Methods that make a schema of other members from it, and those whose argument has members of its own. */
const EXTENDING = new Set(['extend', 'safeExtend', 'merge', 'and', 'or', 'catchall']);
/** Of `z` itself: what is wrapped stands in the first argument. */
const WRAPPING = new Set(['nullable', 'nullish', 'optional', 'readonly', 'lazy', 'partialRecord']);

export class SchemaComments {
  readonly #graph: ModuleGraph;
  readonly #docs = new Map<string, DocComments>();

  constructor(graph: ModuleGraph) {
    this.#graph = graph;
  }

  docsOf({ path }: SourceModule): DocComments {
    let docs = this.#docs.get(path);
    if (docs === undefined) {
      docs = docCommentsOf(path, this.#graph.read(path).toString('utf8'));
      this.#docs.set(path, docs);
    }
    return docs;
  }

  /** Of the schema that the expression in the module makes. Where code makes it in another way than by zod's own words, nothing is said. */
  of(schema: SyntaxNode, module: SourceModule): CommentsByPath {
    const found: CommentsByPath = new Map();
    this.#collect(withoutTypeWrappers(schema), { module, path: '', found, left: MOST_STEPS });
    return found;
  }

  #collect(node: SyntaxNode, place: Place): void {
    if (place.left === 0) return;
    const below = { ...place, left: place.left - 1 };
    switch (node.type) {
      case 'Identifier':
        return this.#collectNamed(node, below);
      case 'CallExpression':
        return this.#collectCall(node, below);
      case 'ObjectExpression':
        return this.#collectMembers(node, below);
      case 'ArrowFunctionExpression':
        if (isNode(node['body'])) this.#collect(withoutTypeWrappers(node['body']), below);
        return;
      case 'MemberExpression':
        return this.#collectMember(node, below);
      default:
    }
  }

  #collectNamed(node: SyntaxNode, place: Place): void {
    const meaning = this.#graph.meaningOf(nameOf(node) ?? '', place.module);
    const declared = meaning?.kind === 'declaration' ? meaning.unit.node : undefined;
    if (meaning?.kind !== 'declaration' || declared?.type !== 'VariableDeclarator' || !isNode(declared['init'])) return;
    say(place, this.docsOf(meaning.module).above(declared.start));
    this.#collect(withoutTypeWrappers(declared['init']), { ...place, module: meaning.module });
  }

  /** `X.shape` has the members of X; `X.shape.name` is one of them. */
  #collectMember(node: SyntaxNode, place: Place): void {
    const [of, name] = [node['object'], nameOf(node['property'])];
    if (!isNode(of) || name === undefined || node['computed'] === true) return;
    if (name === 'shape') return this.#collect(withoutTypeWrappers(of), place);
    const isShape = of.type === 'MemberExpression' && nameOf(of['property']) === 'shape';
    if (!isShape || !isNode(of['object'])) return;
    const all = this.of(of['object'], place.module);
    for (const [path, comment] of all) {
      if (path === name) say(place, comment);
      else if (path.startsWith(`${name}.`) || path.startsWith(`${name}[`))
        say({ ...place, path: place.path + path.slice(name.length) }, comment);
    }
  }

  #collectMembers(object: SyntaxNode, place: Place): void {
    for (const member of nodesIn(object['properties'])) {
      if (member.type === 'SpreadElement') {
        if (isNode(member['argument'])) this.#collect(withoutTypeWrappers(member['argument']), place);
        continue;
      }
      const name = member['computed'] === true ? undefined : nameOf(member['key']);
      if (name === undefined || !isNode(member['value'])) continue;
      const at = { ...place, path: memberPath(place.path, name) };
      // What goes before it in the object is no more.
      for (const path of place.found.keys()) if (isWithin(path, at.path)) place.found.delete(path);
      say(at, this.docsOf(place.module).above(member.start));
      this.#collect(withoutTypeWrappers(member['value']), at);
    }
  }

  #collectCall(call: SyntaxNode, place: Place): void {
    const callee = call['callee'];
    if (!isNode(callee) || callee.type !== 'MemberExpression' || !isNode(callee['object'])) return;
    const method = nameOf(callee['property']) ?? '';
    const given = nodesIn(call['arguments']).map(withoutTypeWrappers);
    const of = withoutTypeWrappers(callee['object']);
    if (this.#isZod(of, place.module)) return this.#collectMade(method, given, place);
    this.#collect(of, method === 'array' ? { ...place, path: `${place.path}[]` } : place);
    if (EXTENDING.has(method)) for (const each of given) this.#collect(each, place);
  }

  #collectMade(method: string, given: readonly SyntaxNode[], place: Place): void {
    const [first, second] = given;
    const collect = (node: SyntaxNode | undefined, path: string): void => {
      if (node !== undefined) this.#collect(node, { ...place, path });
    };
    if (method === 'object' || method === 'strictObject' || method === 'looseObject') collect(first, place.path);
    else if (method === 'array') collect(first, `${place.path}[]`);
    else if (method === 'record') collect(second, memberPath(place.path, '*'));
    else if (method === 'partialRecord') collect(second, memberPath(place.path, '*'));
    else if (WRAPPING.has(method)) collect(first, place.path);
    else if (method === 'union' || method === 'discriminatedUnion' || method === 'intersection') {
      for (const option of given) {
        for (const each of option.type === 'ArrayExpression' ? nodesIn(option['elements']) : [option]) {
          collect(withoutTypeWrappers(each), place.path);
        }
      }
    }
  }

  #isZod(node: SyntaxNode, module: SourceModule): boolean {
    const name = nameOf(node);
    const meaning = name === undefined ? undefined : this.#graph.meaningOf(name, module);
    return meaning?.kind === 'package' && meaning.package === 'zod';
  }
}

interface Place {
  readonly module: SourceModule;
  readonly path: string;
  readonly found: CommentsByPath;
  readonly left: number;
}

/** The nearest comment holds: that above the field, before that above the schema which it names. */
function say({ path, found }: Place, comment: string | undefined): void {
  if (comment !== undefined && !found.has(path)) found.set(path, comment);
}

export const memberPath = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

const isWithin = (path: string, other: string): boolean =>
  path === other || path.startsWith(`${other}.`) || path.startsWith(`${other}[`);

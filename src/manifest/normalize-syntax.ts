/** A declaration's meaning as text: comments, layout, types, quotes and descriptive metadata are gone, names are resolved. */
import { canonicalJson } from '../model/canonical.ts';
import type { Meaning, ModuleGraph } from './module-graph.ts';
import { namesBoundIn } from './scope.ts';
import type { SourceModule } from './source-module.ts';
import { isNode, isTypeOnly, nameOf, nodesIn, withoutTypeWrappers, type SyntaxNode } from './syntax-node.ts';

export interface Reference {
  readonly meaning: Meaning;
  /** Handed on as it is (an argument, a member of a literal), so that this piece of text does not look inside of it. */
  readonly handedOn: boolean;
}

export interface NormalSyntax {
  /** Names of other modules' declarations stand in it as imported, without their modules. */
  readonly text: string;
  /** Where those names lead (`mean -> lib/mean.ts#mean`), sorted: it is the layer's business, not the code's. */
  readonly links: readonly string[];
  readonly references: readonly Reference[];
  /** Where the descriptive members stand, which are in no hash: `[start, end]` in the module's text. */
  readonly omitted: readonly (readonly [start: number, end: number])[];
}

/** Label of a known computation or dataset (`computation:rsi`) by `definitionKey`. */
export type DefinitionLabels = ReadonlyMap<string, string>;

export const definitionKey = (path: string, name: string): string => `${path}#${name}`;

/** Members of the authoring calls' literals that do not count, by the call's name. */
export type Uncounted = Readonly<Record<string, ReadonlySet<string>>>;

/** For who reads: what says something about the definition and nothing about what it makes. */
export const DESCRIPTIVE: Uncounted = {
  defineComputation: new Set(['description', 'tags', 'productLines', 'headline', 'timeoutSeconds', 'category']),
  defineDataset: new Set(['description', 'source', 'complete', 'id']),
  defineDocument: new Set(['description', 'source', 'complete']),
};

/** For who loads a dataset: how its source is parsed, and how its entities are named, count too. */
export const DESCRIPTIVE_FOR_LOADING: Uncounted = {
  ...DESCRIPTIVE,
  defineDataset: new Set(['description', 'complete']),
  defineDocument: new Set(['description', 'complete']),
};

/** Positions, spelling and TypeScript's modifiers; types themselves are dropped by `isTypeOnly`. */
const DROPPED = new Set([
  'type',
  'start',
  'end',
  'range',
  'parent',
  'shorthand',
  'definite',
  'readonly',
  'accessibility',
  'override',
  'abstract',
  'importKind',
  'exportKind',
]);

/**
 * Local names are replaced by the place of their binding, so that renaming one changes nothing; as a minifier does, this takes
 * it that no code asks a local function for its `name`.
 */
export class SyntaxNormalizer {
  readonly #graph: ModuleGraph;
  readonly #labels: DefinitionLabels;
  readonly #uncounted: Uncounted;
  readonly #cache = new Map<SyntaxNode, NormalSyntax>();

  constructor(graph: ModuleGraph, labels: DefinitionLabels, uncounted = DESCRIPTIVE) {
    this.#graph = graph;
    this.#labels = labels;
    this.#uncounted = uncounted;
  }

  normalize(node: SyntaxNode, module: SourceModule): NormalSyntax {
    let normal = this.#cache.get(node);
    if (normal === undefined) {
      const walk = new Walk(this.#graph, this.#labels, this.#uncounted, module);
      const tree = walk.plain(node, false);
      const links = walk.links();
      normal = { text: canonicalJson(tree), links, references: walk.references, omitted: walk.omitted };
      this.#cache.set(node, normal);
    }
    return normal;
  }
}

/** One descent through one declaration. */
class Walk {
  readonly #graph: ModuleGraph;
  readonly #labels: DefinitionLabels;
  readonly #uncounted: Uncounted;
  readonly #module: SourceModule;
  readonly references: Reference[] = [];
  readonly omitted: [start: number, end: number][] = [];
  /** Each place in the tree that names something of another module. */
  readonly #outward: { readonly name: string; readonly target: string; readonly place: { refersTo: string } }[] = [];

  /** Names bound around the node at hand, outermost first. */
  readonly #scopes: (readonly string[])[] = [];

  constructor(graph: ModuleGraph, labels: DefinitionLabels, uncounted: Uncounted, module: SourceModule) {
    this.#graph = graph;
    this.#labels = labels;
    this.#uncounted = uncounted;
    this.#module = module;
  }

  /** Completes the tree: one name for two targets (`a` of two modules) is told apart by the targets. */
  links(): string[] {
    const links = new Set(this.#outward.map(({ name, target }) => `${name} -> ${target}`));
    for (const { name, target, place } of this.#outward) {
      if (this.#outward.some((other) => other.name === name && other.target !== target)) place.refersTo = target;
    }
    return [...links].sort();
  }

  plain(wrapped: SyntaxNode, handedOn: boolean): unknown {
    const node = withoutTypeWrappers(wrapped);
    const local = this.#localOf(node);
    if (local !== undefined) return { local };
    const meaning = this.#meaningOf(node);
    if (meaning !== undefined) return this.#refer(meaning, this.#nameOfImport(node), handedOn);
    if (node.type === 'Literal') return plainLiteral(node);
    if (node.type === 'ImportExpression') this.#referToDynamicImport(node);
    const plain: Record<string, unknown> = { type: node.type };
    this.#scopes.push(namesBoundIn(node));
    for (const [property, value] of Object.entries(node)) {
      // `?.` is the one `optional` that runs; on parameters and members it is a type.
      if (DROPPED.has(property) || (property === 'optional' && !isChainLink(node))) continue;
      if (value === null || value === undefined || value === false) continue;
      plain[property] = isPlainName(node, property) ? nameOf(value) : this.#plainValue(node, property, value);
      if (Array.isArray(plain[property]) && plain[property].length === 0) delete plain[property];
    }
    this.#scopes.pop();
    return plain;
  }

  /** The binding of a local name, as scope and place in it; undefined for all other syntax. */
  #localOf(node: SyntaxNode): string | undefined {
    if (node.type !== 'Identifier') return undefined;
    const name = nameOf(node) ?? '';
    const scope = this.#scopes.findLastIndex((names) => names.includes(name));
    return scope === -1 ? undefined : `${scope}.${this.#scopes[scope]?.indexOf(name)}`;
  }

  #plainValue(node: SyntaxNode, property: string, value: unknown): unknown {
    if (isNode(value)) {
      return isTypeOnly(value) ? undefined : this.plain(value, node.type === 'Property' && property === 'value');
    }
    if (Array.isArray(value)) {
      const handedOn = property === 'arguments' || node.type === 'ArrayExpression';
      return this.#withoutDescription(node, property, value)
        .filter(
          (item) => !isNode(item) || !(isTypeOnly(item) || item.type === 'EmptyStatement' || nameOf(item) === 'this'),
        )
        .map((item) => (isNode(item) ? this.plain(item, handedOn) : item));
    }
    return value;
  }

  /** The arguments of an authoring call, its literal without the descriptive members; other lists as they are. */
  #withoutDescription(node: SyntaxNode, property: string, list: readonly unknown[]): readonly unknown[] {
    if (node.type !== 'CallExpression' || property !== 'arguments' || !isNode(node['callee'])) return list;
    const meaning = this.#meaningOf(node['callee']);
    const descriptive = meaning?.kind === 'authoring' ? this.#uncounted[meaning.imported] : undefined;
    const [options, ...others] = list;
    if (descriptive === undefined || !isNode(options)) return list;
    const literal = withoutTypeWrappers(options);
    if (literal.type !== 'ObjectExpression') return list;
    const isDescriptive = (member: SyntaxNode): boolean =>
      member['computed'] !== true && descriptive.has(nameOf(member['key']) ?? '');
    const members = nodesIn(literal['properties']);
    this.omitted.push(...members.filter(isDescriptive).map(({ start, end }): [number, number] => [start, end]));
    const kept = members.filter((member) => !isDescriptive(member));
    return [{ ...literal, properties: kept }, ...others];
  }

  /** Of a name, or of a member of a namespace (`stats.mean`), which is the same thing. */
  #meaningOf(node: SyntaxNode): Meaning | undefined {
    if (this.#localOf(node) !== undefined) return undefined;
    if (node.type === 'Identifier') return this.#graph.meaningOf(nameOf(node) ?? '', this.#module);
    if (node.type !== 'MemberExpression' || node['computed'] === true || !isNode(node['object'])) return undefined;
    const owner = this.#meaningOf(node['object']);
    const member = nameOf(node['property']) ?? '';
    if (owner?.kind === 'namespace') return this.#graph.exportOf(owner.module, member);
    return owner?.kind === 'authoring' && owner.imported === '*' ? { ...owner, imported: member } : undefined;
  }

  #refer(meaning: Meaning, name: string, handedOn: boolean): { refersTo: string } {
    this.references.push({ meaning, handedOn });
    const known = this.#definitionOf(meaning);
    if (known !== undefined) return { refersTo: known };
    if (meaning.kind === 'declaration' && meaning.module === this.#module) return { refersTo: `#${meaning.name}` };
    if (meaning.kind === 'authoring') return { refersTo: `daymill#${meaning.imported}` };
    if (meaning.kind === 'builtin' || meaning.kind === 'package') {
      return { refersTo: `${meaning.specifier}#${meaning.imported}` };
    }
    const place = { refersTo: name };
    this.#outward.push({ name, target: this.#targetOf(meaning), place });
    return place;
  }

  /** The name under which the other module exports it: `mean` for `mean`, for `mean as average` and for `stats.mean`. */
  #nameOfImport(node: SyntaxNode): string {
    if (node.type === 'MemberExpression') return nameOf(node['property']) ?? '';
    const local = nameOf(node) ?? '';
    return this.#module.imports.get(local)?.imported ?? local;
  }

  #definitionOf(meaning: Meaning): string | undefined {
    if (meaning.kind !== 'declaration') return undefined;
    return this.#labels.get(definitionKey(meaning.module.path, meaning.name));
  }

  /** Free of the machine's paths. */
  #targetOf(meaning: Meaning): string {
    switch (meaning.kind) {
      case 'declaration':
        return `${this.#graph.relative(meaning.module.path)}#${meaning.name}`;
      case 'namespace':
        return `${this.#graph.relative(meaning.module.path)}#*`;
      case 'data':
        return `${this.#graph.relative(meaning.path)}#${meaning.imported}`;
      default:
        return `${meaning.specifier}#${meaning.imported}`;
    }
  }

  /** `import('./x.ts')` with a literal reaches all of the module; any other path cannot be known here. */
  #referToDynamicImport(node: SyntaxNode): void {
    const specifier = nameOf(node['source']);
    const meaning = specifier === undefined ? undefined : this.#graph.namespaceOf(specifier, this.#module);
    if (meaning !== undefined) this.references.push({ meaning, handedOn: false });
  }
}

/** `'a'` and `"a"`, `1e3` and `1000` are the same; a number's text keeps Infinity, which JSON would lose. */
function plainLiteral(node: SyntaxNode): unknown {
  if (node['regex'] !== undefined) return { regex: node['regex'] };
  if (node['bigint'] !== undefined) return { bigint: node['bigint'] };
  return { [typeof node['value']]: String(node['value']) };
}

const isChainLink = (node: SyntaxNode): boolean => node.type === 'MemberExpression' || node.type === 'CallExpression';

const KEYED = new Set(['Property', 'MethodDefinition', 'PropertyDefinition', 'AccessorProperty']);
const LABELLED = new Set(['LabeledStatement', 'BreakStatement', 'ContinueStatement']);

/** Whether the property holds a name that stands for itself: `.name`, `{ name: … }`, a label, `import.meta`. */
function isPlainName(node: SyntaxNode, property: string): boolean {
  if (LABELLED.has(node.type)) return property === 'label';
  if (node.type === 'MetaProperty') return true;
  if (node['computed'] === true || nameOf(node[property]) === undefined) return false;
  return (KEYED.has(node.type) && property === 'key') || (node.type === 'MemberExpression' && property === 'property');
}

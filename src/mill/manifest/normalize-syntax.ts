/** A declaration's meaning as text: comments, layout, types, quotes and descriptive metadata are gone, names are resolved. */
import { canonicalJson } from '../../values/canonical.ts';
import { constantText } from './constant-text.ts';
import { asksForName, asksForPlaces, type Doubt, doubtOfImport, Sentinel, shownAsText } from './doubt.ts';
import type { Meaning, ModuleGraph } from './module-graph.ts';
import { namesBoundIn } from './scope.ts';
import { isRequirerCall, type SourceModule } from './source-module.ts';
import {
  isFunctionLike,
  isNode,
  isTypeOnly,
  nameOf,
  nodesBelow,
  nodesIn,
  withoutTypeWrappers,
  type SyntaxNode,
} from './syntax-node.ts';

export interface Reference {
  readonly meaning: Meaning;
  /** Handed on as it is to Daymill's own API, so that this piece of text does not look inside of it. */
  readonly handedOn: boolean;
}

export interface NormalSyntax {
  /** Names of other modules' declarations stand in it as imported, without their modules. */
  readonly text: string;
  /** The same with every name that leads somewhere by its place in `references` alone: who renames what is referred to changes nothing. */
  readonly nameless: string;
  /** Where those names lead (`mean -> lib/mean.ts#mean`), sorted: it is the layer's business, not the code's. */
  readonly links: readonly string[];
  /** In the order in which they are written. */
  readonly references: readonly Reference[];
  /** Where the descriptive members stand, which are in no hash: `[start, end]` in the module's text. */
  readonly omitted: readonly (readonly [start: number, end: number])[];
  readonly doubts: readonly Doubt[];
  /** Names of globals that it sets: `globalThis.x = 1`. */
  readonly setsGlobals: readonly string[];
  /** Whether it reads a `name`, which may be a function's. */
  readonly asksForNames: boolean;
  /** Whether it reads the text of a function, or a stack, so that comments and layout count. */
  readonly asksForText: boolean;
}

/** Label of a known computation or dataset (`computation:rsi`) by `definitionKey`. */
export type DefinitionLabels = ReadonlyMap<string, string>;

export const definitionKey = (path: string, name: string): string => `${path}#${name}`;

/** Members of the authoring calls' literals that do not count, by the call's name. */
export type Uncounted = Readonly<Record<string, ReadonlySet<string>>>;

/** For who reads: what says something about the definition and nothing about what it makes. */
export const DESCRIPTIVE: Uncounted = {
  defineComputation: new Set(['description', 'tags', 'productLines', 'headline', 'timeoutSeconds', 'category']),
  defineDataset: new Set(['description', 'source', 'complete', 'expected', 'id']),
  defineDocument: new Set(['description', 'source', 'complete', 'expected']),
};

/** For who loads a dataset: how its source is parsed, and how its entities are named, count too. */
export const DESCRIPTIVE_FOR_LOADING: Uncounted = {
  ...DESCRIPTIVE,
  defineDataset: new Set(['description', 'complete', 'expected']),
  defineDocument: new Set(['description', 'complete', 'expected']),
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
 * Local names are replaced by the place of their binding, so that renaming one changes nothing. That takes it that no code asks a
 * function for its `name`: who finds code that may (`asksForNames`) takes `named`, with the names kept.
 */
export class SyntaxNormalizer {
  readonly #graph: ModuleGraph;
  readonly #labels: DefinitionLabels;
  readonly #uncounted: Uncounted;
  readonly #isInert: IsInert;
  readonly #cache = new Map<SyntaxNode, NormalSyntax>();

  constructor(graph: ModuleGraph, labels: DefinitionLabels, isInert: IsInert, uncounted = DESCRIPTIVE) {
    this.#graph = graph;
    this.#labels = labels;
    this.#uncounted = uncounted;
    this.#isInert = isInert;
  }

  normalize(node: SyntaxNode, module: SourceModule): NormalSyntax {
    let normal = this.#cache.get(node);
    if (normal === undefined) {
      normal = this.#walk(module, false).normal(node);
      this.#cache.set(node, normal);
    }
    return normal;
  }

  /** The text with the names that functions and classes have at run time. */
  named(node: SyntaxNode, module: SourceModule): string {
    return this.#walk(module, true).normal(node).text;
  }

  #walk(module: SourceModule, keepNames: boolean): Walk {
    return new Walk({
      graph: this.#graph,
      labels: this.#labels,
      uncounted: this.#uncounted,
      isInert: this.#isInert,
      module,
      keepNames,
    });
  }
}

/** Whether evaluating the expression does nothing. */
export type IsInert = (node: SyntaxNode, module: SourceModule) => boolean;

interface WalkOptions {
  readonly graph: ModuleGraph;
  readonly labels: DefinitionLabels;
  readonly uncounted: Uncounted;
  readonly isInert: IsInert;
  readonly module: SourceModule;
  readonly keepNames: boolean;
}

/** One descent through one declaration. */
class Walk {
  readonly #options: WalkOptions;
  readonly #graph: ModuleGraph;
  readonly #module: SourceModule;
  readonly #references: Reference[] = [];
  /** In the tree, by place in `#references`. */
  readonly #places: { refersTo: string | number }[] = [];
  readonly #omitted: [start: number, end: number][] = [];
  readonly #doubts: Doubt[] = [];
  readonly #sentinel = new Sentinel();
  #asksForNames = false;
  #asksForText = false;
  /** Of the statements around the node at hand, outermost first. */
  readonly #statementLabels: string[] = [];
  /** Each place in the tree that names something of another module. */
  readonly #outward: {
    readonly name: string;
    readonly target: string;
    readonly place: { refersTo: string | number };
  }[] = [];

  /** Names bound around the node at hand, outermost first. */
  readonly #scopes: (readonly string[])[] = [];

  constructor(options: WalkOptions) {
    this.#options = options;
    this.#graph = options.graph;
    this.#module = options.module;
  }

  normal(node: SyntaxNode): NormalSyntax {
    const tree = this.#plain(node, false);
    const links = new Set(this.#outward.map(({ name, target }) => `${name} -> ${target}`));
    // One name for two targets (`a` of two modules) is told apart by the targets.
    for (const { name, target, place } of this.#outward) {
      if (this.#outward.some((other) => other.name === name && other.target !== target)) place.refersTo = target;
    }
    const text = canonicalJson(tree);
    for (const [index, place] of this.#places.entries()) place.refersTo = index;
    return {
      text,
      nameless: canonicalJson(tree),
      links: [...links].sort(),
      references: this.#references,
      omitted: this.#omitted,
      doubts: this.#doubts,
      setsGlobals: this.#sentinel.setsGlobals,
      asksForNames: this.#asksForNames,
      asksForText: this.#asksForText,
    };
  }

  #plain(wrapped: SyntaxNode, handedOn: boolean): unknown {
    const node = withoutTypeWrappers(wrapped);
    const local = this.#localOf(node);
    if (local !== undefined) return { local };
    const required = this.#requiredBy(node);
    if (required !== undefined) return this.#refer(required, '*', false, node.start);
    const meaning = this.#meaningOf(node);
    if (meaning !== undefined) return this.#refer(meaning, this.#nameOfImport(node), handedOn, node.start);
    const imported = this.#importedBy(node);
    if (imported !== undefined) return { type: node.type, source: this.#refer(imported, '*', false, node.start) };
    this.#look(node);
    if (node.type === 'Literal') return plainLiteral(node);
    const plain: Record<string, unknown> = { type: node.type };
    if (this.#options.keepNames) plain['named'] = functionNameIn(node);
    this.#scopes.push(namesBoundIn(node));
    if (node.type === 'LabeledStatement') this.#statementLabels.push(nameOf(node['label']) ?? '');
    for (const [property, value] of Object.entries(node)) {
      // `?.` is the one `optional` that runs; on parameters and members it is a type.
      if (DROPPED.has(property) || (property === 'optional' && !isChainLink(node))) continue;
      if (value === null || value === undefined || value === false) continue;
      if (LABELLED.has(node.type) && property === 'label') plain[property] = this.#labelAt(value);
      else plain[property] = isPlainName(node, property) ? nameOf(value) : this.#plainValue(node, property, value);
      if (Array.isArray(plain[property]) && plain[property].length === 0) delete plain[property];
    }
    this.#scopes.pop();
    if (node.type === 'LabeledStatement') this.#statementLabels.pop();
    return plain;
  }

  /** By place, like other local names. */
  #labelAt = (label: unknown): number => this.#statementLabels.lastIndexOf((isNode(label) && nameOf(label)) || '');

  /** The binding of a local name, as scope and place in it; undefined for all other syntax. */
  #localOf(node: SyntaxNode): string | undefined {
    if (node.type !== 'Identifier') return undefined;
    const name = nameOf(node) ?? '';
    const scope = this.#scopes.findLastIndex((names) => names.includes(name));
    return scope === -1 ? undefined : `${scope}.${this.#scopes[scope]?.indexOf(name)}`;
  }

  #plainValue(node: SyntaxNode, property: string, value: unknown): unknown {
    if (isNode(value)) return isTypeOnly(value) ? undefined : this.#plain(value, false);
    if (Array.isArray(value)) {
      const isHandedOn = property === 'arguments' ? this.#handsOn(node) : () => false;
      return this.#withoutDescription(node, property, value)
        .filter(
          (item) =>
            !isNode(item) || !(isTypeOnly(item) || item.type === 'EmptyStatement' || isThisParameter(item, property)),
        )
        .map((item, index) => (isNode(item) ? this.#plain(item, isHandedOn(index)) : item));
    }
    return value;
  }

  /** Which arguments of the call go to Daymill's own API and nowhere else: by itself, or through a function that hands them on. */
  #handsOn(call: SyntaxNode): (index: number) => boolean {
    const meaning =
      call.type === 'CallExpression' && isNode(call['callee']) ? this.#meaningOf(call['callee']) : undefined;
    if (meaning?.kind === 'authoring') return () => true;
    if (meaning?.kind !== 'declaration' || meaning.module.assignments.has(meaning.name)) return () => false;
    const { node } = meaning.unit;
    const called = isNode(node['init']) ? withoutTypeWrappers(node['init']) : node;
    return (index) =>
      onlyHandsOn(called, index, (callee) => this.#graph.meaningOf(callee, meaning.module)?.kind === 'authoring');
  }

  /** The arguments of an authoring call, its literal without the descriptive members; other lists as they are. */
  #withoutDescription(node: SyntaxNode, property: string, list: readonly unknown[]): readonly unknown[] {
    if (node.type !== 'CallExpression' || property !== 'arguments' || !isNode(node['callee'])) return list;
    const meaning = this.#meaningOf(node['callee']);
    const descriptive = meaning?.kind === 'authoring' ? this.#options.uncounted[meaning.imported] : undefined;
    const [options, ...others] = list;
    if (descriptive === undefined || !isNode(options)) return list;
    const literal = withoutTypeWrappers(options);
    if (literal.type !== 'ObjectExpression') return list;
    const isDescriptive = (member: SyntaxNode): boolean =>
      member['computed'] !== true &&
      descriptive.has(nameOf(member['key']) ?? '') &&
      isNode(member['value']) &&
      this.#options.isInert(member['value'], this.#module);
    const members = nodesIn(literal['properties']);
    this.#omitted.push(...members.filter(isDescriptive).map(({ start, end }): [number, number] => [start, end]));
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

  #refer(meaning: Meaning, name: string, handedOn: boolean, start: number): { refersTo: string | number } {
    const doubt = doubtOfImport(meaning, start);
    if (doubt !== undefined) this.#doubts.push(doubt);
    const place: { refersTo: string | number } = { refersTo: this.#spelled(meaning) ?? name };
    if (this.#spelled(meaning) === undefined)
      this.#outward.push({ name, target: targetOf(meaning, this.#graph), place });
    this.#references.push({ meaning, handedOn });
    this.#places.push(place);
    return place;
  }

  /** What stands for it in the text; undefined where that is the name under which another module exports it. */
  #spelled(meaning: Meaning): string | undefined {
    switch (meaning.kind) {
      case 'declaration': {
        const known = this.#options.labels.get(definitionKey(meaning.module.path, meaning.name));
        return known ?? (meaning.module === this.#module ? `#${meaning.name}` : undefined);
      }
      case 'authoring':
        return `daymill#${meaning.imported}`;
      case 'builtin':
      case 'package':
        return `${meaning.specifier}#${meaning.imported}`;
      default:
        return undefined;
    }
  }

  /** The name under which the other module exports it: `mean` for `mean`, for `mean as average` and for `stats.mean`. */
  #nameOfImport(node: SyntaxNode): string {
    if (node.type === 'MemberExpression') return nameOf(node['property']) ?? '';
    const local = nameOf(node) ?? '';
    return this.#module.imports.get(local)?.imported ?? local;
  }

  /** What `require('./x.cjs')` leads to, where `require` is what Node or `createRequire` gave. */
  #requiredBy(node: SyntaxNode): Meaning | undefined {
    if (node.type !== 'CallExpression' || !isNode(node['callee']) || !this.#isRequire(node['callee'])) return undefined;
    const [argument] = nodesIn(node['arguments']);
    const specifier =
      argument === undefined ? undefined : constantText(argument, this.#module, this.#graph, this.#isLocal);
    return specifier === undefined ? undefined : this.#graph.namespaceOf(specifier, this.#module, 'require');
  }

  #isRequire(callee: SyntaxNode): boolean {
    if (callee.type === 'CallExpression') return isRequirerCall(callee, this.#module);
    return (
      callee.type === 'Identifier' &&
      this.#localOf(callee) === undefined &&
      this.#module.requirers.has(nameOf(callee) ?? '')
    );
  }

  readonly #isLocal = (name: string): boolean => this.#scopes.some((names) => names.includes(name));

  /** What of the node leads outside of what is analysed: imports of what is only known when it runs, and the like. */
  #look(node: SyntaxNode): void {
    if (node.type === 'ImportExpression') this.#lookAtImport(node);
    const keyed = node.type === 'MemberExpression' && node['computed'] === true ? node['object'] : undefined;
    if (asksForName(node) || (isNode(keyed) && this.#isFunction(withoutTypeWrappers(keyed)))) this.#asksForNames = true;
    const isGlobal = (name: string): boolean =>
      !this.#isLocal(name) && this.#graph.meaningOf(name, this.#module) === undefined;
    const found = this.#sentinel.look(node, isGlobal);
    if (found !== undefined) this.#doubts.push(found);
    const shown = shownAsText(node);
    if (asksForPlaces(node) || shown.some((each) => this.#isFunction(each))) this.#asksForText = true;
  }

  #isFunction(node: SyntaxNode): boolean {
    const meaning = this.#meaningOf(node);
    if (meaning?.kind !== 'declaration') return false;
    const { unit } = meaning;
    return unit.kind === 'function' || unit.kind === 'class' || isFunctionLike(unit.node['init']);
  }

  /** What `import('./x.ts')` leads to, where that is known and there. */
  #importedBy(node: SyntaxNode): Meaning | undefined {
    if (node.type !== 'ImportExpression' || !isNode(node['source'])) return undefined;
    const specifier = constantText(node['source'], this.#module, this.#graph, this.#isLocal);
    return specifier === undefined ? undefined : this.#graph.namespaceOf(specifier, this.#module, 'import');
  }

  #lookAtImport({ source, start }: SyntaxNode): void {
    if (isNode(source) && constantText(source, this.#module, this.#graph, this.#isLocal) === undefined)
      this.#doubts.push({ what: 'it imports a module whose name is only known when it runs', start });
  }
}

/** Free of the machine's paths. */
function targetOf(meaning: Meaning, graph: ModuleGraph): string {
  switch (meaning.kind) {
    case 'declaration':
      return `${graph.relative(meaning.module.path)}#${meaning.name}`;
    case 'namespace':
      return `${graph.relative(meaning.module.path)}#*`;
    case 'commonjs':
      return `${graph.relative(meaning.module.path)}#${meaning.imported}`;
    case 'data':
      return `${graph.relative(meaning.path)}#${meaning.imported}`;
    default:
      return `${meaning.specifier}#${meaning.imported}`;
  }
}

/** Whether a function does nothing with a parameter but give it to Daymill's API, as far as names tell. */
function onlyHandsOn(called: SyntaxNode, index: number, isAuthoring: (callee: string) => boolean): boolean {
  const parameter = called.type.includes('Function') ? nodesIn(called['params'])[index] : undefined;
  if (parameter?.type !== 'Identifier') return false;
  const given = new Set(
    [...nodesBelow(called)].flatMap((node) => {
      const callee = node.type === 'CallExpression' && isNode(node['callee']) ? node['callee'] : undefined;
      return callee?.type === 'Identifier' && isAuthoring(nameOf(callee) ?? '') ? nodesIn(node['arguments']) : [];
    }),
  );
  return mentions(called['body'], nameOf(parameter) ?? '').every((node) => given.has(node));
}

/** Where the name stands for what it is around the node, not for what is declared inside of it. */
function mentions(node: unknown, name: string): SyntaxNode[] {
  if (!isNode(node) || isTypeOnly(node) || namesBoundIn(node).includes(name)) return [];
  if (node.type === 'Identifier') return nameOf(node) === name ? [node] : [];
  return Object.entries(node).flatMap(([property, value]) => {
    if (isPlainName(node, property)) return [];
    return Array.isArray(value) ? value.flatMap((each) => mentions(each, name)) : mentions(value, name);
  });
}

/** The name that a function or a class gets here: its own, or that of what it is assigned to: https://tc39.es/ecma262/#sec-function-definitions-runtime-semantics-namedevaluation */
function functionNameIn(node: SyntaxNode): string | undefined {
  const [target, value] =
    node.type === 'VariableDeclarator' ? [node['id'], node['init']] : [node['left'], node['right']];
  return isFunctionLike(node) ? nameOf(node['id']) : isFunctionLike(value) ? nameOf(target) : undefined;
}

/** TypeScript's `this` among parameters is a type. */
const isThisParameter = (item: SyntaxNode, property: string): boolean =>
  property === 'params' && item.type === 'Identifier' && nameOf(item) === 'this';

/** `'a'` and `"a"`, `1e3` and `1000` are the same; a number's text keeps Infinity, which JSON would lose. */
function plainLiteral(node: SyntaxNode): unknown {
  if (node['regex'] !== undefined) return { regex: node['regex'] };
  if (node['bigint'] !== undefined) return { bigint: node['bigint'] };
  // A parser may have no way to hold half a surrogate pair.
  if (typeof node['value'] === 'string' && (!node['value'].isWellFormed() || node['value'].includes('\uFFFD')))
    return { string: node['value'], raw: node['raw'] };
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

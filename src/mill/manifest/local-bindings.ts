/** Local variables of a normalized piece of code: what each stands for, so that a name given to a value is no part of what is said. */

/** A node of the normalized tree; see `NormalSyntax`. */
export type Tree = Readonly<Record<string, unknown>>;

/** The nodes around one, innermost first. */
export interface Ancestors {
  readonly node: Tree;
  readonly depth: number;
  readonly above: Ancestors | undefined;
}

export interface Binding {
  /** What was taken out of the value, as reads: `.close`, `[0]`. */
  readonly path: readonly string[];
  /** The value where it was declared; undefined for a parameter, and for what a loop or a catch clause gives. */
  readonly init: { readonly tree: unknown; readonly at: Ancestors | undefined } | undefined;
  /** Whether each use may be read as the value itself. */
  isAlias: boolean;
  uses: number;
}

export const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const typeOf = (value: unknown): string =>
  isTree(value) && typeof value['type'] === 'string' ? value['type'] : '';

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const inside = (node: Tree, above: Ancestors | undefined): Ancestors => ({
  node,
  depth: (above?.depth ?? -1) + 1,
  above,
});

/** Members of arrays, maps and iterators that do another thing the second time. */
const CHANGING = new Set(
  'push pop shift unshift splice sort reverse fill set add delete clear next exec copyWithin'.split(' '),
);

const PLAIN = new Set([
  'MemberExpression',
  'ChainExpression',
  'UnaryExpression',
  'BinaryExpression',
  'LogicalExpression',
  'ConditionalExpression',
  'TemplateLiteral',
  'TemplateElement',
  'CallExpression',
]);

/** An expression that may be written once or many times: it makes nothing and changes nothing that it names. */
function isPlain(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isPlain);
  if (!isTree(value)) return true;
  const type = typeOf(value);
  if (type === 'Identifier') return true;
  if (type === '') return value['regex'] === undefined;
  if (!PLAIN.has(type) || value['operator'] === 'delete') return false;
  const callee = value['callee'];
  if (isTree(callee) && CHANGING.has(String(callee['property']))) return false;
  return Object.values(value).every((child) => (!isTree(child) && !Array.isArray(child) ? true : isPlain(child)));
}

/** The bindings of one piece, found in a walk before the one that reads them. */
export class LocalBindings {
  readonly #bindings = new Map<Tree, Map<string, Binding>>();
  readonly #reassigned = new Set<Binding>();

  constructor(root: unknown) {
    this.#declare(root, undefined);
    this.#use(root, undefined);
    for (const binding of this.#reassigned) binding.isAlias = false;
  }

  /** Undefined when the name is not of this piece. */
  of(local: string, at: Ancestors | undefined): Binding | undefined {
    const [depth, index = ''] = local.split('.');
    let scope = at;
    while (scope !== undefined && scope.depth > Number(depth)) scope = scope.above;
    return scope === undefined ? undefined : this.#bindings.get(scope.node)?.get(index);
  }

  /** Those that a pattern binds. */
  in(pattern: unknown, at: Ancestors | undefined): Binding[] {
    if (!isTree(pattern)) return listOf(pattern).flatMap((each) => this.in(each, at));
    if (typeof pattern['local'] === 'string')
      return [this.of(pattern['local'], at)].filter((each) => each !== undefined);
    const around = inside(pattern, at);
    const part =
      pattern['properties'] ?? pattern['elements'] ?? pattern['argument'] ?? pattern['left'] ?? pattern['value'];
    return this.in(part, around);
  }

  #declare(value: unknown, at: Ancestors | undefined): void {
    if (Array.isArray(value)) return value.forEach((each) => this.#declare(each, at));
    if (!isTree(value)) return;
    const around = typeOf(value) === '' ? at : inside(value, at);
    if (value['type'] === 'VariableDeclarator') {
      const init = value['init'] === undefined ? undefined : { tree: value['init'], at: around };
      this.#bind(value['id'], around, [], init);
    }
    if (Array.isArray(value['params'])) for (const each of value['params']) this.#bind(each, around, [], undefined);
    if (value['type'] === 'CatchClause') this.#bind(value['param'], around, [], undefined);
    for (const child of Object.values(value)) this.#declare(child, around);
  }

  #bind(pattern: unknown, at: Ancestors | undefined, path: readonly string[], init: Binding['init']): void {
    if (!isTree(pattern)) return;
    if (typeof pattern['local'] === 'string')
      return this.#add(pattern['local'], at, { path, init, isAlias: isPlain(init?.tree), uses: 0 });
    const around = inside(pattern, at);
    switch (pattern['type']) {
      case 'ObjectPattern':
        for (const property of listOf(pattern['properties'])) {
          if (!isTree(property)) continue;
          const within = inside(property, around);
          if (property['type'] === 'RestElement') this.#bind(property['argument'], within, [...path, '...'], init);
          else this.#bind(property['value'], within, [...path, keyRead(property)], init);
        }
        return;
      case 'ArrayPattern':
        for (const [index, element] of listOf(pattern['elements']).entries())
          this.#bind(element, around, [...path, `[${index}]`], init);
        return;
      case 'AssignmentPattern':
        return this.#bind(pattern['left'], around, path, init);
      case 'RestElement':
        return this.#bind(pattern['argument'], around, [...path, '...'], init);
      default:
    }
  }

  #add(local: string, at: Ancestors | undefined, binding: Binding): void {
    const [depth, index = ''] = local.split('.');
    let scope = at;
    while (scope !== undefined && scope.depth > Number(depth)) scope = scope.above;
    if (scope === undefined) return;
    const known = this.#bindings.get(scope.node) ?? new Map<string, Binding>();
    const before = known.get(index);
    // `var` may declare twice.
    if (before === undefined) known.set(index, binding);
    else this.#reassigned.add(before);
    this.#bindings.set(scope.node, known);
  }

  #use(value: unknown, at: Ancestors | undefined): void {
    if (Array.isArray(value)) return value.forEach((each) => this.#use(each, at));
    if (!isTree(value)) return;
    if (typeof value['local'] === 'string') {
      const binding = this.of(value['local'], at);
      if (binding !== undefined) binding.uses++;
      return;
    }
    const around = typeOf(value) === '' ? at : inside(value, at);
    const target = {
      AssignmentExpression: 'left',
      UpdateExpression: 'argument',
      ForOfStatement: 'left',
      ForInStatement: 'left',
    }[typeOf(value)];
    const written = target === undefined ? undefined : value[target];
    if (typeOf(written) !== 'VariableDeclaration')
      for (const binding of this.in(written, around)) this.#reassigned.add(binding);
    for (const [property, child] of Object.entries(value)) {
      const declares =
        property === 'params' ||
        (property === 'id' && value['type'] === 'VariableDeclarator') ||
        (property === 'param' && value['type'] === 'CatchClause');
      if (declares) this.#useInPattern(child, around);
      else this.#use(child, around);
    }
  }

  /** Default values and computed keys use names; what the pattern binds does not. */
  #useInPattern(pattern: unknown, at: Ancestors | undefined): void {
    if (Array.isArray(pattern)) return pattern.forEach((each) => this.#useInPattern(each, at));
    if (!isTree(pattern) || pattern['local'] !== undefined) return;
    const around = typeOf(pattern) === '' ? at : inside(pattern, at);
    if (pattern['type'] === 'AssignmentPattern') this.#use(pattern['right'], around);
    if (pattern['computed'] === true) this.#use(pattern['key'], around);
    for (const part of ['properties', 'elements', 'argument', 'left', 'value'])
      this.#useInPattern(pattern[part], around);
  }
}

/** How a member of an object pattern reads. */
export function keyRead(property: Tree): string {
  const { key } = property;
  if (typeof key === 'string') return `.${key}`;
  if (isTree(key) && typeof key['string'] === 'string') return `.${key['string']}`;
  return '[]';
}

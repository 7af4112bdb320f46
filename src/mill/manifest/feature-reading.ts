/** One reading of a normalized piece of code for its features: what each kind of syntax has in common. */
import { hashOf } from '../../values/hash.ts';
import { PLACE } from '../model/code-piece.ts';
import { literalIn } from './literals.ts';
import { type Ancestors, inside, isTree, keyRead, listOf, LocalBindings, type Tree, typeOf } from './local-bindings.ts';

/** Says what one kind of syntax says; `context` is where a literal would stand here. */
export type Reader = (reading: Reading, node: Tree, around: Ancestors, context: string) => void;

const KEPT_LENGTH = 80;

/** Features of one piece that are kept; a larger one is told apart by its text. */
const MAX_FEATURES = 2_000;

/** Nodes that one piece may be read as, its local names written out. */
const MAX_VISITS = 100_000;

/** The context that says nothing. */
export const VALUE = PLACE;

const COMMUTATIVE = new Set(['===', '==', '*', '&', '|', '^']);
const MIRRORED: Readonly<Record<string, string>> = { '>': '<', '>=': '<=' };
export const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);
const LOOPS = new Set(['ForStatement', 'ForOfStatement', 'ForInStatement', 'WhileStatement', 'DoWhileStatement']);

/** Say nothing by themselves. */
const SILENT = new Set([
  'BlockStatement',
  'ExpressionStatement',
  'ReturnStatement',
  'ChainExpression',
  'ParenthesizedExpression',
  'EmptyStatement',
]);

/** The piece says more than is kept. */
export class TooMuch extends Error {
  override readonly name = 'TooMuch';
}

/** What a function declares or assigns: local names, exported ones, or names and members that are there already. */
type PatternKeys = 'named' | 'exported' | 'assigned';

export class Reading {
  readonly features: string[] = [];
  readonly references: [string, string][] = [];
  readonly #bindings: LocalBindings;
  readonly #targets: ReadonlyMap<string, string>;
  readonly #module: string;
  readonly #readers: Readonly<Record<string, Reader>>;
  #visits = 0;

  constructor(tree: unknown, links: readonly string[], module: string, readers: Readonly<Record<string, Reader>>) {
    this.#readers = readers;
    this.#bindings = new LocalBindings(tree);
    const pairs = links.map((link): [string, string] => link.split(' -> ', 2) as [string, string]);
    this.#targets = new Map([...pairs, ...pairs.map(([, target]): [string, string] => [target, target])]);
    this.#module = module;
  }

  #say(feature: string): void {
    if (this.features.length > MAX_FEATURES) throw new TooMuch();
    this.features.push(feature.length <= KEPT_LENGTH ? feature : `${feature.slice(0, KEPT_LENGTH)}…${hashOf(feature)}`);
  }

  /** `context` is where a literal would stand here. */
  read(value: unknown, at: Ancestors | undefined, context: string): void {
    if (++this.#visits > MAX_VISITS) throw new TooMuch();
    if (Array.isArray(value)) return value.forEach((each) => this.read(each, at, context));
    if (!isTree(value)) return;
    const literal = literalIn(value);
    if (literal !== undefined) return this.#say(context.replace(PLACE, () => literal));
    if (typeof value['local'] === 'string') return this.#local(value['local'], at, context);
    if (typeof value['refersTo'] === 'string') return this.#refer(value['refersTo'], context);
    if (value['regex'] !== undefined)
      return this.#say(context.replace(PLACE, () => `/${JSON.stringify(value['regex'])}/`));
    if (typeOf(value) === '') return Object.values(value).forEach((child) => this.read(child, at, VALUE));
    const around = inside(value, at);
    const special = this.#readers[typeOf(value)];
    if (special !== undefined) return special(this, value, around, context);
    this.other(value, around, context);
  }

  #local(name: string, at: Ancestors | undefined, context: string): void {
    const binding = this.#bindings.of(name, at);
    if (binding === undefined) return;
    binding.path.forEach((read) => this.#say(read));
    if (binding.isAlias && binding.init !== undefined)
      this.read(binding.init.tree, binding.init.at, binding.path.length === 0 ? context : VALUE);
  }

  #refer(name: string, context: string): void {
    if (name.startsWith('#')) this.references.push([context, `${this.#module}${name}`]);
    else if (this.#targets.has(name)) this.references.push([context, this.#targets.get(name) as string]);
    else this.#say(name);
  }

  /** Any syntax that has no reader: its kind, its own words, and what is below. */
  other(node: Tree, around: Ancestors, context = VALUE): void {
    const type = typeOf(node);
    if (!SILENT.has(type)) this.#say(wordsOf(node));
    if (type === 'ReturnStatement' && isWithin(LOOPS, around)) this.#say('return in a loop');
    for (const [property, child] of Object.entries(node))
      if (property !== 'id' && (isTree(child) || Array.isArray(child)))
        this.read(child, around, SILENT.has(type) ? context : VALUE);
  }

  say = (feature: string): void => this.#say(feature);

  /** What a call calls, and what its arguments are to it: only names that no refactoring gives say anything. */
  callee(node: Tree, around: Ancestors, count: string): string {
    const callee =
      isTree(node['callee']) && typeOf(node['callee']) === 'ChainExpression'
        ? node['callee']['expression']
        : node['callee'];
    if (!isTree(callee)) return '';
    if (callee['type'] === 'MemberExpression') {
      const name = this.member(callee, inside(callee, around), `()${count}`);
      return name === '[]' ? '' : name;
    }
    const name = callee['type'] === 'Identifier' ? String(callee['name']) : this.#outer(callee['refersTo']);
    if (name !== undefined) {
      this.#say(`${name}()${count}`);
      return name;
    }
    this.read(callee, around, VALUE);
    return '';
  }

  /** A name of a package, of Node or of Daymill. */
  #outer(name: unknown): string | undefined {
    return typeof name !== 'string' || name.startsWith('#') || this.#targets.has(name) ? undefined : name;
  }

  /** The read of a member, said; answers with its name. */
  member(node: Tree, around: Ancestors, suffix = '', verb = ''): string {
    const { object, property, optional } = node;
    const key =
      typeof property === 'string'
        ? property
        : isTree(property) && typeof property['string'] === 'string'
          ? property['string']
          : typeOf(property) === 'PrivateIdentifier'
            ? `#${String((property as Tree)['name'])}`
            : undefined;
    if (optional === true) this.#say('?.');
    const owner =
      isTree(object) && object['type'] === 'Identifier'
        ? String(object['name'])
        : isTree(object)
          ? this.#outer(object['refersTo'])
          : undefined;
    if (key === undefined) {
      this.#say(`${verb}[]${suffix}`);
      this.read(property, around, `[${PLACE}]`);
      this.read(object, around, VALUE);
      return '[]';
    }
    const name = `${owner ?? ''}.${key}`;
    this.#say(`${verb}${name}${suffix}`);
    if (owner === undefined) this.read(object, around, `${PLACE}.${key}`);
    return name;
  }

  /** A condition of a branch: turned around it is the same one. */
  test(value: unknown, at: Ancestors): void {
    if (isTree(value) && value['type'] === 'UnaryExpression' && value['operator'] === '!')
      return this.test(value['argument'], inside(value, at));
    this.read(value, at, VALUE);
  }

  /** A literal, or a name of the module that may stand for one. */
  #isFixed(value: unknown, at: Ancestors | undefined): boolean {
    if (literalIn(value) !== undefined) return true;
    if (!isTree(value)) return false;
    if (typeof value['local'] !== 'string') return value['refersTo'] !== undefined;
    const binding = this.#bindings.of(value['local'], at);
    return (
      binding?.isAlias === true && binding.path.length === 0 && this.#isFixed(binding.init?.tree, binding.init?.at)
    );
  }

  /** A comparison and its opposite say the same; of `<` and `<=` only where a literal tells the sides apart. */
  binary(operator: string, left: unknown, right: unknown, around: Ancestors): void {
    if (operator === '!==' || operator === '!=') return this.binary(operator.replace('!', '='), left, right, around);
    if (operator === '<=' || operator === '>=') {
      const isBound = [left, right].some((operand) => this.#isFixed(operand, around));
      if (isBound && operator === '<=') return this.binary('<', right, left, around);
      if (isBound) return this.binary('<', left, right, around);
    }
    const mirrored = MIRRORED[operator];
    if (mirrored !== undefined) return this.binary(mirrored, right, left, around);
    if (operator === '-') return this.#minus(left, right, around);
    this.#say(operator);
    if (operator === '+') {
      this.read(left, around, sumContext(left, `${PLACE} + …`));
      this.read(right, around, sumContext(right, `… + ${PLACE}`));
      return;
    }
    const sides = COMMUTATIVE.has(operator)
      ? [`${operator} ${PLACE}`, `${operator} ${PLACE}`]
      : [`${PLACE} ${operator} …`, `… ${operator} ${PLACE}`];
    this.read(left, around, sides[0] ?? VALUE);
    this.read(right, around, sides[1] ?? VALUE);
  }

  /** `a - b` is `a + -b`. */
  #minus(left: unknown, right: unknown, around: Ancestors): void {
    this.#say('+');
    this.read(left, around, `+ ${PLACE}`);
    this.read(right, around, `+ -${PLACE}`);
    if (!(isTree(right) && typeof right['number'] === 'string')) this.#say('negated');
  }

  /** What is written to. */
  target(value: unknown, around: Ancestors): string {
    if (!isTree(value)) return VALUE;
    if (value['type'] === 'MemberExpression') {
      const name = this.member(value, inside(value, around), '', 'set ');
      return name === '[]' ? VALUE : `${name.slice(name.lastIndexOf('.') + 1)}: ${PLACE}`;
    }
    if (value['local'] === undefined) this.pattern(value, around, 'assigned');
    return VALUE;
  }

  /** Default values and computed keys; each key too where the names it binds stand for nothing. */
  pattern(value: unknown, at: Ancestors | undefined, keys: PatternKeys): void {
    if (Array.isArray(value)) return value.forEach((each) => this.pattern(each, at, keys));
    if (!isTree(value) || value['local'] !== undefined) return;
    if (typeOf(value) === '') {
      if (keys === 'assigned') this.read(value, at, VALUE);
      return;
    }
    const around = inside(value, at);
    if (value['type'] === 'MemberExpression') return void this.target(value, at as Ancestors);
    if (value['type'] === 'AssignmentPattern') {
      this.#say('default');
      this.read(value['right'], around, `default ${PLACE}`);
    }
    if (value['type'] === 'ObjectPattern' && listOf(value['properties']).some((each) => typeOf(each) === 'RestElement'))
      for (const each of listOf(value['properties']))
        if (typeOf(each) !== 'RestElement') this.#say(`without ${keyRead(each as Tree)}`);
    if (keys !== 'named' && value['type'] === 'Property') this.#say(keyRead(value));
    if (value['type'] === 'RestElement') this.#say('...');
    if (value['computed'] === true) this.read(value['key'], around, `[${PLACE}]`);
    for (const part of ['properties', 'elements', 'argument', 'left', 'value']) this.pattern(value[part], around, keys);
  }

  declarator(node: Tree, around: Ancestors): void {
    const { id, init } = node;
    const isTopLevel = around.depth === 0;
    this.pattern(id, around, isTopLevel ? 'exported' : 'named');
    const bindings = this.#bindings.in(id, around);
    const isWrittenOut = bindings.some(({ isAlias, uses }) => isAlias && uses > 0);
    if (!isWrittenOut) this.read(init, around, VALUE);
  }
}

const sumContext = (operand: unknown, sided: string): string =>
  isTree(operand) && typeof operand['number'] === 'string' ? `+ ${PLACE}` : sided;

/** The nearest function ends the look. */
function isWithin(types: ReadonlySet<string>, around: Ancestors): boolean {
  for (let at: Ancestors | undefined = around; at !== undefined && !FUNCTIONS.has(typeOf(at.node)); at = at.above)
    if (types.has(typeOf(at.node))) return true;
  return false;
}

/** Its kind, and its members that are words or switches. */
const wordsOf = (node: Tree): string =>
  [
    typeOf(node),
    ...Object.entries(node).flatMap(([property, value]) =>
      property === 'type' || property === 'expression' || typeof value === 'object'
        ? []
        : [`${property}=${JSON.stringify(value)}`],
    ),
  ].join(' ');

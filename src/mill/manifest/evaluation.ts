/**
 * What a unit does when its module is loaded. Whatever is not proven to do nothing counts as doing something: an unknown call, a
 * getter that might be there, a conversion that might run code of the author's. https://tc39.es/ecma262/#sec-evaluation
 */
import {
  COLLECTIONS,
  CONSTANT_OWNERS,
  INERT_CONSTRUCTORS,
  INERT_FUNCTIONS,
  INERT_METHODS,
  LISTING_METHODS,
  ZOD_MEMBERS,
} from './inert-globals.ts';
import type { Meaning, ModuleGraph } from './module-graph.ts';
import type { SourceModule, Unit } from './source-module.ts';
import { isRequirerCall } from './source-module.ts';
import { isNode, isTypeOnly, nameOf, nodesIn, type SyntaxNode, withoutTypeWrappers } from './syntax-node.ts';

/** Nothing, whenever it runs: it may be left out where nobody reads it, and its place among others does not matter. */
export const INERT = 0;
/** It changes nothing but looks at what others may have changed: left out where nobody reads it, its place matters. */
export const TIMED = 1;
/** It may do anything. */
export const EFFECT = 2;
export type Level = typeof INERT | typeof TIMED | typeof EFFECT;

type Declared = Extract<Meaning, { kind: 'declaration' }>;

export class Evaluation {
  readonly #graph: ModuleGraph;
  readonly #levels = new Map<Unit, Level>();
  /** Units whose value is being looked at: one that leads to itself is nothing known. */
  readonly #open = new Set<string>();

  constructor(graph: ModuleGraph) {
    this.#graph = graph;
  }

  levelOf(unit: Unit, module: SourceModule): Level {
    let level = this.#levels.get(unit);
    if (level === undefined) {
      level = this.#levelOfUnit(unit, module);
      this.#levels.set(unit, level);
    }
    return level;
  }

  /** Whether evaluating the expression does nothing. */
  readonly isInert = (node: SyntaxNode, module: SourceModule): boolean => this.#level(node, module) === INERT;

  #levelOfUnit({ kind, node, names }: Unit, module: SourceModule): Level {
    switch (kind) {
      case 'function':
        return INERT;
      case 'class':
        return this.#level(node, module);
      case 'statement':
      case 'module':
        return EFFECT;
      case 'default':
        return this.#level(node, module);
      default: {
        const level = isNode(node['init']) ? this.#level(node['init'], module) : INERT;
        if (!isPlainPattern(node['id'], node['init'])) return EFFECT;
        const isMoved = kind === 'var' || names.some((name) => module.assignments.has(name));
        return isMoved ? most(level, TIMED) : level;
      }
    }
  }

  #level(wrapped: SyntaxNode, module: SourceModule): Level {
    const node = withoutTypeWrappers(wrapped);
    const of = (child: unknown): Level => (isNode(child) ? this.#level(child, module) : INERT);
    switch (node.type) {
      case 'Literal':
      case 'FunctionExpression':
      case 'FunctionDeclaration':
      case 'ArrowFunctionExpression':
      case 'ThisExpression':
      case 'MetaProperty':
        return INERT;
      case 'Identifier':
        return this.#levelOfName(node, module);
      case 'TemplateLiteral':
        return this.#isPrimitive(node, module) ? INERT : EFFECT;
      case 'UnaryExpression':
        return this.#levelOfUnary(node, module);
      case 'BinaryExpression':
        if (node['operator'] === '===' || node['operator'] === '!==') return most(of(node['left']), of(node['right']));
        return this.#isPrimitive(node, module) ? INERT : EFFECT;
      case 'LogicalExpression':
        return most(of(node['left']), of(node['right']));
      case 'ConditionalExpression':
        return most(of(node['test']), of(node['consequent']), of(node['alternate']));
      case 'ChainExpression':
        return of(node['expression']);
      case 'ArrayExpression':
        return most(...nodesIn(node['elements']).map((element) => this.#levelOfItem(element, module)));
      case 'ObjectExpression':
        return most(...nodesIn(node['properties']).map((property) => this.#levelOfItem(property, module)));
      case 'ClassExpression':
      case 'ClassDeclaration':
        return this.#levelOfClass(node, module);
      case 'NewExpression':
        return this.#levelOfNew(node, module);
      case 'CallExpression':
        return this.#levelOfCall(node, module);
      case 'MemberExpression':
        return this.#levelOfMember(node, module);
      default:
        return EFFECT;
    }
  }

  #levelOfName(node: SyntaxNode, module: SourceModule): Level {
    const name = nameOf(node) ?? '';
    const meaning = this.#graph.meaningOf(name, module);
    if (meaning === undefined) return INERT_GLOBALS.has(name) ? INERT : EFFECT;
    if (meaning.kind === 'declaration') return isMoving(meaning) ? TIMED : INERT;
    // What a package or a CommonJS module exports may be another later.
    return meaning.kind === 'package' || meaning.kind === 'commonjs' ? TIMED : INERT;
  }

  #levelOfUnary(node: SyntaxNode, module: SourceModule): Level {
    const { operator, argument } = node;
    if (!isNode(argument) || operator === 'delete') return EFFECT;
    if (operator === '!' || operator === 'void') return this.#level(argument, module);
    if (operator === 'typeof')
      return most(TIMED, argument.type === 'Identifier' ? INERT : this.#level(argument, module));
    return this.#isPrimitive(node, module) ? INERT : EFFECT;
  }

  /** An element of a list, or a member of an object. */
  #levelOfItem(item: SyntaxNode, module: SourceModule): Level {
    if (item.type === 'SpreadElement') return this.#levelOfSpread(item['argument'], module);
    if (item.type !== 'Property') return this.#level(item, module);
    const isKeyKnown = item['computed'] !== true || (isNode(item['key']) && this.#isPrimitive(item['key'], module));
    return isKeyKnown && isNode(item['value']) ? this.#level(item['value'], module) : EFFECT;
  }

  /** Spreading calls iterators and getters, which a plain literal has none of. */
  #levelOfSpread(value: unknown, module: SourceModule): Level {
    if (!isNode(value)) return EFFECT;
    const { node, level, home } = this.#literalBehind(value, module);
    const isPlain = node !== undefined && (node.type === 'ArrayExpression' || isPlainObject(node));
    return isPlain ? most(level, this.#level(node, home)) : EFFECT;
  }

  #levelOfClass(node: SyntaxNode, module: SourceModule): Level {
    const { superClass } = node;
    if (nodesIn(node['decorators']).length > 0) return EFFECT;
    if (isNode(superClass) && !this.#isClass(superClass, module)) return EFFECT;
    const members = isNode(node['body']) ? nodesIn(node['body']['body']) : [];
    const levels = members.map((member): Level => {
      if (isTypeOnly(member)) return INERT;
      if (member.type === 'StaticBlock' || nodesIn(member['decorators']).length > 0) return EFFECT;
      const key = member['computed'] === true && isNode(member['key']) ? member['key'] : undefined;
      if (key !== undefined && !this.#isPrimitive(key, module)) return EFFECT;
      const isEvaluated = member['static'] === true && member.type === 'PropertyDefinition';
      return isEvaluated && isNode(member['value']) ? this.#level(member['value'], module) : INERT;
    });
    return most(...levels);
  }

  /** A class that is written out, or one of the language's. */
  #isClass(wrapped: SyntaxNode, module: SourceModule): boolean {
    const node = withoutTypeWrappers(wrapped);
    if (node.type !== 'Identifier') return false;
    const meaning = this.#graph.meaningOf(nameOf(node) ?? '', module);
    if (meaning === undefined) return INERT_CONSTRUCTORS.has(nameOf(node) ?? '');
    return meaning.kind === 'declaration' && meaning.unit.kind === 'class' && !isMoving(meaning);
  }

  #levelOfNew(node: SyntaxNode, module: SourceModule): Level {
    const name = this.#globalName(node['callee'], module);
    const list = nodesIn(node['arguments']);
    if (name === undefined || !INERT_CONSTRUCTORS.has(name)) return EFFECT;
    if (name === 'Date' && list.length === 0) return EFFECT;
    if (list.every((each) => this.#isPrimitive(each, module))) return INERT;
    const [only, ...others] = list;
    if (only === undefined || others.length > 0 || !COLLECTIONS.has(name)) return EFFECT;
    const { node: literal, level, home } = this.#literalBehind(only, module);
    if (literal?.type !== 'ArrayExpression') return EFFECT;
    const areItemsKnown = nodesIn(literal['elements']).every((item) =>
      name.endsWith('Map') ? item.type === 'ArrayExpression' : item.type !== 'SpreadElement',
    );
    return areItemsKnown ? most(level, this.#level(literal, home)) : EFFECT;
  }

  #levelOfCall(node: SyntaxNode, module: SourceModule): Level {
    const callee = isNode(node['callee']) ? withoutTypeWrappers(node['callee']) : node;
    const list = nodesIn(node['arguments']);
    if (isRequirerCall(node, module)) return INERT;
    const meaning = this.#meaningOf(callee, module);
    if (meaning?.kind === 'authoring') return most(...list.map((each) => this.#levelOfGiven(each, module)));
    if (this.#isOfZod(callee, module)) return most(...list.map((each) => this.#levelOfGiven(each, module)));
    if (this.#isPrimitive(node, module)) return INERT;
    const isListing =
      callee.type === 'MemberExpression' &&
      LISTING_METHODS.has(nameOf(callee['property']) ?? '') &&
      this.#isOfPrimitives(callee, list, module);
    if (isListing) return INERT;
    return this.#levelOfObjectCall(callee, list, module);
  }

  /** `Object.freeze({ … })`, `Object.keys(TABLE)`, `Symbol('x')`. */
  #levelOfObjectCall(callee: SyntaxNode, list: readonly SyntaxNode[], module: SourceModule): Level {
    const [only] = list;
    if (this.#globalName(callee, module) === 'Symbol')
      return list.every((each) => this.#isPrimitive(each, module)) ? INERT : EFFECT;
    if (callee.type !== 'MemberExpression' || this.#globalName(callee['object'], module) !== 'Object') return EFFECT;
    if (only === undefined || list.length !== 1) return EFFECT;
    const member = nameOf(callee['property']) ?? '';
    const given = withoutTypeWrappers(only);
    const isFresh = given.type === 'ArrayExpression' || isPlainObject(given);
    if (member === 'freeze') return isFresh ? this.#level(given, module) : EFFECT;
    if (!['keys', 'values', 'entries'].includes(member)) return EFFECT;
    const { node, level, home } = this.#literalBehind(given, module);
    return node !== undefined && (node.type === 'ArrayExpression' || isPlainObject(node))
      ? most(level, this.#level(node, home))
      : EFFECT;
  }

  /** What Daymill or zod is given, and looks into: a name may stand for what is another later. */
  #levelOfGiven(wrapped: SyntaxNode, module: SourceModule): Level {
    const node = withoutTypeWrappers(wrapped);
    if (node.type === 'SpreadElement') return this.#levelOfSpread(node['argument'], module);
    if (node.type !== 'Identifier' || this.#isPrimitive(node, module)) return this.#level(node, module);
    const meaning = this.#graph.meaningOf(nameOf(node) ?? '', module);
    if (meaning?.kind !== 'declaration' || isMoving(meaning)) return most(TIMED, this.#level(node, module));
    const { init } = meaning.unit.node;
    const isDefinition =
      meaning.unit.kind === 'function' ||
      (isNode(init) && (this.#isSchema(init, meaning.module) || this.#isDefinition(init, meaning.module)));
    return isDefinition ? INERT : TIMED;
  }

  #isDefinition(wrapped: SyntaxNode, module: SourceModule): boolean {
    const node = withoutTypeWrappers(wrapped);
    if (node.type.includes('Function')) return true;
    return (
      node.type === 'CallExpression' &&
      isNode(node['callee']) &&
      this.#meaningOf(node['callee'], module)?.kind === 'authoring'
    );
  }

  #levelOfMember(node: SyntaxNode, module: SourceModule): Level {
    const { object, property } = node;
    if (!isNode(object) || !isNode(property)) return EFFECT;
    const meaning = this.#meaningOf(node, module);
    if (meaning?.kind === 'declaration') return isMoving(meaning) ? TIMED : INERT;
    const owner = this.#globalName(object, module);
    if (owner !== undefined && CONSTANT_OWNERS.has(owner) && node['computed'] !== true) return INERT;
    if (this.#isOfZod(node, module)) return TIMED;
    const isKeyKnown = node['computed'] !== true || this.#isPrimitive(property, module);
    const literal = this.#literalBehind(object, module).node;
    const isPlain = literal !== undefined && (literal.type === 'ArrayExpression' || isPlainObject(literal));
    return isKeyKnown && isPlain ? TIMED : EFFECT;
  }

  /** Of a name, or of a member of a namespace. */
  #meaningOf(node: SyntaxNode, module: SourceModule): Meaning | undefined {
    if (node.type === 'Identifier') return this.#graph.meaningOf(nameOf(node) ?? '', module);
    if (node.type !== 'MemberExpression' || node['computed'] === true || !isNode(node['object'])) return undefined;
    const owner = this.#meaningOf(node['object'], module);
    const member = nameOf(node['property']) ?? '';
    if (owner?.kind === 'namespace') return this.#graph.exportOf(owner.module, member);
    return owner?.kind === 'authoring' && owner.imported === '*' ? { ...owner, imported: member } : undefined;
  }

  #globalName(node: unknown, module: SourceModule): string | undefined {
    const name = isNode(node) && node.type === 'Identifier' ? nameOf(node) : undefined;
    return name !== undefined && this.#graph.meaningOf(name, module) === undefined ? name : undefined;
  }

  /** The list or object literal that the expression is or names; what it holds may be another by the time that it is read. */
  #literalBehind(wrapped: SyntaxNode, module: SourceModule): { node?: SyntaxNode; level: Level; home: SourceModule } {
    const node = withoutTypeWrappers(wrapped);
    if (node.type === 'ArrayExpression' || node.type === 'ObjectExpression')
      return { node, level: INERT, home: module };
    const init = this.#constantBehind(node, module);
    if (init === undefined) return { level: EFFECT, home: module };
    const inner = withoutTypeWrappers(init.node);
    const isLiteral = inner.type === 'ArrayExpression' || inner.type === 'ObjectExpression';
    return isLiteral ? { node: inner, level: TIMED, home: init.home } : { level: EFFECT, home: module };
  }

  /** What a constant is set to, here or in another module. */
  #constantBehind(node: SyntaxNode, module: SourceModule): { node: SyntaxNode; home: SourceModule } | undefined {
    const meaning = this.#meaningOf(node, module);
    if (meaning?.kind !== 'declaration' || isMoving(meaning)) return undefined;
    const { kind, node: declarator } = meaning.unit;
    if (kind !== 'const' && kind !== 'let') return undefined;
    const isNamed = isNode(declarator['id']) && declarator['id'].type === 'Identifier';
    return isNamed && isNode(declarator['init']) ? { node: declarator['init'], home: meaning.module } : undefined;
  }

  /** Whether the expression is known to be a string, a number, a boolean, a bigint, null or undefined, and evaluating it does nothing. */
  #isPrimitive(wrapped: SyntaxNode, module: SourceModule): boolean {
    const node = withoutTypeWrappers(wrapped);
    const is = (child: unknown): boolean => isNode(child) && this.#isPrimitive(child, module);
    switch (node.type) {
      case 'Literal':
        return true;
      case 'TemplateLiteral':
        return nodesIn(node['expressions']).every(is);
      case 'UnaryExpression':
        return node['operator'] !== 'delete' && is(node['argument']);
      case 'BinaryExpression':
      case 'LogicalExpression':
        return node['operator'] !== 'in' && node['operator'] !== 'instanceof' && is(node['left']) && is(node['right']);
      case 'ConditionalExpression':
        return is(node['test']) && is(node['consequent']) && is(node['alternate']);
      case 'Identifier':
        return this.#isPrimitiveName(node, module);
      case 'MemberExpression': {
        const owner = this.#globalName(node['object'], module);
        return (
          (owner === 'Math' || owner === 'Number') &&
          node['computed'] !== true &&
          /^[A-Z_0-9]+$/.test(nameOf(node['property']) ?? '')
        );
      }
      case 'CallExpression':
        return this.#isPrimitiveCall(node, module);
      default:
        return false;
    }
  }

  #isPrimitiveName(node: SyntaxNode, module: SourceModule): boolean {
    const name = nameOf(node) ?? '';
    if (this.#globalName(node, module) !== undefined) return ['undefined', 'NaN', 'Infinity'].includes(name);
    const constant = this.#constantBehind(node, module);
    const key = `${module.path}#${name}`;
    if (constant === undefined || this.#open.has(key)) return false;
    this.#open.add(key);
    const known = this.#isPrimitive(constant.node, constant.home);
    this.#open.delete(key);
    return known;
  }

  #isPrimitiveCall(node: SyntaxNode, module: SourceModule): boolean {
    const callee = isNode(node['callee']) ? withoutTypeWrappers(node['callee']) : node;
    const list = nodesIn(node['arguments']);
    const areKnown = list.every((each) => this.#isPrimitive(each, module));
    const own = this.#globalName(callee, module);
    if (own !== undefined) return areKnown && (INERT_FUNCTIONS['']?.has(own) ?? false);
    if (callee.type !== 'MemberExpression' || callee['computed'] === true) return false;
    const member = nameOf(callee['property']) ?? '';
    const owner = this.#globalName(callee['object'], module) ?? '';
    const functions = Object.hasOwn(INERT_FUNCTIONS, owner) && owner !== '' ? INERT_FUNCTIONS[owner] : undefined;
    if (functions !== undefined) return areKnown && functions.has(member);
    return !LISTING_METHODS.has(member) && this.#isOfPrimitives(callee, list, module);
  }

  /** `'a b'.slice(2)`: a method of a primitive value, given primitive values. */
  #isOfPrimitives(callee: SyntaxNode, list: readonly SyntaxNode[], module: SourceModule): boolean {
    const { object } = callee;
    if (callee['computed'] === true || !INERT_METHODS.has(nameOf(callee['property']) ?? '')) return false;
    return isNode(object) && this.#isPrimitive(object, module) && list.every((each) => this.#isPrimitive(each, module));
  }

  /** `z.number().min`, `Base.extend`: what is reached from zod's `z`, or from a constant that is a schema. */
  #isOfZod(wrapped: SyntaxNode, module: SourceModule): boolean {
    const node = withoutTypeWrappers(wrapped);
    if (node.type !== 'MemberExpression' || node['computed'] === true || !isNode(node['object'])) return false;
    return ZOD_MEMBERS.has(nameOf(node['property']) ?? '') && this.#isSchema(node['object'], module);
  }

  #isSchema(wrapped: SyntaxNode, module: SourceModule): boolean {
    const node = withoutTypeWrappers(wrapped);
    if (node.type === 'CallExpression') return isNode(node['callee']) && this.#isOfZod(node['callee'], module);
    if (node.type === 'MemberExpression' && this.#isOfZod(node, module)) return true;
    const meaning = this.#meaningOf(node, module);
    if (meaning?.kind === 'package')
      return meaning.package === 'zod' && ['z', '*', 'default'].includes(meaning.imported);
    const constant = this.#constantBehind(node, module);
    const key = `${module.path}#${nameOf(node) ?? node.start}`;
    if (constant === undefined || this.#open.has(key)) return false;
    this.#open.add(key);
    const known = this.#isSchema(constant.node, constant.home);
    this.#open.delete(key);
    return known;
  }
}

/** Globals whose mere mention does nothing. */
const INERT_GLOBALS = new Set([
  ...INERT_CONSTRUCTORS,
  ...CONSTANT_OWNERS,
  'undefined',
  'NaN',
  'Infinity',
  'JSON',
  'BigInt',
  'Boolean',
  'String',
  'Reflect',
  'Promise',
]);

const most = (...levels: readonly Level[]): Level =>
  levels.reduce((most, level) => (level > most ? level : most), INERT);

/** Whether what the name stands for may be another later. */
const isMoving = ({ unit, name, module }: Declared): boolean =>
  unit.kind === 'var' || unit.kind === 'statement' || module.assignments.has(name);

/** A name, or names for the parts of a literal that is written out beside them. */
function isPlainPattern(pattern: unknown, value: unknown): boolean {
  if (!isNode(pattern)) return false;
  if (pattern.type === 'Identifier') return true;
  const literal = isNode(value) ? withoutTypeWrappers(value) : undefined;
  const isName = (each: unknown): boolean => isNode(each) && each.type === 'Identifier';
  if (pattern.type === 'ArrayPattern')
    return literal?.type === 'ArrayExpression' && nodesIn(pattern['elements']).every(isName);
  return (
    pattern.type === 'ObjectPattern' &&
    literal !== undefined &&
    isPlainObject(literal) &&
    nodesIn(pattern['properties']).every(
      (each) => each.type === 'Property' && each['computed'] !== true && isName(each['value']),
    )
  );
}

/** An object literal that runs nothing when it is read: no getters, nothing spread in, no other prototype. */
const isPlainObject = (node: SyntaxNode): boolean =>
  node.type === 'ObjectExpression' &&
  nodesIn(node['properties']).every(
    (property) =>
      property.type === 'Property' && property['kind'] === 'init' && nameOf(property['key']) !== '__proto__',
  );

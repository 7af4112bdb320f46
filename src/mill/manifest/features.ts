/**
 * What a normalized piece of code says, whatever the arrangement: its literals with where they stand, operators, members, calls,
 * branches and loops. Two pieces of the same features differ in names, order and bracketing only.
 */
import { PLACE } from '../model/code-piece.ts';
import { hashOf } from '../../values/hash.ts';
import { FUNCTIONS, type Reader, Reading, TooMuch, VALUE } from './feature-reading.ts';
import { literalIn, textOf } from './literals.ts';
import { type Ancestors, isTree, listOf, type Tree, typeOf } from './local-bindings.ts';

export interface Features {
  /** Sorted; one that occurs twice is there twice. */
  readonly features: string[];
  /** Names of top-level declarations, with where they stand: `[context, target]`; what stands for a literal reads as that. */
  readonly references: [context: string, target: string][];
  /** Of a declaration that only names a literal. */
  readonly constant?: string;
}

/** `text` and `links` are a `NormalSyntax`'s, `module` the path that its own names belong to. */
export function featuresIn(text: string, links: readonly string[], module: string): Features {
  const tree: unknown = JSON.parse(text);
  const reading = new Reading(tree, links, module, READERS);
  const constant = constantOf(tree);
  if (constant !== undefined) return { features: [], references: [], constant };
  try {
    reading.read(tree, undefined, VALUE);
  } catch (thrown) {
    if (!(thrown instanceof TooMuch)) throw thrown;
    return { features: [`code ${hashOf(text)}`], references: [] };
  }
  return {
    features: reading.features.sort(),
    references: reading.references.sort(([a, b], [c, d]) => (`${a} ${b}` < `${c} ${d}` ? -1 : 1)),
  };
}

const constantOf = (tree: unknown): string | undefined =>
  isTree(tree) && tree['type'] === 'VariableDeclarator' && isTree(tree['id']) && tree['id']['refersTo'] !== undefined
    ? literalIn(tree['init'])
    : undefined;

const argument = (callee: string, index: number): string => `${callee}(${'…, '.repeat(index)}${PLACE})`;

const functionAround = (around: Ancestors): string => {
  for (let at: Ancestors | undefined = around; at !== undefined; at = at.above)
    if (typeOf(at.node) !== 'ArrowFunctionExpression' && FUNCTIONS.has(typeOf(at.node))) return typeOf(at.node);
  return 'no function';
};

const READERS: Readonly<Record<string, Reader>> = {
  Identifier: (to, node, around) =>
    to.say(node['name'] === 'arguments' ? `arguments of ${functionAround(around)}` : String(node['name'])),
  ThisExpression: (to, _, around) => to.say(`this of ${functionAround(around)}`),
  ArrowFunctionExpression: readFunction,
  FunctionExpression: readFunction,
  FunctionDeclaration: readFunction,
  VariableDeclaration: (to, node, around) => to.read(node['declarations'], around, VALUE),
  VariableDeclarator: (to, node, around) => to.declarator(node, around),
  MemberExpression: (to, node, around) => void to.member(node, around),
  CallExpression: readCall,
  NewExpression(to, node, around) {
    to.say('new');
    readCall(to, node, around);
  },
  BinaryExpression: (to, node, around) => to.binary(String(node['operator']), node['left'], node['right'], around),
  LogicalExpression(to, node, around) {
    const operator = String(node['operator']);
    to.say(operator);
    to.read(node['left'], around, `${PLACE} ${operator} …`);
    to.read(node['right'], around, `… ${operator} ${PLACE}`);
  },
  UnaryExpression(to, node, around) {
    const operator = String(node['operator']);
    to.say(operator === '-' ? 'negated' : operator);
    to.read(node['argument'], around, `${operator} ${PLACE}`);
  },
  UpdateExpression(to, node, around) {
    to.say('+');
    to.say(`+ ${node['operator'] === '++' ? '1' : '-1'}`);
    const parent = around.above?.node;
    const isAlone =
      typeOf(parent) === 'ExpressionStatement' || (typeOf(parent) === 'ForStatement' && parent?.['update'] === node);
    if (!isAlone) to.say(node['prefix'] === true ? 'changed before' : 'changed after');
    updated(to, node['argument'], around);
  },
  AssignmentExpression(to, node, around) {
    const operator = String(node['operator']).slice(0, -1);
    if (operator === '') return to.read(node['right'], around, to.target(node['left'], around));
    updated(to, node['left'], around);
    const left = { local: 'none' };
    if (['&&', '||', '??'].includes(operator)) {
      to.say(operator);
      return to.read(node['right'], around, `… ${operator} ${PLACE}`);
    }
    to.binary(operator, left, node['right'], around);
  },
  IfStatement: readBranch,
  ConditionalExpression: readBranch,
  SwitchCase(to, node, around) {
    to.say(node['test'] === undefined ? 'default case' : 'case');
    to.read(node['test'], around, `case ${PLACE}`);
    to.read(node['consequent'], around, VALUE);
  },
  TryStatement(to, node, around) {
    to.say(
      [
        'try',
        ...(node['handler'] === undefined ? [] : ['catch']),
        ...(node['finalizer'] === undefined ? [] : ['finally']),
      ].join(' '),
    );
    for (const part of ['block', 'handler', 'finalizer']) to.read(node[part], around, VALUE);
  },
  CatchClause(to, node, around) {
    to.pattern(node['param'], around, 'named');
    to.read(node['body'], around, VALUE);
  },
  ObjectExpression: (to, node, around) => to.read(node['properties'], around, VALUE),
  Property(to, node, around) {
    const { key, kind, value } = node;
    const name =
      typeof key === 'string'
        ? key
        : isTree(key) && node['computed'] !== true
          ? String(key['string'] ?? key['number'])
          : undefined;
    if (kind === 'get' || kind === 'set') to.say(kind);
    if (name === undefined) to.read(key, around, `[${PLACE}]: …`);
    to.say(name === undefined ? '[]:' : `${name}:`);
    to.read(value, around, name === undefined ? `[…]: ${PLACE}` : `${name}: ${PLACE}`);
  },
  ArrayExpression(to, node, around) {
    to.say('[…]');
    for (const [index, element] of listOf(node['elements']).entries()) to.read(element, around, `[${index}]: ${PLACE}`);
  },
  SpreadElement(to, node, around) {
    to.say('...');
    to.read(node['argument'], around, `...${PLACE}`);
  },
  TemplateLiteral(to, node, around) {
    for (const [index, element] of listOf(node['quasis']).entries()) to.say(`\`${index}: ${textOf(element)}\``);
    to.read(node['expressions'], around, `\${${PLACE}}`);
  },
};

/** What `+=` and `++` write to: a member is read and set. */
function updated(to: Reading, value: unknown, around: Ancestors): void {
  to.target(value, around);
  if (typeOf(value) === 'MemberExpression') to.read(value, around, VALUE);
}

function readFunction(to: Reading, node: Tree, around: Ancestors): void {
  if (node['async'] === true) to.say('async');
  if (node['generator'] === true) to.say('generator');
  to.pattern(node['params'], around, 'named');
  to.read(node['body'], around, VALUE);
}

function readCall(to: Reading, node: Tree, around: Ancestors): void {
  const given = listOf(node['arguments']);
  const count = given.some((each) => typeOf(each) === 'SpreadElement') ? '…' : String(given.length);
  if (node['optional'] === true) to.say('?.()');
  const callee = to.callee(node, around, count);
  for (const [index, each] of given.entries()) to.read(each, around, argument(callee, index));
}

function readBranch(to: Reading, node: Tree, around: Ancestors): void {
  to.say('if');
  to.test(node['test'], around);
  to.read(node['consequent'], around, VALUE);
  to.read(node['alternate'], around, VALUE);
}

/** Source text with its syntax tree, as the generators of edits walk it: ESTree nodes with their parents, types left out. */
import { parseSync } from 'oxc-parser';

export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [property: string]: unknown;
}

/** A node and where it hangs: `path` is from the module's statement down to its parent. */
export interface Site {
  readonly node: Node;
  readonly parent: Node | undefined;
  /** The parent's property that it is, or is in. */
  readonly key: string;
  readonly path: readonly Node[];
}

/** A stretch of text and what takes its place. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface Source {
  readonly module: string;
  readonly text: string;
  /** Top-level statements. */
  readonly body: readonly Node[];
  /** Of all that runs, outermost first. */
  readonly sites: readonly Site[];
}

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

export const nodesIn = (value: unknown): Node[] => (Array.isArray(value) ? value.filter(isNode) : []);

/** The child of that name. */
export const childOf = (node: Node | undefined, key: string): Node | undefined => {
  const child = node?.[key];
  return isNode(child) ? child : undefined;
};

const TYPE_WRAPPERS = new Set(['TSAsExpression', 'TSSatisfiesExpression', 'TSNonNullExpression']);

export function parse(module: string, text: string): Source {
  const { program, errors } = parseSync(module, text, { preserveParens: false });
  const [problem] = errors;
  if (problem !== undefined) throw new SyntaxError(`${module}: ${problem.message}`);
  const body = program.body as unknown as Node[];
  const sites: Site[] = [];
  const visit = (node: Node, parent: Node | undefined, key: string, path: readonly Node[]): void => {
    if (node.type.startsWith('TS') && !TYPE_WRAPPERS.has(node.type)) return;
    if (node.type === 'ImportDeclaration' || node['declare'] === true) return;
    sites.push({ node, parent, key, path });
    const below = [...path, node];
    for (const [name, value] of Object.entries(node)) {
      if (isNode(value)) visit(value, node, name, below);
      else for (const child of nodesIn(value)) visit(child, node, name, below);
    }
  };
  for (const statement of body) visit(statement, undefined, 'body', []);
  return { module, text, body, sites };
}

export const textOf = ({ text }: Source, { start, end }: { start: number; end: number }): string =>
  text.slice(start, end);

/** @throws {RangeError} when two of them overlap. */
export function applied(text: string, edits: readonly Edit[]): string {
  let result = '';
  let at = 0;
  for (const { start, end, text: instead } of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (start < at) throw new RangeError(`two edits overlap at ${start}`);
    result += text.slice(at, start) + instead;
    at = end;
  }
  return result + text.slice(at);
}

export const overlap = (some: readonly Edit[], others: readonly Edit[]): boolean =>
  some.some((one) => others.some((other) => one.start < other.end && other.start < one.end));

export const replaced = ({ start, end }: { start: number; end: number }, text: string): Edit => ({ start, end, text });

export const inserted = (at: number, text: string): Edit => ({ start: at, end: at, text });

/** Nodes whose text can stand wherever an expression can. */
const CLOSED = new Set([
  'Identifier',
  'Literal',
  'MemberExpression',
  'CallExpression',
  'TemplateLiteral',
  'ArrayExpression',
  'ThisExpression',
]);

/** Its text, in brackets unless it needs none. */
export const operand = (source: Source, node: Node): string =>
  CLOSED.has(node.type) ? textOf(source, node) : `(${textOf(source, node)})`;

const FUNCTIONS = new Set(['ArrowFunctionExpression', 'FunctionExpression', 'FunctionDeclaration']);

export const isFunction = (node: Node | undefined): node is Node => node !== undefined && FUNCTIONS.has(node.type);

/** Whether it runs when the computation does, not when the module is loaded. */
export const runsLater = ({ path }: Site): boolean => path.some(isFunction);

/** The innermost function around it, itself left out. */
export const functionAround = ({ path }: Site): Node | undefined => path.findLast(isFunction);

export const nameOf = (node: unknown): string | undefined =>
  isNode(node) && node.type === 'Identifier' && typeof node['name'] === 'string' ? node['name'] : undefined;

/** `f` of `a.f(…)`, `Math.f(…)`; undefined for any other node. */
export function methodOf(node: Node | undefined): string | undefined {
  if (node?.type !== 'CallExpression') return undefined;
  const callee = childOf(node, 'callee');
  return callee?.type === 'MemberExpression' && callee['computed'] !== true ? nameOf(callee['property']) : undefined;
}

/** Whether the identifier stands for a value: no name of a member, of a key, of a label, nor of what is declared. */
export function isReference({ node, parent, key, path }: Site): boolean {
  if (node.type !== 'Identifier' || parent === undefined) return false;
  switch (parent.type) {
    case 'MemberExpression':
      return key === 'object' || parent['computed'] === true;
    case 'Property':
      if (path.at(-2)?.type === 'ObjectPattern') return key === 'key' && parent['computed'] === true;
      return key === 'value' || parent['computed'] === true;
    case 'VariableDeclarator':
      return key === 'init';
    case 'AssignmentPattern':
      return key === 'right';
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return key === 'body';
    case 'ArrayPattern':
    case 'RestElement':
    case 'CatchClause':
    case 'ImportSpecifier':
    case 'ExportSpecifier':
    case 'LabeledStatement':
    case 'BreakStatement':
    case 'ContinueStatement':
      return false;
    default:
      return true;
  }
}

/** Names that a pattern binds. */
export function boundBy(pattern: unknown): string[] {
  if (!isNode(pattern)) return [];
  switch (pattern.type) {
    case 'Identifier':
      return [String(pattern['name'])];
    case 'ObjectPattern':
      return nodesIn(pattern['properties']).flatMap((each) => boundBy(each['value'] ?? each['argument']));
    case 'ArrayPattern':
      return nodesIn(pattern['elements']).flatMap(boundBy);
    case 'AssignmentPattern':
      return boundBy(pattern['left']);
    case 'RestElement':
      return boundBy(pattern['argument']);
    default:
      return [];
  }
}

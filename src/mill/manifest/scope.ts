/** Which names a piece of syntax binds, by JavaScript's scoping rules: https://tc39.es/ecma262/#sec-syntax-directed-operations-scope-analysis */
import { isNode, isTypeOnly, nameOf, nodesIn, type SyntaxNode } from './syntax-node.ts';

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

/** `{ a, b: [c, ...d] }` binds a, c and d. */
export function boundNames(pattern: unknown): string[] {
  if (!isNode(pattern)) return [];
  switch (pattern.type) {
    case 'Identifier':
      return [nameOf(pattern) ?? ''];
    case 'ObjectPattern':
      return nodesIn(pattern['properties']).flatMap((each) => boundNames(each['value'] ?? each['argument']));
    case 'ArrayPattern':
      return nodesIn(pattern['elements']).flatMap(boundNames);
    case 'AssignmentPattern':
      return boundNames(pattern['left']);
    case 'RestElement':
      return boundNames(pattern['argument']);
    default:
      return [];
  }
}

/** Names that hold inside of the node and not around it, in the order in which they are written; empty for most nodes. */
export function namesBoundIn(node: SyntaxNode): string[] {
  switch (node.type) {
    case 'FunctionExpression':
    case 'FunctionDeclaration':
    case 'ArrowFunctionExpression': {
      const own = node.type === 'FunctionExpression' ? boundNames(node['id']) : [];
      return [
        ...own,
        ...nodesIn(node['params'])
          .flatMap(boundNames)
          .filter((name) => name !== 'this'),
      ];
    }
    case 'ClassExpression':
      return boundNames(node['id']);
    case 'CatchClause':
      return boundNames(node['param']);
    case 'Program':
    case 'BlockStatement':
    case 'StaticBlock':
      return [...lexicalNames(nodesIn(node['body'])), ...hoistedNames(node)];
    case 'SwitchStatement':
      return lexicalNames(nodesIn(node['cases']).flatMap((each) => nodesIn(each['consequent'])));
    case 'ForStatement':
      return lexicalNames(nodesIn([node['init']]));
    case 'ForInStatement':
    case 'ForOfStatement':
      return lexicalNames(nodesIn([node['left']]));
    default:
      return [];
  }
}

/** Of `let`, `const`, classes and functions among the statements themselves. */
const lexicalNames = (statements: readonly SyntaxNode[]): string[] =>
  statements.flatMap((statement) => {
    if (isTypeOnly(statement)) return [];
    if (statement.type === 'VariableDeclaration') return statement['kind'] === 'var' ? [] : declaredNames(statement);
    return statement.type === 'ClassDeclaration' || statement.type === 'FunctionDeclaration'
      ? boundNames(statement['id'])
      : [];
  });

/** Of `var`, however deep, up to the next function. */
export function hoistedNames(node: SyntaxNode): string[] {
  const own = node.type === 'VariableDeclaration' && node['kind'] === 'var' ? declaredNames(node) : [];
  const below = Object.values(node)
    .flatMap((value) => (Array.isArray(value) ? nodesIn(value) : nodesIn([value])))
    .filter((child) => !FUNCTIONS.has(child.type) && child.type !== 'StaticBlock')
    .flatMap(hoistedNames);
  return [...own, ...below];
}

const declaredNames = (declaration: SyntaxNode): string[] =>
  nodesIn(declaration['declarations']).flatMap((declarator) => boundNames(declarator['id']));

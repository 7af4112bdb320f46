/** Edits that change nothing: another form of the same function, of its parameters and its names. */
import { bodyEdit, returnedBy } from './blocks.ts';
import { sitesOf } from './sites.ts';
import { namesBoundBelow } from './names.ts';
import {
  boundBy,
  childOf,
  type Edit,
  inserted,
  isFunction,
  type Node,
  nodesIn,
  operand,
  replaced,
  runsLater,
  type Site,
  type Source,
  textOf,
} from './syntax.ts';
import type { Family } from './variant.ts';

const arrowToFunction: Family = {
  name: 'arrow to function',
  *edits(source) {
    for (const statement of source.body) {
      const declaration = childOf(statement, 'declaration') ?? statement;
      const [declarator, ...others] = nodesIn(declaration['declarations']);
      const [name, arrow] = [childOf(declarator, 'id'), childOf(declarator, 'init')];
      const body = childOf(arrow, 'body');
      if (
        arrow?.type !== 'ArrowFunctionExpression' ||
        name?.type !== 'Identifier' ||
        body === undefined ||
        others.length > 0
      )
        continue;
      if (childOf(name, 'typeAnnotation') !== undefined) continue;
      const head = source.text
        .slice(arrow.start, source.text.slice(0, body.start).lastIndexOf('=>'))
        .replace(/^async\s*/, '');
      const parameters = head.trimStart().startsWith('(') || head.trimStart().startsWith('<') ? head : `(${head})`;
      const whole = body.type === 'BlockStatement' ? textOf(source, body) : `{ return ${textOf(source, body)}; }`;
      yield [
        replaced(
          declaration,
          `${arrow['async'] === true ? 'async ' : ''}function ${String(name['name'])}${parameters}${whole}`,
        ),
      ];
    }
  },
};

const functionToArrow: Family = {
  name: 'function to arrow',
  *edits(source) {
    for (const statement of source.body) {
      const declaration = childOf(statement, 'declaration') ?? statement;
      const [name, body] = [childOf(declaration, 'id'), childOf(declaration, 'body')];
      if (
        declaration.type !== 'FunctionDeclaration' ||
        declaration['generator'] === true ||
        name === undefined ||
        body === undefined
      )
        continue;
      const head = source.text.slice(name.end, body.start);
      yield [
        replaced(
          declaration,
          `const ${String(name['name'])} = ${declaration['async'] === true ? 'async ' : ''}${head} => ${textOf(source, body)};`,
        ),
      ];
    }
  },
};

const bodies: Family = {
  name: 'expression body to block and back',
  *edits(source) {
    for (const { node } of sitesOf(source, 'ArrowFunctionExpression')) {
      const body = childOf(node, 'body');
      if (body === undefined) continue;
      if (body.type !== 'BlockStatement') yield [bodyEdit(source, node, body, `{ return ${textOf(source, body)}; }`)];
      const value = body.type === 'BlockStatement' ? returnedBy(body) : undefined;
      if (value !== undefined) yield [replaced(body, operand(source, value))];
    }
  },
};

const destructuring: Family = {
  name: 'destructuring to members and back',
  *edits(source) {
    for (const { node } of sitesOf(source, 'ArrowFunctionExpression', 'FunctionDeclaration')) {
      const body = childOf(node, 'body');
      const params = nodesIn(node['params']);
      for (const [at, param] of params.entries()) {
        if (param.type !== 'ObjectPattern' || body === undefined || params.length > at + 1) continue;
        const properties = nodesIn(param['properties']);
        const end = properties.length === 0 ? param.start + 1 : (properties.at(-1) as Node).end;
        const pattern = `${source.text.slice(param.start, end)} }`;
        const given = replaced({ start: param.start, end: source.text.indexOf('}', end) + 1 }, 'given');
        const bracketed =
          node.type === 'FunctionDeclaration' || source.text.slice(node.start, param.start).includes('(')
            ? given
            : { ...given, text: '(given)' };
        if (body.type === 'BlockStatement') yield [bracketed, inserted(body.start + 1, ` const ${pattern} = given; `)];
        else
          yield [
            bracketed,
            bodyEdit(source, node, body, `{ const ${pattern} = given; return ${textOf(source, body)}; }`),
          ];
      }
    }
    for (const site of sitesOf(source, 'VariableDeclarator')) {
      const [id, init] = [childOf(site.node, 'id'), childOf(site.node, 'init')];
      if (!runsLater(site) || id === undefined || init === undefined) continue;
      const property = childOf(init, 'property');
      if (
        id.type === 'Identifier' &&
        init.type === 'MemberExpression' &&
        init['computed'] !== true &&
        init['optional'] !== true
      )
        yield [
          replaced(
            site.node,
            `{ ${String(property?.['name'])}: ${String(id['name'])} } = ${textOf(source, childOf(init, 'object') as Node)}`,
          ),
        ];
      const list = nodesIn(id['properties']);
      const isPlain = list.every(
        ({ type, computed, value }) =>
          type === 'Property' && computed !== true && (value as Node).type === 'Identifier',
      );
      if (id.type === 'ObjectPattern' && init.type === 'Identifier' && isPlain)
        yield [
          replaced(
            site.node,
            list
              .map(
                ({ key, value }) =>
                  `${String((value as Node)['name'])} = ${String(init['name'])}.${String((key as Node)['name'])}`,
              )
              .join(', '),
          ),
        ];
    }
  },
};

/** Every place of the name in the function, where it is bound and where it is used. */
function renaming(source: Source, around: Node, name: string): Edit[] {
  const isOf = ({ node, path }: Site): boolean =>
    node.type === 'Identifier' && node['name'] === name && path.includes(around);
  return source.sites.filter(isOf).flatMap((site): Edit[] => {
    const { node, parent, key } = site;
    if (parent?.type === 'MemberExpression' && key === 'property' && parent['computed'] !== true) return [];
    if (parent?.type === 'Property' && key === 'key') return [];
    if (parent?.type === 'Property' && parent['shorthand'] === true) {
      const value = childOf(parent, 'value') as Node;
      return [replaced(value.type === 'AssignmentPattern' ? node : parent, `${name}: renamed`)];
    }
    // `{ a = 1 }` binds with a default.
    const owner = site.path.at(-2);
    if (parent?.type === 'AssignmentPattern' && key === 'left' && owner?.['shorthand'] === true)
      return [replaced(node, `${name}: renamed`)];
    return [replaced(node, 'renamed')];
  });
}

const rename: Family = {
  name: 'rename a variable',
  *edits(source) {
    for (const { node } of source.sites) {
      if (!isFunction(node)) continue;
      const own = [...nodesIn(node['params']).flatMap(boundBy), ...namesBoundBelow(source, node)];
      for (const name of new Set(own)) yield renaming(source, node, name);
    }
  },
};

const comments: Family = {
  name: 'comments, brackets and layout',
  *edits(source) {
    for (const { node } of sitesOf(source, 'ReturnStatement', 'IfStatement', 'ExpressionStatement', 'ForOfStatement'))
      yield [inserted(node.start, '/* why */\n\n')];
    for (const { node } of sitesOf(source, 'BinaryExpression', 'CallExpression'))
      if (source.sites.every(({ node: other, parent }) => other !== node || parent?.type !== 'ChainExpression'))
        yield [inserted(node.start, '('), inserted(node.end, ')')];
  },
};

export const REWRITINGS_OF_FUNCTIONS: readonly Family[] = [
  arrowToFunction,
  functionToArrow,
  bodies,
  destructuring,
  rename,
  comments,
];

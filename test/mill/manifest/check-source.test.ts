/** What is wrong with a project's modules before any of them is imported. */
import { expect, test } from 'vitest';
import { checkSource } from '../../../src/mill/manifest/check-source.ts';
import { ModuleGraph } from '../../../src/mill/manifest/module-graph.ts';
import { HEAD, projectFolder } from './project-folder.ts';

const problemsOf = (files: Readonly<Record<string, string>>): string[] =>
  checkSource(new ModuleGraph(projectFolder(files)), 'computations').map(
    ({ file, line, message }) => `${file}:${line} ${message}`,
  );

const inOne = (text: string): string[] => problemsOf({ 'computations/a.ts': text });

test.each([
  ['an enum', 'enum A { B }', /:1 .*an enum/],
  ['a const enum', 'export const enum A { B }', /:1 .*an enum/],
  ['a namespace with code', 'namespace A {\n export const b = 1 }', /:1 .*a namespace/],
  ['a namespace in a namespace', 'namespace A.B { export const c = 1 }', /:1 .*a namespace/],
  ['a parameter property', 'class A {\n constructor(readonly b: number) {} }', /:2 .*a parameter property/],
  ['import =', "import a = require('node:fs');", /:1 .*`import … = …`/],
  ['export =', 'export = 1;', /:1 .*`export = …`/],
  ['a decorator', 'const d = (x: unknown) => x as never;\n@d class A {}', /:2 .*a decorator/],
])('Node does not run %s', (_, text, expected) => {
  expect(inOne(text)).toEqual([expect.stringMatching(expected)]);
});

test.each([
  ['types', 'type A = 1; interface B { a: A } export type { A, B };'],
  ['what is only declared', 'declare enum A { B } declare namespace C { const d: number } declare class E {}'],
  ['a namespace of types', 'namespace A { export type B = 1; export interface C {} }'],
  ['wrappers of values', 'export const a = (1 as number)!, b = <string>"", c = {} satisfies object;'],
  ['abstract classes and overloads', 'export abstract class A { abstract b(): void; c(): void; c(d?: 1): void {} }'],
  ['types of a module that is not there', "import type { A } from './nowhere'; export type B = A;"],
])('%s are stripped', (_, text) => {
  expect(inOne(text)).toEqual([]);
});

test.each([
  ['no extension', './b', 'Write "./b.ts"'],
  ['the extension of what TypeScript would make', './b.js', 'Write "./b.ts"'],
  ['a folder', './folder', 'Write "./folder/index.ts"'],
  ['nothing at all', './nothing', 'there is no ./nothing.'],
  ['a path of tsconfig.json', '@/b', 'Node does not know the paths of tsconfig.json'],
  ['a package that is not installed', 'no-such-package', 'no package "no-such-package" is installed'],
])('an import of %s leads nowhere', (_, specifier, expected) => {
  const [problem, ...more] = problemsOf({
    'computations/a.ts': `// first\nimport b from '${specifier}';\nexport { b };`,
    'computations/b.ts': 'export default 1;',
    'computations/folder/index.ts': 'export default 1;',
  });
  expect(problem).toContain('computations/a.ts:2 ');
  expect(problem).toContain(expected);
  expect(more).toEqual([]);
});

test('a definition that no export names is told, wherever a module of the project is', () => {
  const made = "defineDocument({ name: 'x', document: z.object({}) })";
  expect(
    problemsOf({
      'computations/a.ts': `${HEAD}import '../lib/b.ts';\nconst hidden = ${made};\n${made};`,
      'computations/c.ts': `${HEAD}const a = ${made};\nconst b = ${made};\nexport { a, b as c };\nexport default ${made};`,
      'computations/d.ts': `import * as daymill from 'daymill';\nconst e = daymill.defineDocument;\nexport const f = e;`,
      'lib/b.ts': `import { defineDocument as make } from 'daymill';\nexport const one = 1, two = make({} as never);\nlet three = make({} as never) satisfies unknown;`,
    }),
  ).toEqual([
    'computations/a.ts:5 what defineDocument makes is not exported as hidden, so nothing finds it. Write `export const hidden =`.',
    'computations/a.ts:6 what defineDocument makes is not exported, so nothing finds it. Write `export const … =` before it.',
    'lib/b.ts:3 what defineDocument makes is not exported as three, so nothing finds it. Write `export const three =`.',
  ]);
});

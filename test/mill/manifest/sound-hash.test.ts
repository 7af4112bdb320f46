/** Changes that a hash of what is imported by name would miss; test/differential judges by running. */
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildManifest } from '../../../src/mill/manifest/build-manifest.ts';
import { type ManifestComputation } from '../../../src/mill/model/manifest.ts';
import { fingerprintHash } from '../../../src/mill/model/vector.ts';
import { computation, projectFolder } from './project-folder.ts';

type Files = Readonly<Record<string, string>>;

/** A computation `c` of the document `d` whose module begins with the text given; `expression` is what it computes. */
const module = (head: string, expression: string): string => `
  import { z } from 'zod';
  import { defineComputation, defineDocument, document } from 'daymill';
  ${head}
  export const d = defineDocument({ name: 'd', document: z.object({ v: z.number(), name: z.string() }) });
  export const c = defineComputation({
    name: 'c', category: 'x', needs: { d: document(d) }, output: z.unknown(), compute: async ({ d }) => ${expression},
  });`;

async function made(files: Files, links: Files = {}): Promise<ManifestComputation> {
  const root = projectFolder(files);
  for (const [from, to] of Object.entries(links)) symlinkSync(join(root, to), join(root, from));
  return computation(await buildManifest({ root, directory: 'computations' }), 'c');
}

interface Change {
  readonly head?: string;
  readonly expression: string;
  readonly files?: Files;
  /** File to text, after the edit; `head` may be among them. */
  readonly edit: Files & { readonly head?: string };
  readonly links?: Files;
}

async function hashes({ head = '', expression, files = {}, edit, links = {} }: Change): Promise<[string, string]> {
  const { head: edited = head, ...others } = edit;
  const before = await made({ 'computations/c.ts': module(head, expression), ...files }, links);
  const after = await made({ 'computations/c.ts': module(edited, expression), ...files, ...others }, links);
  return [fingerprintHash(before.fingerprint), fingerprintHash(after.fingerprint)];
}

const REGISTRY = (rate: string): string => `
  const all = [];
  const register = (c) => (all.push(c), c);
  export const EUR = register({ code: 'EUR', rate: ${rate} });
  export const rateOf = (code) => all.find((c) => c.code === code)?.rate ?? 1;`;

const COUNTER = (more: string): string => `
  let n = 0;
  const id = () => ++n;
  ${more}
  export const GREEN = id();
  export const BLUE = id();`;

const installed = (text: string): Files => ({
  'node_modules/tool/package.json': '{ "name": "tool", "version": "1.0.0", "main": "index.js" }',
  'node_modules/tool/index.js': text,
});

const WORKSPACE: Files = {
  'packages/rates/package.json': '{ "name": "rates", "type": "module", "exports": { ".": { "import": "./i.js" } } }',
};

const CHANGES: Readonly<Record<string, Change>> = {
  'a string that is a word of the language': {
    head: "const LIST = ['a', 'the'];",
    expression: 'd.v * LIST.length',
    edit: { head: "const LIST = ['a', 'the', 'this'];" },
  },
  'a wrapper that configures what it hands on': {
    head: "import { tool } from '../lib/tool.ts';",
    expression: 'tool.of(d.v)',
    files: {
      ...installed(
        'exports.tool = { digits: 2, set(n) { this.digits = n; }, of(v) { return v.toFixed(this.digits); } };',
      ),
      'lib/tool.ts': "import { tool } from 'tool'; tool.set(4); export { tool };",
    },
    edit: { 'lib/tool.ts': "import { tool } from 'tool'; tool.set(5); export { tool };" },
  },
  'what registers itself': {
    head: "import { rateOf } from '../lib/rates.ts';",
    expression: "d.v * rateOf('EUR')",
    files: { 'lib/rates.ts': REGISTRY('1.1') },
    edit: { 'lib/rates.ts': REGISTRY('1.2') },
  },
  'a global that only a sibling’s import sets': {
    head: "import { other } from '../lib/other.ts'; export const sibling = () => other();",
    expression: '(d.v / 3).toFixed(globalThis.DIGITS)',
    files: { 'lib/other.ts': 'globalThis.DIGITS = 1; export const other = () => 1;' },
    edit: { 'lib/other.ts': 'globalThis.DIGITS = 4; export const other = () => 1;' },
  },
  'a constant that is counted before': {
    head: "import { BLUE } from '../lib/ids.ts';",
    expression: 'd.v * BLUE',
    files: { 'lib/ids.ts': COUNTER('') },
    edit: { 'lib/ids.ts': COUNTER('export const RED = id();') },
  },
  'a CommonJS module, by a named import': {
    head: "import { scale } from '../lib/scale.cjs';",
    expression: 'scale(d.v)',
    files: { 'lib/scale.cjs': 'exports.scale = (x) => x * 2;' },
    edit: { 'lib/scale.cjs': 'exports.scale = (x) => x * 3;' },
  },
  'a CommonJS module that another requires': {
    head: "import scale from '../lib/scale.cjs';",
    expression: 'scale(d.v)',
    files: {
      'lib/scale.cjs': "const by = require('./by.cjs'); module.exports = (x) => x * by;",
      'lib/by.cjs': 'module.exports = 2;',
    },
    edit: { 'lib/by.cjs': 'module.exports = 3;' },
  },
  'a member of a CommonJS export that is another': {
    head: "import { a, b } from '../lib/both.cjs'; const use = (x) => x * a.by;",
    expression: 'use(d.v)',
    files: { 'lib/both.cjs': 'exports.a = { by: 2 }; exports.b = { by: 3 };' },
    edit: { head: "import { a, b } from '../lib/both.cjs'; const use = (x) => x * b.by;" },
  },
  'JSON that createRequire reads': {
    head: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    expression: "d.v * require('../lib/r.json').by",
    files: { 'lib/r.json': '{ "by": 2 }' },
    edit: { 'lib/r.json': '{ "by": 3 }' },
  },
  'a dynamic import of a template without places': {
    expression: '(await import(`../lib/rates.ts`)).by * d.v',
    files: { 'lib/rates.ts': 'export const by = 2;' },
    edit: { 'lib/rates.ts': 'export const by = 3;' },
  },
  'a dynamic import by constants': {
    head: "const CODE = 'a';",
    expression: '(await import(`../lib/rates-${CODE}.ts`)).by * d.v',
    files: { 'lib/rates-a.ts': 'export const by = 2;' },
    edit: { 'lib/rates-a.ts': 'export const by = 3;' },
  },
  'a workspace’s package that is only for import': {
    head: "import { by } from 'rates';",
    expression: 'd.v * by',
    files: { ...WORKSPACE, 'packages/rates/i.js': 'export const by = 2;' },
    edit: { 'packages/rates/i.js': 'export const by = 3;' },
    links: { 'node_modules/rates': 'packages/rates' },
  },
  'a short form that is only for import': {
    head: "import { by } from '#rates';",
    expression: 'd.v * by',
    files: {
      'package.json': '{ "type": "module", "imports": { "#rates": { "import": "./lib/rates.ts" } } }',
      'lib/rates.ts': 'export const by = 2;',
    },
    edit: { 'lib/rates.ts': 'export const by = 3;' },
  },
  'an installed package, patched under its version': {
    head: "import { by } from 'tool';",
    expression: 'd.v * by',
    files: installed('exports.by = 2;'),
    edit: installed('exports.by = 3;'),
  },
  'the order of two modules with effects': {
    head: "import '../lib/a.ts'; import '../lib/b.ts';",
    expression: 'd.v * globalThis.LAST',
    files: { 'lib/a.ts': 'globalThis.LAST = 2;', 'lib/b.ts': 'globalThis.LAST = 3;' },
    edit: { head: "import '../lib/b.ts'; import '../lib/a.ts';" },
  },
  'the moment at which a value is read': {
    head: 'let n = 1; const early = [n]; n = 2; const late = 0;',
    expression: 'd.v * early[0]',
    edit: { head: 'let n = 1; n = 2; const early = [n]; const late = 0;' },
  },
  'who assigns to what is read': {
    head: 'let n = 1; const raise = () => { n = 2; }; raise();',
    expression: 'd.v * n',
    edit: { head: 'let n = 1; const raise = () => { n = 3; }; raise();' },
  },
  'the name of a function that is asked for': {
    head: 'function two() {} const label = (f) => f.name;',
    expression: 'label(two)',
    edit: { head: 'function three() {} const label = (f) => f.name; const two = three;' },
  },
  'JSON that is changed after its import': {
    head: "import rates from '../lib/r.json' with { type: 'json' }; rates.by = 2;",
    expression: 'd.v * rates.by',
    files: { 'lib/r.json': '{ "by": 1 }' },
    edit: { head: "import rates from '../lib/r.json' with { type: 'json' }; rates.by = 3;" },
  },
  'the order of members in JSON': {
    head: "import rates from '../lib/r.json' with { type: 'json' };",
    expression: 'Object.keys(rates)[0]',
    files: { 'lib/r.json': '{ "a": 1, "b": 2 }' },
    edit: { 'lib/r.json': '{ "b": 2, "a": 1 }' },
  },
  'a static block': {
    head: 'class Rates { static by = 1; static { this.by = 2; } }',
    expression: 'd.v * Rates.by',
    edit: { head: 'class Rates { static by = 1; static { this.by = 3; } }' },
  },
  'a getter that is run on load': {
    head: 'let n = 1; const o = { get a() { n = 2; return 1; } }; const x = o.a;',
    expression: 'd.v * n',
    edit: { head: 'let n = 1; const o = { get a() { n = 3; return 1; } }; const x = o.a;' },
  },
  'the text of a function that is asked for': {
    head: 'const f = () => 1;',
    expression: 'f.toString().length',
    edit: { head: 'const f = () => /* one */ 1;' },
  },
  'the line of a stack': {
    head: "const at = new Error('here').stack;",
    expression: 'at',
    edit: { head: "\n\nconst at = new Error('here').stack;" },
  },
  'a constant that is read before it is set': {
    head: 'const read = () => { try { return RATE; } catch { return -1; } }; const early = read(); const RATE = 5;',
    expression: 'd.v * early',
    edit: {
      head: 'const read = () => { try { return RATE; } catch { return -1; } }; const RATE = 5; const early = read();',
    },
  },
  'minus zero in JSON': {
    head: "import rates from '../lib/r.json' with { type: 'json' };",
    expression: 'Object.is(rates.a, -0)',
    files: { 'lib/r.json': '{ "a": 0 }' },
    edit: { 'lib/r.json': '{ "a": -0 }' },
  },
  'a global that TypeScript is told about': {
    head: "import { other } from '../lib/other.ts';",
    expression: '(d.v / 3).toFixed((globalThis as any).DIGITS)',
    files: { 'lib/other.ts': '(globalThis as any).DIGITS = 1; export const other = () => 1;' },
    edit: { 'lib/other.ts': '(globalThis as any).DIGITS = 4; export const other = () => 1;' },
  },
  'a member put onto a prototype': {
    head: "import '../lib/extend.ts';",
    expression: '[d.v].total()',
    files: { 'lib/extend.ts': 'Array.prototype.total = function () { return this[0] * 2; };' },
    edit: { 'lib/extend.ts': 'Array.prototype.total = function () { return this[0] * 3; };' },
  },
};

describe('the fingerprint sees', () => {
  test.each(Object.entries(CHANGES))('%s', async (_, change) => {
    const [before, after] = await hashes(change);
    expect(after).not.toBe(before);
  });
});

describe('the fingerprint does not mind', () => {
  test.each<[string, Change]>([
    [
      'JSON that is laid out anew',
      {
        head: "import rates from '../lib/r.json' with { type: 'json' };",
        expression: 'd.v * rates.by',
        files: { 'lib/r.json': '{ "by": 1.0 }' },
        edit: { 'lib/r.json': '{\n  "by": 1\n}\n' },
      },
    ],
    [
      'another name of a helper, and another order of helpers',
      {
        head: 'const one = (x) => x * two(x);\nfunction two(x) { return x; }\nconst TABLE = Object.freeze({ a: [1, 2] });',
        expression: 'one(d.v) * TABLE.a[0]',
        edit: {
          head: 'const TABLE = Object.freeze({ a: [1, 2] });\nfunction same(x) { return x; }\nconst one = (x) => x * same(x);',
        },
      },
    ],
    [
      'another order of imports without effects',
      {
        head: "import { a } from '../lib/a.ts';\nimport { b } from '../lib/b.ts';",
        expression: 'a(d.v) * b(d.v)',
        files: { 'lib/a.ts': 'export const a = (x) => x;', 'lib/b.ts': "export const b = (x) => x + 'b'.length;" },
        edit: { head: "import { b } from '../lib/b.ts';\nimport { a } from '../lib/a.ts';" },
      },
    ],
    [
      'a helper, a table, a schema and a class that nobody uses',
      {
        expression: 'd.v',
        edit: {
          head: "const f = () => Date.now();\nconst T = new Map([['a', [1]]]);\nexport const S = z.object({ a: z.enum(['x']).optional() }).partial();\nclass C extends Error { static n = 1 + 1; }\nconst W = 'a b'.split(' ');",
        },
      },
    ],
    [
      'another label, and another spelling of a text',
      {
        head: "const f = (x) => { outer: for (;;) { for (;;) break outer; } return x + 'é'; };",
        expression: 'f(d.v)',
        edit: { head: "const f = (x) => { loop: for (;;) { for (;;) break loop; } return x + '\\u00e9'; };" },
      },
    ],
    [
      'a comment in a CommonJS module',
      {
        head: "import { scale } from '../lib/scale.cjs';",
        expression: 'scale(d.v)',
        files: { 'lib/scale.cjs': 'const by = 2; exports.scale = (x) => x * by;' },
        edit: { 'lib/scale.cjs': '// Twice.\nconst twice = 2;\nexports.scale = (y) => y * twice;' },
      },
    ],
  ])('%s', async (_, change) => {
    const [before, after] = await hashes(change);
    expect(after).toBe(before);
  });
});

describe('what cannot be analysed makes the computation untrusted, by name and place', () => {
  test.each<[string, string, string, RegExp]>([
    [
      'a file read on load',
      "import { readFileSync } from 'node:fs'; const by = readFileSync('package.json').length;",
      'd.v * by',
      /^it reads files \(node:fs\) at computations\/c\.ts:4$/,
    ],
    ['the environment', '', 'd.v * Number(process.env.BY ?? 1)', /^it reads process\.env at computations\/c\.ts:/],
    [
      'a module that is known when it runs',
      '',
      '(await import(`../lib/${d.name}.ts`)).by',
      /^it imports a module whose name is only known when it runs at/,
    ],
    ['text as code', '', "eval('1')", /^it evaluates text as code at/],
    ['a function made of text', '', "new Function('return 1')()", /^it evaluates text as code \(Function\) at/],
    [
      'a global that nobody here sets',
      '',
      'd.v * globalThis.BY_OTHERS',
      /^it reads the global BY_OTHERS, which any code may set at/,
    ],
    [
      'a part of Node that nobody has looked at',
      "import { run } from 'node:test';",
      'd.v * run.length',
      /^it uses a part of Node that may lead outside \(node:test\) at/,
    ],
    [
      'another way to the same module',
      "import { Session } from 'node:inspector/promises';",
      'd.v * Session.length',
      /^it looks into the running process \(node:inspector\/promises\) at/,
    ],
    ['where its module lies', '', 'import.meta.url.length', /^it reads where its module lies \(import\.meta\) at/],
  ])('%s', async (_, head, expression, told) => {
    expect((await made({ 'computations/c.ts': module(head, expression) })).untrusted).toMatch(told);
  });

  test('modules that are decided by their arguments, or watched while they are simulated, are no reason', async () => {
    const head =
      "import { join } from 'node:path'; import { serialize } from 'node:v8'; import { createHash } from 'node:crypto'; " +
      "import { by } from 'data:text/javascript,export const by = 2';";
    const text = module(
      head,
      "d.v * by * join('a').length * serialize(1).length * createHash('md5').update('').digest().length",
    );
    expect((await made({ 'computations/c.ts': text })).untrusted).toBeUndefined();
  });

  test('a global that its own code sets is no reason, through a cast either', async () => {
    const text = module(
      "import '../lib/set.ts';",
      'd.v * (globalThis as any).BY * (globalThis as any)[Symbol.for("by")]',
    );
    const set = '(globalThis as any).BY = 2; (globalThis as any)[Symbol.for("by")] = 3;';
    expect((await made({ 'computations/c.ts': text, 'lib/set.ts': set })).untrusted).toBeUndefined();
  });

  test('only the computation that reaches it, and nothing for what is only described', async () => {
    const root = projectFolder({
      'computations/c.ts': `${module("import { readFileSync } from 'node:fs'; const size = () => readFileSync('package.json').length;", 'd.v')}
        export const reader = defineComputation({ name: 'reader', category: 'x', needs: { d: document(d) }, output: z.number(), compute: () => size(), headline: () => process.env.A ?? '' });`,
    });
    const manifest = await buildManifest({ root, directory: 'computations' });
    expect(computation(manifest, 'c').untrusted).toBeUndefined();
    expect(computation(manifest, 'reader').untrusted).toMatch(/^it reads files/);
  });
});

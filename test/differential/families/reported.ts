/** Kinds that public reports on bundlers and build caches tell of. */
import type { Form } from '../form.ts';

const one = (name: string, text: string, more: Partial<Form> = {}): Form => ({
  name,
  files: { 'lib/one§.ts': text, ...more.files },
  imports: "import { all as all§ } from '../lib/one§.ts';",
  result: 'all§().map((each: any) => [each, d.v])',
  quiet: true,
});

export const REPORTED: readonly Form[] = [
  one(
    'a getter that a spread reads',
    'const log: unknown[] = [];\nconst unused = { ...{ get it() { log.push(⟦1¦2⟧); return 1; } } };\nexport const all = () => log;\n',
  ),
  one(
    'an iterator that new Map reads',
    'const log: unknown[] = [];\nconst unused = new Map({ [Symbol.iterator]() { return { next() { log.push(⟦1¦2⟧); return { done: true, value: undefined as any }; } }; } });\nexport const all = () => log;\n',
  ),
  one(
    'a getter of a prototype, read as a statement',
    'const log: unknown[] = [];\nclass Foo { get bar() { log.push(⟦1¦2⟧); return 1; } }\nFoo.prototype.bar;\nexport const all = () => log;\n',
  ),
  one(
    'a call in an argument that is not used',
    'const log: unknown[] = [];\nconst effect = () => log.push(⟦1¦2⟧);\nfunction take(a: number, b?: number) { return a; }\ntake(1, effect());\nexport const all = () => log;\n',
  ),
  one(
    'a setter of a parent class',
    'const log: unknown[] = [];\nclass Parent { static set id(v: number) { log.push(v); } }\nclass Child extends Parent {}\n(Child as any).id = ⟦1¦2⟧;\nexport const all = () => log;\n',
  ),
  one(
    'a parameter through which what is outside is changed',
    'const state = { list: [1] as unknown[] };\nfunction change(it: typeof state) { it.list = [⟦2¦3⟧]; }\nchange(state);\nexport const all = () => state.list;\n',
  ),
  one(
    'arguments through which it is changed',
    'const list: unknown[] = [];\nfunction change(..._: unknown[]) { arguments[0].push(⟦2¦3⟧); }\nchange(list);\nexport const all = () => list;\n',
  ),
  one(
    'this through which it is changed',
    'const state: any = { list: [], add(v: unknown) { this.list.push(v); return this; } };\nstate.add(⟦1¦2⟧).add(⟦3¦4⟧);\nexport const all = () => state.list;\n',
  ),
  one(
    'a loop whose variable is a member',
    'const state: any = { last: 0 };\nfor (state.last of [⟦1¦2⟧, ⟦3¦4⟧]);\nexport const all = () => [state.last];\n',
  ),
  one(
    'a member that a pattern in a catch or a loop assigns',
    'const state: any = {};\nfor ([state.a, state.b = ⟦5¦6⟧] of [[⟦1¦2⟧]] as any);\nexport const all = () => [state.a, state.b];\n',
  ),
  one(
    'a function that is replaced on an imported object',
    "import { tools } from './tools§.ts';\ntools.rate = () => ⟦2¦3⟧;\nexport const all = () => [tools.rate()];\n",
    { files: { 'lib/tools§.ts': 'export const tools = { rate: () => 1 };\n' } },
  ),
  one(
    'a variable that a later function assigns, called above',
    'let rate = 1;\nset();\nfunction set() { rate = ⟦2¦3⟧; }\nexport const all = () => [rate];\n',
  ),
  one(
    'an immediately called function with an inner state',
    'export const all = (() => { const list: unknown[] = []; const add = (v: unknown) => list.push(v); add(⟦1¦2⟧); return () => list; })();\n',
  ),
  one(
    'an optional call and a logical assignment with an effect',
    'const log: unknown[] = [];\nconst o: any = { f: (v: unknown) => log.push(v) };\no.f?.(⟦1¦2⟧);\no.g?.(log.push(⟦3¦4⟧));\nlet x: any;\nx ??= log.push(⟦5¦6⟧);\nx &&= log.push(⟦7¦8⟧);\nexport const all = () => log;\n',
  ),
  one(
    'an effect in a condition whose branches are empty',
    'const log: unknown[] = [];\nif (log.push(⟦1¦2⟧) > 5) {}\nwhile (log.push(⟦3¦4⟧) < 3) {}\nswitch (log.push(⟦5¦6⟧)) { default: }\nexport const all = () => log;\n',
  ),
  one(
    'an effect in the heritage or the decoration of a class that nobody uses',
    'const log: unknown[] = [];\nclass Unused extends (log.push(⟦1¦2⟧), Object) {}\nconst also = class { static x = log.push(⟦3¦4⟧); };\nexport const all = () => log;\n',
  ),
  one(
    'a trap of in, delete and keys',
    'const log: unknown[] = [];\nconst p: any = new Proxy({}, { has: () => (log.push(⟦1¦2⟧), true), deleteProperty: () => (log.push(⟦3¦4⟧), true), ownKeys: () => (log.push(⟦5¦6⟧), []) });\n"x" in p;\ndelete p.x;\nObject.keys(p);\nfor (const _ in p);\nexport const all = () => log;\n',
  ),
  one(
    'a thenable that an await calls',
    'const log: unknown[] = [];\nconst it = { then(resolve: (v: number) => void) { log.push(⟦1¦2⟧); resolve(1); } };\nawait it;\nexport const all = () => log;\n',
  ),
  one(
    'a generator that is run for its effects',
    'const log: unknown[] = [];\nfunction* steps() { log.push(⟦1¦2⟧); yield 1; log.push(⟦3¦4⟧); }\nfor (const _ of steps());\nsteps().next();\nexport const all = () => log;\n',
  ),
  one(
    'a sort, a replace and a reviver with an effect',
    "const log: unknown[] = [];\n[2, 1].sort(() => log.push(⟦1¦2⟧));\n'a'.replace(/a/, () => String(log.push(⟦3¦4⟧)));\nJSON.parse('[1]', (_, v) => (log.push(⟦5¦6⟧), v));\nexport const all = () => log;\n",
  ),
  {
    name: 'an effect behind modules that import each other and have none',
    files: {
      'lib/ca§.ts': "import './cb§.ts';\nimport './effect§.ts';\nexport const a = 1;\n",
      'lib/cb§.ts': "import './ca§.ts';\nexport const b = 2;\n",
      'lib/effect§.ts': "import { log } from './log§.ts';\nlog.push(⟦1¦2⟧);\n",
      'lib/log§.ts': 'export const log: number[] = [];\n',
    },
    imports: "import { b as b§ } from '../lib/cb§.ts';\nimport { log as log§ } from '../lib/log§.ts';",
    result: '[d.v * b§, log§]',
  },
  {
    name: 'a namespace in a namespace',
    files: {
      'lib/deep§.ts': 'export const rate = ⟦2¦3⟧;\nexport const other = ⟦4¦5⟧;\n',
      'lib/ns§.ts': "export * as deep from './deep§.ts';\nexport * as self from './ns§.ts';\n",
    },
    imports: "import * as ns§ from '../lib/ns§.ts';",
    result: 'd.v * ns§.deep.rate + ns§.self.self.deep.other',
    quiet: true,
  },
  {
    name: 'a class that extends one of a module in a ring',
    files: {
      'lib/parent§.ts':
        "import { nameOf } from './child§.ts';\nexport class Parent { describe(v: number) { return nameOf() + v * ⟦2¦3⟧; } }\n",
      'lib/child§.ts':
        "import { Parent } from './parent§.ts';\nexport const lazily = () => class extends Parent { plus = ⟦4¦5⟧; };\nexport function nameOf() { return ⟦'a'¦'b'⟧; }\n",
    },
    imports: "import { lazily as lazily§ } from '../lib/child§.ts';",
    result: '(() => { const it = new (lazily§())(); return it.describe(d.v) + it.plus; })()',
    quiet: true,
  },
  {
    name: 'an inherited default that a built-in’s prototype gives',
    files: {
      'lib/inherit§.ts':
        "Object.defineProperty(Object.prototype, 'rate_§', { value: ⟦2¦3⟧, configurable: true });\nexport {};\n",
    },
    imports: "import '../lib/inherit§.ts';",
    result: 'd.v * (({}) as any).rate_§',
  },
  {
    name: 'toJSON of a built-in',
    files: { 'lib/json§.ts': "(Date.prototype as any).toJSON = function () { return ⟦'x'¦'y'⟧; };\nexport {};\n" },
    imports: "import '../lib/json§.ts';",
    result: '[d.v, JSON.stringify({ at: new Date(0) })]',
  },
  {
    name: 'a method of a built-in that is replaced through its prototype',
    files: {
      'lib/method§.ts':
        'const { copyWithin } = Array.prototype;\nArray.prototype.copyWithin = function (this: any, ...given: any) { return copyWithin.apply(this, given).concat(⟦[1]¦[2]⟧); } as any;\nexport {};\n',
    },
    imports: "import '../lib/method§.ts';",
    result: '[...d.list].copyWithin(0, 1)',
  },
  {
    name: 'a global by an accessor',
    files: {
      'lib/accessor§.ts':
        "Object.defineProperty(globalThis, 'rate_§', { get: () => ⟦2¦3⟧, configurable: true });\nexport {};\n",
    },
    imports: "import '../lib/accessor§.ts';",
    result: 'd.v * (globalThis as any).rate_§',
  },
  {
    name: 'Node’s own module, changed',
    files: { 'lib/changed§.ts': "import util from 'node:util';\n(util as any).rate_§ = ⟦2¦3⟧;\nexport {};\n" },
    imports: "import '../lib/changed§.ts';\nimport util§ from 'node:util';",
    result: 'd.v * (util§ as any).rate_§',
    opaque: true,
  },
];

/** Names and when they are bound: reassigned, read too early, in rings of imports, through stars and defaults. */
import type { Form } from '../form.ts';

export const BINDINGS: readonly Form[] = [
  {
    name: 'a variable that is assigned again',
    top: 'let rate§ = ⟦1¦2⟧;\nrate§ = rate§ * ⟦3¦4⟧;\n⟦¦rate§++;\n⟧const set§ = (v: number) => (rate§ = v);\nif (rate§ > 100) set§(1);',
    result: 'd.v * rate§',
  },
  {
    name: 'a live binding that its module changes',
    files: { 'lib/live§.ts': 'export let rate = ⟦1¦2⟧;\nexport const raise = () => { rate += ⟦3¦4⟧; };\n' },
    imports: "import { rate as live§, raise as raise§ } from '../lib/live§.ts';",
    result: '(raise§(), d.v * live§)',
    quiet: true,
  },
  {
    name: 'a live binding that another module has changed while it was loaded',
    files: {
      'lib/live§.ts': 'export let rate = 1;\nexport const set = (to: number) => { rate = to; };\n',
      'lib/sets§.ts': "import { set } from './live§.ts';\nset(⟦2¦3⟧);\n",
    },
    imports: "import '../lib/sets§.ts';\nimport { rate as live§ } from '../lib/live§.ts';",
    result: 'd.v * live§',
  },
  {
    name: 'a var that is read before it is set',
    files: {
      'lib/early§.mjs':
        'export const early = typeof later === "undefined" ? ⟦1¦2⟧ : 9;\nvar later = ⟦3¦4⟧;\nexport const late = () => later;\n',
    },
    imports: "import { early as early§, late as late§ } from '../lib/early§.mjs';",
    result: 'd.v * early§ + late§()',
    quiet: true,
  },
  {
    name: 'a const that is read before it is set, or after',
    files: {
      'lib/dead§.ts':
        'const read = () => { try { return rate; } catch { return -1; } };\n⟦export const early = read();\nconst rate: number = 5;¦const rate: number = 5;\nexport const early = read();⟧\n',
    },
    imports: "import { early as dead§ } from '../lib/dead§.ts';",
    result: 'd.v * dead§',
    quiet: true,
  },
  {
    name: 'functions in another order',
    files: {
      'lib/functions§.ts':
        '⟦~export function one(v: number) { return two(v) + 1; }\nfunction two(v: number) { return v * 2; }¦function two(v: number) { return v * 2; }\nexport function one(v: number) { return two(v) + 1; }⟧\nfunction three() { return ⟦1¦2⟧; }\nexport const more = three();\n',
    },
    imports: "import { one as one§, more as more§ } from '../lib/functions§.ts';",
    result: 'one§(d.v) + more§',
    quiet: true,
  },
  {
    name: 'a function that is declared twice, and one that is assigned',
    files: {
      'lib/twice§.cjs':
        '⟦function f(v) { return v + 1; }\nfunction f(v) { return v + 2; }¦function f(v) { return v + 2; }\nfunction f(v) { return v + 1; }⟧\nvar g = function () { return ⟦1¦2⟧; };\nvar g;\nexports.f = f;\nexports.g = g;\n',
    },
    imports: "import { f as f§, g as g§ } from '../lib/twice§.cjs';",
    result: 'f§(d.v) + g§()',
    quiet: true,
  },
  {
    name: 'modules that import each other',
    files: {
      'lib/even§.ts':
        "import { isOdd } from './odd§.ts';\nexport const isEven = (n: number): boolean => (n === 0 ? ⟦true¦false⟧ : isOdd(n - 1));\n",
      'lib/odd§.ts':
        "import { isEven } from './even§.ts';\nexport const isOdd = (n: number): boolean => (n === 0 ? ⟦false¦true⟧ : isEven(n - 1));\n",
    },
    imports: "import { isEven as isEven§ } from '../lib/even§.ts';",
    result: 'isEven§(Math.abs(Math.trunc(d.v)))',
    quiet: true,
  },
  {
    name: 'a ring whose order decides what is seen',
    files: {
      'lib/x§.ts':
        "import { y } from './y§.ts';\nexport var x: string | undefined = 'x' + ⟦1¦2⟧;\nexport const both = () => `${x}${y}`;\n",
      'lib/y§.ts': "import { x } from './x§.ts';\nexport const y = `${x}` + ⟦3¦4⟧;\n",
    },
    imports:
      "⟦import { both as both§ } from '../lib/x§.ts';¦import '../lib/y§.ts';\nimport { both as both§ } from '../lib/x§.ts';⟧",
    result: '[d.v, both§()]',
  },
  {
    name: 'a star with a name that shadows it',
    files: {
      'lib/under§.ts': 'export const rate = ⟦2¦3⟧;\nexport const other = ⟦4¦5⟧;\n',
      'lib/over§.ts': "export * from './under§.ts';\n⟦export const rate = 10;\n¦⟧",
    },
    imports: "import { rate as over§, other as other§ } from '../lib/over§.ts';",
    result: 'd.v * over§ + other§',
    quiet: true,
  },
  {
    name: 'two stars with the same name, which is then nobody’s',
    files: {
      'lib/left§.ts': 'export const a = 1;\nexport const ⟦b¦c⟧ = ⟦2¦3⟧;\n',
      'lib/right§.ts': 'export const b = ⟦4¦5⟧;\n',
      'lib/stars§.ts': "export * from './left§.ts';\nexport * from './right§.ts';\n",
    },
    imports: "import * as stars§ from '../lib/stars§.ts';",
    // Not all keys: a helper that is exported and that nobody calls would be one.
    result: '[d.v, Object.keys(stars§).filter((key) => key.length === 1), (stars§ as any).b]',
    quiet: true,
  },
  {
    name: 'stars in a ring',
    files: {
      'lib/p§.ts': "export * from './q§.ts';\nexport const p = ⟦1¦2⟧;\n",
      'lib/q§.ts': "export * from './p§.ts';\nexport const q = ⟦3¦4⟧;\n",
    },
    imports: "import { p as p§, q as q§ } from '../lib/q§.ts';",
    result: 'd.v * p§ + q§',
    quiet: true,
  },
  {
    name: 'a default export of an expression',
    files: { 'lib/expression§.ts': 'const base = ⟦2¦3⟧;\nexport default base ⟦*¦+⟧ 2;\n' },
    imports: "import expression§ from '../lib/expression§.ts';",
    result: 'd.v * expression§',
    quiet: true,
  },
  {
    name: 'a default export that keeps a value, and one that stays live',
    files: { 'lib/kept§.ts': 'let rate = 1;\n⟦export default rate;¦export { rate as default };⟧\nrate = ⟦2¦3⟧;\n' },
    imports: "import kept§ from '../lib/kept§.ts';",
    result: 'd.v * kept§',
    quiet: true,
  },
  {
    name: 'a default export of a call with an effect',
    files: {
      'lib/made§.ts':
        'const made: number[] = [];\nconst make = (v: number) => { made.push(v); return made; };\nexport default make(⟦2¦3⟧);\nexport const again = make(⟦4¦5⟧);\n',
    },
    imports: "import made§ from '../lib/made§.ts';",
    result: 'd.v * made§.reduce((a, b) => a * b, 1)',
    quiet: true,
  },
  {
    name: 'a default export that is a class or a function without a name',
    files: {
      'lib/anonymous§.ts':
        'export default ⟦class { of(v: number) { return v * 2; } }¦class { of(v: number) { return v * 3; } }⟧\n',
      'lib/function§.ts': 'export default function (v: number) { return v + ⟦1¦2⟧; }\n',
    },
    imports: "import Anonymous§ from '../lib/anonymous§.ts';\nimport function§ from '../lib/function§.ts';",
    result: 'new Anonymous§().of(d.v) + function§(d.v)',
    quiet: true,
  },
  {
    name: 'names that are strings',
    files: { 'lib/strings§.ts': "const rate = ⟦2¦3⟧;\nexport { rate as 'a rate', rate as ⟦'x-y'¦'x y'⟧ };\n" },
    imports:
      "import { 'a rate' as aRate§ } from '../lib/strings§.ts';\nimport * as strings§ from '../lib/strings§.ts';",
    result: '[d.v * aRate§, Object.keys(strings§)]',
    quiet: true,
  },
  {
    name: 'destructuring with defaults, rests and holes',
    top: `const { a: a§ = ⟦1¦2⟧, ...rest§ } = ⟦{ b: 3 }¦{ a: 4, b: 3 }¦{ b: 5, c: 6 }⟧ as { a?: number; b: number };
const [, second§ = ⟦7¦8⟧, ...tail§] = ⟦[1]¦[1, 2, 3]¦[1, undefined, 4]⟧ as (number | undefined)[];`,
    result: '[d.v * a§, rest§, second§, tail§]',
    quiet: true,
  },
  {
    name: 'one declaration of several names, of which one has an effect',
    files: {
      'lib/several§.ts':
        'const log: number[] = [];\nexport const one = 1, two = log.push(⟦2¦3⟧), three = 3;\nexport const [four, five] = [log.length, log.push(⟦5¦6⟧)];\nexport const all = () => log;\n',
    },
    imports: "import { all as all§ } from '../lib/several§.ts';",
    result: 'all§().map((each) => each * d.v)',
    quiet: true,
  },
  {
    name: 'an assignment by a pattern, and to a member',
    top: "let a§ = 1, b§ = 2;\n[a§, b§] = ⟦[b§, a§]¦[3, 4]⟧;\nconst o§: any = {};\n({ x: o§.x, y: o§[⟦'y'¦'z'⟧] } = { x: ⟦5¦6⟧, y: 7 });\no§.deep ??= { n: ⟦8¦9⟧ };",
    result: '[d.v, a§, b§, o§]',
  },
  {
    name: 'an import that is used in a type alone, and its module’s effect',
    files: {
      'lib/typed§.ts': '(globalThis as any).typed_§ = ⟦2¦3⟧;\nexport type Rate = number;\nexport const value = 1;\n',
    },
    imports:
      "⟦import { type Rate as Rate§ } from '../lib/typed§.ts';¦import type { Rate as Rate§ } from '../lib/typed§.ts';⟧",
    top: 'const rate§: Rate§ = (globalThis as any).typed_§ ?? 1;',
    result: 'd.v * rate§',
  },
  {
    name: 'an import that nothing uses, and its module’s effect',
    files: { 'lib/unused§.ts': '(globalThis as any).unused_§ = ⟦2¦3⟧;\nexport const unused = 1;\n' },
    imports: "⟦import { unused as unused§ } from '../lib/unused§.ts';¦⟧",
    result: 'd.v * ((globalThis as any).unused_§ ?? 1)',
  },
  {
    name: 'an exported name that is another one’s inside',
    files: { 'lib/crossed§.ts': 'const a = ⟦2¦3⟧;\nconst b = ⟦4¦5⟧;\n⟦export { a as b, b as a };¦export { a, b };⟧\n' },
    imports: "import { a as crossed§ } from '../lib/crossed§.ts';",
    result: 'd.v * crossed§',
    quiet: true,
  },
  {
    name: 'the same module under two specifiers',
    files: { 'lib/once§.ts': 'export const state = { n: ⟦0¦10⟧ };\nstate.n++;\n' },
    imports:
      "import { state as first§ } from '../lib/once§.ts';\nimport { state as second§ } from '../lib/once§.ts⟦¦?again⟧';",
    top: 'second§.n += ⟦1¦2⟧;',
    result: '[d.v * first§.n, first§ === second§]',
    opaque: true,
  },
  {
    name: 'a module that is reached by a symbolic link',
    files: { 'lib/real§.ts': 'export const rate = ⟦2¦3⟧;\n', 'linked§/rate.ts': '-> ../lib/real§.ts' },
    imports: "import { rate as linked§ } from '../linked§/rate.ts';",
    result: 'd.v * linked§',
    quiet: true,
  },
];

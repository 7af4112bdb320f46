/** The language: operators, statements, literals, and what differs by little. */
import type { Form } from '../form.ts';

const pure = (name: string, top: string, result: string): Form => ({ name, top, result, quiet: true });

export const SYNTAX: readonly Form[] = [
  pure('an operator', 'const op§ = (v: number) => (v ⟦+¦-¦*¦/¦%¦**¦<<¦>>¦>>>¦&¦|¦^⟧ 2);', 'op§(d.v)'),
  pure(
    'a comparison',
    'const cmp§ = (v: any) => [v ⟦<¦<=¦>¦>=¦===¦!==¦==¦!=⟧ 7, v ⟦&&¦||¦??⟧ 5];',
    '[cmp§(d.v), cmp§(0), cmp§(null), cmp§("7")]',
  ),
  pure(
    'an assignment',
    'const assign§ = (v: any) => { let x: any = v; x ⟦+=¦-=¦*=¦??=¦||=¦&&=⟧ 3; return x; };',
    '[assign§(d.v), assign§(0)]',
  ),
  pure(
    'increments',
    'const inc§ = (v: number) => { let x = v; const y = ⟦x++¦++x¦x--¦--x⟧; return [x, y]; };',
    'inc§(d.v)',
  ),
  pure('unary operators', 'const un§ = (v: any) => [⟦-v¦+v¦~v¦!v⟧, typeof ⟦v¦[v]¦`${v}`⟧, ⟦void 0¦null⟧];', 'un§(d.v)'),
  pure('grouping', 'const group§ = (v: number) => ⟦(v + 1) * 2¦v + 1 * 2¦v + (1 * 2)⟧;', 'group§(d.v)'),
  pure(
    'optional chaining',
    'const chain§ = (o: any) => ⟦o?.a.b¦(o?.a).b¦o.a?.b¦o?.a?.b⟧;',
    '[chain§({ a: { b: d.v } }), (() => { try { return chain§(undefined); } catch { return "threw"; } })()]',
  ),
  pure(
    'spread and its order',
    'const spread§ = (v: number) => ⟦({ a: 1, ...{ a: v } })¦({ ...{ a: v }, a: 1 })¦({ ...{ a: v } })⟧;\nconst list§ = (l: number[]) => ⟦[0, ...l]¦[...l, 0]¦[0, l]⟧;',
    '[spread§(d.v), list§(d.list)]',
  ),
  pure(
    'computed keys',
    'const key§ = "k" + ⟦1¦2⟧;\nconst computed§ = { [key§]: ⟦1¦2⟧, ⟦k1: 3¦["k1"]: 3¦k2: 3⟧ };',
    '[d.v, computed§]',
  ),
  pure(
    'the order of keys',
    'const ordered§ = ⟦{ b: 1, a: 2 }¦{ a: 2, b: 1 }⟧;',
    '[d.v, Object.entries(ordered§).join()]',
  ),
  pure(
    'the order of keys that nothing asks',
    'const lookup§: Record<string, number> = { gbp: ⟦2¦3⟧, usd: 3 };',
    'd.v * (lookup§[d.name.trim()] ?? 1)',
  ),
  pure(
    '__proto__ in a literal',
    'const proto§ = ⟦{ __proto__: { rate: 2 } }¦{ ["__proto__"]: { rate: 2 } }¦{ "__proto__": { rate: 3 } }⟧ as any;',
    '[d.v, proto§.rate, Object.keys(proto§).length]',
  ),
  pure(
    'a tagged template',
    'const tag§ = (strings: TemplateStringsArray, ...values: unknown[]) => strings.⟦raw¦slice()⟧.join("|") + values.join();\nconst tagged§ = (v: number) => tag§`a\\n⟦b¦c⟧${v}⟦¦\\t⟧`;',
    'tagged§(d.v)',
  ),
  pure('a template', 'const text§ = (v: number) => `⟦a¦b⟧${v}⟦¦ ⟧\\u00e9⟦\\n¦\\\\n⟧`;', 'text§(d.v)'),
  pure(
    'strings in several spellings',
    "const spelled§ = [⟦~'é'¦'\\u00e9'¦\"é\"⟧, ⟦'e\\u0301'¦'\\u00e9'⟧, ⟦'\\n'¦'\\\\n'⟧, ⟦''¦' '¦'\\u00a0'⟧];",
    '[d.v, spelled§, spelled§[1]!.length]',
  ),
  pure(
    'numbers in several spellings',
    'const numbers§ = [⟦~1000¦1_000¦1e3¦0x3e8⟧, ⟦0.1¦.1000000000000001¦0.2⟧, ⟦0¦-0⟧, ⟦1e21¦1e22⟧, ⟦9007199254740993¦9007199254740995⟧];',
    '[d.v, numbers§, 1 / numbers§[2]!]',
  ),
  pure(
    'big integers',
    'const big§ = (v: number) => BigInt(Math.trunc(v)) * ⟦9007199254740993n¦9007199254740992n¦0x20n⟧;',
    'String(big§(d.v))',
  ),
  pure(
    'regular expressions',
    'const regex§ = /⟦(\\d+)¦(?<n>\\d)¦[a-z]+⟧/⟦g¦gi¦⟧;',
    '[d.v, d.at.replace(regex§, "<$1>"), (d.name.match(regex§) ?? []).length]',
  ),
  pure(
    'a regular expression with a memory',
    'const sticky§ = /./⟦g¦y¦⟧;',
    '[d.v, sticky§.test(d.name), sticky§.lastIndex]',
  ),
  pure(
    'a switch that falls through',
    'function fall§(v: number) { let n = 0; switch (v) { case ⟦7¦-3⟧: n += 1; ⟦¦break;⟧ case 0.5: n += 10; ⟦break;¦⟧ default: n += 100; } return n; }',
    'fall§(d.v)',
  ),
  pure(
    'a switch with its default in the middle',
    'function middle§(v: number) { switch (v) { ⟦case 7: return 1; default: return 2; case -3: return 3;¦default: return 2; case 7: return 1;⟧ } }',
    'middle§(d.v)',
  ),
  pure(
    'loops, break and continue',
    'function loop§(list: number[]) { let sum = 0; for (const each ⟦of¦in⟧ list as any) { if (each == ⟦1¦5⟧) ⟦continue¦break⟧; sum += Number(each); } return sum; }',
    'loop§(d.list)',
  ),
  pure(
    'var, let and const in a loop with closures',
    'function close§() { const fs: (() => number)[] = []; for (⟦let¦var⟧ i = 0; i < 3; i++) fs.push(() => i); return fs.map((f) => f()); }',
    '[d.v, close§()]',
  ),
  pure(
    'try, catch and finally',
    'function attempt§(v: number) { try { if (v < 1) throw new ⟦Error¦TypeError⟧("x"); return ⟦v¦v + 1⟧; } catch (error) { return (error as Error).name; } finally { ⟦¦if (v === 7) return "finally";⟧ } }',
    'attempt§(d.v)',
  ),
  pure(
    'generators',
    'function* count§(v: number) { yield v; const got: unknown = ⟦yield* [1, 2]¦yield [1, 2]⟧; return got; }',
    '[...count§(d.v)]',
  ),
  pure(
    'asynchronous functions and iteration',
    'async function* later§(v: number) { for (const each of [v, ⟦1¦2⟧]) yield await Promise.resolve(each); }\nconst gather§ = async (v: number) => { const all = []; for await (const each of later§(v)) all.push(each); return ⟦all¦all.reverse()⟧; };',
    'await gather§(d.v)',
  ),
  pure(
    'await or not',
    'const order§ = async (v: number) => { const log: string[] = []; const p = (async () => { ⟦await null;¦⟧ log.push("a"); })(); log.push("b"); await p; return log.join() + v; };',
    'await order§(d.v)',
  ),
  {
    name: 'an await at the top',
    top: 'const awaited§ = await Promise.resolve(⟦2¦3⟧);\nconst raced§ = await Promise.all([⟦4¦5⟧, Promise.resolve(6)]);',
    result: '[d.v * awaited§, raced§]',
  },
  {
    name: 'an await at the top of a module that another needs',
    files: {
      'lib/waits§.ts': 'export let rate = 1;\nawait null;\nrate = ⟦2¦3⟧;\n',
      'lib/after§.ts': "import { rate } from './waits§.ts';\nexport const seen = rate * ⟦1¦10⟧;\n",
    },
    imports: "import { seen as seen§ } from '../lib/after§.ts';",
    result: 'd.v * seen§',
  },
  pure('a comma and a sequence', 'const seq§ = (v: number) => (⟦v++, v¦v, v++¦v⟧);', 'seq§(d.v)'),
  pure(
    'a conditional and its nesting',
    'const cond§ = (v: number) => v > ⟦5¦6.9¦7⟧ ? "a" : v > 0 ? "b" : ⟦"c"¦"d"⟧;',
    'cond§(d.v)',
  ),
  pure(
    'an object with methods that look alike',
    'const alike§ = { ⟦f: () => 1¦f() { return 1; }¦get f() { return () => 1; }¦async f() { return 1; }¦*f() { yield 1; }⟧ } as any;',
    '[d.v, typeof alike§.f, String(alike§.f()), Object.getOwnPropertyDescriptor(alike§, "f")?.get === undefined]',
  ),
  pure(
    'dates and numbers by their text',
    'const dated§ = (at: string) => ⟦at.slice(0, 10)¦new Date(at).toISOString().slice(0, 10)⟧;',
    '[d.v, dated§(d.at)]',
  ),
  pure(
    'logical nullish mixtures',
    'const mix§ = (v: any) => (v ?? ⟦1¦2⟧) || ⟦3¦4⟧;',
    '[mix§(d.v), mix§(null), mix§(0)]',
  ),
  pure(
    'in, instanceof and delete',
    'const ops§ = (o: any) => { ⟦delete o.v;¦delete o.name;¦⟧ return ["v" ⟦in¦in⟧ o, o instanceof ⟦Object¦Array⟧]; };',
    '[ops§({ ...d }), d.v]',
  ),
  pure(
    'arguments and rests',
    'function rest§(⟦...all: number[]¦first: number, ...all: number[]⟧) { return [all.length, arguments.length]; }',
    '[d.v, (rest§ as any)(1, 2, 3)]',
  ),
  pure(
    'holes in arrays',
    'const holes§ = [⟦1, , 3¦1, undefined, 3¦1, 3⟧] as any[];',
    '[d.v, holes§.length, 1 in holes§, holes§.map(() => 1).join()]',
  ),
  pure(
    'new.target, and return of a constructor',
    'class Odd§ { x = 1; constructor() { ⟦¦return { x: 5 } as any;⟧ } }\nfunction Target§(this: any) { return ⟦new.target === undefined¦new.target !== undefined⟧; }',
    '[d.v * new Odd§().x, (Target§ as any)()]',
  ),
  pure(
    'an enumeration as a constant object',
    'const Level§ = { low: ⟦1¦2⟧, high: 3, ⟦mid: 2¦middle: 2⟧ } as const;\ntype Level§ = (typeof Level§)[keyof typeof Level§];\nconst levels§: Level§[] = [Level§.low, Level§.high];',
    '[d.v * levels§[0]!, Object.keys(Level§)]',
  ),
  {
    name: 'an enumeration as compilers write it',
    files: {
      'lib/color§.mjs':
        'export var Color;\n(function (Color) {\n  Color[Color["Red"] = ⟦0¦1⟧] = "Red";\n  Color[Color["Green"] = ⟦2¦3⟧] = "Green";\n})(Color || (Color = {}));\n',
    },
    imports: "import { Color as Color§ } from '../lib/color§.mjs';",
    result: '[(d.v * (Color§ as any).Green), Object.keys(Color§ as any)]',
    quiet: true,
  },
  {
    name: 'decorators as compilers write them',
    files: {
      'lib/decorated§.mjs':
        'var __decorate = function (decorators, target) { for (const d of decorators.reverse()) target = d(target) ?? target; return target; };\nconst registry = [];\nconst table = (name) => (c) => { registry.push(name); c.table = name; };\nconst scaled = (by) => (c) => class extends c { of(v) { return super.of(v) * by; } };\nlet Model = class Model { of(v) { return v + ⟦1¦2⟧; } };\nModel = __decorate([table(⟦"rates"¦"prices"⟧), scaled(⟦2¦3⟧)], Model);\nexport { Model };\nexport const names = () => registry.join();\n',
    },
    imports: "import { Model as Model§, names as names§ } from '../lib/decorated§.mjs';",
    result: '[new (Model§ as any)().of(d.v), names§(), (Model§ as any).table]',
    quiet: true,
  },
  pure(
    'type assertions and satisfies',
    'const typed§ = ⟦~(2 as number)¦2¦(2 satisfies number)¦2!⟧ * ⟦1¦3⟧;\nconst also§ = <T,>(v: T): T => v as unknown as T;',
    'd.v * also§(typed§)',
  ),
  pure(
    'an explicit resource',
    'const using§ = (v: number) => { const log: number[] = []; { ⟦using¦const⟧ it = { [Symbol.dispose]: () => void log.push(⟦1¦2⟧) }; void it; log.push(0); } return [v, log]; };',
    'using§(d.v)',
  ),
  pure(
    'comments that look like code, and code that looks like comments',
    'const url§ = "⟦http://a¦http://b⟧"; // const x = 1;\nconst slash§ = 4 /⟦2¦4⟧/ 1;\n/* const y§ = ⟦~2¦3⟧; */',
    '[d.v, url§, slash§]',
  ),
  pure(
    'a line break where a semicolon might be',
    'function asi§(v: number) {\n  let x = v;\n  x\n  ++x;\n  return⟦ ¦\n⟧x;\n}',
    'asi§(d.v)',
  ),
  pure(
    'parentheses that hold, and that do not',
    'const paren§ = (a: number, b: number, c: number) => ⟦~a - b - c¦(a - b) - c⟧ + ⟦(a - (b - c))¦(a - b - c)⟧;',
    'paren§(d.v, 2, 3)',
  ),
  pure(
    'double negation and constants',
    'const DEBUG§ = ⟦false¦true⟧;\nconst debug§ = (v: number) => { if (DEBUG§) return -1; if (!DEBUG§ && v > 1) return 1; return 0; };',
    'debug§(d.v)',
  ),
  pure(
    'code that never runs',
    'const dead§ = (v: number) => { if (v === ⟦7¦8⟧) return 0; if (v === v) return v; return ⟦1¦2⟧; };',
    'dead§(d.v)',
  ),
];

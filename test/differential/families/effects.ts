/** What analyses of effects have taken for none. */
import type { Form } from '../form.ts';

export const EFFECTS: readonly Form[] = [
  {
    name: 'a call that says it is pure, and is not',
    files: {
      'lib/pure§.ts':
        'const log: number[] = [];\nconst enter = (v: number) => log.push(v);\n⟦~/* @__PURE__ */ ¦⟧enter(⟦2¦3⟧);\nexport const unused = /* @__PURE__ */ enter(⟦4¦5⟧);\nexport const all = () => log;\n',
    },
    imports: "import { all as all§ } from '../lib/pure§.ts';",
    result: 'all§().map((each) => each * d.v)',
    quiet: true,
  },
  {
    name: 'a function that says it has no side effects, and has',
    files: {
      'lib/silent§.ts':
        'const log: number[] = [];\n/* @__NO_SIDE_EFFECTS__ */\nfunction enter(v: number) { return log.push(v); }\nenter(⟦2¦3⟧);\nexport const unused = enter(⟦4¦5⟧);\nexport const all = () => log;\n',
    },
    imports: "import { all as all§ } from '../lib/silent§.ts';",
    result: 'all§().map((each) => each * d.v)',
    quiet: true,
  },
  {
    name: 'a built-in call that is no pure one',
    files: {
      'lib/builtin§.ts':
        'export const list = [3, 1, 2];\nconst target: any = {};\nObject.assign(target, { a: ⟦1¦2⟧ });\nArray.prototype.push.call(list, ⟦4¦5⟧);\nArray.from([⟦6¦7⟧], (v) => list.push(v));\nJSON.stringify({ toJSON: () => list.push(⟦8¦9⟧) });\n[1].map((v) => list.push(v * ⟦10¦11⟧));\nReflect.apply(list.push, list, [⟦12¦13⟧]);\nexport const all = () => [...list, target.a];\n',
    },
    imports: "import { all as all§ } from '../lib/builtin§.ts';",
    result: 'all§().map((each) => each * d.v)',
    quiet: true,
  },
  {
    name: 'a conversion with an effect',
    files: {
      'lib/convert§.ts':
        'const log: string[] = [];\nconst noisy = { toString() { log.push(⟦"string"¦"text"⟧); return "x"; }, valueOf() { log.push(⟦"value"¦"number"⟧); return 1; } } as any;\nconst a = `${noisy}`;\nconst b = +noisy;\nconst c = noisy + 1;\nconst e = { [noisy]: 1 };\nconst f = noisy < ⟦2¦3⟧;\nexport const all = () => log.join();\n',
    },
    imports: "import { all as all§ } from '../lib/convert§.ts';",
    result: '[d.v, all§()]',
    quiet: true,
  },
  {
    name: 'an iteration with an effect',
    files: {
      'lib/iterate§.ts':
        'const log: number[] = [];\nconst noisy = { *[Symbol.iterator]() { log.push(⟦1¦2⟧); yield 5; log.push(⟦3¦4⟧); } };\nconst [a] = noisy;\nconst b = [...noisy];\nconst c = new Set(noisy);\nexport const all = () => log;\n',
    },
    imports: "import { all as all§ } from '../lib/iterate§.ts';",
    result: 'all§().map((each) => each * d.v)',
    quiet: true,
  },
  {
    name: 'a setter with an effect, by assignment',
    files: {
      'lib/setter§.ts':
        'const log: number[] = [];\nconst noisy = { set rate(v: number) { log.push(v * ⟦2¦3⟧); } };\nnoisy.rate = ⟦4¦5⟧;\nclass Model { static set rate(v: number) { log.push(v); } }\nModel.rate = ⟦6¦7⟧;\nexport const all = () => log;\n',
    },
    imports: "import { all as all§ } from '../lib/setter§.ts';",
    result: 'all§().map((each) => each * d.v)',
    quiet: true,
  },
  {
    name: 'an alias through which an object is changed',
    files: {
      'lib/alias§.ts':
        'export const state = { rate: 1, deep: { n: 1 } };\nconst alias = state;\nalias.rate = ⟦2¦3⟧;\nconst { deep } = state;\ndeep.n = ⟦4¦5⟧;\nconst holder = [state];\nholder[0]!.rate += ⟦6¦7⟧;\nconst same = (it: typeof state) => it;\nsame(state).rate *= ⟦8¦9⟧;\n',
    },
    imports: "import { state as state§ } from '../lib/alias§.ts';",
    result: 'd.v * state§.rate * state§.deep.n',
    quiet: true,
  },
  {
    name: 'an argument that a callee keeps',
    files: {
      'lib/keeper§.ts':
        'const kept: (() => number)[] = [];\nexport const keep = (f: () => number) => void kept.push(f);\nexport const sum = () => kept.reduce((total, f) => total + f(), 0);\n',
      'lib/gives§.ts':
        "import { keep } from './keeper§.ts';\nlet rate = ⟦1¦2⟧;\nkeep(() => rate);\nrate += ⟦3¦4⟧;\nexport const unrelated = (v: number) => v;\n",
    },
    imports:
      "import { unrelated as unrelated§ } from '../lib/gives§.ts';\nimport { sum as sum§ } from '../lib/keeper§.ts';",
    result: 'unrelated§(d.v) * sum§()',
  },
  {
    name: 'a method that is called by a computed name',
    files: {
      'lib/method§.ts':
        "const list = [1, 2, 3];\nconst how = ⟦'pu' + 'sh'¦'unsh' + 'ift'⟧ as 'push';\nlist[how](⟦4¦5⟧);\n(list as any)?.[⟦'reverse'¦'sort'⟧]?.();\nexport const all = () => list;\n",
    },
    imports: "import { all as all§ } from '../lib/method§.ts';",
    result: 'all§().map((each) => each * d.v)',
    quiet: true,
  },
  {
    name: 'a throw while a module is loaded, and who catches it',
    files: {
      'lib/guard§.ts':
        'export const limits = { max: 1 };\nconst check = (v: number) => { if (v > ⟦2¦4⟧) throw new RangeError("above"); };\ntry { check(3); limits.max = ⟦5¦6⟧; } catch { limits.max = ⟦7¦8⟧; }\n',
    },
    imports: "import { limits as limits§ } from '../lib/guard§.ts';",
    result: 'd.v * limits§.max',
    quiet: true,
  },
  {
    name: 'a weak map, a symbol and a private registry by identity',
    files: {
      'lib/weak§.ts':
        'const hidden = new WeakMap<object, number>();\nconst TAG = Symbol("tag");\nexport const mark = <T extends object>(it: T, v: number): T => { hidden.set(it, v); (it as any)[TAG] = v * 2; return it; };\nexport const read = (it: object) => (hidden.get(it) ?? 0) + ((it as any)[TAG] ?? 0);\n',
      'lib/marked§.ts': "import { mark } from './weak§.ts';\nexport const it = { name: 'it' };\nmark(it, ⟦2¦3⟧);\n",
    },
    imports: "import { it as it§ } from '../lib/marked§.ts';\nimport { read as read§ } from '../lib/weak§.ts';",
    result: 'd.v * read§(it§)',
    quiet: true,
  },
  {
    name: 'an array of effects that is looped over later',
    files: {
      'lib/steps§.ts':
        'const steps: ((v: number) => number)[] = [];\nsteps.push((v) => v * ⟦2¦3⟧);\n⟦steps.push((v) => v + 1);\nsteps.push((v) => v * 10);¦steps.push((v) => v * 10);\nsteps.push((v) => v + 1);⟧\nexport const run = (v: number) => steps.reduce((value, step) => step(value), v);\n',
    },
    imports: "import { run as run§ } from '../lib/steps§.ts';",
    result: 'run§(d.v)',
    quiet: true,
  },
  {
    name: 'functions that carry properties',
    files: {
      'lib/carries§.ts':
        'export function rate(v: number) { return v * rate.factor; }\nrate.factor = ⟦2¦3⟧;\nexport const arrow: { (v: number): number; plus?: number } = (v) => v + (arrow.plus ?? 0);\narrow.plus = ⟦4¦5⟧;\nObject.assign(rate, { ⟦extra¦more⟧: 1 });\n',
    },
    imports: "import { rate as rate§, arrow as arrow§ } from '../lib/carries§.ts';",
    result: '[rate§(d.v), arrow§(d.v), Object.keys(rate§)]',
    quiet: true,
  },
  {
    name: 'an effect in a parameter’s default, when a method is made or a tag is called',
    files: {
      'lib/tagged§.ts':
        'const log: string[] = [];\nconst tag = (strings: TemplateStringsArray) => { log.push(strings.join()); return 1; };\nconst a = tag`⟦one¦two⟧`;\nconst f = (v = log.push(⟦"default"¦"given"⟧)) => v;\nf();\nnew (class { [(log.push(⟦"key"¦"name"⟧), "m")]() {} })();\nexport const all = () => log.join();\n',
    },
    imports: "import { all as all§ } from '../lib/tagged§.ts';",
    result: '[d.v, all§()]',
    quiet: true,
  },
  {
    name: 'the language of dates, locales and sorting',
    top: "const collator§ = new Intl.Collator(⟦'de'¦'sv'⟧);\nconst format§ = new Intl.NumberFormat(⟦'en-US'¦'de-DE'⟧, { minimumFractionDigits: ⟦2¦3⟧ });",
    result: "[format§.format(d.v), ['ä', 'z', 'a'].sort(collator§.compare).join()]",
    quiet: true,
  },
  {
    name: 'a helper of a helper of a helper',
    files: {
      'lib/h1§.ts': "import { h2 } from './h2§.ts';\nexport const h1 = (v: number) => h2(v) + 1;\n",
      'lib/h2§.ts':
        "import { h3 } from './h3§.ts';\nexport const h2 = (v: number) => h3(v) * 2;\nexport const beside = ⟦1¦2⟧;\n",
      'lib/h3§.ts':
        'const RATE = ⟦3¦4⟧;\nconst SPARE = ⟦5¦6⟧;\nexport const h3 = (v: number) => v * RATE;\nexport const spare = () => SPARE;\n',
    },
    imports: "import { h1 as h1§ } from '../lib/h1§.ts';",
    result: 'h1§(d.v)',
    quiet: true,
  },
];

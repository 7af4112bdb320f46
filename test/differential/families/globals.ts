/** What modules share without an import: globals, built-ins, and the order in which they are loaded. */
import type { Form } from '../form.ts';

export const GLOBALS: readonly Form[] = [
  {
    name: 'a global that a module sets while it is loaded',
    files: { 'lib/digits§.ts': '(globalThis as any).DIGITS_§ = ⟦1¦4⟧;\nexport {};\n' },
    imports: "import '../lib/digits§.ts';",
    result: '(d.v / 3).toFixed((globalThis as any).DIGITS_§)',
  },
  {
    name: 'a global that only a sibling function’s import brings',
    files: {
      'lib/digits§.ts': '(globalThis as any).DIGITS_§ = ⟦1¦4⟧;\nexport const shout = (s: string) => s.toUpperCase();\n',
      'lib/round§.ts':
        "import { shout } from './digits§.ts';\nexport const round = (v: number) => v.toFixed((globalThis as any).DIGITS_§);\nexport const label = (s: string) => shout(s);\n",
    },
    imports: "import { round as round§ } from '../lib/round§.ts';",
    result: 'round§(d.v / 3)',
  },
  {
    name: 'a global that a handed-on module’s sibling brings',
    files: {
      'lib/sets§.ts': '(globalThis as any).SETS_§ = ⟦1¦4⟧;\nexport const nothing = 0;\n',
      'lib/gets§.ts': 'export const gets = (v: number) => v * (globalThis as any).SETS_§;\n',
      'lib/hands-on§.ts': "export { nothing } from './sets§.ts';\nexport { gets } from './gets§.ts';\n",
    },
    imports: "import { gets as gets§ } from '../lib/hands-on§.ts';",
    result: 'gets§(d.v)',
  },
  {
    name: 'a global behind a star that is not needed',
    files: {
      'lib/sets§.ts': '(globalThis as any).STAR_§ = ⟦1¦4⟧;\nexport const nothing = 0;\n',
      'lib/gets§.ts': 'export const gets = (v: number) => v * (globalThis as any).STAR_§;\n',
      'lib/stars§.ts': "export * from './sets§.ts';\nexport * from './gets§.ts';\n",
    },
    imports: "import { gets as gets§ } from '../lib/stars§.ts';",
    result: 'gets§(d.v)',
  },
  {
    name: 'two modules that set the same, in an order',
    files: {
      'lib/one§.ts': '(globalThis as any).ORDER_§ = ((globalThis as any).ORDER_§ ?? 0) * 10 + 1;\nexport {};\n',
      'lib/two§.ts': '(globalThis as any).ORDER_§ = ((globalThis as any).ORDER_§ ?? 0) * 10 + 2;\nexport {};\n',
    },
    imports:
      "⟦import '../lib/one§.ts';\nimport '../lib/two§.ts';¦import '../lib/two§.ts';\nimport '../lib/one§.ts';¦import '../lib/two§.ts';⟧",
    result: 'd.v * (globalThis as any).ORDER_§',
  },
  {
    name: 'two modules with values that set the same, in an order',
    files: {
      'lib/one§.ts': "import { log } from './log§.ts';\nlog.push('one');\nexport const one = 1;\n",
      'lib/two§.ts': "import { log } from './log§.ts';\nlog.push('two');\nexport const two = 2;\n",
      'lib/log§.ts': 'export const log: string[] = [];\n',
    },
    imports:
      "⟦import { one as one§ } from '../lib/one§.ts';\nimport { two as two§ } from '../lib/two§.ts';¦import { two as two§ } from '../lib/two§.ts';\nimport { one as one§ } from '../lib/one§.ts';⟧\nimport { log as log§ } from '../lib/log§.ts';",
    result: '[d.v * one§ * two§, log§.join()]',
  },
  {
    name: 'an order that a deeper module decides',
    files: {
      'lib/log§.ts': 'export const log: string[] = [];\n',
      'lib/a§.ts': "⟦import './b§.ts';\n¦⟧import { log } from './log§.ts';\nlog.push('a');\nexport const a = 1;\n",
      'lib/b§.ts': "import { log } from './log§.ts';\nlog.push('b');\nexport const b = 2;\n",
    },
    imports:
      "import { a as a§ } from '../lib/a§.ts';\nimport { b as b§ } from '../lib/b§.ts';\nimport { log as log§ } from '../lib/log§.ts';",
    result: '[d.v * a§ * b§, log§.join()]',
  },
  {
    name: 'a built-in that is replaced',
    files: { 'lib/patch§.ts': 'const { round } = Math;\nMath.round = (v) => round(v) + ⟦0¦1⟧;\nexport {};\n' },
    imports: "import '../lib/patch§.ts';",
    result: 'Math.round(d.v / 2)',
  },
  {
    name: 'a global that is declared by assignment to self, global or window',
    files: {
      'lib/names§.ts':
        "⟦(global as any)¦(globalThis as any)⟧['na' + 'me_§'] = ⟦2¦3⟧;\nObject.assign(globalThis, { more_§: ⟦4¦5⟧ });\nReflect.set(globalThis, 'third_§', ⟦6¦7⟧);\nexport {};\n",
    },
    imports: "import '../lib/names§.ts';",
    result: '[d.v, (globalThis as any).name_§, (globalThis as any).more_§, (globalThis as any).third_§]',
  },
  {
    name: 'a global read by its bare name',
    files: {
      'lib/bare§.ts': '(globalThis as any).bare_§ = ⟦2¦3⟧;\nexport {};\n',
      'lib/reads§.mjs': "export const read = (v) => v * (typeof bare_§ === 'undefined' ? 1 : bare_§);\n",
    },
    imports: "⟦import '../lib/bare§.ts';\n¦⟧import { read as read§ } from '../lib/reads§.mjs';",
    result: 'read§(d.v)',
  },
  {
    name: 'a symbol of the global registry',
    files: {
      'lib/put§.ts': "(globalThis as any)[Symbol.for('rate_§')] = ⟦2¦3⟧;\nexport {};\n",
      'lib/take§.ts': "export const take = () => (globalThis as any)[Symbol.for('rate_§')] ?? 1;\n",
    },
    imports: "import '../lib/put§.ts';\nimport { take as take§ } from '../lib/take§.ts';",
    result: 'd.v * take§()',
  },
  {
    name: 'what is left in a shared object of Node',
    files: {
      'lib/leaves§.ts': "import process from 'node:process';\nprocess.env['RATE_§'] = ⟦'2'¦'3'⟧;\nexport {};\n",
    },
    imports: "import '../lib/leaves§.ts';",
    result: "d.v * Number(process.env['RATE_§'])",
    opaque: true,
  },
  {
    name: 'zod, configured',
    imports: "import { z as z§ } from 'zod';",
    top: 'const Rate§ = z§.coerce.number().transform((v) => v * ⟦2¦3⟧).catch(⟦0¦1⟧);\nconst Named§ = z§.object({ v: z§.number().⟦positive¦negative⟧() });',
    result: '[Rate§.parse(d.v), Rate§.parse(d.name), Named§.safeParse(d).success]',
    quiet: true,
  },
  {
    name: 'an event that a module emits to another',
    files: {
      'lib/bus§.ts':
        "import { EventEmitter } from 'node:events';\nexport const bus = new EventEmitter();\nexport const heard: number[] = [];\nbus.on('rate', (rate: number) => heard.push(rate * ⟦1¦2⟧));\n",
      'lib/emits§.ts': "import { bus } from './bus§.ts';\nbus.emit('rate', ⟦2¦3⟧);\nexport {};\n",
    },
    imports: "import '../lib/emits§.ts';\nimport { heard as heard§ } from '../lib/bus§.ts';",
    result: '[d.v, heard§]',
  },
  {
    name: 'a microtask that a module starts while it is loaded',
    files: {
      'lib/soon§.ts':
        'export const state = { rate: 1 };\nvoid Promise.resolve().then(() => { state.rate = ⟦2¦3⟧; });\nqueueMicrotask(() => { state.rate *= ⟦5¦7⟧; });\n',
    },
    imports: "import { state as soon§ } from '../lib/soon§.ts';",
    result: '(await null, d.v * soon§.rate)',
  },
];

/** Data that is imported. */
import type { Form } from '../form.ts';

export const JSON_FORMS: readonly Form[] = [
  {
    name: 'a value of JSON',
    files: { 'lib/rates§.json': '{ "rate": ⟦2¦3⟧, "unused": ⟦[1]¦[2]⟧ }\n' },
    imports: "import rates§ from '../lib/rates§.json' with { type: 'json' };",
    result: 'd.v * rates§.rate',
    quiet: true,
  },
  {
    name: 'JSON that is changed after it was imported',
    files: {
      'lib/table§.json': '{ "rate": 2, "list": [1, ⟦2¦5⟧] }\n',
      'lib/patch§.ts':
        "import table from './table§.json' with { type: 'json' };\ntable.rate = ⟦4¦5⟧;\ntable.list.push(⟦7¦8⟧);\n",
    },
    imports: "import '../lib/patch§.ts';\nimport table§ from '../lib/table§.json' with { type: 'json' };",
    result: '[d.v * table§.rate, table§.list]',
  },
  {
    name: 'JSON whose keys have an order',
    files: { 'lib/order§.json': '⟦{ "a": 1, "b": 2 }¦{ "b": 2, "a": 1 }⟧\n' },
    imports: "import order§ from '../lib/order§.json' with { type: 'json' };",
    result: '[d.v, Object.keys(order§).join(), Object.values(order§)[0]]',
    quiet: true,
  },
  {
    name: 'JSON with numbers and strings in several spellings',
    files: {
      'lib/spelled§.json':
        '{ "n": ⟦~1¦1.0¦1e0⟧, "s": ⟦~"é"¦"\\u00e9"⟧, "big": ⟦9007199254740993¦9007199254740995⟧, "zero": ⟦0¦-0⟧, "twice": 1, "twice": ⟦2¦3⟧ }\n',
    },
    imports: "import spelled§ from '../lib/spelled§.json' with { type: 'json' };",
    result: '[d.v * spelled§.n, spelled§.s, spelled§.big, Object.is(spelled§.zero, -0), spelled§.twice]',
    quiet: true,
  },
  {
    name: 'JSON with a key that objects have',
    files: { 'lib/odd§.json': '{ "__proto__": { "rate": ⟦2¦3⟧ }, "constructor": ⟦1¦4⟧ }\n' },
    imports: "import odd§ from '../lib/odd§.json' with { type: 'json' };",
    result: "[d.v, odd§.constructor, (odd§ as any)['__proto__'].rate, (odd§ as any).rate]",
    quiet: true,
  },
  {
    name: 'JSON by require',
    files: { 'lib/required§.json': '{ "rate": ⟦2¦3⟧ }\n' },
    imports: "import { createRequire as createRequire§ } from 'node:module';",
    top: "const required§ = createRequire§(import.meta.url)('../lib/required§.json');",
    result: 'd.v * required§.rate',
    opaque: true,
  },
  {
    name: 'JSON that is read as text',
    files: { 'lib/text§.json': '{ "rate": ⟦2¦3⟧ }\n' },
    imports: "import { readFileSync as read§ } from 'node:fs';",
    top: "const text§ = read§(new URL('../lib/text§.json', import.meta.url), 'utf8');",
    result: 'd.v * JSON.parse(text§).rate + text§.length',
    opaque: true,
  },
  {
    name: 'JSON by a dynamic import',
    files: { 'lib/later§.json': '{ "rate": ⟦2¦3⟧ }\n' },
    result: "d.v * (await import('../lib/later§.json', { with: { type: 'json' } })).default.rate",
  },
  {
    name: 'JSON that a module hands on',
    files: {
      'lib/handed§.json': '{ "a": { "b": ⟦2¦3⟧ }, "list": [⟦1, 2¦2, 1⟧] }\n',
      'lib/hand§.ts': "export { default as handed } from './handed§.json' with { type: 'json' };\n",
    },
    imports: "import { handed as handed§ } from '../lib/hand§.ts';",
    top: 'const { a: { b: inner§ }, list: [first§] } = handed§;',
    result: 'd.v * inner§ + first§!',
    quiet: true,
  },
];

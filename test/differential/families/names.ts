/** Code that looks at code: names of functions, their text, `this`, stacks. */
import type { Form } from '../form.ts';

export const NAMES: readonly Form[] = [
  {
    name: 'the string this',
    top: "const LIST§ = ['a', 'the'⟦¦, 'this'¦, 'type'¦, 'declare'¦, 'const'⟧];",
    result: 'd.v * LIST§.length',
    quiet: true,
  },
  {
    name: 'strings that a parser might take for syntax',
    top: "const WORDS§ = { kind: ⟦'type'¦'value'⟧, type: ⟦'TSTypeAnnotation'¦'Identifier'¦'EmptyStatement'⟧, start: ⟦1¦2⟧, end: 3, name: ⟦'this'¦'that'⟧, importKind: ⟦'type'¦'value'⟧, declare: ⟦true¦false⟧ };",
    result: '[d.v, WORDS§]',
    quiet: true,
  },
  {
    name: 'the name of a function',
    top: 'function ⟦#n bold¦brave⟧§(v: number) { return v; }\nconst chosen§ = ⟦#n bold¦brave⟧§;',
    result: '[chosen§(d.v), chosen§.name]',
    opaque: true,
  },
  {
    name: 'the name of an arrow function in a table',
    files: {
      'lib/rules§.ts':
        'const ⟦#n small¦tiny⟧ = (v: number) => v < 1;\nconst large = (v: number) => v > 5;\nexport const rules = [⟦#n small¦tiny⟧, large];\n',
    },
    imports: "import { rules as rules§ } from '../lib/rules§.ts';",
    result: '[d.v, rules§.filter((rule) => rule(d.v)).map((rule) => rule.name)]',
    opaque: true,
  },
  {
    name: 'the name of a class, by its constructor',
    files: { 'lib/named§.ts': 'class ⟦#n Euro¦Cent⟧ { v = 1; }\nexport const coin: object = new ⟦#n Euro¦Cent⟧();\n' },
    imports: "import { coin as coin§ } from '../lib/named§.ts';",
    result: '[d.v, coin§.constructor.name]',
    opaque: true,
  },
  {
    name: 'a table of handlers by the names of functions',
    files: {
      'lib/handlers§.ts':
        'function ⟦#n gbp¦usd⟧(v: number) { return v * 2; }\nconst handlers = new Map<string, (v: number) => number>();\nfor (const each of [⟦#n gbp¦usd⟧]) handlers.set(each.name, each);\nexport const handle = (name: string, v: number) => handlers.get(name)?.(v) ?? v;\n',
    },
    imports: "import { handle as handle§ } from '../lib/handlers§.ts';",
    result: 'handle§(d.name, d.v)',
    opaque: true,
  },
  {
    name: 'the text of a function',
    top: 'const texted§ = (⟦#v v¦value⟧: number) => ⟦#v v¦value⟧ * 2; // ⟦a¦b⟧\nfunction inner§() { return 1; /* ⟦c¦dd⟧ */ }',
    result: '[texted§(d.v), inner§.toString().length, String(texted§).length]',
    opaque: true,
  },
  {
    name: 'this in functions, methods and arrows',
    top: `const self§ = { rate: ⟦2¦3⟧, plain: function (v: number) { return v * this.rate; }, arrow: (v: number) => v * ⟦4¦5⟧ };
const loose§ = self§.plain.bind({ ...self§, rate: ⟦6¦7⟧ });`,
    result: '[self§.plain(d.v), self§.arrow(d.v), loose§(d.v), self§.plain.call({ rate: ⟦8¦9⟧ } as any, d.v)]',
    quiet: true,
  },
  {
    name: 'how many parameters a function has',
    top: 'const taking§ = (⟦a: number¦a: number, b?: number¦...a: number[]⟧) => 1;\nconst defaulted§ = (a = ⟦1¦2⟧, b = 2) => a + b;',
    result: '[d.v, taking§.length, defaulted§()]',
    quiet: true,
  },
  {
    name: 'the line of a stack',
    top: "⟦¦// One line more.\n⟧const line§ = Number(/:(\\d+):\\d+\\)?$/m.exec(new Error('where').stack ?? '')?.[1]);",
    result: 'd.v * line§',
    opaque: true,
  },
  {
    name: 'labels, with names like variables',
    top: `function search§(list: number[]) {
  let ⟦~#f found¦hit⟧ = 0;
  ⟦~#l outer¦loop⟧: for (const a of list) {
    for (const b of list) {
      if (a === b) ⟦continue¦break⟧ ⟦~#l outer¦loop⟧;
      ⟦~#f found¦hit⟧ += a * b;
    }
  }
  return ⟦~#f found¦hit⟧;
}`,
    result: '[d.v, search§(d.list)]',
    quiet: true,
  },
  {
    name: 'a variable that is called like a global, a type or a keyword elsewhere',
    top: `const undefined§ = ⟦1¦2⟧;
function shadow§(Math: { max: (a: number) => number }, type = ⟦3¦4⟧, of = 2, async = 1, get = ⟦5¦6⟧) { return Math.max(type) * of * async + get; }`,
    result: '[shadow§({ max: (a) => a * d.v }), undefined§]',
    quiet: true,
  },
  {
    name: 'a local variable that is called like what is imported',
    files: { 'lib/outer§.ts': 'export const rate = ⟦2¦3⟧;\nexport const list = [⟦4¦5⟧];\n' },
    imports: "import { rate as rate§, list as list§ } from '../lib/outer§.ts';",
    top: `const inner§ = (v: number) => { { const rate§ = ⟦10¦20⟧; v += rate§; } try { throw v; } catch (list§) { v = Number(list§); } return v * rate§; };`,
    result: 'inner§(d.v) + list§[0]!',
    quiet: true,
  },
  {
    name: 'the names of keys, in shorthands',
    top: 'const ⟦#k alpha¦beta⟧§ = 2;\nconst record§ = { ⟦#k alpha¦beta⟧§, v: 1 };',
    result: '[d.v, Object.keys(record§)]',
    quiet: true,
  },
  {
    name: 'a variable that is renamed beside its key',
    top: 'const ⟦~#k alpha¦beta⟧§ = ⟦2¦3⟧;\nconst record§ = { alpha: ⟦~#k alpha¦beta⟧§ };',
    result: 'd.v * record§.alpha',
    quiet: true,
  },
];

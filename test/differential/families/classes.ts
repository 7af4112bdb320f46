/** Classes, prototypes and what runs when a property is touched. */
import type { Form } from '../form.ts';

export const CLASSES: readonly Form[] = [
  {
    name: 'static fields, blocks and counters',
    files: {
      'lib/shape§.ts': `export class Shape {
  static count = ⟦1¦2⟧;
  static readonly names: string[] = [];
  static {
    Shape.names.push(⟦'first'¦'last'⟧);
    this.count *= ⟦3¦4⟧;
  }
  static of(v: number) {
    return v * Shape.count;
  }
}
`,
    },
    imports: "import { Shape as Shape§ } from '../lib/shape§.ts';",
    result: '[Shape§.of(d.v), Shape§.names.join()]',
    quiet: true,
  },
  {
    name: 'a static block with an effect elsewhere',
    files: {
      'lib/list§.ts': 'export const list: number[] = [];\n',
      'lib/enters§.ts':
        "import { list } from './list§.ts';\nexport class Enters { static { list.push(⟦2¦3⟧); } }\nexport class Also { static readonly size = list.push(⟦4¦5⟧); }\n",
    },
    imports: "import '../lib/enters§.ts';\nimport { list as list§ } from '../lib/list§.ts';",
    result: 'list§.map((each) => each * d.v)',
  },
  {
    name: 'private fields and methods',
    top: `class Meter§ {
  #rate = ⟦2¦3⟧;
  #of(v: number) { return v * this.#rate; }
  static #made = ⟦0¦10⟧;
  constructor() { Meter§.#made++; }
  run(v: number) { return this.#of(v) + Meter§.#made + (#rate in this ? 1 : ⟦0¦9⟧); }
}
const meter§ = new Meter§();`,
    result: 'meter§.run(d.v)',
    quiet: true,
  },
  {
    name: 'getters and setters',
    top: `const box§ = {
  raw: 1,
  get value() { return this.raw * ⟦2¦3⟧; },
  set value(v: number) { this.raw = v + ⟦1¦2⟧; },
};
class Cell§ { #v = 0; get v() { return this.#v ⟦+¦-⟧ 1; } set v(v: number) { this.#v = v; } }
const cell§ = new Cell§();
cell§.v = ⟦5¦6⟧;`,
    result: '((box§.value = d.v), [box§.value, cell§.v])',
    quiet: true,
  },
  {
    name: 'a getter with an effect, read as a statement',
    top: `let reads§ = 0;
const watched§ = { get it() { reads§ += ⟦1¦2⟧; return 1; } };
watched§.it;
⟦¦watched§.it;
⟧const { it: it§ } = watched§;`,
    result: '[d.v * reads§, it§]',
  },
  {
    name: 'a prototype that is extended after the class',
    files: {
      'lib/animal§.ts': 'export class Animal { legs = ⟦4¦6⟧; speak(): string { return `has ${this.legs}`; } }\n',
      'lib/extend§.ts':
        "import { Animal } from './animal§.ts';\n(Animal.prototype as any).run = function (v: number) { return v * this.legs * ⟦2¦3⟧; };\n",
    },
    imports: "import '../lib/extend§.ts';\nimport { Animal as Animal§ } from '../lib/animal§.ts';",
    result: '[(new Animal§() as any).run(d.v), new Animal§().speak()]',
  },
  {
    name: 'a built-in prototype that is extended',
    files: {
      'lib/last§.ts':
        "Object.defineProperty(Array.prototype, 'last_§', { configurable: true, value(this: unknown[]) { return this[this.length - ⟦1¦2⟧]; } });\nexport {};\n",
    },
    imports: "import '../lib/last§.ts';",
    result: '[d.v, (d.list as any).last_§()]',
  },
  {
    name: 'an inherited method, super and an overridden one',
    files: {
      'lib/base§.ts':
        'export class Base { static kind = ⟦1¦2⟧; of(v: number) { return v + ⟦1¦2⟧; } static twice(v: number) { return v * 2 * this.kind; } }\n',
      'lib/derived§.ts':
        "import { Base } from './base§.ts';\nexport class Derived extends Base { ⟦override of(v: number) { return super.of(v) * 10; }¦⟧ static override kind = ⟦3¦4⟧; }\n",
    },
    imports: "import { Derived as Derived§ } from '../lib/derived§.ts';",
    result: 'new Derived§().of(d.v) + Derived§.twice(d.v)',
    quiet: true,
  },
  {
    name: 'a class by an expression: a mixin and a computed parent',
    top: `const Doubled§ = <T extends new (...args: any[]) => { v: number }>(parent: T) => class extends parent { double() { return this.v * ⟦2¦3⟧; } };
class Plain§ { v = 1; constructor(v = 1) { this.v = v; } }
class Mixed§ extends (⟦true¦false⟧ ? Doubled§(Plain§) : Doubled§(class extends Plain§ { override v = 9; })) {}`,
    result: 'new Mixed§(d.v).double()',
    quiet: true,
  },
  {
    name: 'computed names of members with an effect',
    top: `let order§ = '';
const key§ = (name: string) => { order§ += name; return name; };
class Keyed§ { [key§(⟦'a'¦'b'⟧)] = 1; static [key§('s')] = order§.length; [key§('m')]() { return ⟦1¦2⟧; } }`,
    result: '[d.v, order§, (Keyed§ as any).s, (new Keyed§() as any).m(), Object.keys(new Keyed§())]',
  },
  {
    name: 'Symbol.iterator, Symbol.toPrimitive and Symbol.species',
    top: `class Steps§ {
  *[Symbol.iterator]() { yield ⟦1¦2⟧; yield 3; }
  [Symbol.toPrimitive](hint: string) { return hint === 'number' ? ⟦5¦6⟧ : 'text'; }
  static [Symbol.hasInstance](it: unknown) { return it === ⟦7¦8⟧; }
  get [Symbol.toStringTag]() { return ⟦'Steps'¦'Stairs'⟧; }
}
const steps§ = new Steps§();`,
    result:
      '[[...steps§], +(steps§ as any) * d.v, `${steps§}`, (7 as any) instanceof Steps§, Object.prototype.toString.call(steps§)]',
    quiet: true,
  },
  {
    name: 'a proxy',
    top: `const proxy§ = new Proxy({} as Record<string, number>, { get: (_, name) => String(name).length * ⟦2¦3⟧, has: () => ⟦true¦false⟧ });`,
    result: "[proxy§['abc']! * d.v, 'x' in proxy§]",
    quiet: true,
  },
  {
    name: 'a proxy with an effect when it is read',
    top: `const reads§: string[] = [];
const spy§ = new Proxy({ a: 1, b: 2 }, { get: (it, name, self) => (reads§.push(String(name)), Reflect.get(it, name, self)) });
const { ⟦a¦b⟧: read§ } = spy§;
const copied§ = { ...⟦spy§¦{}⟧ };`,
    result: '[d.v, reads§.join(), read§, Object.keys(copied§).length]',
  },
  {
    name: 'an instance field that reads a counter of the class',
    top: `class Ticket§ { static next = ⟦1¦100⟧; readonly number = Ticket§.next++; }
⟦¦new Ticket§();
⟧const ticket§ = new Ticket§();`,
    result: 'd.v * ticket§.number',
  },
  {
    name: 'functions as classes, with a prototype',
    files: {
      'lib/point§.mjs': `export function Point(x) { this.x = x; }
Point.prototype.scale = function (by) { return this.x * by * ⟦2¦3⟧; };
Point.prototype.⟦toString¦valueOf⟧ = function () { return 'point'; };
Point.origin = new Point(⟦0¦1⟧);
`,
    },
    imports: "import { Point as Point§ } from '../lib/point§.mjs';",
    result: '[new (Point§ as any)(d.v).scale(2), `${new (Point§ as any)(1)}`, (Point§ as any).origin.x]',
    quiet: true,
  },
  {
    name: 'Object.setPrototypeOf and Object.create',
    top: `const parent§ = { rate: ⟦2¦3⟧, of(v: number) { return v * this.rate; } };
const child§ = Object.create(parent§, { extra: { value: ⟦1¦2⟧, enumerable: true } });
const other§: any = {};
Object.setPrototypeOf(other§, ⟦child§¦parent§¦null⟧);`,
    result: '[child§.of(d.v), other§.rate, other§.extra]',
  },
  {
    name: 'an accessor and a field of the same name in a class',
    top: `class A§ { get x() { return ⟦1¦2⟧; } }
class B§ extends A§ { ⟦¦static x = 5;⟧ ['x'.concat('y')] = 3; }
const names§ = [A§.name, B§.name, (class {}).name, (class Inner {}).name].join();`,
    result: '[new B§().x * d.v, (B§ as any).x, names§.length]',
    opaque: true,
  },
];

/** What runs while a module is loaded: initialisers with effects, registries, counters. */
import type { Form } from '../form.ts';

export const INITIALISERS: readonly Form[] = [
  {
    name: 'a registry that exported constants enter',
    files: {
      'lib/rates§.ts': `const all: { code: string; rate: number }[] = [];
const register = (⟦~#c c¦currency⟧: { code: string; rate: number }) => (all.push(⟦~#c c¦currency⟧), ⟦~#c c¦currency⟧);
export const EUR = register({ code: 'EUR', rate: ⟦1.1¦1.2⟧ });
export const GBP = register({ code: ⟦'GBP'¦'USD'⟧, rate: 1.3 });
export const rateOf = (code: string) => all.find((each) => each.code === code)?.rate ?? 1;
`,
    },
    imports: "import { rateOf as rateOf§ } from '../lib/rates§.ts';",
    result: "d.v * rateOf§('EUR') * rateOf§('GBP')",
    quiet: true,
  },
  {
    name: 'a counter that numbers constants',
    files: {
      'lib/ids§.ts': `let n = 0;
const id = () => ++n;
⟦¦export const RED = id();
⟧export const GREEN = id();
export const BLUE = id();
`,
    },
    imports: "import { BLUE as BLUE§ } from '../lib/ids§.ts';",
    result: 'd.v * BLUE§',
    quiet: true,
  },
  {
    name: 'a counter that all modules share',
    files: {
      'lib/next.ts': 'let n = 0;\nexport const next = (): number => ++n;\n',
      'lib/drawn§.ts': `import { next } from './next.ts';
⟦¦next();
⟧⟦¦export const spare = next();
⟧export const drawn = next();
`,
    },
    imports: "import { drawn as drawn§ } from '../lib/drawn§.ts';",
    result: 'd.v * drawn§',
  },
  {
    name: 'a map that statements fill',
    top: `const table§ = new Map<string, number>();
table§.set('gbp', ⟦2¦3⟧);
⟦¦table§.set('usd', 4);
⟧for (const [key, value] of Object.entries({ eur: ⟦5¦6⟧ })) table§.set(key.toUpperCase(), value);`,
    result: 'd.v * (table§.get(d.name.trim()) ?? 1)',
  },
  {
    name: 'an object that another module changes while it is loaded',
    files: {
      'lib/settings§.ts': 'export const settings = { factor: 1, digits: 2 };\n',
      'lib/configure§.ts':
        "import { settings } from './settings§.ts';\nsettings.factor = ⟦2¦3⟧;\nObject.assign(settings, { digits: ⟦1¦3⟧ });\n",
    },
    imports: "import '../lib/configure§.ts';\nimport { settings as settings§ } from '../lib/settings§.ts';",
    result: '(d.v * settings§.factor).toFixed(settings§.digits)',
  },
  {
    name: 'an object that a sibling function changes while it is loaded',
    files: {
      'lib/base§.ts': 'export const limits = { low: 0 };\n',
      'lib/strict§.ts':
        "import { limits } from './base§.ts';\nlimits.low = ⟦1¦10⟧;\nexport const strict = (v: number) => v > limits.low;\n",
      'lib/both§.ts': `import { limits } from './base§.ts';
import { strict } from './strict§.ts';
export const clamp = (v: number) => Math.max(v, limits.low);
export const check = (v: number) => strict(v);
`,
    },
    imports: "import { clamp as clamp§ } from '../lib/both§.ts';",
    result: 'clamp§(d.v)',
  },
  {
    name: 'a list that is sorted, reversed or cut after it was declared',
    top: `export const LIST§ = [3, 1, 2];
⟦LIST§.sort();¦LIST§.reverse();¦LIST§.length = 2;¦LIST§.push(9);¦LIST§[0] = 8;¦delete LIST§[1];⟧`,
    result: 'LIST§.map((each) => each * d.v)',
  },
  {
    name: 'a function that remembers',
    top: `const seen§: number[] = [];
function remember§(value: number) {
  ⟦seen§.push(value);¦seen§.unshift(value);⟧
  return seen§.length;
}
const first§ = remember§(⟦1¦2⟧);`,
    result: '[seen§[0], first§, remember§(d.v), seen§.at(-1)]',
  },
  {
    name: 'an initialiser that calls what was declared above with an argument that it changes',
    top: `const draft§ = { total: 1 };
const raise§ = (it: { total: number }, by: number) => { it.total += by; };
const ignored§ = raise§(draft§, ⟦2¦3⟧);`,
    result: 'd.v * draft§.total',
  },
  {
    name: 'a block, a loop and a condition at the top',
    top: `let sum§ = 0;
{
  const step = ⟦2¦3⟧;
  for (let i = 0; i ⟦<¦<=⟧ 3; i++) sum§ += i * step;
}
if (sum§ > ⟦5¦7⟧) sum§ = -sum§;
do sum§++; while (sum§ % ⟦4¦5⟧ !== 0);
try { if (sum§ < 0) throw new Error('below'); } catch { sum§ *= ⟦2¦7⟧; } finally { sum§ += 1; }`,
    result: 'd.v + sum§',
  },
  {
    name: 'an initialiser in a condition, a comma or a logical operator',
    top: `const log§: string[] = [];
const note§ = (word: string) => (log§.push(word), word.length);
const a§ = ⟦true¦false⟧ && note§('and');
const b§ = (note§(⟦'comma'¦'colon'⟧), 1);
const c§ = ⟦null¦0⟧ ?? note§('or');
void note§(⟦'void'¦'nothing'⟧);`,
    result: '[d.v, a§, b§, c§, log§.join()]',
  },
  {
    name: 'plug-ins that register themselves in a module that nobody names',
    files: {
      'lib/plugins§.ts': 'export const plugins = new Map<string, (v: number) => number>();\n',
      'lib/double§.ts': "import { plugins } from './plugins§.ts';\nplugins.set('double', (v) => v * ⟦2¦20⟧);\n",
      'lib/negate§.ts': "import { plugins } from './plugins§.ts';\nplugins.set(⟦'negate'¦'double'⟧, (v) => -v);\n",
      'lib/all-plugins§.ts':
        "⟦import './double§.ts';\nimport './negate§.ts';¦import './negate§.ts';\nimport './double§.ts';¦import './negate§.ts';⟧\nexport { plugins } from './plugins§.ts';\n",
    },
    imports: "import { plugins as plugins§ } from '../lib/all-plugins§.ts';",
    result: "[plugins§.get('double')?.(d.v), plugins§.get('negate')?.(d.v), [...plugins§.keys()].join()]",
  },
  {
    name: 'a cache that is warmed by a call whose result is dropped',
    files: {
      'lib/cache§.ts': `const cache = new Map<number, number>();
export function cached(n: number, value = n * 2): number {
  if (!cache.has(n)) cache.set(n, value);
  return cache.get(n)!;
}
cached(7, ⟦100¦200⟧);
`,
    },
    imports: "import { cached as cached§ } from '../lib/cache§.ts';",
    result: 'cached§(d.v)',
    quiet: true,
  },
  {
    name: 'a default parameter and a default of a pattern with an effect',
    top: `let calls§ = 0;
const count§ = () => ++calls§;
const { left§ = count§(), right§ = count§() } = ⟦{ left§: 5 }¦{ right§: 5 }¦{}⟧ as { left§?: number; right§?: number };
const withDefault§ = (v: number, by = count§()) => v * by;`,
    result: '[left§, right§, withDefault§(d.v), calls§]',
  },
  {
    name: 'a frozen, sealed or redefined object',
    top: `const config§: { rate: number; extra?: number } = { rate: 2 };
⟦Object.freeze(config§);¦Object.seal(config§);¦Object.preventExtensions(config§);¦⟧
try { config§.rate = ⟦3¦4⟧; config§.extra = 1; } catch {}`,
    result: '[d.v * config§.rate, config§.extra]',
  },
  {
    name: 'an accessor that is defined on an exported object',
    files: {
      'lib/model§.ts': `export const model: any = {};
Object.defineProperty(model, 'rate', { get: () => ⟦2¦3⟧, enumerable: ⟦true¦false⟧ });
Reflect.defineProperty(model, 'code', { value: ⟦'x'¦'y'⟧, enumerable: true });
`,
    },
    imports: "import { model as model§ } from '../lib/model§.ts';",
    result: '[d.v * model§.rate, Object.keys(model§), model§.code]',
    quiet: true,
  },
  {
    name: 'a memo of a function that a loop fills',
    files: {
      'lib/fill§.ts': `export const squares: number[] = [];
let i = 0;
while (i < ⟦8¦9⟧) squares.push(i * i++);
export const unused§ = squares.⟦~length¦at(-1)⟧;
`,
    },
    imports: "import { squares as squares§ } from '../lib/fill§.ts';",
    result: '[squares§.length, squares§[Math.abs(Math.trunc(d.v))]]',
    quiet: true,
  },
  {
    name: 'a constructor that enters its instance somewhere',
    files: {
      'lib/unit§.ts': `const units: Unit[] = [];
class Unit {
  readonly code: string;
  readonly factor: number;
  constructor(code: string, factor: number) {
    this.code = code;
    this.factor = factor;
    units.push(this);
  }
}
new Unit('m', 1);
new Unit('km', ⟦1000¦1024⟧);
export const MILE = new Unit('mile', 1609);
⟦¦export const YARD = new Unit('m', 2);
⟧export const factorOf = (code: string) => units.filter((unit) => unit.code === code).reduce((product, { factor }) => product * factor, 1);
`,
    },
    imports: "import { factorOf as factorOf§ } from '../lib/unit§.ts';",
    result: "d.v * factorOf§('km') + factorOf§('m')",
    quiet: true,
  },
];

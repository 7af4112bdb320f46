/** Packages: installed, configured, patched in place, linked from a workspace, and by which condition they are found. */
import type { Files, Form } from '../form.ts';

const module = (name: string, more = ''): string =>
  `{ "name": "${name}", "version": "1.0.0", "type": "module"${more === '' ? '' : `, ${more}`} }\n`;

/** In the manner of decimal.js: a class with settings of its own. */
const DECIMAL = `const settings = { precision: 20 };
export class Decimal {
  constructor(value) { this.value = Number(value); }
  static set(more) { Object.assign(settings, more); return Decimal; }
  div(by) { return new Decimal(Number((this.value / by).toPrecision(settings.precision))); }
  toNumber() { return this.value; }
}
export default Decimal;
`;

const decimal = (wrapper: string): Files => ({
  'node_modules/decimal§/package.json': module('decimal§', '"exports": "./index.js"'),
  'node_modules/decimal§/index.js': DECIMAL,
  'lib/decimal§.ts': wrapper,
});

export const PACKAGES: readonly Form[] = [
  {
    name: 'a configured package that is exported again',
    files: decimal("import { Decimal } from 'decimal§';\nDecimal.set({ precision: ⟦4¦12⟧ });\nexport { Decimal };\n"),
    imports: "import { Decimal as Decimal§ } from '../lib/decimal§.ts';",
    result: 'new Decimal§(d.v).div(3).toNumber()',
  },
  {
    name: 'a configured package as the default export',
    files: decimal("import Decimal from 'decimal§';\nexport default Decimal.set({ precision: ⟦4¦12⟧ });\n"),
    imports: "import Decimal§ from '../lib/decimal§.ts';",
    result: 'new Decimal§(d.v).div(3).toNumber()',
  },
  {
    name: 'a package that another module configures',
    files: decimal("import { Decimal } from 'decimal§';\nDecimal.set({ precision: ⟦4¦12⟧ });\n"),
    imports: "import '../lib/decimal§.ts';\nimport { Decimal as Decimal§ } from 'decimal§';",
    result: 'new Decimal§(d.v).div(3).toNumber()',
  },
  {
    name: 'a package that a function configures, whose result is exported',
    files: decimal(
      "import { Decimal } from 'decimal§';\nconst configured = () => { Decimal.set({ precision: ⟦4¦12⟧ }); return true; };\nexport const isConfigured = configured();\nexport { Decimal } from 'decimal§';\n",
    ),
    imports: "import { Decimal as Decimal§ } from '../lib/decimal§.ts';",
    result: 'new Decimal§(d.v).div(3).toNumber()',
  },
  {
    name: 'a package that is patched in place under the same version',
    files: {
      'node_modules/patched§/package.json': module('patched§', '"main": "index.js"'),
      'node_modules/patched§/index.js': "export { scale } from './scale.js';\n",
      'node_modules/patched§/scale.js': 'export const scale = (v) => v * ⟦2¦3⟧;\n',
    },
    imports: "import { scale as patched§ } from 'patched§';",
    result: 'patched§(d.v)',
    quiet: true,
  },
  {
    name: 'a package of a package that is patched in place',
    files: {
      'node_modules/upper§/package.json': module(
        'upper§',
        '"exports": "./index.js", "dependencies": { "lower§": "1.0.0" }',
      ),
      'node_modules/upper§/index.js': "import { lower } from 'lower§';\nexport const upper = (v) => lower(v) + 1;\n",
      'node_modules/lower§/package.json': module('lower§', '"exports": "./index.js"'),
      'node_modules/lower§/index.js': 'export const lower = (v) => v * ⟦2¦3⟧;\n',
    },
    imports: "import { upper as upper§ } from 'upper§';",
    result: 'upper§(d.v)',
    quiet: true,
  },
  {
    name: 'a package that a package.json does not say it needs',
    files: {
      'node_modules/phantom§/package.json': module('phantom§', '"exports": "./index.js"'),
      'node_modules/phantom§/index.js': "import { rate } from 'unsaid§';\nexport const phantom = (v) => v * rate;\n",
      'node_modules/unsaid§/package.json': module('unsaid§', '"exports": "./index.js"'),
      'node_modules/unsaid§/index.js': 'export const rate = ⟦2¦3⟧;\n',
    },
    imports: "import { phantom as phantom§ } from 'phantom§';",
    result: 'phantom§(d.v)',
    quiet: true,
  },
  {
    name: 'a package below a package, and its namesake beside it',
    files: {
      'node_modules/nest§/package.json': module('nest§', '"exports": "./index.js"'),
      'node_modules/nest§/index.js': "import { rate } from 'twin§';\nexport const nest = (v) => v * rate;\n",
      'node_modules/nest§/node_modules/twin§/package.json': module('twin§', '"exports": "./index.js"'),
      'node_modules/nest§/node_modules/twin§/index.js': 'export const rate = ⟦2¦3⟧;\n',
      'node_modules/twin§/package.json': module('twin§', '"exports": "./index.js"'),
      'node_modules/twin§/index.js': 'export const rate = ⟦5¦6⟧;\n',
    },
    imports: "import { nest as nest§ } from 'nest§';",
    result: 'nest§(d.v)',
    quiet: true,
  },
  {
    name: 'conditions: import, require, node and default',
    files: {
      'node_modules/dual§/package.json': module(
        'dual§',
        '"exports": { ".": { "browser": "./browser.js", "require": "./index.cjs", ⟦"import": "./import.js", "default": "./default.js"¦"node": "./node.js", "import": "./import.js"¦"default": "./default.js"⟧ } }',
      ),
      'node_modules/dual§/index.cjs': 'exports.rate = ⟦2¦20⟧;\n',
      'node_modules/dual§/browser.js': 'export const rate = ⟦3¦30⟧;\n',
      'node_modules/dual§/import.js': 'export const rate = ⟦4¦40⟧;\n',
      'node_modules/dual§/node.js': 'export const rate = ⟦5¦50⟧;\n',
      'node_modules/dual§/default.js': 'export const rate = ⟦6¦60⟧;\n',
    },
    imports: "import { rate as dual§ } from 'dual§';",
    result: 'd.v * dual§',
    quiet: true,
  },
  {
    name: 'module-sync and module fields that bundlers like',
    files: {
      'node_modules/fields§/package.json':
        '{ "name": "fields§", "version": "1.0.0", "main": "./main.cjs", "module": "./module.mjs", "browser": "./browser.mjs" }\n',
      'node_modules/fields§/main.cjs': 'exports.rate = ⟦2¦3⟧;\n',
      'node_modules/fields§/module.mjs': 'export const rate = ⟦4¦5⟧;\n',
      'node_modules/fields§/browser.mjs': 'export const rate = ⟦6¦7⟧;\n',
    },
    imports: "import { rate as fields§ } from 'fields§';",
    result: 'd.v * fields§',
    quiet: true,
  },
  {
    name: 'a subpath and a pattern of a package',
    files: {
      'node_modules/sub§/package.json': module(
        'sub§',
        '"exports": { "./rates/*": "./dist/⟦a¦b⟧/*.js", "./fixed": "./fixed.js" }',
      ),
      'node_modules/sub§/dist/a/eur.js': 'export default ⟦2¦3⟧;\n',
      'node_modules/sub§/dist/b/eur.js': 'export default 4;\n',
      'node_modules/sub§/fixed.js': 'export default ⟦5¦6⟧;\n',
    },
    imports: "import eur§ from 'sub§/rates/eur';\nimport fixed§ from 'sub§/fixed';",
    result: 'd.v * eur§ * fixed§',
    quiet: true,
  },
  {
    name: 'a workspace that only import finds',
    files: {
      'packages§/rates/package.json': module('@acme/rates§', '"exports": { ".": { "import": "./src/index.ts" } }'),
      'packages§/rates/src/index.ts':
        "import { factor } from './factor.ts';\nexport const rate = (v: number): number => v * factor;\n",
      'packages§/rates/src/factor.ts': 'export const factor = ⟦2¦3⟧;\n',
      'node_modules/@acme/rates§': '-> ../../packages§/rates',
    },
    imports: "import { rate as acme§ } from '@acme/rates§';",
    result: 'acme§(d.v)',
    quiet: true,
  },
  {
    name: 'a workspace in CommonJS by its main',
    files: {
      'packages§/old/package.json': '{ "name": "old-ws§", "version": "1.0.0", "main": "lib" }\n',
      'packages§/old/lib/index.js': "module.exports = require('./deep/rate');\n",
      'packages§/old/lib/deep/rate.js': 'exports.rate = function (v) { return v * ⟦2¦3⟧; };\n',
      'node_modules/old-ws§': '-> ../packages§/old',
    },
    imports: "import { rate as oldWs§ } from 'old-ws§';",
    result: 'oldWs§(d.v)',
    quiet: true,
  },
  {
    name: 'package.json imports by condition',
    files: {
      'package.json':
        '{ "imports": { "#rates§": { "import": "./lib/rates-import§.ts", "default": "./lib/rates-default§.ts" }, "#lib§/*": "./lib/*.ts" } }',
      'lib/rates-import§.ts': 'export const rate = ⟦2¦3⟧;\n',
      'lib/rates-default§.ts': 'export const rate = ⟦4¦5⟧;\n',
      'lib/starred§.ts': 'export const star = ⟦6¦7⟧;\n',
    },
    imports: "import { rate as hash§ } from '#rates§';\nimport { star as star§ } from '#lib§/starred§';",
    result: 'd.v * hash§ + star§',
    quiet: true,
  },
  {
    name: 'package.json imports that lead elsewhere after an edit',
    files: {
      'package.json': '{ "imports": { "#target§": "./lib/target-⟦a¦b⟧§.ts" } }',
      'lib/target-a§.ts': 'export const rate = 2;\n',
      'lib/target-b§.ts': 'export const rate = 3;\n',
    },
    imports: "import { rate as target§ } from '#target§';",
    result: 'd.v * target§',
    quiet: true,
  },
  {
    name: 'a package that says it has no side effects, and has',
    files: {
      'node_modules/liar§/package.json': module(
        'liar§',
        '"exports": { ".": "./index.js" }, "sideEffects": ⟦~false¦true⟧',
      ),
      'node_modules/liar§/index.js': "import './setup.js';\nexport { of } from './of.js';\n",
      'node_modules/liar§/setup.js': "import { state } from './state.js';\nstate.rate = ⟦2¦3⟧;\n",
      'node_modules/liar§/state.js': 'export const state = { rate: 1 };\n',
      'node_modules/liar§/of.js': "import { state } from './state.js';\nexport const of = (v) => v * state.rate;\n",
    },
    imports: "import { of as liar§ } from 'liar§';",
    result: 'liar§(d.v)',
  },
  {
    name: 'a workspace that says it has no side effects, and has',
    files: {
      'packages§/sly/package.json': module('sly§', '"exports": "./index.ts", "sideEffects": false'),
      'packages§/sly/index.ts': "import './setup.ts';\nexport { of } from './of.ts';\n",
      'packages§/sly/setup.ts': "import { state } from './state.ts';\nstate.rate = ⟦2¦3⟧;\n",
      'packages§/sly/state.ts': 'export const state = { rate: 1 };\n',
      'packages§/sly/of.ts': "import { state } from './state.ts';\nexport const of = (v: number) => v * state.rate;\n",
      'node_modules/sly§': '-> ../packages§/sly',
    },
    imports: "import { of as sly§ } from 'sly§';",
    result: 'sly§(d.v)',
  },
  {
    name: 'a project that says it has no side effects, and has',
    files: {
      'package.json': '{ "sideEffects": false }',
      'lib/state§.ts': 'export const state = { rate: 1 };\n',
      'lib/setup§.ts': "import { state } from './state§.ts';\nstate.rate = ⟦2¦3⟧;\n",
    },
    imports: "import '../lib/setup§.ts';\nimport { state as state§ } from '../lib/state§.ts';",
    result: 'd.v * state§.rate',
  },
  {
    name: 'a package with data beside its code',
    files: {
      'node_modules/data§/package.json': module('data§', '"exports": "./index.js"'),
      'node_modules/data§/index.js':
        "import { readFileSync } from 'node:fs';\nexport const rate = Number(readFileSync(new URL('./rate.txt', import.meta.url), 'utf8'));\n",
      'node_modules/data§/rate.txt': '⟦2¦3⟧\n',
    },
    imports: "import { rate as data§ } from 'data§';",
    result: 'd.v * data§',
    quiet: true,
  },
  {
    name: 'a package in CommonJS that requires by a variable',
    files: {
      'node_modules/locale§/package.json': '{ "name": "locale§", "version": "1.0.0", "main": "./index.js" }\n',
      'node_modules/locale§/index.js':
        "module.exports = function (name, v) { return require('./locales/' + name)(v); };\n",
      'node_modules/locale§/locales/de.js': 'module.exports = function (v) { return v + ⟦1¦2⟧; };\n',
    },
    imports: "import locale§ from 'locale§';",
    result: "locale§('de', d.v)",
    quiet: true,
  },
  {
    name: 'a package whose plug-in changes it',
    files: {
      'node_modules/core§/package.json': module('core§', '"exports": { ".": "./index.js", "./plugin": "./plugin.js" }'),
      'node_modules/core§/index.js': 'export const core = { of: (v) => v };\n',
      'node_modules/core§/plugin.js': "import { core } from './index.js';\ncore.of = (v) => v * ⟦2¦3⟧;\n",
    },
    imports: "import 'core§/plugin';\nimport { core as core§ } from 'core§';",
    result: 'core§.of(d.v)',
  },
  {
    name: 'a package that becomes another by its package.json',
    files: {
      'node_modules/flip§/package.json': module('flip§', '"main": "./⟦one¦two⟧.js"'),
      'node_modules/flip§/one.js': 'export const rate = 2;\n',
      'node_modules/flip§/two.js': 'export const rate = 3;\n',
    },
    imports: "import { rate as flip§ } from 'flip§';",
    result: 'd.v * flip§',
    quiet: true,
  },
  {
    name: 'a package that is linked from outside of the project’s folders by a file path',
    files: {
      'vendor§/kit/package.json': module('kit§', '"exports": "./kit.mjs"'),
      'vendor§/kit/kit.mjs': 'export const rate = ⟦2¦3⟧;\n',
      'node_modules/kit§': '-> ../vendor§/kit',
    },
    imports: "import { rate as kit§ } from 'kit§';",
    result: 'd.v * kit§',
    quiet: true,
  },
  {
    name: 'the project’s own name as a package',
    files: {
      'package.json': '{ "exports": { "./own§": "./lib/own§.ts" } }',
      'lib/own§.ts': 'export const rate = ⟦2¦3⟧;\n',
    },
    imports: "import { rate as own§ } from 'graph/own§';",
    result: 'd.v * own§',
    quiet: true,
  },
  {
    name: 'a global that a package sets which says that it has no side effects, for a sibling',
    files: {
      'node_modules/sets§/package.json': module('sets§', '"exports": "./index.js", "sideEffects": false'),
      'node_modules/sets§/index.js': 'globalThis.sets_§ = ⟦2¦3⟧;\nexport const nothing = 0;\n',
      'lib/sibling§.ts':
        "import { nothing } from 'sets§';\nexport const used = (v: number) => v * (globalThis as any).sets_§;\nexport const unused = () => nothing;\n",
    },
    imports: "import { used as used§ } from '../lib/sibling§.ts';",
    result: 'used§(d.v)',
  },
  {
    name: 'a package that says it has no side effects, and changes another',
    files: {
      'node_modules/base§/package.json': module('base§', '"exports": "./index.js"'),
      'node_modules/base§/index.js': 'export const base = { rate: 1 };\n',
      'node_modules/changes§/package.json': module(
        'changes§',
        '"exports": "./index.js", "sideEffects": false, "dependencies": { "base§": "1.0.0" }',
      ),
      'node_modules/changes§/index.js':
        "import { base } from 'base§';\nbase.rate = ⟦2¦3⟧;\nexport const nothing = 0;\n",
    },
    imports: "import { nothing as nothing§ } from 'changes§';\nimport { base as base§ } from 'base§';",
    top: 'export const extra§ = nothing§;',
    result: 'd.v * base§.rate',
  },
  {
    name: 'a package that patches a built-in and says that it has no side effects',
    files: {
      'node_modules/patches§/package.json': module(
        'patches§',
        '"exports": "./index.js", "sideEffects": ["./other.js"]',
      ),
      'node_modules/patches§/index.js':
        'Object.defineProperty(Number.prototype, "by_§", { configurable: true, value() { return this * ⟦2¦3⟧; } });\nexport {};\n',
    },
    imports: "import 'patches§';",
    result: '(d.v as any).by_§()',
  },
  {
    name: 'a package that requires another by the name that it is given',
    files: {
      'node_modules/loads§/package.json': '{ "name": "loads§", "version": "1.0.0", "main": "./index.js" }\n',
      'node_modules/loads§/index.js': 'exports.load = function (name) { return require(name); };\n',
      'node_modules/given§/package.json': '{ "name": "given§", "version": "1.0.0", "main": "./index.js" }\n',
      'node_modules/given§/index.js': 'exports.rate = ⟦2¦3⟧;\n',
    },
    imports: "import { load as load§ } from 'loads§';",
    result: "d.v * load§('given§').rate",
    opaque: true,
  },
  {
    name: 'a package that imports a file of the author',
    files: {
      'node_modules/reads§/package.json': module('reads§', '"exports": "./index.js"'),
      'node_modules/reads§/index.js': "export { rate } from '../../lib/config§.mjs';\n",
      'lib/config§.mjs': 'export const rate = ⟦2¦3⟧;\n',
    },
    imports: "import { rate as reads§ } from 'reads§';",
    result: 'd.v * reads§',
    quiet: true,
  },
  {
    name: 'a package whose code is in a file of another kind',
    files: {
      'node_modules/kinds§/package.json':
        '{ "name": "kinds§", "version": "1.0.0", "main": "./main.json", "exports": { ".": "./main.json", "./wasm": "./m.wasm" } }\n',
      'node_modules/kinds§/main.json': '{ "rate": ⟦2¦3⟧ }\n',
    },
    imports: "import kinds§ from 'kinds§' with { type: 'json' };",
    result: 'd.v * kinds§.rate',
    quiet: true,
  },
  {
    name: 'a package that says it has no side effects, and changes another for a sibling',
    files: {
      'node_modules/base§/package.json': module('base§', '"exports": "./index.js"'),
      'node_modules/base§/index.js': 'export const base = { rate: 1 };\n',
      'node_modules/changes§/package.json': module(
        'changes§',
        '"exports": "./index.js", "sideEffects": false, "dependencies": { "base§": "1.0.0" }',
      ),
      'node_modules/changes§/index.js':
        "import { base } from 'base§';\nbase.rate = ⟦2¦3⟧;\nexport const nothing = 0;\n",
      'lib/user§.ts':
        "import { nothing } from 'changes§';\nimport { base } from 'base§';\nexport const used = (v: number) => v * base.rate;\nexport const unused = () => nothing;\n",
    },
    imports: "import { used as user§ } from '../lib/user§.ts';",
    result: 'user§(d.v)',
  },
  {
    name: 'a package that says it has no side effects, and patches a built-in for a sibling',
    files: {
      'node_modules/silently§/package.json': module('silently§', '"exports": "./index.js", "sideEffects": false'),
      'node_modules/silently§/index.js':
        'Object.defineProperty(Number.prototype, "by_§", { configurable: true, value() { return this * ⟦2¦3⟧; } });\nexport const nothing = 0;\n',
      'lib/user§.ts':
        "import { nothing } from 'silently§';\nexport const used = (v: any) => v.by_§();\nexport const unused = () => nothing;\n",
    },
    imports: "import { used as user§ } from '../lib/user§.ts';",
    result: 'user§(d.v)',
  },
];

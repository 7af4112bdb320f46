/** CommonJS, in all its ways. */
import type { Form } from '../form.ts';

export const COMMONJS: readonly Form[] = [
  {
    name: 'a named import of exports.x',
    files: { 'lib/scale§.cjs': 'exports.scale = (⟦~#x x¦value⟧) => ⟦~#x x¦value⟧ * ⟦2¦3⟧;\nexports.other = ⟦1¦2⟧;\n' },
    imports: "import { scale as scale§ } from '../lib/scale§.cjs';",
    result: 'scale§(d.v)',
    quiet: true,
  },
  {
    name: 'module.exports as the default',
    files: { 'lib/whole§.cjs': 'module.exports = { rate: ⟦2¦3⟧, twice(v) { return v * this.rate; } };\n' },
    imports: "import whole§ from '../lib/whole§.cjs';",
    result: 'whole§.twice(d.v)',
    quiet: true,
  },
  {
    name: 'module.exports as a function with properties',
    files: { 'lib/fn§.cjs': 'module.exports = (v) => v + ⟦1¦2⟧;\nmodule.exports.rate = ⟦3¦4⟧;\n' },
    imports: "import fn§ from '../lib/fn§.cjs';",
    result: 'fn§(d.v) * fn§.rate',
    quiet: true,
  },
  {
    name: 'a CommonJS module that requires another, and JSON',
    files: {
      'lib/outer§.cjs':
        "const { rate } = require('./inner§.cjs');\nconst data = require('./inner-data§.json');\nexports.outer = (v) => v * rate + data.plus;\n",
      'lib/inner§.cjs': 'exports.rate = ⟦2¦3⟧;\n',
      'lib/inner-data§.json': '{ "plus": ⟦1¦5⟧ }\n',
    },
    imports: "import { outer as outer§ } from '../lib/outer§.cjs';",
    result: 'outer§(d.v)',
    quiet: true,
  },
  {
    name: 'a CommonJS module that requires when it is called',
    files: {
      'lib/lazy§.cjs': "exports.lazy = (v) => require('./needed§.cjs').factor * v;\n",
      'lib/needed§.cjs': 'module.exports = { factor: ⟦2¦3⟧ };\n',
    },
    imports: "import { lazy as lazy§ } from '../lib/lazy§.cjs';",
    result: 'lazy§(d.v)',
    quiet: true,
  },
  {
    name: 'a CommonJS module that requires by a computed name',
    files: {
      'lib/pick§.cjs': "exports.pick = (name, v) => require('./option§-' + name + '.cjs').factor * v;\n",
      'lib/option§-a.cjs': 'module.exports = { factor: ⟦2¦3⟧ };\n',
      'lib/option§-b.cjs': 'module.exports = { factor: ⟦4¦5⟧ };\n',
    },
    imports: "import { pick as pick§ } from '../lib/pick§.cjs';",
    result: "pick§(d.v > 0 ? 'a' : 'b', d.v)",
    opaque: true,
  },
  {
    name: 'createRequire in a module, called by the name of require',
    files: {
      'lib/plain§.cjs': 'module.exports = ⟦2¦3⟧;\n',
      'lib/bridge§.ts':
        "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);\nexport const plain = require('./plain§.cjs') as number;\n",
    },
    imports: "import { plain as plain§ } from '../lib/bridge§.ts';",
    result: 'd.v * plain§',
    opaque: true,
  },
  {
    name: 'createRequire under another name',
    files: { 'lib/hidden§.cjs': 'exports.rate = ⟦2¦3⟧;\n' },
    imports: "import * as nodeModule§ from 'node:module';",
    top: 'const load§ = nodeModule§.createRequire(import.meta.url);',
    result: "d.v * load§('../lib/hidden§.cjs').rate",
    opaque: true,
  },
  {
    name: 'exports by Object.defineProperty, as compilers write them',
    files: {
      'lib/compiled§.cjs': `"use strict";
Object.defineProperty(exports, "__esModule", { value: ⟦true¦false⟧ });
exports.rate = void 0;
Object.defineProperty(exports, "live", { enumerable: true, get: function () { return state.live; } });
const state = { live: ⟦5¦6⟧ };
exports.rate = ⟦2¦3⟧;
exports.default = ⟦7¦8⟧;
`,
    },
    imports: "import * as compiled§ from '../lib/compiled§.cjs';",
    result:
      '[d.v, compiled§.rate, (compiled§ as any).default.default ?? (compiled§ as any).default, (compiled§.default as any).live]',
    quiet: true,
  },
  {
    name: 'exports that a loop or a spread makes',
    files: {
      'lib/looped§.cjs':
        "for (const [name, rate] of [['a', ⟦2¦3⟧], ['b', 4]]) exports[name] = (v) => v * rate;\nObject.assign(exports, { ...require('./spread§.cjs') });\n",
      'lib/spread§.cjs': 'module.exports = { c: (v) => v - ⟦1¦2⟧ };\n',
    },
    imports: "import looped§ from '../lib/looped§.cjs';",
    result: 'looped§.a(d.v) + looped§.c(d.v)',
    quiet: true,
  },
  {
    name: 'a CommonJS module that changes another’s exports',
    files: {
      'lib/shared§.cjs': 'exports.rate = 2;\nexports.of = (v) => v * exports.rate;\n',
      'lib/changes§.cjs': "require('./shared§.cjs').rate = ⟦3¦4⟧;\n",
    },
    imports: "import '../lib/changes§.cjs';\nimport { of as of§ } from '../lib/shared§.cjs';",
    result: 'of§(d.v)',
  },
  {
    name: 'this at the top of a CommonJS module',
    files: { 'lib/this§.cjs': 'this.rate = ⟦2¦3⟧;\nexports.of = function (v) { return v * this.rate; };\n' },
    imports: "import thisModule§ from '../lib/this§.cjs';",
    result: 'thisModule§.of(d.v)',
    quiet: true,
  },
  {
    name: 'CommonJS modules in a ring',
    files: {
      'lib/ring-a§.cjs':
        "exports.early = ⟦1¦2⟧;\nconst b = require('./ring-b§.cjs');\nexports.late = b.seen + ⟦10¦20⟧;\n",
      'lib/ring-b§.cjs': "const a = require('./ring-a§.cjs');\nexports.seen = Object.keys(a).length * 100 + a.early;\n",
    },
    imports: "import ring§ from '../lib/ring-a§.cjs';",
    result: 'd.v + ring§.late',
    quiet: true,
  },
  {
    name: 'a CommonJS module with an effect, imported for it',
    files: { 'lib/effect§.cjs': 'globalThis.rate_§ = ⟦2¦3⟧;\n' },
    imports: "import '../lib/effect§.cjs';",
    result: 'd.v * (globalThis as any).rate_§',
  },
  {
    name: 'a .js file in a folder whose package.json says commonjs',
    files: {
      'old§/package.json': '{ "type": "commonjs" }\n',
      'old§/main.js':
        "var helper = require('./helper');\nmodule.exports = { of: function (v) { return helper(v); } };\n",
      'old§/helper.js': 'module.exports = function (v) { return v * ⟦2¦3⟧; };\n',
    },
    imports: "import old§ from '../old§/main.js';",
    result: 'old§.of(d.v)',
    quiet: true,
  },
  {
    name: 'a CommonJS TypeScript module',
    files: { 'lib/typed§.cts': 'const rate: number = ⟦2¦3⟧;\nmodule.exports = { rate };\n' },
    imports: "import typed§ from '../lib/typed§.cts';",
    result: 'd.v * typed§.rate',
    quiet: true,
  },
  {
    name: 'a module that CommonJS requires',
    files: {
      'lib/modern§.mjs': 'export const rate = ⟦2¦3⟧;\nexport default (v) => v * rate;\n',
      'lib/classic§.cjs':
        "const modern = require('./modern§.mjs');\nexports.run = (v) => modern.default(v) + modern.rate;\n",
    },
    imports: "import { run as run§ } from '../lib/classic§.cjs';",
    result: 'run§(d.v)',
    quiet: true,
  },
  {
    name: 'sloppy code: arguments, with, octal numbers, this of a call',
    files: {
      'lib/sloppy§.cjs': `exports.run = function (v) {
  arguments[0] = v + ⟦1¦2⟧;
  var o = { rate: ⟦3¦4⟧ };
  with (o) { v = v * rate; }
  return v + ⟦010¦10⟧ + (function () { return this === undefined ? 0 : ⟦1¦5⟧; })();
};
`,
    },
    imports: "import { run as sloppy§ } from '../lib/sloppy§.cjs';",
    result: 'sloppy§(d.v)',
    opaque: true,
    quiet: true,
  },
  {
    name: 'directives',
    files: {
      'lib/directive§.cjs':
        '⟦"use strict";¦"use other";¦⟧\nexports.run = (v) => v * (function () { return this === undefined; })();\n',
    },
    imports: "import { run as directed§ } from '../lib/directive§.cjs';",
    result: 'directed§(d.v)',
    quiet: true,
  },
  {
    name: 'what a wrapper gives: filename, module.id and require.resolve',
    files: {
      'lib/wrapped§.cjs':
        "const path = require('node:path');\nexports.name = path.basename(⟦__filename¦__dirname⟧) + (⟦require.main === module¦typeof require.cache⟧);\n",
    },
    imports: "import { name as wrapped§ } from '../lib/wrapped§.cjs';",
    result: '[d.v, wrapped§]',
    opaque: true,
  },
  {
    name: 'a cached module that is replaced in require.cache',
    files: {
      'lib/real§.cjs': 'module.exports = { rate: 2 };\n',
      'lib/stub§.cjs':
        "require('./real§.cjs');\nrequire.cache[require.resolve('./real§.cjs')].exports = { rate: ⟦3¦4⟧ };\n",
      'lib/reader§.cjs': "require('./stub§.cjs');\nexports.rate = require('./real§.cjs').rate;\n",
    },
    imports: "import reader§ from '../lib/reader§.cjs';",
    result: 'd.v * reader§.rate',
    opaque: true,
  },
];

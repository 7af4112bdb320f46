/** Which file a specifier leads to, where tools and Node are known to differ. */
import type { Form } from '../form.ts';

const own = (name: string, files: Form['files'] & {}, imports: string, result: string): Form => ({
  name,
  files,
  imports,
  result,
  quiet: true,
});

export const RESOLUTION: readonly Form[] = [
  own(
    'the project’s package.json as data',
    { 'package.json': '{ "rates§": { "usd": ⟦2¦3⟧ } }' },
    "import package§ from '../package.json' with { type: 'json' };",
    'd.v * (package§ as any).rates§.usd',
  ),
  own(
    'a package’s package.json as data',
    {
      'node_modules/versioned§/package.json':
        '{ "name": "versioned§", "version": "⟦1.0.0¦1.0.1⟧", "exports": { "./package.json": "./package.json" } }',
    },
    "import version§ from 'versioned§/package.json' with { type: 'json' };",
    '[d.v, version§.version]',
  ),
  own(
    'a module as a data URL',
    {},
    "import rate§ from 'data:text/javascript,export default ⟦2¦3⟧;';",
    'd.v * (rate§ as any)',
  ),
  own(
    'a path in percent signs',
    { 'lib/with space§.ts': 'export const rate = ⟦2¦3⟧;\n' },
    "import { rate as space§ } from '../lib/with%20space§.ts';",
    'd.v * space§',
  ),
  {
    name: 'a specifier with a hash and a query',
    files: { 'lib/state§.ts': 'export const state = { n: ⟦1¦5⟧ };\n' },
    imports: "import { state as a§ } from '../lib/state§.ts';\nimport { state as b§ } from '../lib/state§.ts⟦#x¦⟧';",
    top: 'b§.n += ⟦1¦2⟧;',
    result: 'd.v * a§.n',
    opaque: true,
  },
  own(
    'module-sync and types before import',
    {
      'node_modules/sync§/package.json':
        '{ "name": "sync§", "version": "1.0.0", "type": "module", "exports": { "types": "./types.d.ts", ⟦"module-sync": "./sync.js", ¦⟧"import": "./import.js", "default": "./default.js" } }',
      'node_modules/sync§/types.d.ts': 'export declare const rate: number;\n',
      'node_modules/sync§/sync.js': 'export const rate = ⟦2¦20⟧;\n',
      'node_modules/sync§/import.js': 'export const rate = ⟦3¦30⟧;\n',
      'node_modules/sync§/default.js': 'export const rate = 4;\n',
    },
    "import { rate as sync§ } from 'sync§';",
    'd.v * sync§',
  ),
  own(
    'fallbacks and nested conditions',
    {
      'node_modules/fall§/package.json':
        '{ "name": "fall§", "version": "1.0.0", "type": "module", "exports": { ".": { "node": { "require": "./r.cjs", "import": "./⟦a¦b⟧.js" }, "default": "./c.js" } } }',
      'node_modules/fall§/a.js': 'export default ⟦2¦3⟧;\n',
      'node_modules/fall§/b.js': 'export default 4;\n',
      'node_modules/fall§/c.js': 'export default 5;\n',
      'node_modules/fall§/r.cjs': 'module.exports = 6;\n',
    },
    "import fall§ from 'fall§';",
    'd.v * fall§',
  ),
  own(
    'a main without an extension, and none at all',
    {
      'node_modules/bare§/package.json': '{ "name": "bare§", "version": "1.0.0", "main": "lib/main" }',
      'node_modules/bare§/lib/main.js': 'exports.rate = ⟦2¦3⟧;\n',
      'node_modules/none§/package.json': '{ "name": "none§", "version": "1.0.0" }',
      'node_modules/none§/index.js': 'exports.rate = ⟦4¦5⟧;\n',
    },
    "import bare§ from 'bare§';\nimport none§ from 'none§';",
    'd.v * bare§.rate * none§.rate',
  ),
  own(
    'package.json imports that lead to a package',
    {
      'package.json': '{ "imports": { "#dep§": "⟦target§¦other§⟧" } }',
      'node_modules/target§/package.json':
        '{ "name": "target§", "version": "1.0.0", "type": "module", "exports": "./i.js" }',
      'node_modules/target§/i.js': 'export const rate = ⟦2¦3⟧;\n',
      'node_modules/other§/package.json':
        '{ "name": "other§", "version": "1.0.0", "type": "module", "exports": "./i.js" }',
      'node_modules/other§/i.js': 'export const rate = 4;\n',
    },
    "import { rate as dep§ } from '#dep§';",
    'd.v * dep§',
  ),
  own(
    'a workspace that needs another, each with packages of its own',
    {
      'packages§/a/package.json':
        '{ "name": "ws-a§", "version": "1.0.0", "type": "module", "exports": "./i.ts", "dependencies": { "ws-b§": "*", "inner§": "*" } }',
      'packages§/a/i.ts':
        "import { b } from 'ws-b§';\nimport { inner } from 'inner§';\nexport const a = (v: number) => b(v) * inner;\n",
      'packages§/a/node_modules/inner§/package.json':
        '{ "name": "inner§", "version": "1.0.0", "type": "module", "exports": "./i.js" }',
      'packages§/a/node_modules/inner§/i.js': 'export const inner = ⟦2¦3⟧;\n',
      'packages§/b/package.json': '{ "name": "ws-b§", "version": "1.0.0", "type": "module", "exports": "./i.ts" }',
      'packages§/b/i.ts': 'export const b = (v: number) => v + ⟦1¦2⟧;\n',
      'node_modules/ws-a§': '-> ../packages§/a',
      'node_modules/ws-b§': '-> ../packages§/b',
    },
    "import { a as wsA§ } from 'ws-a§';",
    'wsA§(d.v)',
  ),
  own(
    'a package that is stored elsewhere, as pnpm does',
    {
      'node_modules/.pnpm/up§@1.0.0/node_modules/up§/package.json':
        '{ "name": "up§", "version": "1.0.0", "type": "module", "exports": "./i.js", "dependencies": { "low§": "1.0.0" } }',
      'node_modules/.pnpm/up§@1.0.0/node_modules/up§/i.js':
        "import { low } from 'low§';\nexport const up = (v) => v * low * ⟦1¦2⟧;\n",
      'node_modules/.pnpm/up§@1.0.0/node_modules/low§': '-> ../../low§@1.0.0/node_modules/low§',
      'node_modules/.pnpm/low§@1.0.0/node_modules/low§/package.json':
        '{ "name": "low§", "version": "1.0.0", "type": "module", "exports": "./i.js" }',
      'node_modules/.pnpm/low§@1.0.0/node_modules/low§/i.js': 'export const low = ⟦2¦3⟧;\n',
      'node_modules/up§': '-> .pnpm/up§@1.0.0/node_modules/up§',
    },
    "import { up as up§ } from 'up§';",
    'up§(d.v)',
  ),
  own(
    'an installed package that imports the author’s workspace',
    {
      'node_modules/plug§/package.json':
        '{ "name": "plug§", "version": "1.0.0", "type": "module", "exports": "./i.js", "peerDependencies": { "host§": "*" } }',
      'node_modules/plug§/i.js': "import { host } from 'host§';\nexport const plug = (v) => v * host;\n",
      'vendor§/host/package.json': '{ "name": "host§", "version": "1.0.0", "type": "module", "exports": "./i.mjs" }',
      'vendor§/host/i.mjs': 'export const host = ⟦2¦3⟧;\n',
      'node_modules/host§': '-> ../vendor§/host',
    },
    "import { plug as plug§ } from 'plug§';",
    'plug§(d.v)',
  ),
  own(
    'a package’s own imports field',
    {
      'node_modules/hashed§/package.json':
        '{ "name": "hashed§", "version": "1.0.0", "type": "module", "exports": "./i.js", "imports": { "#r": "./⟦x¦y⟧.js" } }',
      'node_modules/hashed§/i.js': "export { rate } from '#r';\n",
      'node_modules/hashed§/x.js': 'export const rate = ⟦2¦3⟧;\n',
      'node_modules/hashed§/y.js': 'export const rate = 4;\n',
    },
    "import { rate as hashed§ } from 'hashed§';",
    'd.v * hashed§',
  ),
  own(
    'an absolute path of a symbolic link to a folder',
    { 'lib/inside§.ts': 'export const rate = ⟦2¦3⟧;\n', 'alias§': '-> lib' },
    "import { rate as alias§ } from '../alias§/inside§.ts';",
    'd.v * alias§',
  ),
  own(
    'a file that begins with a mark of byte order, or a hashbang',
    {
      'lib/bom§.ts': '⟦~¦\uFEFF⟧export const rate = ⟦2¦3⟧;\n',
      'lib/bang§.mjs': '#!/usr/bin/env node\nexport const bang = ⟦4¦5⟧;\n',
    },
    "import { rate as bom§ } from '../lib/bom§.ts';\nimport { bang as bang§ } from '../lib/bang§.mjs';",
    'd.v * bom§ * bang§',
  ),
  own(
    'a link that leads elsewhere after an edit',
    {
      'lib/one§.ts': 'export const rate = 2;\n',
      'lib/two§.ts': 'export const rate = 3;\n',
      'current§/rate.ts': '-> ../lib/⟦one¦two⟧§.ts',
    },
    "import { rate as current§ } from '../current§/rate.ts';",
    'd.v * current§',
  ),
  own(
    'a package.json that makes .js files of a folder modules or CommonJS',
    {
      'typed§/package.json': '{ "type": "module" }\n',
      'typed§/rate.js': "export const rate = typeof require === 'undefined' ? ⟦2¦3⟧ : 4;\n",
    },
    "import { rate as typed§ } from '../typed§/rate.js';",
    'd.v * typed§',
  ),
];

/** Code that looks at code in a roundabout way: each may be untrusted by name, none may be missed. */
import type { Form } from '../form.ts';

const opaque = (name: string, top: string, result: string): Form => ({ name, top, result, opaque: true });

export const REFLECTION: readonly Form[] = [
  opaque(
    'a name by destructuring',
    'const ⟦#n bold¦brave⟧§ = (v: number) => v;\nconst { name: name§ } = ⟦#n bold¦brave⟧§;',
    '[d.v, name§]',
  ),
  opaque(
    'a name by a computed key',
    "const ⟦#n bold¦brave⟧§ = (v: number) => v;\nconst key§ = ['na', 'me'].join('');",
    '[d.v, (⟦#n bold¦brave⟧§ as any)[key§]]',
  ),
  opaque(
    'a name by Reflect and by descriptors',
    'function ⟦#n bold¦brave⟧§() {}\nclass ⟦#m Some¦Other⟧§ {}',
    "[d.v, Reflect.get(⟦#n bold¦brave⟧§, 'name'), Object.getOwnPropertyDescriptor(⟦#m Some¦Other⟧§, 'name')?.value]",
  ),
  opaque(
    'a name by new.target',
    'class Base§ { kind: string; constructor() { this.kind = new.target.name; } }\nclass ⟦#m Some¦Other⟧§ extends Base§ {}',
    '[d.v, new ⟦#m Some¦Other⟧§().kind]',
  ),
  opaque(
    'a name that a key gives',
    'const table§ = { ⟦bold¦brave⟧: () => 1 };',
    '[d.v, Object.values(table§)[0]!.name]',
  ),
  opaque(
    'the name of an error’s class',
    'class ⟦#m Low¦High⟧§ extends Error { override name = this.constructor.name; }',
    '(() => { try { throw new ⟦#m Low¦High⟧§(); } catch (error) { return [d.v, String(error)]; } })()',
  ),
  opaque('a text by a template', 'const texted§ = (v: number) => v ⟦+¦ +  ⟧ 1;', '[d.v, `${texted§}`.length]'),
  opaque(
    'a text by a join and a sum',
    'const texted§ = (v: number) => /* ⟦a¦bb⟧ */ v;',
    "[d.v, [texted§].join().length, (texted§ + '').length]",
  ),
  opaque(
    'a text by Function.prototype',
    'const texted§ = (v: number) => /* ⟦a¦bb⟧ */ v;',
    '[d.v, Function.prototype.toString.call(texted§).length]',
  ),
  opaque(
    'a function made by another’s constructor',
    "const made§ = (() => 1).constructor('return ⟦2¦3⟧;') as () => number;",
    'd.v * made§()',
  ),
  opaque(
    'a variable that only text names',
    'const hidden_§ = ⟦2¦3⟧;\nconst run§ = new Function(\'return typeof hidden_§ === "undefined" ? 1 : 2\');',
    'd.v * run§() + hidden_§',
  ),
  {
    name: 'fs without an import',
    files: { 'lib/rate§.txt': '⟦2¦3⟧' },
    top: "const fs§ = process.getBuiltinModule('node:fs');\nconst rate§ = Number(fs§.readFileSync(new URL('../lib/rate§.txt', import.meta.url), 'utf8'));",
    result: 'd.v * rate§',
    opaque: true,
  },
  {
    name: 'fs by a dynamic import',
    files: { 'lib/rate§.txt': '⟦2¦3⟧' },
    top: "const fs§ = await import('node:fs');\nconst rate§ = Number(fs§.readFileSync(new URL('../lib/rate§.txt', import.meta.url), 'utf8'));",
    result: 'd.v * rate§',
    opaque: true,
  },
  {
    name: 'fs through another module',
    files: {
      'lib/rate§.txt': '⟦2¦3⟧',
      'lib/io§.ts': "export { readFileSync as read } from 'node:fs';\nexport const here = import.meta.dirname;\n",
    },
    imports: "import { read as read§, here as here§ } from '../lib/io§.ts';",
    result: "d.v * Number(read§(here§ + '/rate§.txt', 'utf8'))",
    opaque: true,
  },
  {
    name: 'fs through a package',
    files: {
      'lib/rate§.txt': '⟦2¦3⟧',
      'node_modules/slurp§/package.json':
        '{ "name": "slurp§", "version": "1.0.0", "type": "module", "exports": "./index.js" }',
      'node_modules/slurp§/index.js':
        "import { readFileSync } from 'node:fs';\nexport const slurp = (url) => readFileSync(url, 'utf8');\n",
    },
    imports: "import { slurp as slurp§ } from 'slurp§';",
    result: "d.v * Number(slurp§(new URL('../lib/rate§.txt', import.meta.url)))",
    opaque: true,
  },
  {
    name: 'a file that import.meta names',
    files: {
      'lib/here§.ts': 'export const place = import.meta.⟦filename¦dirname⟧.endsWith(".ts");\n',
    },
    imports: "import { place as place§ } from '../lib/here§.ts';",
    result: '[d.v, place§]',
    opaque: true,
  },
  opaque(
    'a stack by captureStackTrace',
    "const holder§: { stack?: string } = {};\n⟦¦\n\n⟧Error.captureStackTrace(holder§);\nconst line§ = Number(/:(\\d+):\\d+\\)?$/m.exec(holder§.stack ?? '')?.[1]);",
    'd.v * line§',
  ),
  opaque(
    'a stack by an error that is caught',
    "const line§ = (() => { try {⟦¦\n⟧ (null as any).x; return 0; } catch (error) { return Number(/:(\\d+):\\d+\\)?$/m.exec((error as Error).stack ?? '')?.[1]); } })();",
    'd.v * line§',
  ),
];

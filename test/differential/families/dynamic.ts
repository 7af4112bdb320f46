/** Imports that are made when the code runs. */
import type { Form } from '../form.ts';

export const DYNAMIC: readonly Form[] = [
  {
    name: 'a dynamic import of a literal',
    files: { 'lib/late§.ts': 'export const rate = ⟦2¦3⟧;\nexport const unused = ⟦1¦2⟧;\n' },
    result: "d.v * (await import('../lib/late§.ts')).rate",
  },
  {
    name: 'a dynamic import of a template without substitutions',
    files: { 'lib/late§.ts': 'export const rate = ⟦2¦3⟧;\n' },
    result: 'd.v * (await import(`../lib/late§.ts`)).rate',
  },
  {
    name: 'a dynamic import of a constant',
    files: { 'lib/late§.ts': 'export const rate = ⟦2¦3⟧;\n' },
    top: "const LATE§ = '../lib/late§.ts';",
    result: 'd.v * (await import(LATE§)).rate',
    opaque: true,
  },
  {
    name: 'a dynamic import of a template with a name',
    files: { 'lib/late§-a.ts': 'export const rate = ⟦2¦3⟧;\n', 'lib/late§-b.ts': 'export const rate = ⟦4¦5⟧;\n' },
    result: "d.v * (await import(`../lib/late§-${d.v > 0 ? 'a' : 'b'}.ts`)).rate",
    opaque: true,
  },
  {
    name: 'a dynamic import of what a table holds',
    files: { 'lib/late§-a.ts': 'export const rate = ⟦2¦3⟧;\n', 'lib/late§-b.ts': 'export const rate = ⟦4¦5⟧;\n' },
    top: "const MODULES§: Record<string, string> = { a: '../lib/late§-a.ts', b: '../lib/late§-⟦b¦a⟧.ts' };",
    result: "d.v * (await import(MODULES§[d.v > 0 ? 'a' : 'b']!)).rate",
    opaque: true,
  },
  {
    name: 'a dynamic import at the top that is awaited',
    files: { 'lib/late§.ts': '(globalThis as any).late_§ = ⟦2¦3⟧;\nexport default ⟦4¦5⟧;\n' },
    top: "const { default: late§ } = await import('../lib/late§.ts');",
    result: 'd.v * late§ * (globalThis as any).late_§',
  },
  {
    name: 'a dynamic import for what it does alone',
    files: { 'lib/late§.ts': '(globalThis as any).late_§ = ⟦2¦3⟧;\nexport {};\n' },
    result: "(await import('../lib/late§.ts'), d.v * (globalThis as any).late_§)",
  },
  {
    name: 'loaders in an object',
    files: { 'lib/late§-a.ts': 'export default ⟦2¦3⟧;\n', 'lib/late§-b.ts': 'export default ⟦4¦5⟧;\n' },
    top: "const LOADERS§ = { a: () => import('../lib/late§-a.ts'), b: () => import('../lib/late§-b.ts') };",
    result: "d.v * (await LOADERS§[d.v > 0 ? 'a' : 'b']()).default",
  },
  {
    name: 'an import through eval or a function made of text',
    files: { 'lib/late§.mjs': 'export const rate = ⟦2¦3⟧;\n' },
    top: "const url§ = new URL('../lib/late§.mjs', import.meta.url).href;",
    result: "d.v * (await (0, eval)('(url) => import(url)')(url§)).rate",
    opaque: true,
  },
  {
    name: 'code that is text',
    top: "const compile§ = new Function('v', 'return v * ⟦2¦3⟧');\nconst indirect§ = (0, eval)('(v) => v + ⟦1¦2⟧');",
    result: 'compile§(d.v) + indirect§(d.v)',
    opaque: true,
  },
  {
    name: 'direct eval that names what nothing else does',
    top: "const hidden§ = ⟦2¦3⟧;\nconst run§ = (v: number) => v * eval('hidden§');",
    result: 'run§(d.v)',
    opaque: true,
  },
  {
    name: 'import.meta.resolve and a file path',
    files: { 'lib/late§.ts': 'export const rate = ⟦2¦3⟧;\n' },
    result: "d.v * (await import(import.meta.resolve('../lib/late§.ts'))).rate",
    opaque: true,
  },
  {
    name: 'a namespace that is handed on whole',
    files: { 'lib/many§.ts': 'export const a = ⟦2¦3⟧;\nexport const b = ⟦4¦5⟧;\n⟦¦export const c = 6;\n⟧' },
    imports: "import * as many§ from '../lib/many§.ts';",
    top: 'const sumOf§ = (all: Record<string, number>) => Object.values(all).reduce((sum, each) => sum + each, 0);',
    result: 'd.v * sumOf§(many§)',
    quiet: true,
  },
  {
    name: 'a namespace by a computed name',
    files: { 'lib/many§.ts': 'export const gbp = ⟦2¦3⟧;\nexport const usd = ⟦4¦5⟧;\n⟦¦export const EUR = 6;\n⟧' },
    imports: "import * as many§ from '../lib/many§.ts';",
    result: 'd.v * ((many§ as Record<string, number>)[d.name.trim()] ?? 1)',
    quiet: true,
  },
  {
    name: 'a namespace that is asked what it has',
    files: { 'lib/has§.ts': 'export const a = 1;\n⟦¦export const b = 2;\n⟧' },
    imports: "import * as has§ from '../lib/has§.ts';",
    result: "[d.v, 'b' in has§, Reflect.ownKeys(has§).length, JSON.stringify(has§)]",
    quiet: true,
  },
];

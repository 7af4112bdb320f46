/** The trials by which the code hash was found to miss changes, by name: issue 9, numbers 1 to 9 and 19. `d.v` is 7. */
import { afterAll, describe, expect, test } from 'vitest';
import type { Files } from './form.ts';
import { Judge, MANIFEST } from './judge.ts';
import type { Version } from './trial.ts';

const judge = new Judge(MANIFEST);
afterAll(() => judge.end());

interface Project {
  readonly imports?: string;
  readonly top?: string;
  readonly result: string;
  readonly files?: Files;
}

const project = ({ imports = '', top = '', result, files = {} }: Project): Version => ({
  module: 'computations/main.ts',
  computation: 'main',
  files: {
    'package.json': '{ "name": "trial", "type": "module" }',
    'computations/main.ts': `import { Day, defineComputation, defineDocument, document } from 'daymill';
${imports}
${top}
export const input = defineDocument({ name: 'input', document: Day });
export const main = defineComputation({
  name: 'main',
  category: 'trials',
  needs: { d: document(input) },
  output: Day,
  compute: async ({ d }) => ${result},
});
`,
    ...files,
  },
});

/** Both by running, of the first day: what was, and what is right now. */
async function judged(before: Project, after: Project) {
  const { verdict, ...answers } = await judge.judge({ before: project(before), after: project(after) });
  const [was, is] = [answers.before, answers.after].map(({ output }) => JSON.parse(output.split('\n')[0]!) as unknown);
  return { verdict, was, is };
}

const decimal = {
  'node_modules/decimal.js/package.json':
    '{ "name": "decimal.js", "version": "10.5.0", "type": "module", "exports": "./decimal.mjs" }',
  'node_modules/decimal.js/decimal.mjs': `const settings = { precision: 20 };
export class Decimal {
  constructor(value) { this.value = value; }
  static set(more) { Object.assign(settings, more); return Decimal; }
  div(by) { return Number((this.value / by).toPrecision(settings.precision)); }
}
`,
};

const configured = (precision: number): Project => ({
  imports: "import { Decimal } from '../lib/decimal.ts';",
  result: 'new Decimal(d.v).div(3)',
  files: {
    ...decimal,
    'lib/decimal.ts': `import { Decimal } from 'decimal.js';\nDecimal.set({ precision: ${precision} });\nexport { Decimal };\n`,
  },
});

const registry = (rate: number): Project => ({
  imports: "import { rateOf } from '../lib/rates.ts';",
  result: "d.v * rateOf('EUR')",
  files: {
    'lib/rates.ts': `const all: { code: string; rate: number }[] = [];
const register = (c: { code: string; rate: number }) => (all.push(c), c);
export const EUR = register({ code: 'EUR', rate: ${rate} });
export const rateOf = (code: string) => all.find((each) => each.code === code)!.rate;
`,
  },
});

const siblings = (digits: number): Project => ({
  imports: "import { round } from '../lib/round.mjs';",
  result: 'round(d.v / 3)',
  files: {
    'lib/digits.mjs': `globalThis.DIGITS = ${digits};\nexport const shout = (text) => text.toUpperCase();\n`,
    'lib/round.mjs': `import { shout } from './digits.mjs';
export const round = (v) => Number(v.toFixed(globalThis.DIGITS));
export const label = (text) => shout(text);
`,
  },
});

const counter = (above: string): Project => ({
  imports: "import { BLUE } from '../lib/ids.ts';",
  result: 'd.v * BLUE',
  files: {
    'lib/ids.ts': `let n = 0;\nconst id = () => ++n;\n${above}export const GREEN = id();\nexport const BLUE = id();\n`,
  },
});

const patched = (factor: number): Project => ({
  imports: "import { scale } from 'scale';",
  result: 'scale(d.v)',
  files: {
    'node_modules/scale/package.json': '{ "name": "scale", "version": "1.0.0", "type": "module", "main": "index.js" }',
    'node_modules/scale/index.js': `export const scale = (x) => x * ${factor};\n`,
  },
});

/** The author's modules that hold a factor, and how they are reached. */
const reached = (imports: string, result: string, files: (factor: number) => Files) => (factor: number) => ({
  imports,
  result,
  files: files(factor),
});

const of = (factor: number): string => `export const rate = ${factor};\n`;

describe('another result has another fingerprint', () => {
  test.each<[string, Project, Project, unknown, unknown]>([
    [
      '1: the string this enters a list',
      { top: "const LIST = ['a', 'the'];", result: 'd.v * LIST.length' },
      { top: "const LIST = ['a', 'the', 'this'];", result: 'd.v * LIST.length' },
      14,
      21,
    ],
    ['2: a wrapper configures the package that it hands on', configured(4), configured(12), 2.333, 2.33333333333],
    ['3: a constant that nobody imports enters a registry', registry(1.1), registry(1.2), 7.7, 8.4],
    ['4: only a sibling function’s import sets the global', siblings(1), siblings(4), 2.3, 2.3333],
    [
      '5: a constant is put in above, where a counter numbers them',
      counter(''),
      counter('export const RED = id();\n'),
      14,
      21,
    ],
    ['9: a package is patched in place under the same version', patched(2), patched(3), 14, 21],
  ])('%s', async (_, before, after, was, is) => {
    const result = await judged(before, after);
    expect(result.was).toBeCloseTo(was as number, 12);
    expect(result.is).toBeCloseTo(is as number, 12);
    expect(result.verdict).toBe('seen');
  });

  test.each<[string, (factor: number) => Project]>([
    [
      '6: exports.x of CommonJS, by a named import',
      reached("import { scale } from '../lib/scale.cjs';", 'scale(d.v)', (n) => ({
        'lib/scale.cjs': `exports.scale = (x) => x * ${n};\n`,
      })),
    ],
    [
      '6: a CommonJS module that requires another',
      reached("import { scale } from '../lib/scale.cjs';", 'scale(d.v)', (n) => ({
        'lib/scale.cjs': "const { rate } = require('./rate.cjs');\nexports.scale = (x) => x * rate;\n",
        'lib/rate.cjs': `exports.rate = ${n};\n`,
      })),
    ],
    [
      '8: a workspace that only import finds',
      reached("import { rate } from '@acme/rates';", 'd.v * rate', (n) => ({
        'packages/rates/package.json':
          '{ "name": "@acme/rates", "version": "1.0.0", "type": "module", "exports": { ".": { "import": "./index.ts" } } }',
        'packages/rates/index.ts': of(n),
        'node_modules/@acme/rates': '-> ../../packages/rates',
      })),
    ],
    [
      '8: package.json imports by the condition import',
      reached("import { rate } from '#rates';", 'd.v * rate', (n) => ({
        'package.json':
          '{ "name": "trial", "type": "module", "imports": { "#rates": { "import": "./lib/rates.ts" } } }',
        'lib/rates.ts': of(n),
      })),
    ],
  ])('%s', async (_, factor) => {
    expect(await judged(factor(2), factor(3))).toEqual({ verdict: 'seen', was: 14, is: 21 });
  });
});

describe('another result has another fingerprint, or is untrusted by name', () => {
  test.each<[string, (factor: number) => Project]>([
    [
      '7: import of a template that names one file',
      reached('', 'd.v * (await import(`../lib/rates.ts`)).rate', (n) => ({ 'lib/rates.ts': of(n) })),
    ],
    [
      '7: import of a template with a name in it',
      reached('', "d.v * (await import(`../lib/rates-${d.v > 0 ? 'usd' : 'eur'}.ts`)).rate", (n) => ({
        'lib/rates-usd.ts': of(n),
      })),
    ],
    [
      '9: JSON by createRequire',
      reached(
        "import { createRequire } from 'node:module';",
        "d.v * createRequire(import.meta.url)('../lib/r.json').rate",
        (n) => ({
          'lib/r.json': `{ "rate": ${n} }`,
        }),
      ),
    ],
    [
      '9: a file that is read while the module is loaded',
      reached(
        "import { readFileSync } from 'node:fs';",
        "d.v * Number(readFileSync(new URL('../lib/rate.txt', import.meta.url), 'utf8'))",
        (n) => ({ 'lib/rate.txt': `${n}\n` }),
      ),
    ],
  ])('%s', async (_, factor) => {
    const { verdict, was, is } = await judged(factor(2), factor(3));
    expect([was, is]).toEqual([14, 21]);
    expect(['seen', 'untrusted']).toContain(verdict);
  });

  test('9: process.env, read while the module is loaded, is untrusted by name', async () => {
    const reads = { top: "const RATE = Number(process.env['TRIAL_RATE'] ?? 2);", result: 'd.v * RATE' };
    expect(await judged(reads, reads)).toEqual({ verdict: 'untrusted', was: 14, is: 14 });
  });
});

test('19: JSON that is laid out anew runs nothing, and another value in it does', async () => {
  const json = (text: string): Project => ({
    imports: "import rates from '../lib/rates.json' with { type: 'json' };",
    result: 'd.v * rates.usd',
    files: { 'lib/rates.json': text },
  });
  const compact = json('{"usd":2,"eur":[1,2]}');
  expect(await judged(compact, json('{\n  "usd": 2,\n  "eur": [1, 2]\n}\n'))).toEqual({
    verdict: 'spared',
    was: 14,
    is: 14,
  });
  expect(await judged(compact, json('{"usd":3,"eur":[1,2]}'))).toEqual({ verdict: 'seen', was: 14, is: 21 });
});

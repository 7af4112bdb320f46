import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildManifest } from '../../../src/mill/manifest/build-manifest.ts';
import { infrastructureHash } from '../../../src/mill/manifest/fingerprints.ts';
import type { Fingerprint } from '../../../src/mill/model/vector.ts';
import { computation, HEAD, manifestOf, projectFolder } from './project-folder.ts';

type Files = Readonly<Record<string, string>>;

const IDS_AND_COMPLETENESS = "id: (t) => t.ticker, complete: { canaries: ['MSFT'], minimumCount: 9 }";

/** `score` reads a dataset and another computation, and reaches a helper three modules away. */
const PROJECT: Files = {
  'computations/data.ts': `
    import { z } from 'zod';
    import { defineDataset } from 'daymill';
    import { parseTicker } from '../lib/parse-ticker.ts';
    export const Trade = z.object({ ticker: z.string(), price: z.number() });
    export const trades = defineDataset({
      name: 'trades', entity: Trade, description: 'All trades',
      source: { file: 'trades.csv', format: 'csv', dateColumn: 'at', parse: (row) => ({ ticker: parseTicker(row), price: 1 }) },
    });`,
  'computations/base.ts': `${HEAD}
    import { trades } from './data.ts';
    import { weigh } from '../lib/weigh.ts';
    const inBase = 1;
    export const base = defineComputation({
      name: 'base', category: 'market', needs: { trades: dataset(trades) }, output: z.number(),
      reduce: { init: () => ({ n: weigh(inBase) }), add: (a) => { a.n++; }, finish: (a) => a.n },
    });`,
  'computations/score.ts': `
    // A comment.
    import { z } from 'zod';
    import { dataset, defineComputation, dependency } from 'daymill';
    import { trades } from './data.ts';
    import { base } from './base.ts';
    import * as stats from '../lib/index.ts';
    import type { Scale } from '../lib/scale.ts';

    interface Sum { total: number }
    const FACTOR: number = 2;
    const unused = () => 'nobody calls me';
    function scaled(value: number, by: Scale = 1): number {
      return value! * (by as number);
    }
    export const score = defineComputation({
      name: 'score',
      category: 'signals',
      description: 'A score',
      tags: ['daily'],
      productLines: ['stocks'],
      timeoutSeconds: 30,
      headline: (score) => \`\${score} points\`,
      needs: { trades: dataset(trades), base: dependency(base) },
      output: z.number(),
      reduce: {
        init: (): Sum => ({ total: 0 }),
        add: (sum, trade) => { sum.total += stats.mean([trade.price]) * FACTOR; },
        finish: (sum, { inputs }) => scaled(sum.total) + inputs.base,
      },
    });`,
  'lib/index.ts': "export { mean } from './mean.ts';\nexport * from './unused.ts';",
  'lib/mean.ts': "import { sum } from './sum.ts';\nexport const mean = (xs: readonly number[]) => sum(xs) / xs.length;",
  'lib/sum.ts': `
    export const sum = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0);
    export const product = (xs: readonly number[]) => xs.reduce((a, b) => a * b, 1);`,
  'lib/unused.ts': 'export const median = (xs: readonly number[]) => xs[0];',
  'lib/scale.ts': 'export type Scale = number;',
  'lib/weigh.ts': 'export const weigh = (n: number) => n * 3;',
  'lib/parse-ticker.ts': 'export const parseTicker = (row: object) => String(Object.keys(row)[0]);',
};

const PARTS = ['code', 'layer', 'infrastructure', 'epoch'] as const;

const fingerprintWith = async (edits: Files): Promise<Fingerprint> =>
  computation(await manifestOf({ ...PROJECT, ...edits }), 'score').fingerprint;

let unedited: Promise<Fingerprint> | undefined;

/** What of `score`'s fingerprint the later edits change, after the earlier ones. */
async function changedBy(edits: Files, earlier?: Files): Promise<(keyof Fingerprint)[]> {
  const before = await (earlier === undefined ? (unedited ??= fingerprintWith({})) : fingerprintWith(earlier));
  const after = await fingerprintWith({ ...earlier, ...edits });
  return PARTS.filter((part) => before[part] !== after[part]);
}

/** The file's text with one passage replaced, which must be there. */
function edited(file: string, passage: string | RegExp, replacement: string, project = PROJECT): Files {
  const text = project[file] ?? '';
  const result = text.replace(passage, () => replacement);
  expect(result).not.toBe(text);
  return { [file]: result };
}

const SCORE = 'computations/score.ts';

/** `unused` is the name of local variables too. */
const SHADOWED = edited(
  SCORE,
  'return value! * (by as number);',
  'for (const unused of [by]) value *= unused; try { value++; } catch (unused) { throw unused; } return value;',
);
/** `unused` is the name of a local variable, and called outside of its block. */
const BESIDE = edited(
  SCORE,
  'return value! * (by as number);',
  '{ const unused = by; by = unused; } return value * by * unused().length;',
);

describe('nothing changes', () => {
  test.each<[string, () => Files, (() => Files)?]>([
    ['the same source in another folder', () => ({})],
    ['a comment', () => edited(SCORE, '// A comment.', '/** Another comment. */')],
    ['layout', () => edited(SCORE, 'return value! * (by as number);', 'return (\n value\n * by\n);')],
    ['line endings', () => ({ [SCORE]: (PROJECT[SCORE] ?? '').replaceAll('\n', '\r\n') })],
    ['an annotation', () => edited(SCORE, 'const FACTOR: number = 2', 'const FACTOR = 2 as const satisfies number')],
    [
      'an interface',
      () => edited(SCORE, 'interface Sum { total: number }', 'type Sum = { total: number; extra?: string }'),
    ],
    ['a type-only import', () => edited(SCORE, "import type { Scale } from '../lib/scale.ts'", 'type Scale = number')],
    ['what a type-only import names', () => ({ 'lib/scale.ts': 'console.debug; export type Scale = number;' })],
    [
      'a member of an import that is only a type',
      () => edited(SCORE, 'import type { Scale }', 'import { type Scale }'),
    ],
    [
      'an overload',
      () => edited(SCORE, 'function scaled(', 'function scaled(value: number): number;\nfunction scaled('),
    ],
    ['a this parameter', () => edited(SCORE, 'function scaled(', 'function scaled(this: void, ')],
    ['quotes', () => edited(SCORE, "name: 'score'", 'name: "score"')],
    ['a quoted key', () => edited(SCORE, "name: 'score'", "'name': 'score'")],
    ['a spelling of a number', () => edited(SCORE, '= 2;', '= 0x2;')],
    ['a shorthand written out', () => edited('lib/mean.ts', 'import { sum }', 'import { sum as sum }')],
    ['an empty statement', () => edited(SCORE, 'const FACTOR', ';;const FACTOR')],
    ['an empty statement in a function', () => edited(SCORE, 'return value!', ';;return value!')],
    [
      'the order of imports',
      () => {
        const line = "import { base } from './base.ts';\n";
        return { [SCORE]: (PROJECT[SCORE] ?? '').replace(line, '').replace('import { z }', `${line}import { z }`) };
      },
    ],
    [
      'the order of declarations',
      () => {
        const line = "const unused = () => 'nobody calls me';\n";
        return { [SCORE]: `${(PROJECT[SCORE] ?? '').replace(line, '')}\n${line}` };
      },
    ],
    [
      'the local name of an import',
      () => ({
        [SCORE]: (PROJECT[SCORE] ?? '').replaceAll('stats', 'statistics'),
      }),
    ],
    [
      'a namespace import made a named one',
      () => ({
        [SCORE]: (PROJECT[SCORE] ?? '').replace('import * as stats', 'import { mean }').replace('stats.mean', 'mean'),
      }),
    ],
    ['a detour through a barrel', () => edited(SCORE, '../lib/index.ts', '../lib/mean.ts')],
    ['the name of a parameter', () => edited('lib/sum.ts', '(a, b) => a + b', '(x, y) => x + y')],
    [
      'the name of a local variable',
      () =>
        edited(
          SCORE,
          'return value! * (by as number);',
          'const unused = value; { let value = unused; return value * by; }',
        ),
      () =>
        edited(
          SCORE,
          'return value! * (by as number);',
          'const other = value; { let thing = other; return thing * by; }',
        ),
    ],
    [
      'the code of a computation that a parameter is called like',
      () => edited('computations/base.ts', 'a.n++', 'a.n += 2'),
      () =>
        edited(
          SCORE,
          '(sum, { inputs }) => scaled(sum.total) + inputs.base',
          '(sum, { inputs: { base } }) => scaled(sum.total) + base.valueOf()',
        ),
    ],
    ['the name of the exported variable', () => edited(SCORE, 'export const score', 'export const theScore')],
    ['a helper that nobody calls', () => edited(SCORE, 'nobody calls me', 'nobody ever calls me')],
    ['a helper that nobody calls, in a reached module', () => edited('lib/sum.ts', 'a * b', 'b * a')],
    ['a helper that nobody calls, behind the same barrel', () => edited('lib/unused.ts', 'xs[0]', 'xs[1]')],
    [
      'a helper that a local variable is called like',
      () => edited(SCORE, 'nobody calls me', 'nobody ever calls me', SHADOWED),
      () => SHADOWED,
    ],
    ['description', () => edited(SCORE, "'A score'", "'The score'")],
    ['tags', () => edited(SCORE, "tags: ['daily']", "tags: ['daily', 'new']")],
    ['product lines', () => edited(SCORE, "productLines: ['stocks'],", '')],
    ['headline', () => edited(SCORE, 'points', 'goals')],
    ['timeout', () => edited(SCORE, 'timeoutSeconds: 30', 'timeoutSeconds: 60')],
    ['category', () => edited(SCORE, "category: 'signals'", "category: 'scores'")],
    ['the code of a computation that it needs', () => edited('computations/base.ts', 'a.n++', 'a.n += 2')],
    ['a helper of a computation that it needs', () => edited('lib/weigh.ts', 'n * 3', 'n * 4')],
    ['a dataset’s description', () => edited('computations/data.ts', "'All trades'", "'Every trade'")],
    ['a dataset’s source', () => edited('computations/data.ts', "'trades.csv'", "'more-trades.csv'")],
    [
      'how a dataset’s entities are named, and when a day of it is whole',
      () => edited('computations/data.ts', "description: 'All trades'", IDS_AND_COMPLETENESS),
    ],
    ['a helper of a dataset’s source', () => edited('lib/parse-ticker.ts', 'keys', 'values')],
    [
      'another computation',
      () => ({
        'computations/other.ts': `${HEAD} import { base } from './base.ts';
        export const other = defineComputation({
          name: 'other', category: 'x', needs: { base: dependency(base) }, output: z.number(), compute: ({ base }) => base });`,
      }),
    ],
    [
      'the file that it lives in',
      () => {
        const moved = (PROJECT[SCORE] ?? '').replaceAll("'../", "'../../").replaceAll("'./", "'../");
        return { [SCORE]: 'export {};', 'computations/moved/score.ts': moved };
      },
    ],
  ])('by %s', async (_, edits, earlier?: () => Files) => {
    expect(await changedBy(edits(), earlier?.())).toEqual([]);
  });
});

describe('the code hash changes', () => {
  test.each<[string, () => Files, (() => Files)?]>([
    ['the function', () => edited(SCORE, '+ inputs.base', '- inputs.base')],
    ['a constant that it reads', () => edited(SCORE, '= 2;', '= 3;')],
    ['a function in the same module', () => edited(SCORE, 'Scale = 1', 'Scale = 2')],
    ['its name', () => edited(SCORE, "name: 'score'", "name: 'Score_'.slice(0, 5)")],
    ['its output schema', () => edited(SCORE, 'output: z.number()', 'output: z.number().min(0)')],
    [
      'the key of a need',
      () => ({ [SCORE]: (PROJECT[SCORE] ?? '').replace('base: dep', 'b: dep').replace('inputs.base', 'inputs.b') }),
    ],
    [
      'a dynamic import of what is not there',
      () => edited(SCORE, '=> scaled(', "=> scaled(0) || import('./gone.ts') || scaled("),
    ],
    [
      'another binding of the same local name',
      () =>
        edited(
          SCORE,
          'return value! * (by as number);',
          'if (by) { const value = by; by = value; } return value * by;',
        ),
    ],
    [
      'a helper beside a local variable of its name',
      () => edited(SCORE, 'nobody calls me', 'it calls me', BESIDE),
      () => BESIDE,
    ],
    [
      'the place of optional chaining',
      () => edited(SCORE, 'trade.price', '(trade as any)?.a.b'),
      () => edited(SCORE, 'trade.price', '(trade as any).a?.b'),
    ],
    ['optional chaining', () => edited(SCORE, 'trade.price', 'trade?.price')],
    ['a string that only looks like a comment', () => edited(SCORE, '=> scaled(', "=> '// x'.length + scaled(")],
    ['a regular expression', () => edited(SCORE, '=> scaled(', '=> Number(/a/g.test("a")) + scaled(')],
    ['an infinite literal', () => edited(SCORE, '= 2;', '= 1e999;')],
    ['a statement of its module', () => edited(SCORE, 'interface Sum', 'Object.freeze(Math);\ninterface Sum')],
  ])('by %s', async (_, edits, earlier?: () => Files) => {
    expect(await changedBy(edits(), earlier?.())).toEqual(['code']);
  });
});

const workspace = (body: string): Files => ({
  'packages/sums/package.json': '{ "name": "sums", "type": "module", "exports": "./index.ts" }',
  'packages/sums/index.ts': `export const sum = (xs: readonly number[]) => ${body};`,
  ...edited('lib/mean.ts', './sum.ts', 'sums'),
});

const fingerprintOfWorkspace = async (body: string): Promise<Fingerprint> => {
  const root = projectFolder({ ...PROJECT, ...workspace(body) });
  symlinkSync(join(root, 'packages/sums'), join(root, 'node_modules/sums'));
  return computation(await buildManifest({ root, directory: 'computations' }), 'score').fingerprint;
};

describe('the layer hash changes', () => {
  test.each<[string, () => Files]>([
    ['a helper three modules deep', () => edited('lib/sum.ts', 'a + b', 'b + a')],
    ['a helper two modules deep', () => edited('lib/mean.ts', '/ xs.length', '/ (xs.length || 1)')],
    [
      'another helper behind the same name',
      () => ({ 'lib/index.ts': "export { median as mean } from './unused.ts';" }),
    ],
    [
      'a statement of a reached module',
      () => edited('lib/sum.ts', 'export const sum', 'Object.freeze(Math);\nexport const sum'),
    ],
    ['a statement of a barrel on the way', () => edited('lib/index.ts', 'export *', 'Object.freeze(Math);\nexport *')],
    [
      'a module imported for what it does',
      () => ({
        ...edited('lib/sum.ts', 'export const sum', "import './setup.ts';\nexport const sum"),
        'lib/setup.ts': 'Object.freeze(Math);',
      }),
    ],
    ['a dataset’s schema', () => edited('computations/data.ts', 'price: z.number()', 'price: z.number().min(0)')],
  ])('by %s', async (_, edits) => {
    expect(await changedBy(edits())).toEqual(['layer']);
  });

  test('by a data file that is imported', async () => {
    const { 'lib/mean.ts': mean = '' } = edited('lib/mean.ts', '/ xs.length', '/ limits.most');
    const importing = {
      'lib/mean.ts': `import limits from './limits.json' with { type: 'json' };\n${mean}`,
      'lib/limits.json': '{ "most": 1 }',
    };
    expect(await changedBy({ 'lib/limits.json': '{ "most": 2 }' }, importing)).toEqual(['layer']);
  });

  test('by the swap of two helpers of one name that are both reached', async () => {
    const both = {
      'lib/a.ts': 'export const f = (n: number) => n;',
      'lib/b.ts': 'export const f = (n: number) => -n;',
      'lib/mean.ts': `
        import { f as a } from './a.ts';
        import { f as b } from './b.ts';
        export const mean = (xs: readonly number[]) => a(xs.length) + 2 * b(xs.length);`,
    };
    const swapped = {
      'lib/mean.ts': both['lib/mean.ts']
        .replace('./a.ts', './x.ts')
        .replace('./b.ts', './a.ts')
        .replace('./x.ts', './b.ts'),
    };
    expect(await changedBy(swapped, both)).toEqual(['layer']);
  });

  test('by the swap of two helpers of one name between two callers', async () => {
    const both = {
      'lib/a.ts': 'export const f = (n: number) => n;',
      'lib/b.ts': 'export const f = (n: number) => -n;',
      'lib/first.ts': "import { f } from './a.ts';\nexport const first = (n: number) => f(n);",
      'lib/second.ts': "import { f } from './b.ts';\nexport const second = (n: number) => 2 * f(n);",
      'lib/mean.ts': `
        import { first } from './first.ts';
        import { second } from './second.ts';
        export const mean = (xs: readonly number[]) => first(xs.length) + second(xs.length);`,
    };
    const swapped = {
      'lib/first.ts': both['lib/first.ts'].replace('./a.ts', './b.ts'),
      'lib/second.ts': both['lib/second.ts'].replace('./b.ts', './a.ts'),
    };
    expect(await changedBy(swapped, both)).toEqual(['layer']);
  });

  test('by a helper found through barrels that export each other', async () => {
    const loop = {
      'lib/index.ts': "export * from './loop.ts';\nexport * from './mean.ts';",
      'lib/loop.ts': "export * from './index.ts';",
    };
    expect(await changedBy(edited('lib/mean.ts', '/ xs.length', '* xs.length'), loop)).toEqual(['layer']);
  });

  test('by what a module does of which only types are imported, unless the whole import is a type’s', async () => {
    const loading = edited(SCORE, 'import type { Scale }', 'import { type Scale }');
    const doing = { 'lib/scale.ts': 'Object.freeze(Math); export type Scale = number;' };
    expect(await changedBy(doing, loading)).toEqual(['layer']);
    expect(await changedBy(doing)).toEqual([]);
  });

  test('by anything in a module that is imported dynamically by a literal path', async () => {
    const importing = edited('lib/sum.ts', 'xs.reduce((a, b) => a + b, 0)', "(void import('./unused.ts'), xs.length)");
    expect(await changedBy(edited('lib/unused.ts', 'xs[0]', 'xs[1]'), importing)).toEqual(['layer']);
  });

  test('by what code reads of another computation’s definition', async () => {
    const looking = edited(SCORE, 'output: z.number()', 'output: base.output');
    const schema = edited('computations/base.ts', 'output: z.number()', 'output: z.number().max(9)');
    expect(await changedBy(schema, looking)).toEqual(['layer']);
  });

  test('by a file behind a short form of package.json', async () => {
    const importing = {
      'package.json': '{ "type": "module", "imports": { "#sum": "./lib/sum.ts" } }',
      ...edited('lib/mean.ts', './sum.ts', '#sum'),
    };
    expect(await changedBy(edited('lib/sum.ts', 'a + b', 'b + a'), importing)).toEqual(['layer']);
  });

  test('by a package of the same workspace, which is local code', async () => {
    const [before, after] = [await fingerprintOfWorkspace('xs.length'), await fingerprintOfWorkspace('xs.length + 1')];
    expect(PARTS.filter((part) => before[part] !== after[part])).toEqual(['layer']);
  });

  test('by a namespace that is handed on whole', async () => {
    const whole = edited(SCORE, '=> scaled(', '=> Object.keys(stats).length + scaled(');
    expect(await changedBy(edited('lib/unused.ts', 'xs[0]', 'xs[1]'), whole)).toEqual(['layer']);
  });
});

const pair = (a: string, b: string): Files => ({
  'computations/pair.ts': `${HEAD}
      export const prices = defineDocument({ name: 'prices', document: z.number() });
      export const a = defineComputation({ name: 'a', category: 'x', needs: { prices: document(prices) }, output: z.number(), compute: () => ${a} });
      export const b = defineComputation({ name: 'b', category: 'x', needs: { a: dependency(a) }, output: z.number(), compute: () => ${b} });`,
});

test('a change of one computation changes no other one in the same module', async () => {
  const before = await manifestOf(pair('1', '1'));
  const after = await manifestOf(pair('2', '1'));
  expect(computation(after, 'a').fingerprint).not.toEqual(computation(before, 'a').fingerprint);
  expect(computation(after, 'b').fingerprint).toEqual(computation(before, 'b').fingerprint);
});

const factoryProject = (made: string, inner: string): Files => ({
  'computations/double.ts': `${HEAD}
      export const prices = defineDocument({ name: 'prices', document: z.number() });
      export const first = defineComputation({ name: 'first', category: 'x', needs: { prices: document(prices) }, output: z.number(), compute: () => ${inner} });`,
  'computations/made.ts': `${HEAD}
      import { first } from './double.ts';
      const twice = (name: string, of: typeof first) =>
        defineComputation({ name, category: 'x', needs: { of: dependency(of) }, output: z.number(), compute: ({ of }) => ${made} });
      export const [second, third] = [twice('second', first), twice('third', first)];`,
});

test('computations made by a factory are cut at what the factory is given', async () => {
  const before = await manifestOf(factoryProject('of * 2', '1'));
  const innerChanged = await manifestOf(factoryProject('of * 2', '2'));
  const factoryChanged = await manifestOf(factoryProject('of + of', '1'));
  for (const name of ['second', 'third']) {
    expect(computation(innerChanged, name).fingerprint).toEqual(computation(before, name).fingerprint);
    expect(computation(factoryChanged, name).fingerprint).not.toEqual(computation(before, name).fingerprint);
  }
});

const fingerprintInstalled = async (version: string, text = 'exports.tiny = 1;'): Promise<Fingerprint> => {
  const root = projectFolder({
    ...PROJECT,
    'node_modules/tiny/package.json': JSON.stringify({ name: 'tiny', version, main: 'index.js' }),
    'node_modules/tiny/index.js': text,
  });
  writeFileSync(join(root, 'lib/sum.ts'), "import 'tiny';\nexport const sum = (xs: readonly number[]) => xs.length;");
  return computation(await buildManifest({ root, directory: 'computations' }), 'score').fingerprint;
};

describe('the infrastructure hash changes', () => {
  test('by another version of a package that is imported, and by a patch under the same version', async () => {
    const [before, same, raised, patched] = [
      await fingerprintInstalled('1.0.0'),
      await fingerprintInstalled('1.0.0'),
      await fingerprintInstalled('1.0.1'),
      await fingerprintInstalled('1.0.0', 'exports.tiny = 2;'),
    ];
    expect(same).toEqual(before);
    for (const after of [raised, patched])
      expect(PARTS.filter((part) => before[part] !== after[part])).toEqual(['infrastructure']);
  });

  test('by Node’s major version, not by its minor, and by the executor’s', () => {
    const hash = infrastructureHash('24.1.0', ['zod@4.6.7'], 1);
    expect(infrastructureHash('24.9.3', ['zod@4.6.7'], 1)).toBe(hash);
    expect(infrastructureHash('26.0.0', ['zod@4.6.7'], 1)).not.toBe(hash);
    expect(infrastructureHash('24.1.0', ['zod@4.6.7'], 2)).not.toBe(hash);
  });
});

test('a raised epoch changes nothing but the epoch, of every computation', async () => {
  const root = projectFolder(PROJECT);
  const before = await buildManifest({ root, directory: 'computations', epoch: 4 });
  const after = await buildManifest({ root, directory: 'computations', epoch: 5 });
  for (const { name, fingerprint } of before.computations) {
    expect(computation(after, name).fingerprint).toEqual({ ...fingerprint, epoch: 5 });
  }
});

describe('the loader of a dataset changes', () => {
  const loaderWith = async (edits: Files): Promise<string | undefined> =>
    (await manifestOf({ ...PROJECT, ...edits })).datasets.find(({ name }) => name === 'trades')?.loader;

  test.each<[string, Files, boolean]>([
    ['with its source', edited('computations/data.ts', "'trades.csv'", "'more-trades.csv'"), true],
    ['with a helper of its parser', edited('lib/parse-ticker.ts', 'keys', 'values'), true],
    [
      'with the ids of its entities',
      edited('computations/data.ts', 'entity: Trade', 'entity: Trade, id: (t) => t.ticker'),
      true,
    ],
    [
      'not with when it is whole',
      edited('computations/data.ts', 'entity: Trade', 'entity: Trade, complete: { minimumCount: 9 }'),
      false,
    ],
    ['not with its description', edited('computations/data.ts', "'All trades'", "'Every trade'"), false],
    ['not with a computation that reads it', edited(SCORE, '+ inputs.base', '- inputs.base'), false],
  ])('%s', async (_, edits, changes) => {
    const before = await loaderWith({});
    expect(before).toBeDefined();
    expect((await loaderWith(edits)) !== before).toBe(changes);
  });
});

describe('the loader of a generated dataset changes', () => {
  const GENERATED: Files = {
    ...PROJECT,
    'computations/data.ts': `
    import { z } from 'zod';
    import { defineDataset, generated } from 'daymill';
    import { priceOf } from '../lib/prices.ts';
    function* tradesOf(date: string) { yield { ticker: 'A', price: priceOf(date) }; }
    export const Trade = z.object({ ticker: z.string(), price: z.number() });
    export const trades = defineDataset({
      name: 'trades', entity: Trade, id: ({ ticker }) => ticker, description: 'All trades',
      source: generated({ first: '2024-01-01', rows: tradesOf }),
    });`,
    'lib/prices.ts': 'export const priceOf = (date: string): number => date.length;',
  };
  const data = 'computations/data.ts';

  test.each<[string, Files, boolean]>([
    ['with the function that makes its rows', edited(data, "ticker: 'A'", "ticker: 'B'", GENERATED), true],
    ['with what that reaches', edited('lib/prices.ts', 'date.length', 'date.length + 1', GENERATED), true],
    ['with its first day', edited(data, '2024-01-01', '2024-01-02', GENERATED), true],
    ['not with its description', edited(data, 'All trades', 'Every trade', GENERATED), false],
  ])('%s', async (_, edits, changes) => {
    const made = async (files: Files) => {
      const manifest = await manifestOf({ ...GENERATED, ...files });
      return {
        loader: manifest.datasets.find(({ name }) => name === 'trades')?.loader,
        score: computation(manifest, 'score').fingerprint,
      };
    };
    const before = await made({});
    expect(before.loader).toMatch(/^[0-9a-f]+$/u);
    const after = await made(edits);
    expect(after.loader !== before.loader).toBe(changes);
    // Whoever reads the dataset goes by what is in it.
    expect(after.score).toEqual(before.score);
  });
});

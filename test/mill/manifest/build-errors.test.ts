import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { codeOf, UserError } from '../../../src/errors.ts';
import { buildManifest } from '../../../src/mill/manifest/build-manifest.ts';
import { HEAD, manifestOf, projectFolder } from './project-folder.ts';

const DATA = {
  'computations/data.ts': `${HEAD}
    export const prices = defineDocument({ name: 'prices', document: z.number() });
    export const trades = defineDataset({ name: 'trades', entity: z.object({}) });`,
};

/** A module with one computation of that name; line 6 is where it is defined. */
const module = (name: string, needs = '{ prices: document(prices) }', imports = ''): string => `${HEAD}
    import { prices, trades } from './data.ts'; ${imports}
    export const ${name} = defineComputation({ name: '${name}', category: 'x', needs: ${needs}, output: z.number(), compute: () => 1 });`;

/** The same of one that goes through trades. */
const perEntity = (needs: string, imports = ''): string =>
  module('rsi', needs, imports)
    .replace('output: z.number(), compute: () => 1', 'output: z.record(z.string(), z.number()), perEntity: () => 1')
    .replace('import {', "import { joined } from 'daymill';\nimport {");

async function failureOf(
  files: Readonly<Record<string, string>>,
): Promise<{ code: string | undefined; message: string }> {
  const thrown: unknown = await manifestOf({ ...DATA, ...files }).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(UserError);
  return { code: codeOf(thrown), message: (thrown as UserError).message };
}

test.each<[string, Record<string, string>, string, RegExp]>([
  [
    'two computations of one name',
    {
      'computations/a.ts': module('rsi'),
      'computations/b.ts': module('other').replace("name: 'other'", "name: 'RSI'"),
    },
    'BAD_DEFINITION',
    /^computations\/b\.ts:6: the name "rsi" is taken by computations\/a\.ts:6\. Give one/,
  ],
  [
    'a computation and a dataset of one name',
    { 'computations/a.ts': module('prices2').replace("name: 'prices2'", "name: 'prices'") },
    'BAD_DEFINITION',
    /^computations\/data\.ts:\d+: the name "prices" is taken by computations\/a\.ts:6\./,
  ],
  [
    'a need for a computation that no module exports',
    {
      'computations/closing.ts': module('closing'),
      'computations/rsi.ts': module(
        'rsi',
        '{ closes: dependency(hidden) }',
        `
        const hidden = defineComputation({ name: 'closng', category: 'x', needs: {}, output: z.number(), compute: () => 1 });`,
      ),
    },
    'UNKNOWN_COMPUTATION',
    /^computations\/rsi\.ts:7: rsi needs "closes": the computation "closng" that it reads is exported by no module\. Export its definition, or did you mean "closing"\?$/,
  ],
  [
    'a need for a dataset that no module exports',
    {
      'computations/rsi.ts': module(
        'rsi',
        "{ w: document(defineDocument({ name: 'weather', document: z.number() })) }",
      ),
    },
    'UNKNOWN_DATASET',
    /rsi needs "w": the dataset "weather" that it reads is exported by no module\. Export its definition\.$/,
  ],
  [
    'a need for a namesake of the exported computation',
    {
      'computations/base.ts': module('base'),
      'computations/rsi.ts': module(
        'rsi',
        "{ b: dependency(defineComputation({ name: 'base', category: 'x', needs: {}, output: z.number(), compute: () => 1 })) }",
      ),
    },
    'UNKNOWN_COMPUTATION',
    /its computation "base" is not the one of computations\/base\.ts:6\. Import that one\.$/,
  ],
  [
    'a joined document',
    { 'computations/rsi.ts': perEntity('{ trades: dataset(trades), price: joined(prices as never) }') },
    'BAD_DEFINITION',
    /^computations\/rsi\.ts:\d+: rsi needs "price", but what joined\(…\) was given is no entity dataset or computation\. prices has one document a day: read it with document\(…\), or the newest with latest\(…\)\.$/,
  ],
  [
    'a joined computation of one result a day',
    {
      'computations/base.ts': module('base'),
      'computations/rsi.ts': perEntity(
        '{ trades: dataset(trades), base: joined(base as never) }',
        "import { base } from './base.ts';",
      ),
    },
    'BAD_DEFINITION',
    /rsi: base makes one result a day, not one an entity, so there is nothing to join: read it with dependency\(base\)\.$/,
  ],
  [
    'the latest of many entities',
    {
      'computations/rsi.ts': module('rsi', '{ trades: latest(trades as never) }', "import { latest } from 'daymill';"),
    },
    'BAD_DEFINITION',
    /^computations\/rsi\.ts:6: rsi needs "trades", but what latest\(…\) was given is no document dataset\. trades has many entities a day: stream them with dataset\(…\)\.$/,
  ],
  [
    'the latest of a computation',
    {
      'computations/base.ts': module('base'),
      'computations/rsi.ts': module(
        'rsi',
        '{ base: latest(base as never) }',
        "import { latest } from 'daymill'; import { base } from './base.ts';",
      ),
    },
    'BAD_DEFINITION',
    /The results of base are read with dependency\(…\), and earlier ones with history\(…\)\.$/,
  ],
  [
    'a need for itself',
    {
      'computations/rsi.ts': `${module('rsi', 'needs', 'const needs: Record<string, any> = { prices: document(prices) };')}
      needs.self = dependency(rsi);`,
    },
    'CYCLE',
    /rsi needs "self", which is itself\. Use previous\(\) or history\(days\)/,
  ],
  [
    'a need for itself before it is defined',
    { 'computations/rsi.ts': module('rsi', '{ self: dependency(rsi) }') },
    'BAD_DEFINITION',
    /^computations\/rsi\.ts:6: "rsi" is used before it is defined\..*says previous\(\) or history\(days\)/,
  ],
  [
    'computations that need each other',
    {
      'computations/ring.ts': `${HEAD}
        const needs: Record<string, any> = {};
        const make = (name: string, needs: object) =>
          defineComputation({ name, category: 'x', needs: needs as any, output: z.number(), compute: () => 1 });
        export const a = make('a', needs);
        export const b = make('b', { a: dependency(a) });
        export const c = make('c', { b: history(b, 2), a: dependency(a) });
        export const behind = make('behind', { c: dependency(c) });
        needs.c = dependency(c);`,
    },
    'CYCLE',
    /^computations\/ring\.ts:8: computations need each other in a ring: a -> c -> a\. Drop/,
  ],
  [
    'modules that import each other',
    {
      'computations/a.ts': module('a', '{ c: dependency(c) }', "import { c } from './c.ts';"),
      'computations/b.ts': module('b', '{ a: dependency(a) }', "import { a } from './a.ts';"),
      'computations/c.ts': module('c', '{ b: dependency(b) }', "import { b } from './b.ts';"),
    },
    'CYCLE',
    /^computations\/\w\.ts:\d+: .*modules import each other in a ring: (computations\/\w\.ts -> ){3}computations\/\w\.ts\. Move what they share/,
  ],
  [
    'a module that throws',
    { 'computations/bad.ts': "const limit = 3;\n\nthrow new RangeError('limit ' + limit);" },
    'BAD_DEFINITION',
    /^computations\/bad\.ts:3: importing this module failed: limit 3\./,
  ],
  [
    'a module that imports one that throws',
    { 'computations/good.ts': "import '../lib/bad.ts';", 'lib/bad.ts': "\nthrow 'no error object';" },
    'BAD_DEFINITION',
    /^computations\/good\.ts: importing this module failed: no error object\./,
  ],
  [
    'a module that is not there',
    { 'computations/bad.ts': "import '../lib/missing.ts';" },
    'BAD_DEFINITION',
    /^computations\/bad\.ts(:1)?: importing this module failed: .*missing\.ts/,
  ],
  [
    'a module that does not parse',
    { 'computations/bad.ts': 'export const a = 1;\nexport const b = ;' },
    'BAD_DEFINITION',
    /^computations\/bad\.ts:2: .*[Uu]nexpected/,
  ],
  [
    'a wrong use of the API',
    { 'computations/bad.ts': module('bad', '{ trades: dataset(trades) }') },
    'BAD_DEFINITION',
    /^computations\/bad\.ts:6: bad: a dataset is streamed, so use perEntity or reduce/,
  ],
  [
    'a computation without a schema',
    { 'computations/bad.ts': module('bad').replace('output: z.number(), ', '') },
    'BAD_DEFINITION',
    /^computations\/bad\.ts:6: bad: output must be a zod schema/,
  ],
  [
    'a dataset without a schema',
    { 'computations/bad.ts': `${HEAD} export const empty = defineDataset({ name: 'empty' } as any);` },
    'BAD_DEFINITION',
    /^computations\/bad\.ts:4: the dataset empty has no schema\. Give it one: entity: z\.object/,
  ],
  [
    'a need of the wrong kind',
    { 'computations/bad.ts': module('bad', '{ t: document(trades as any) }') },
    'BAD_DEFINITION',
    /bad needs "t", but what document\(…\) was given is no document dataset\./,
  ],
  [
    'a need that is none',
    { 'computations/bad.ts': module('bad', '{ p: prices as any }') },
    'BAD_DEFINITION',
    /bad needs "p", which is no need\. Write dependency/,
  ],
  [
    'a need that is a text',
    { 'computations/bad.ts': module('bad', "{ p: 'prices' as any }") },
    'BAD_DEFINITION',
    /bad needs "p", which is no need\. Write dependency/,
  ],
  [
    'a history of no days',
    { 'computations/bad.ts': module('bad', '{ p: history(prices, 0) }') },
    'BAD_DEFINITION',
    /bad needs "p": a history of 0 days\. Give it a whole number of days/,
  ],
  [
    'a seed that is a window of its own results',
    { 'computations/bad.ts': module('bad', '{ p: previous({ seed: history(3) as any }) }') },
    'BAD_DEFINITION',
    /bad needs "p": the seed of previous\(…\) is no window of another computation's results or of documents\. Write previous/,
  ],
  [
    'a seed of no days',
    { 'computations/bad.ts': module('bad', '{ p: previous({ seed: history(prices, 0) }) }') },
    'BAD_DEFINITION',
    /bad needs "p", its seed: a history of 0 days\. Give it a whole number of days/,
  ],
  [
    'an output that is not stored as what it is',
    { 'computations/bad.ts': module('bad').replace('z.number()', 'z.object({ at: z.date() })') },
    'BAD_DEFINITION',
    /^computations\/bad\.ts:6: bad: output\.at is z\.date\(\), which is not stored as what it is\. Store its text: z\.iso\.datetime\(\)/,
  ],
  [
    'entities that are not stored as what they are',
    {
      'computations/bad.ts': `${HEAD} export const sales = defineDataset({ name: 'sales', entity: z.object({ ids: z.array(z.int64()) }) });`,
    },
    'BAD_DEFINITION',
    /^computations\/bad\.ts:4: sales: entity\.ids\[\] is z\.bigint\(\), which is not stored as what it is\. Store its digits: z\.string\(\)/,
  ],
  [
    'a document that is not stored as what it is',
    {
      'computations/bad.ts': `${HEAD} export const tags = defineDocument({ name: 'tags', document: z.record(z.string(), z.set(z.string())) });`,
    },
    'BAD_DEFINITION',
    /^computations\/bad\.ts:4: tags: document\.\* is z\.set\(\)/,
  ],
])('%s is named with its file and line', async (_, files, code, message) => {
  const failure = await failureOf(files);
  expect(failure.message).toMatch(message);
  expect(failure.code).toBe(code);
});

test('a folder that is not there is named', async () => {
  const root = projectFolder({});
  await expect(buildManifest({ root, directory: 'nowhere' })).rejects.toThrow(/There is no folder .*nowhere/);
});

/** Node's own loader, whose messages differ from those of the test runner's. */
function failureInNode(files: Readonly<Record<string, string>>): string {
  const root = projectFolder({ ...DATA, ...files });
  const build = pathToFileURL(join(import.meta.dirname, '../../../src/mill/manifest/build-manifest.ts')).href;
  const script = `
    import { buildManifest } from ${JSON.stringify(build)};
    await buildManifest({ root: ${JSON.stringify(root)}, directory: 'computations' }).catch((error) => {
      process.stdout.write(error.name + ' ' + error.code + ' ' + error.message);
    });`;
  return execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
}

test.each<[string, Record<string, string>, RegExp]>([
  [
    'modules that import each other',
    {
      'computations/a.ts': module('a', '{ c: dependency(c) }', "import { c } from './c.ts';"),
      'computations/b.ts': module('b', '{ a: dependency(a) }', "import { a } from './a.ts';"),
      'computations/c.ts': module('c', '{ b: dependency(b) }', "import { b } from './b.ts';"),
    },
    /^UserError CYCLE computations\/b\.ts:6: modules import each other in a ring: computations\/a\.ts -> computations\/c\.ts -> computations\/b\.ts -> computations\/a\.ts\. Move/,
  ],
  [
    'a need for itself before it is defined',
    { 'computations/rsi.ts': module('rsi', '{ self: dependency(rsi) }') },
    /^UserError BAD_DEFINITION computations\/rsi\.ts:6: "rsi" is used before it is defined\./,
  ],
  [
    'an export that is not there',
    { 'computations/bad.ts': "\nimport { nothing } from './data.ts';\nexport { nothing };" },
    /^UserError BAD_DEFINITION computations\/bad\.ts:2: importing this module failed: .*'nothing'/,
  ],
  [
    'a module that is not there',
    { 'computations/bad.ts': "import '../lib/missing.ts';" },
    /^UserError BAD_DEFINITION computations\/bad\.ts: importing this module failed: Cannot find module 'lib\/missing\.ts' imported from computations\/bad\.ts\./,
  ],
  [
    'a wrong use of the API',
    { 'computations/bad.ts': module('bad', '{ trades: dataset(trades) }') },
    /^UserError BAD_DEFINITION computations\/bad\.ts:6: bad: a dataset is streamed/,
  ],
  [
    'syntax that Node cannot strip',
    { 'computations/bad.ts': 'export const a = 1;\nexport enum Side { Buy, Sell }' },
    /^UserError BAD_DEFINITION computations\/bad\.ts:2: .*enum/,
  ],
])('under plain Node, %s is named with its file and line', (_, files, message) => {
  expect(failureInNode(files)).toMatch(message);
});

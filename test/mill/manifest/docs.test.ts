/** A project's page: what comments and schemas say of its computations, and that nothing in them breaks it. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildManifest } from '../../../src/mill/manifest/build-manifest.ts';
import { docsDifferences } from '../../../src/mill/manifest/docs-differences.ts';
import { cell, code, paragraphs, plain, slug } from '../../../src/mill/manifest/markdown.ts';
import { type DocsSection, readDocs } from '../../../src/mill/manifest/read-docs.ts';
import { renderDocs } from '../../../src/mill/manifest/render-docs.ts';
import { HEAD, projectFolder } from './project-folder.ts';

async function sectionsOf(files: Readonly<Record<string, string>>): Promise<DocsSection[]> {
  const root = projectFolder(files);
  const manifest = await buildManifest({ root, directory: 'computations' });
  return readDocs(manifest, { root, directory: 'computations' });
}

const render = (sections: readonly DocsSection[]): string =>
  renderDocs(sections, { toRoot: '../', renew: 'daymill docs' });

/** Path, type and comment of each field of a computation whose `output` is the expression. */
async function fieldsFor(
  output: string,
  before = '',
  others: Readonly<Record<string, string>> = {},
): Promise<unknown[]> {
  const [section] = await sectionsOf({
    ...others,
    'computations/orders.ts': `${HEAD}export const orders = defineDataset({ name: 'orders', entity: z.object({}) });`,
    'computations/one.ts': `${HEAD}import { orders } from './orders.ts';\n${before}
export const one = defineComputation({ name: 'one', category: 'x', needs: { all: dataset(orders) }, output: ${output},
  reduce: { init: () => 0, add: () => {}, finish: () => ({}) as never } });`,
  });
  return section!.computations[0]!.fields.map(({ path, type, comment, description }) => [
    path,
    type,
    comment ?? description,
  ]);
}

describe('fields', () => {
  test('have their types, and the comments above them', async () => {
    const fields = await fieldsFor(`z.object({
      /** In minutes;
       * early is negative. */
      delay: z.number().int(),
      // No doc comment.
      share: z.number().min(0).max(1).nullable(),
      day: z.iso.date(),
      count: z.number().int().nonnegative().optional(),
      /** One of two. */
      verdict: z.enum(['late', 'usual']),
      above: z.number().positive(),
      exact: z.literal(3),
      pair: z.tuple([z.number(), z.string()]),
      words: z.array(z.string()),
      /** From the schema. */ inLine: z.boolean(),
      told: z.string().describe('by describe()'),
    })`);
    expect(fields).toEqual([
      ['delay', 'integer', 'In minutes;\nearly is negative.'],
      ['share', 'number 0 to 1 | null', undefined],
      ['day', 'date', undefined],
      ['count?', 'integer ≥ 0', undefined],
      ['verdict', "'late' | 'usual'", 'One of two.'],
      ['above', 'number > 0', undefined],
      ['exact', '3', undefined],
      ['pair', '[number, text]', undefined],
      ['words', 'list of text', undefined],
      ['inLine', 'boolean', 'From the schema.'],
      ['told', 'text', 'by describe()'],
    ]);
  });

  test('are found through names, other modules, records, lists, extensions and alternatives', async () => {
    const fields = await fieldsFor(
      `z.record(z.string(), Own.extend({
        /** The largest. */
        largest: z.array(Item).max(5),
        ...More.shape,
        unit: Item.shape.unit.optional(),
        either: z.union([z.object({ /** Of the first. */ a: z.number() }), z.object({ /** Of the second. */ b: z.number() })]),
      }).strict())`,
      `import { Item as Renamed } from '../lib/item.ts';
const Item = Renamed;
const More = z.object({ /** In dollars. */ price: z.number() });
const Own = z.object({ /** Of the base. */ base: z.number() }) satisfies unknown;`,
      {
        'lib/item.ts': `import { z } from 'zod';\nconst Unit = z.string();\nexport const Item = z.object({ /** As sold. */ unit: Unit });`,
      },
    );
    expect(fields).toEqual([
      ['*.base', 'number', 'Of the base.'],
      ['*.largest', 'list of objects', 'The largest.'],
      ['*.largest[].unit', 'text', 'As sold.'],
      ['*.price', 'number', 'In dollars.'],
      ['*.unit?', 'text', 'As sold.'],
      ['*.either', 'object', undefined],
      ['*.either.a', 'number', 'Of the first.'],
      ['*.either.b', 'number', 'Of the second.'],
    ]);
  });

  test('that are given anew have no comment of the old ones', async () => {
    const fields = await fieldsFor(
      'Base.extend({ a: z.string() })',
      'const Base = z.object({ /** Old. */ a: z.number(), /** Kept. */ b: z.number() });',
    );
    expect(fields).toEqual([
      ['a', 'text', undefined],
      ['b', 'number', 'Kept.'],
    ]);
  });

  test('of what code makes in its own way have their types all the same; a schema that holds itself ends', async () => {
    expect(await fieldsFor(`made()`, `const made = () => z.object({ a: z.number() });`)).toEqual([
      ['a', 'number', undefined],
    ]);
    expect(await fieldsFor(`z.number().nullable()`)).toEqual([['', 'number | null', undefined]]);
    const tree = await fieldsFor(
      `Tree`,
      `const Tree = z.object({ /** Its own kind. */ get below() { return z.array(Tree); } });`,
    );
    expect(tree[0]).toEqual(['below', 'list of any', 'Its own kind.']);
  });
});

const SHOP = {
  'computations/sales/orders.ts': `/** Orders as the till writes them. */${HEAD}
/** One line of a receipt. */
export const orders = defineDataset({ name: 'orders', description: 'What was sold', entity: z.object({
  /** In cents. */ price: z.number().int() }) });`,
  'computations/sales/daily-sales.ts': `/** What a day brought. */${HEAD}import { orders } from './orders.ts';
/** Sums, by product. */
const Sales = z.object({ /** In dollars. */ total: z.number() });
/**
 * The till's own figures.
 *
 * A. Author, "A Title" (1999).
 */
export const dailySales = defineComputation({ name: 'daily-sales', category: 'sales', tags: ['money'], description: 'Sales of the day',
  needs: { orders: dataset(orders) }, output: z.record(z.string(), Sales),
  reduce: { init: () => ({}), add: () => {}, finish: () => ({}) } });`,
  'computations/trend.ts': `${HEAD}import { dailySales } from './sales/daily-sales.ts';
export const trend = defineComputation({ name: 'trend', category: 'sales',
  needs: { week: history(dailySales, 6), before: previous() }, output: z.number(), compute: () => 1 });`,
};

describe('the page', () => {
  test('has a section for each folder, with links between computations and to their source', async () => {
    const page = render(await sectionsOf(SHOP));
    expect(page).toContain(`- [sales](#sales): 1 computation`);
    expect(page).toContain(
      '| 1 | sales | [daily-sales](#daily-sales) | Sales of the day | `orders` | money | [daily-sales.ts](../computations/sales/daily-sales.ts) |',
    );
    expect(page).toContain(
      '| 2 | sales | [trend](#trend) | [daily-sales](#daily-sales) of 6 days before, its own result of the day before | [trend.ts](../computations/trend.ts) |',
    );
    expect(page).toContain(`### daily-sales

Sales of the day.

What a day brought.

The till's own figures.

A. Author, "A Title" (1999).

Pass 1, sales, one result of all entities; reads \`orders\`; [daily-sales.ts](../computations/sales/daily-sales.ts).

Sums, by product.

| field of each key | type | meaning |
| --- | --- | --- |
| \`*.total\` | \`number\` | In dollars. |
`);
    expect(page).toContain(
      '**Dataset `orders`**, entities of a day, [orders.ts](../computations/sales/orders.ts): What was sold',
    );
    expect(page).toContain('| `price` | `integer` | In cents. |');
    // The one that lies in no folder draws what it reads of the other.
    expect(page).toMatch(
      /```mermaid\nflowchart LR\n {2}subgraph c0\["sales"\]\n {4}n0\["daily-sales"\]\n {4}n1\["trend"\]\n {2}end\n {2}n0 -\.-> n1\n```\n\nDashed/,
    );
  });

  test('is the same from the same source, and of an empty project says so', async () => {
    expect(render(await sectionsOf(SHOP))).toBe(render(await sectionsOf(SHOP)));
    expect(render([])).toBe(
      '# Computations\n\nWritten by `daymill docs` from the code and the comments in it, which are what to change.\n',
    );
  });

  const HOSTILE =
    'a | b\n# Heading\n\n| x |\n|---|\n<script>alert(1)</script> [link](javascript:alert) `code | bar` ``` $x$ **bold** &lt; \\';
  test('is not broken by what stands in descriptions, comments and names', async () => {
    const comment = HOSTILE.replaceAll('\n', '\n * ');
    const sections = await sectionsOf({
      'computations/we|ird [x]/orders.ts': `${HEAD}export const orders = defineDataset({ name: 'orders', description: ${JSON.stringify(HOSTILE)},
        entity: z.object({ /** ${comment} */ 'a|b': z.number(), 'x\`y': z.string(), '': z.enum(['|', '\`', '<b>']) }) });`,
      'computations/we|ird [x]/one.ts': `/** ${comment} */${HEAD}import { orders } from './orders.ts';
/**
 * ${comment}
 */
export const one = defineComputation({ name: 'one', category: 'x', tags: [${JSON.stringify(HOSTILE)}], description: ${JSON.stringify(HOSTILE)},
  needs: { orders: dataset(orders) }, output: z.number(), reduce: { init: () => 0, add: () => {}, finish: () => 1 } });`,
    });
    const page = render(sections);
    const outside = page.replace(/```mermaid\n[\s\S]*?\n```/g, '');
    expect(outside.match(/^#+ .*$/gm)).toEqual(['# Computations', '## we\\|ird \\[x\\]', '### one']);
    expect(outside).not.toMatch(/^\s*(```|~~~)/m);
    expect(outside).not.toContain('<script>');
    expect(outside).not.toMatch(/(?<!\\)\[link\]/);
    for (const [width, rows] of tablesIn(outside)) expect(rows.map(columnsOf)).toEqual(rows.map(() => width));
    expect(tablesIn(outside).map(([width]) => width)).toEqual([7, 3, 3]);
    expect(page).toContain('(../computations/we%7Cird%20%5Bx%5D/one.ts)');
  });

  test('tells headings of the same name apart, as GitHub does', async () => {
    const sales = SHOP['computations/trend.ts'].replaceAll("'trend'", "'sales'").replace('const trend', 'const sales');
    const page = render(await sectionsOf({ ...SHOP, 'computations/trend.ts': sales }));
    expect(page).toContain('[sales](#sales) |');
    expect(page).toContain('- [sales](#sales-1): 1 computation');
  });
});

/** Width of its head, and all rows, of each table. */
function tablesIn(page: string): [number, string[]][] {
  const runs = page.split('\n').reduce<string[][]>(
    (found, line) => {
      if (line.startsWith('|')) found.at(-1)!.push(line);
      else if (found.at(-1)!.length > 0) found.push([]);
      return found;
    },
    [[]],
  );
  return runs.filter((rows) => rows.length > 0).map((rows) => [columnsOf(rows[0]!), rows]);
}

/** As GFM counts: bars that are not escaped, within code too. */
const columnsOf = (row: string): number => row.match(/(?<!\\)(?:\\\\)*\|/g)!.length - 1;

describe('Markdown of whatever text', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', ' ', '\n', '|', '`', '\\', '#', '-', '<', '[', '*', '1.', '&lt;', '>'),
  });

  test('stays on its line, and in its cell', () => {
    fc.assert(
      fc.property(text, (any) => {
        for (const made of [plain(any), cell(any), code(any, 'table')]) {
          expect(made).not.toContain('\n');
          expect(made.replaceAll('\\\\', '').match(/(?<!\\)\|/)).toBeNull();
        }
      }),
      { numRuns: 500 },
    );
  });

  test('makes no heading, no fence and no HTML', () => {
    fc.assert(
      fc.property(text, (any) => {
        for (const made of [plain(any), paragraphs(any)]) {
          expect(made).not.toMatch(/^\s*(#|```|~~~|\|)/m);
          expect(made.replaceAll(/`[^`]*`/g, '')).not.toMatch(/<[a-z]/);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('of code is between more backticks than it has', () => {
    expect(code('a')).toBe('`a`');
    expect(code('a`b')).toBe('``a`b``');
    expect(code('`')).toBe('`` ` ``');
    expect(code('')).toBe('`  `');
    expect(code('a|b', 'table')).toBe('`a\\|b`');
  });

  test('finds headings again', () => {
    expect(slug('rsi-14')).toBe('rsi-14');
    expect(slug('We|ird [x] Ärger')).toBe('weird-x-ärger');
  });
});

describe('differences', () => {
  const page = '# Computations\n\n## a\n\ntext\n\n### one\n\n1\n\n### two\n\n2\n';
  test('are told by part', () => {
    expect(docsDifferences(page, page)).toEqual([]);
    expect(docsDifferences(page.replace('text', 'other').replace('### two', '### three'), page)).toEqual([
      { part: 'a', kind: 'changed' },
      { part: 'two', kind: 'missing' },
      { part: 'three', kind: 'left over' },
    ]);
    expect(docsDifferences('', page).map(({ kind }) => kind)).toEqual(['missing', 'missing', 'missing', 'missing']);
    expect(docsDifferences(`Mine.\n${page}`, page)).toEqual([{ part: 'before the first heading', kind: 'left over' }]);
  });

  test('of order alone are told as such', () => {
    expect(docsDifferences('# t\n### two\n### one\n', '# t\n### one\n### two\n')).toEqual([
      { part: 'order', kind: 'changed' },
    ]);
  });
});

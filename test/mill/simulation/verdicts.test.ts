/** What preflight proves of a change, what it catches, and what it leaves open. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PreflightReport } from '../../../src/mill/steps/prove/preflight.ts';
import { HEAD } from '../manifest/project-folder.ts';
import {
  type Files,
  moduleOf,
  PRICES,
  preflightOf,
  project,
  type Registries,
  startRegistries,
  verdictOn,
} from './versions.ts';

/** A computation before and after: its function, and what stands before it in its module. */
interface Case {
  readonly title: string;
  readonly before: readonly [compute: string, declarations?: string];
  readonly after: readonly [compute: string, declarations?: string];
  /** Files that only one of the versions has. */
  readonly filesBefore?: Files;
  readonly filesAfter?: Files;
  readonly reason?: RegExp;
  /** Instead of the usual module, of what it is before or after. */
  readonly module?: (name: string, compute: string, declarations?: string) => string;
}

const LOOP = `({ prices, past, own }) => {
  let sum = own === undefined ? 0 : own / 2;
  for (const { value } of past) sum += value.close;
  if (prices.volume > 30) sum += 7;
  return prices.kind === 'bid' ? sum : -sum;
}`;

const HIDDEN = `({ prices }) => {
    if (prices.close > 999 && prices.note === 'x' + prices.volume) {
      return prices.close * prices.volume;
    }
    return prices.close;
  }`;

/** What is made of an entity and of the day before. */
const changesModule: Case['module'] = (name, made) => `${HEAD}
  export const looks = defineDataset({ name: 'looks-${name}', entity: z.object({ pages: z.number().int().min(0).max(99) }) });
  export const it = defineComputation({
    name: '${name}', category: 'x', needs: { look: dataset(looks, { dayBefore: true }) },
    output: z.record(z.string(), z.number()), perEntity: (look, { before }) => ${made},
  });`;
const CHANGE: Case['before'] = ['look.pages - (before?.pages ?? 0)'];

/** What is made of an entity and of what another dataset has of it. */
const joinedModule: Case['module'] = (name, made) => `${HEAD}
  import { joined } from 'daymill';
  const entity = z.object({ who: z.string(), pages: z.number().int().min(0).max(99) });
  export const looks = defineDataset({ name: 'looks-${name}', entity, id: ({ who }) => who });
  export const buys = defineDataset({ name: 'buys-${name}', entity, id: ({ who }) => who });
  export const it = defineComputation({
    name: '${name}', category: 'x', needs: { look: dataset(looks), buy: joined(buys) },
    output: z.record(z.string(), z.number()), perEntity: (look, { inputs: { buy } }) => ${made},
  });`;
const BOUGHT: Case['before'] = ['buy === undefined ? look.pages * 2 : buy.pages + look.pages'];

/** Reads a document of its own. */
const quotesModule: Case['module'] = (name, compute, note) => `${HEAD}
  export const quotes = defineDocument({ name: 'quotes-${name}', document: z.object({
    close: z.number(), volume: z.number(), note: ${note} }) });
  export const it = defineComputation({
    name: '${name}', category: 'x', needs: { quotes: document(quotes) }, output: z.number(), compute: ${compute},
  });`;

const edited = (title: string, from: string, to: string): Case => ({
  title,
  before: [LOOP],
  after: [LOOP.replace(from, to)],
});

const COSMETIC: readonly Case[] = [
  {
    title: 'that extracts a helper',
    before: [LOOP],
    after: [
      LOOP.replace('for (const { value } of past) sum += value.close', 'sum = added(sum, past)'),
      `const added = (start: number, past: readonly { value: { close: number } }[]) => {
        let sum = start;
        for (const { value } of past) sum += value.close;
        return sum;
      };`,
    ],
  },
  {
    title: 'that turns conditions around',
    before: [LOOP],
    after: [
      LOOP.replace("prices.kind === 'bid' ? sum : -sum", "prices.kind !== 'bid' ? -sum : sum").replace(
        'own === undefined ? 0 : own / 2',
        'own !== undefined ? own / 2 : 0',
      ),
    ],
  },
  {
    title: 'that changes the order of what does not depend on it',
    before: ['({ prices }) => { const a = prices.close * 3; const b = prices.volume + 3; return a - b; }'],
    after: ['({ prices }) => { const b = prices.volume + 3; const a = prices.close * 3; return a - b; }'],
  },
  {
    title: 'that moves a helper to another module',
    before: ['({ prices }) => twice(prices.close)', 'const twice = (value: number) => value * 2;'],
    after: ['({ prices }) => twice(prices.close)', "import { twice } from '../lib/twice.ts';"],
    filesAfter: { 'lib/twice.ts': 'export const twice = (value: number) => value * 2;' },
  },
  {
    title: 'of what is made of the day before',
    module: changesModule,
    before: CHANGE,
    after: ['-(before?.pages ?? 0) + look.pages'],
  },
  {
    title: 'of what is made of a joined dataset',
    module: joinedModule,
    before: BOUGHT,
    after: ['buy !== undefined ? look.pages + buy.pages : 2 * look.pages'],
  },
];

const CAUGHT: readonly Case[] = [
  edited('of a constant by one in a branch', 'sum += 7', 'sum += 8'),
  edited('of a threshold by one', '> 30', '> 31'),
  edited('of a comparison', '> 30', '>= 30'),
  edited('of rounding', '? sum : -sum', '? Math.round(sum) : -sum'),
  edited('of what the first day starts with', '? 0 :', '? 1 :'),
  edited('of how much its own result counts', 'own / 2', 'own / 3'),
  {
    title: 'in what is made of the day before',
    module: changesModule,
    before: CHANGE,
    after: ['look.pages - (before === undefined ? 0 : 1)'],
  },
  {
    title: 'in what is made of an entity that a joined dataset does not have',
    module: joinedModule,
    before: BOUGHT,
    after: ['buy === undefined ? look.pages * 3 : buy.pages + look.pages'],
  },
  {
    title: 'in what is made of what a joined dataset has',
    module: joinedModule,
    before: BOUGHT,
    after: ['buy === undefined ? look.pages * 2 : buy.pages - look.pages'],
  },
  edited('that throws now and then', 'let sum', "if (prices.volume === 0) throw new Error('no volume');\n let sum"),
];

const sizes = (content: string): Files => ({ 'computations/sizes.json': content });
const SIZES: Case['before'] = [
  '({ prices }) => prices.close + sizes.length',
  "import sizes from './sizes.json' with { type: 'json' };",
];

const OPEN: readonly Case[] = [
  {
    title: 'in a branch that no fabricated day reaches, which is named',
    before: [HIDDEN],
    after: [HIDDEN.replace('prices.close * prices.volume', 'prices.volume * prices.close')],
    reason: /^computations\/open-0\.ts:12 was never executed$/,
  },
  {
    title: 'when a branch that no day reaches was turned around',
    before: ['({ prices }) => prices.close < 0 ? prices.volume : prices.close'],
    after: ['({ prices }) => prices.close >= 0 ? prices.close : prices.volume'],
    reason: /^computations\/open-1\.ts:10 was never executed$/,
  },
  {
    title: 'of a literal, though the days are the same',
    before: ['({ prices }) => prices.volume > 3000 ? 1 : 0'],
    after: ['({ prices }) => prices.volume > 4000 ? 1 : 0'],
    reason: /says “4000 < …” where it said “3000 < …”/,
  },
  {
    title: 'of a default value that is not used',
    before: ['({ prices }) => half(prices.close, 0)', 'const half = (value: number, by = 0) => value / 2 - by;'],
    after: ['({ prices }) => half(prices.close, 0)', 'const half = (value: number, by = 1) => value / 2 - by;'],
    reason: /“default 1” where it said “default 0”/,
  },
  {
    title: 'that takes equals in where they never come',
    before: ['({ prices }) => Math.sqrt(prices.close) + prices.volume > Math.PI ? 5 : 6'],
    after: ['({ prices }) => Math.sqrt(prices.close) + prices.volume >= Math.PI ? 5 : 6'],
    reason: /“<=” where it said “<”/,
  },
  {
    title: 'of data',
    before: SIZES,
    after: SIZES,
    filesBefore: sizes('[1]'),
    filesAfter: sizes('[2]'),
    reason: /sizes\.json is data/,
  },
  {
    title: 'of a statement that runs when the module is loaded',
    before: ['({ prices }) => prices.close'],
    after: ['({ prices }) => prices.close', 'Object.keys({});'],
    reason: /runs when its module is loaded/,
  },
  {
    title: 'when the schema of what it reads changed as well',
    module: quotesModule,
    before: ['({ quotes }) => quotes.close * quotes.volume', 'z.string().optional()'],
    after: ['({ quotes }) => quotes.volume * quotes.close', 'z.string()'],
    reason: /schema of what it reads changed/,
  },
  {
    title: 'when it makes a loop a reduce',
    before: [LOOP],
    after: [
      `({ prices, past, own }) => {
        const start = own === undefined ? 0 : own / 2;
        const sum = past.reduce((total, { value }) => total + value.close, start) + (prices.volume > 30 ? 7 : 0);
        return prices.kind === 'bid' ? sum : -sum;
      }`,
    ],
    reason: /only a rearrangement can be proven/,
  },
  {
    title: 'of statements in another order behind a condition that always holds',
    before: [
      '({ prices }) => { let sum = prices.close; if (prices.close >= 0) sum += prices.volume * 2; return sum; }',
    ],
    after: ['({ prices }) => { let sum = prices.close; if (prices.close >= 0) sum += 2 * prices.volume; return sum; }'],
    reason: /^a condition at computations\/open-9\.ts:10 came out one way on all fabricated days$/,
  },
  {
    title: 'of what stands behind a member that is always there',
    before: ['({ prices }) => (prices.volume ?? 1) * prices.close + 3'],
    after: ['({ prices }) => 3 + (prices.volume ?? 1) * prices.close'],
  },
];

const named = (group: string, cases: readonly Case[]) => cases.map((each, at) => ({ ...each, name: `${group}-${at}` }));
const cosmetic = named('cosmetic', COSMETIC);
const caught = named('caught', CAUGHT);
const open = named('open', OPEN);

let registries: Registries;
let report: PreflightReport;

/** All of them in one project of two versions: a thread for each case would take longer than what is tested. */
beforeAll(async () => {
  registries = await startRegistries();
  const memory = registries.open();
  const version = (which: 'before' | 'after'): Files => {
    const files: Record<string, string> = { 'computations/prices.ts': PRICES };
    for (const each of [...cosmetic, ...caught, ...open]) {
      const { module = moduleOf } = each;
      files[`computations/${each.name}.ts`] = module(each.name, each[which][0], each[which][1]);
      Object.assign(files, which === 'before' ? each.filesBefore : each.filesAfter);
    }
    return files;
  };
  await preflightOf(version('before'), memory);
  report = await preflightOf(version('after'), memory);
});
afterAll(() => registries.close());

test.each(cosmetic)('a refactoring is proven cosmetic $title', ({ name }) => {
  expect(verdictOn(report, name)).toMatchObject({ verdict: 'SAME', simulated: true });
  expect(report.equivalents.get(name)).toHaveLength(1);
});

test.each(caught)('a change is caught $title', ({ name, before, after }) => {
  expect(after).not.toEqual(before);
  expect(verdictOn(report, name)).toMatchObject({
    verdict: 'DIFFERENT',
    reason: expect.stringMatching(/\(chain \d+, \d{4}-\d\d-\d\d\)/),
  });
  expect(report.equivalents.has(name)).toBe(false);
});

test.each(open)('a change is not proven $title', ({ name, reason = /./ }) => {
  expect(verdictOn(report, name)).toMatchObject({ verdict: 'NOT_PROVEN', reason: expect.stringMatching(reason) });
  expect(report.equivalents.has(name)).toBe(false);
});

test('verdicts go through and both ways: back to the first version, over two that do the same', async () => {
  const memory = registries.open();
  const first = project('score', '({ prices }) => prices.close + prices.volume');
  await preflightOf(first, memory);
  const second = project('score', '({ prices }) => prices.volume + prices.close');
  expect(await preflightOf(second, memory, { changedOnly: true })).toMatchObject({ simulated: 1, left: 0 });
  const third = project('score', '({ prices }) => { const { close, volume } = prices; return volume + close; }');
  expect((await preflightOf(third, memory)).equivalents.get('score')).toHaveLength(2);
  const back = await preflightOf(first, memory);
  expect(back.simulated).toBe(0);
  expect(back.equivalents.get('score')).toHaveLength(2);
});

test('with nothing new it costs three reads and no simulation; looking only writes nothing', async () => {
  const memory = registries.open();
  const files = project('score', LOOP);
  // There is no older version to compare with, so a look learns nothing, and it can wait.
  for (const options of [{ register: false }, { changedOnly: true }])
    expect(await preflightOf(files, memory, options)).toMatchObject({ simulated: 0, left: 1, verdicts: [] });
  const first = await preflightOf(files, memory);
  expect(verdictOn(first, 'score')).toMatchObject({ verdict: 'FIRST', simulated: true, covered: 2 });
  const before = registries.reads();
  const again = await preflightOf(files, memory);
  // The registry's index and the planner's head; here nothing was ever planned, so it is also asked whether books were left.
  expect(registries.reads() - before).toBe(3);
  expect(again).toEqual({
    ...first,
    simulated: 0,
    verdicts: first.verdicts.map((each) => Object.assign({}, each, { simulated: false })),
  });
  // Another name for a local variable is seen through by the code hash.
  expect(await preflightOf(project('score', LOOP.replaceAll('sum', 'total')), memory)).toMatchObject({ simulated: 0 });
  const changed = project('score', LOOP.replace('+= 7', '+= 8'));
  const looked = await preflightOf(changed, memory, { register: false });
  expect(looked).toMatchObject({ simulated: 1 });
  // Nothing of it was kept: the same look costs the same again.
  expect(await preflightOf(changed, memory, { register: false })).toEqual(looked);
});

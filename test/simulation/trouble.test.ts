/** Code that cannot be simulated, or must not be trusted: it gets a verdict, and the others are simulated all the same. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PreflightReport } from '../../src/steps/preflight.ts';
import { type Files, moduleOf, PRICES, preflightOf, type Registries, startRegistries, verdictOn } from './versions.ts';

/** Nothing that runs under it ends by itself: a slow machine makes no difference. */
const SHORT_BUDGET_MS = 500;

interface Case {
  readonly what: string;
  readonly compute: string;
  readonly before?: string;
  readonly reason: RegExp;
}

const ENDLESS: readonly Case[] = [
  { what: 'a loop without an end', compute: '() => { for (;;); }', reason: /did not end within 0.5 s/ },
  {
    what: 'a promise that never settles',
    compute: '() => new Promise<number>(() => {})',
    reason: /did not end within 0.5 s/,
  },
];

const IMPOSSIBLE: readonly Case[] = [
  { what: 'process.exit', compute: '() => process.exit(3)', reason: /ended its process/ },
  {
    what: 'a changed prototype',
    compute: '({ prices }) => { (Array.prototype as any).sum = () => 1; return prices.close; }',
    reason: /changes Array\.prototype\.sum, which all code shares/,
  },
  {
    what: 'an error beside all promises',
    compute: "({ prices }) => { queueMicrotask(() => { throw new Error('beside'); }); return prices.close; }",
    reason: /broke the thread of its simulation: beside/,
  },
  {
    what: 'all the memory there is',
    compute: '() => { const all: number[][] = []; for (;;) all.push(new Array(1e6).fill(all.length)); }',
    reason: /took more than 512 MB|did not end/,
  },
];

const UNTRUSTED: readonly Case[] = [
  {
    what: 'the clock',
    compute: '({ prices }) => prices.close + Date.now() * 0',
    reason: /^it uses Date\.now at computations\/untrusted-0\.ts:10$/,
  },
  { what: 'today', compute: '() => new Date().getFullYear()', reason: /new Date\(\) at/ },
  { what: 'chance', compute: '() => Math.random()', reason: /Math\.random at/ },
  {
    what: 'chance of a module',
    compute: '() => randomInt(5)',
    before: "import { randomInt } from 'node:crypto';",
    reason: /crypto\.randomInt at/,
  },
  { what: 'the environment', compute: "() => Number(process.env['SCALE'] ?? 1)", reason: /process\.env\.SCALE at/ },
  {
    what: 'the network',
    compute: "async () => { await fetch('http://127.0.0.1:9/').catch(() => 0); return 1; }",
    reason: /fetch at/,
  },
  {
    what: 'delays',
    compute: 'async () => { await new Promise((go) => setTimeout(go, 0)); return 1; }',
    reason: /setTimeout at/,
  },
  {
    what: 'files',
    compute: "() => readFileSync('/dev/null').length",
    before: "import { readFileSync } from 'node:fs';",
    reason: /fs\.readFileSync at/,
  },
  {
    what: 'what it remembers',
    compute: '() => ++calls',
    before: 'let calls = 0;',
    reason: /two runs on the same inputs differ \(chain 1, /,
  },
  {
    what: 'the time when it was loaded',
    compute: '({ prices }) => prices.close + (now - now)',
    before: 'const now = performance.now();',
    reason: /performance\.now at/,
  },
];

const named = (group: string, cases: readonly Case[]) => cases.map((each, at) => ({ ...each, name: `${group}-${at}` }));
const endless = named('endless', ENDLESS);
const impossible = named('impossible', IMPOSSIBLE);
const untrusted = named('untrusted', UNTRUSTED);

let registries: Registries;
let first: PreflightReport;
let second: PreflightReport;
let outOfTime: PreflightReport;

const modulesOf = (cases: readonly (Case & { readonly name: string })[]): Files => ({
  'computations/prices.ts': PRICES,
  ...Object.fromEntries(
    cases.map(({ name, compute, before }) => [`computations/${name}.ts`, moduleOf(name, compute, before)]),
  ),
});

/** The second version differs by a statement that does nothing. */
beforeAll(async () => {
  registries = await startRegistries();
  const memory = registries.open();
  const version = (declaration: string): Files => ({
    ...modulesOf([...impossible, ...untrusted]),
    'computations/pure.ts': moduleOf(
      'pure',
      `({ prices }) => { ${declaration} if (prices.volume === 50) throw new TypeError('no'); return new Date(prices.close).getTime(); }`,
    ),
  });
  first = await preflightOf(version(''), memory);
  outOfTime = await preflightOf(modulesOf(endless), registries.open(), { budgetMs: SHORT_BUDGET_MS });
  second = await preflightOf(version('void prices;'), memory);
});
afterAll(() => registries.close());

test.each(impossible)('$what is not simulated', ({ name, reason }) => {
  expect(verdictOn(first, name)).toMatchObject({ verdict: 'FIRST', covered: 0, reason: expect.stringMatching(reason) });
});

test.each(endless)('$what ends with the budget', ({ name, reason }) => {
  expect(verdictOn(outOfTime, name)).toMatchObject({
    verdict: 'FIRST',
    covered: 0,
    reason: expect.stringMatching(reason),
  });
});

test.each(untrusted)('who uses $what is named', ({ name, reason }) => {
  expect(verdictOn(first, name).nondeterminism).toMatch(reason);
});

test('code that throws now and then is simulated like any other, and dates of the past are nobody’s clock', () => {
  expect(verdictOn(first, 'pure')).not.toHaveProperty('nondeterminism');
  expect(verdictOn(second, 'pure')).toMatchObject({
    verdict: 'SAME',
    simulated: true,
    reason: expect.stringMatching(/ran every branch/),
  });
});

test('what could not be simulated is not tried again as long as it is the same', () => {
  expect(second.simulated).toBe(1);
});

/** Code that cannot be simulated, or must not be trusted: it gets a verdict, and the others are simulated all the same. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PREFLIGHT } from '../../../src/deploy/services.ts';
import { MAX_SANDBOXES, SANDBOX_MEMORY_MB } from '../../../src/mill/simulation/limits.ts';
import {
  type Files,
  moduleOf,
  type Preflighted,
  PRICES,
  preflightOf,
  type Registries,
  startRegistries,
  verdictOn,
} from './versions.ts';

/** Nothing that runs under it ends by itself: a slow machine makes no difference. */
const SHORT_BUDGET_MS = 500;

interface Case {
  readonly what: string;
  readonly compute: string;
  readonly before?: string;
  readonly reason: RegExp;
}

const ENDLESS: Case = {
  what: 'a loop without an end',
  compute: '() => { for (;;); }',
  reason: /did not end within 0.5 s/,
};

const IMPOSSIBLE: readonly Case[] = [
  {
    what: 'a promise that never settles',
    compute: '() => new Promise<number>(() => {})',
    reason: /waits for what never comes/,
  },
  {
    what: 'a changed prototype',
    compute: '({ prices }) => { (Array.prototype as any).sum = () => 1; return prices.close; }',
    reason: /changes Array\.prototype\.sum, which all code shares/,
  },
  {
    what: 'an error beside all promises',
    compute: "({ prices }) => { queueMicrotask(() => { throw new Error('beside'); }); return prices.close; }",
    reason: /broke its simulation: beside/,
  },
  {
    what: 'all the heap there is',
    compute: '() => { const all: number[][] = []; for (;;) all.push(new Array(1e6).fill(all.length)); }',
    reason: /took more than 512 MB/,
  },
  {
    what: 'all the memory there is in buffers',
    compute: '() => { const all: Buffer[] = []; for (;;) all.push(Buffer.alloc(10_000_000, 1)); }',
    reason: /took more than 512 MB/,
  },
  {
    what: 'more memory in one buffer than the whole preflight may take',
    compute: '() => Buffer.alloc(3_000_000_000, 1).length',
    reason: /took more than 512 MB/,
  },
  {
    what: 'an end of its process that no tap refuses',
    compute: "() => Number(process.emit('disconnect'))",
    reason: /ended its process \(0\)/,
  },
];

/** What would be felt outside: it is refused, and the code is trusted no more. */
const HARMFUL: readonly Case[] = [
  { what: 'process.exit', compute: '() => process.exit(3)', reason: /process\.exit at/ },
  {
    what: 'a signal to the preflight',
    compute: "() => { process.kill(process.ppid, 'SIGKILL'); return 1; }",
    reason: /process\.kill at/,
  },
  {
    what: 'a signal to itself',
    compute: "({ prices }) => { if (prices.volume > 50) process.kill(process.pid, 'SIGKILL'); return 1; }",
    reason: /process\.kill at/,
  },
  {
    what: 'another process',
    compute: "() => { spawn('touch', [import.meta.dirname + '/touched-by-spawn']); return 1; }",
    before: "import { spawn } from 'node:child_process';",
    reason: /child_process\.spawn at/,
  },
  {
    what: 'a file that is written',
    compute: "() => { writeFileSync(import.meta.dirname + '/touched-by-write', ''); return 1; }",
    before: "import { writeFileSync } from 'node:fs';",
    reason: /fs\.writeFileSync at/,
  },
  {
    what: 'a socket',
    compute: '() => { new Socket().connect(PORT); return 1; }',
    before: "import { Socket } from 'node:net';",
    reason: /net\.Socket\.connect at/,
  },
  {
    what: 'an address on the network',
    compute: 'async () => { await fetch("http://127.0.0.1:PORT/").catch(() => 0); return 1; }',
    reason: /fetch at/,
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
const impossible = named('impossible', IMPOSSIBLE);
const untrusted = named('untrusted', UNTRUSTED);
const harmful = named('harmful', HARMFUL);

/** Nobody may come. */
const visits: string[] = [];
const server = createServer((socket) => {
  visits.push('a visit');
  socket.end();
});

let registries: Registries;
let first: Preflighted;
let second: Preflighted;

const modulesOf = (cases: readonly (Case & { readonly name: string })[], port = 0): Files => ({
  'computations/prices.ts': PRICES,
  ...Object.fromEntries(
    cases.map(({ name, compute, before }) => [
      `computations/${name}.ts`,
      moduleOf(name, compute.replace('PORT', String(port)), before),
    ]),
  ),
});

/** The second version differs by a block that does nothing. */
beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  registries = await startRegistries();
  const memory = registries.open();
  const version = (declaration: string): Files => ({
    ...modulesOf([...impossible, ...untrusted, ...harmful], port),
    'computations/pure.ts': moduleOf(
      'pure',
      `({ prices }) => { ${declaration} if (prices.volume === 50) throw new TypeError('no'); return new Date(prices.close).getTime(); }`,
    ),
  });
  first = await preflightOf(version(''), memory);
  second = await preflightOf(version('{}'), memory);
});
afterAll(async () => {
  server.close();
  await registries.close();
});

test.each(impossible)('$what is not simulated', ({ name, reason }) => {
  expect(verdictOn(first, name)).toMatchObject({ verdict: 'FIRST', covered: 0, reason: expect.stringMatching(reason) });
});

test('a loop without an end ends with the budget', async () => {
  const files = modulesOf([{ ...ENDLESS, name: 'endless' }]);
  const report = await preflightOf(files, registries.open(), { budgetMs: SHORT_BUDGET_MS });
  expect(verdictOn(report, 'endless')).toMatchObject({ covered: 0, reason: expect.stringMatching(ENDLESS.reason) });
});

test.each(harmful)('$what is refused, and named', ({ name, reason }) => {
  const verdict = verdictOn(first, name);
  expect(verdict.nondeterminism ?? verdict.reason).toMatch(reason);
  expect(verdict.covered).toBe(2);
});

test('nothing of a simulation is felt outside', () => {
  expect(visits).toEqual([]);
  expect(first.leftBehind).toEqual([]);
});

test('what there is no time left for is left to the next preflight', async () => {
  const memory = registries.open();
  const files = modulesOf([{ ...ENDLESS, name: 'endless' }]);
  const hurried = await preflightOf(files, memory, { totalMs: 0 });
  expect(hurried).toMatchObject({ simulated: 0, left: 1, verdicts: [] });
});

test('all sandboxes together leave the preflight function a quarter of its memory', () => {
  expect(MAX_SANDBOXES * SANDBOX_MEMORY_MB).toBeLessThanOrEqual(0.75 * PREFLIGHT.memoryMB);
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

/** Ways around the taps: whatever leads outside is named, nothing of it is felt there, and what is decided by its arguments is free. */
import { afterAll, beforeAll, expect, test } from 'vitest';
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

interface Case {
  readonly compute: string;
  readonly before?: string;
  readonly uses: RegExp;
}

const from = (module: string, names: string): string => `import { ${names} } from 'node:${module}';`;
/** A use of the clock that a simulation cannot tell from its results. */
const idle = (clock: string): string => `({ prices }) => prices.close + 0 * Number(${clock})`;

const FELT: Readonly<Record<string, Case>> = {
  'a database in a file': {
    before: from('sqlite', 'DatabaseSync'),
    compute: "() => { new DatabaseSync(import.meta.dirname + '/left.db').exec('CREATE TABLE t (a)'); return 1; }",
    uses: /sqlite\.DatabaseSync at computations\/felt-0\.ts/,
  },
  'a signal by what process.kill is made of': {
    compute: '() => (process as any)._kill(process.ppid, 9)',
    uses: /process\._kill at/,
  },
  'a signal that opens a debugger': {
    compute: '() => { (process as any)._debugProcess(process.ppid); return 1; }',
    uses: /process\._debugProcess at/,
  },
  'a datagram': {
    before: from('dgram', 'createSocket'),
    compute: "() => { createSocket('udp4').send('x', 9, '127.0.0.1'); return 1; }",
    uses: /dgram\.createSocket at/,
  },
  'a resolver of its own': {
    before: from('dns', 'Resolver'),
    compute: "() => { new Resolver().resolve4('a.invalid', () => {}); return 1; }",
    uses: /dns\.Resolver at/,
  },
  'an open inspector': {
    before: from('inspector', 'open'),
    compute: "() => { open(0, '127.0.0.1'); return 1; }",
    uses: /inspector\.open at/,
  },
  'an inspector session of its own': {
    before: from('inspector/promises', 'Session'),
    compute: '() => { new Session().connect(); return 1; }',
    uses: /inspector\/promises\.Session at/,
  },
  'a descriptor that is open already': {
    before: from('fs', 'writeSync'),
    compute: "() => { try { return writeSync(3, 'x'); } catch { return 1; } }",
    uses: /fs\.writeSync at/,
  },
  'what process.send is made of': {
    compute: '() => { (process as any)._send({ forged: true }); return 1; }',
    uses: /process\._send at/,
  },
  'a module asked for by name': {
    compute: "() => { (process as any).getBuiltinModule('dgram').createSocket('udp4'); return 1; }",
    uses: /dgram\.createSocket at/,
  },
  'a module by the loader itself': {
    before: "import Module from 'node:module';",
    compute: "() => { (Module as any)._load('dgram').createSocket('udp4'); return 1; }",
    uses: /dgram\.createSocket at/,
  },
  'a priority': {
    before: from('os', 'setPriority'),
    compute: '() => { setPriority(process.ppid, 19); return 1; }',
    uses: /os\.setPriority at/,
  },
  'flags of V8': {
    before: from('v8', 'setFlagsFromString'),
    compute: "() => { setFlagsFromString('--no-opt'); return 1; }",
    uses: /v8\.setFlagsFromString at/,
  },
  'a part that nobody knows': {
    before: from('trace_events', 'getEnabledCategories'),
    compute: '() => { getEnabledCategories(); return 1; }',
    uses: /trace_events\.getEnabledCategories at/,
  },
  'another context': {
    before: from('vm', 'runInNewContext'),
    compute: idle("runInNewContext('Date.now()')"),
    uses: /vm\.runInNewContext at/,
  },
};

const LOOKING: Readonly<Record<string, Case>> = {
  'the day that a formatter takes when it is given none': {
    compute: "() => new Intl.DateTimeFormat('en', { year: 'numeric' }).format().length",
    uses: /Intl\.DateTimeFormat\.format\(\) at/,
  },
  'its parts': {
    compute: '() => Intl.DateTimeFormat.prototype.formatToParts.call(new Intl.DateTimeFormat()).length',
    uses: /Intl\.DateTimeFormat\.formatToParts\(\) at/,
  },
  'a file, piece by piece': {
    before: from('fs', 'openSync, readSync'),
    compute: "() => readSync(openSync('/dev/zero', 'r'), new Uint8Array(1))",
    uses: /fs\.openSync at/,
  },
  'an iterated folder': {
    before: from('fs', 'opendirSync'),
    compute: "() => opendirSync('/').path.length",
    uses: /fs\.opendirSync at/,
  },
  'a member of a clock': { compute: idle('process.hrtime.bigint()'), uses: /process\.hrtime\.bigint at/ },
  'when the process began': { compute: idle('performance.timeOrigin'), uses: /performance\.timeOrigin at/ },
  'a clock by its class': { compute: idle('new (new Date(0).constructor as any)()'), uses: /new Date\(\) at/ },
  'a clock without a caller': {
    compute: '({ prices }) => Promise.resolve().then(Date.now).then((now) => prices.close + 0 * now)',
    uses: /it leads to Date\.now, which Node calls/,
  },
  'a clock behind a stack that lies': {
    compute: `({ prices }) => {
      const { prepareStackTrace } = Error; Error.prepareStackTrace = () => '';
      try { return prices.close + 0 * Date.now(); } finally { Error.prepareStackTrace = prepareStackTrace; } }`,
    uses: /Date\.now at/,
  },
  'a package that asks later': {
    before: "import { later } from 'later';",
    compute: 'async ({ prices }) => prices.close + 0 * (await later())',
    uses: /it leads to Date\.now at node_modules\/later\/index\.js:1/,
  },
  'a package instead of a function': {
    before: "import { later } from 'later';",
    compute: 'later as never',
    uses: /it leads to Date\.now at node_modules\/later\/index\.js:1/,
  },
  'its own number': { compute: idle('process.pid'), uses: /process\.pid at/ },
  'what it was started with': { compute: idle('process.argv.length'), uses: /process\.argv at/ },
  'the machine': { before: from('os', 'hostname'), compute: idle('hostname().length'), uses: /os\.hostname at/ },
  'the time of a file': { compute: idle("new File([], 'a').lastModified"), uses: /File at/ },
  'the time of an event': { compute: idle("new Event('a').timeStamp"), uses: /event\.timeStamp at/ },
  'the collector of garbage': { compute: '() => (new WeakRef({}).deref() ? 1 : 1)', uses: /WeakRef at/ },
  'a delay by signal': { compute: '() => { AbortSignal.timeout(1_000); return 1; }', uses: /AbortSignal\.timeout at/ },
  'a delay by scheduler': {
    before: from('timers/promises', 'scheduler'),
    compute: 'async () => { await scheduler.wait(0); return 1; }',
    uses: /timers\/promises\.scheduler\.wait at/,
  },
  'a delay that stands still': {
    compute: '() => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0); return 1; }',
    uses: /Atomics\.wait at/,
  },
  'a key by chance': {
    before: from('crypto', 'generateKeySync'),
    compute: "() => generateKeySync('hmac', { length: 64 }).symmetricKeySize ?? 0",
    uses: /crypto\.generateKeySync at/,
  },
  'a key by chance, of the web': {
    compute:
      "async () => { await crypto.subtle.generateKey({ name: 'AES-GCM', length: 128 }, false, ['encrypt']); return 1; }",
    uses: /subtlecrypto\.generateKey at/,
  },
  memory: {
    before: from('v8', 'getHeapStatistics'),
    compute: idle('getHeapStatistics().malloced_memory'),
    uses: /v8\.getHeapStatistics at/,
  },
  'how many calls there were': {
    before: from('async_hooks', 'executionAsyncId'),
    compute: idle('executionAsyncId()'),
    uses: /async_hooks\.executionAsyncId at/,
  },
};

const FREE: Readonly<Record<string, Omit<Case, 'uses'>>> = {
  hashes: {
    before: from('crypto', 'createHash, createHmac'),
    compute: "() => createHash('md5').update('a').digest().length + createHmac('md5', 'a').digest().length",
  },
  'hashes of the web': { compute: "async () => (await crypto.subtle.digest('SHA-256', new Uint8Array(1))).byteLength" },
  compression: { before: from('zlib', 'gzipSync, gunzipSync'), compute: "() => gunzipSync(gzipSync('abc')).length" },
  texts: {
    before: from('util', 'inspect, format'),
    compute: "() => inspect({ a: [1] }).length + format('%s', 1).length + new TextEncoder().encode('ä').length",
  },
  paths: {
    before: `${from('path', 'join')}\n${from('url', 'domainToASCII')}`,
    compute:
      "() => join('a', '..', 'b').length + new URL('http://a.test/b').pathname.length + domainToASCII('ä.test').length",
  },
  'a day that it is given': {
    compute:
      "() => new Intl.DateTimeFormat('en', { timeZone: 'UTC' }).format(new Date(0)).length + new Date(0).toISOString().length",
  },
  copies: {
    before: from('v8', 'serialize, deserialize'),
    compute: '({ prices }) => structuredClone(prices).close + deserialize(serialize(1))',
  },
  events: {
    before: from('events', 'EventEmitter'),
    compute: "() => { let n = 0; new EventEmitter().on('a', () => n++).emit('a'); return n; }",
  },
  turns: {
    before: from('async_hooks', 'AsyncLocalStorage'),
    compute:
      'async () => { await new Promise((go) => setImmediate(go)); await new Promise((go) => process.nextTick(go)); return new AsyncLocalStorage().run(1, () => 1); }',
  },
  streams: {
    before: from('stream', 'Readable'),
    compute:
      "async () => { let n = 0; for await (const each of Readable.from(['a', 'b'])) n += each.length; return n; }",
  },
  'what is outside and not used': {
    before: `${from('fs', 'readFileSync')}\n${from('http', 'Agent')}\n${from('net', 'isIP')}\nconst agent = new Agent();`,
    compute: "({ prices }) => (prices.close < 0 ? readFileSync('/').length : isIP('::1') + agent.maxSockets * 0 || 1)",
  },
  'where it runs': { compute: '() => process.version.length + process.platform.length' },
  assertions: {
    before: "import assert from 'node:assert';",
    compute: '() => { assert.deepEqual({ a: 1 }, { a: 1 }); return 1; }',
  },
};

/** One that uses so much that what comes after it could not be taken down. */
const CROWDING = moduleOf(
  'crowding',
  `({ prices }) => {
    const called = (n: number): number => (n === 0 ? Date.now() : n % 2 === 1 ? called((n - 1) / 2) : called(n / 2) + 0);
    if (rounds++ === 0) for (let n = 0; n < 15_000; n++) called(n);
    return prices.close; }`,
  'let rounds = 0;',
);

const named = <C extends Omit<Case, 'uses'>>(group: string, cases: Readonly<Record<string, C>>) =>
  Object.entries(cases).map(([what, each], at) => Object.assign({ what, name: `${group}-${at}` }, each));
const felt = named('felt', FELT);
const looking = named('looking', LOOKING);
const free = named('free', FREE);

const files: Files = {
  'computations/prices.ts': PRICES,
  'node_modules/later/package.json': '{ "name": "later", "version": "1.0.0", "type": "module", "main": "index.js" }',
  'node_modules/later/index.js':
    'export const later = () => new Promise((done) => queueMicrotask(() => done(Date.now() * 0)));',
  'computations/crowding.ts': CROWDING,
  ...Object.fromEntries(
    [...felt, ...looking, ...free].map(({ name, compute, before }) => [
      `computations/${name}.ts`,
      moduleOf(name, compute, before),
    ]),
  ),
};

let registries: Registries;
let report: Preflighted;
beforeAll(async () => {
  registries = await startRegistries();
  report = await preflightOf(files, registries.open());
});
afterAll(() => registries.close());

test.each(felt)('$what is refused, and named', ({ name, uses }) => {
  expect(verdictOn(report, name)).toMatchObject({ nondeterminism: expect.stringMatching(uses) });
});

test.each(looking)('$what is named', ({ name, uses }) => {
  expect(verdictOn(report, name)).toMatchObject({ nondeterminism: expect.stringMatching(uses) });
});

test.each(free)('$what: nobody is distrusted for it', ({ name }) => {
  const { nondeterminism, reason } = verdictOn(report, name);
  expect({ nondeterminism, reason }).toEqual({ nondeterminism: undefined, reason: 'the first version' });
});

test('nothing of it is felt outside', () => {
  expect(report.leftBehind).toEqual([]);
});

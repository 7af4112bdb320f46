/** The house rules (design.md, section 2): which room may import which, what stays pure, what production may load. */
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { impuritiesIn, importsIn, localImports, readSource, type SourceFile } from './support/source-file.ts';

const ROOT = resolve(import.meta.dirname, '..');

/**
 * Room to what it may import, type-only imports included: another room, or one file of it. A top-level file of src is a room of
 * its own. Of several rows that fit a file, the longest holds; a room may always import itself.
 */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  'errors.ts': [],
  values: ['errors.ts'],
  // Node alone: it guards the process that author code runs in, and knows nothing of days or samples.
  process: ['errors.ts'],
  'index.ts': ['values', 'mill/model', 'config/define-config.ts', 'collected.ts'],
  // For authors, too: where what was collected becomes root data.
  'collected.ts': ['mill/model', 'meter/model', 'errors.ts'],
  computations: ['index.ts'],
  // For authors' own tests: what a night does with a computation, without a night.
  testing: ['values', 'mill/model', 'mill/execution', 'mill/simulation/fabricate-days.ts', 'errors.ts'],

  // For applications that read results: the store, and no more of the mill than what a result is.
  client: [
    'google/firestore-client.ts',
    'google/mill/firestore-artifacts.ts',
    'mill/ports/read-whole.ts',
    'mill/model',
    'mill/ports/artifacts.ts',
    'values',
    'errors.ts',
  ],

  'mill/model': ['values', 'errors.ts'],
  // The time between heartbeats, of which a bound counts the writes.
  'mill/planning': ['mill/lifecycle/limits.ts', 'mill/model', 'values', 'errors.ts'],
  'mill/tiers': ['mill/model', 'mill/lifecycle/limits.ts', 'values', 'errors.ts'],
  'mill/lifecycle': ['mill/model', 'mill/tiers', 'values', 'errors.ts'],
  'mill/execution': ['mill/model', 'values', 'process', 'errors.ts'],
  // It names Daymill's own folder by URL, to tell authors' code from it.
  'mill/manifest': ['mill/model', 'values', 'process', 'errors.ts'],
  // Rows that stay in their files are checked, and packed while they are sorted, as those are that are loaded.
  'mill/sources': [
    'mill/model',
    'mill/execution/artifact-codec.ts',
    'mill/execution/check-row.ts',
    'values',
    'process',
    'errors.ts',
  ],
  // Its process, which it starts by URL, loads author code as a worker does.
  'mill/simulation': [
    'mill/model',
    'mill/execution',
    'mill/manifest/import-guard.ts',
    'mill/manifest/load-definitions.ts',
    'mill/manifest/own-code.ts',
    'values',
    'process',
    'errors.ts',
  ],
  'mill/ports': ['mill/model', 'mill/planning', 'mill/simulation/simulation-job.ts', 'values', 'errors.ts'],
  // Of the simulation what is pure: the fabricated inputs and the verdict. Running it is a port.
  'mill/steps': [
    'mill/model',
    'mill/planning',
    'mill/lifecycle',
    'mill/tiers',
    'mill/execution',
    'mill/simulation/compare.ts',
    'mill/simulation/fabricate-days.ts',
    'mill/simulation/limits.ts',
    'mill/simulation/simulation-job.ts',
    'mill/ports',
    'mill/worker/heartbeat.ts',
    'values',
    'process',
    'errors.ts',
  ],
  // Never the command line that prints them: what people ask is asked over HTTP, too.
  'mill/answers': [
    'mill/model',
    'mill/planning',
    'mill/lifecycle',
    // What a plan costs depends on the tier.
    'mill/tiers/tier-router.ts',
    // … and a task is shown with what it was expected to take.
    'mill/tiers/predict.ts',
    // A preview keeps its shards in memory.
    'mill/execution/artifact-codec.ts',
    // Of the graph what is pure: who reads whom, and which of them are asked about.
    'mill/manifest/edges.ts',
    'mill/manifest/graph.ts',
    'mill/manifest/graph-layout.ts',
    'mill/manifest/select.ts',
    'mill/ports',
    'mill/steps',
    'values',
    'process',
    'errors.ts',
    'tables',
  ],
  'mill/worker': ['mill/model', 'mill/ports', 'values', 'process', 'errors.ts'],
  // It starts its thread by URL …
  'mill/worker/watchdog.ts': [
    'config',
    'process',
    'mill/ports',
    'mill/worker/watchdog-thread.ts',
    'mill/worker/watch-board.ts',
  ],
  // … which is an entry of its own: it gives a task up where the main thread cannot.
  'mill/worker/watchdog-thread.ts': [
    'config',
    'mill/worker/watchdog.ts',
    'mill/worker/watch-board.ts',
    'compose.ts',
    'mill/steps/work/give-up-stuck.ts',
  ],

  // Rows for other programs, of both wings.
  tables: ['errors.ts'],
  'meter/model': ['values', 'errors.ts'],
  'meter/formats': ['meter/model', 'values', 'errors.ts'],
  'meter/segments': ['meter/model', 'values', 'errors.ts'],
  'meter/live': ['meter/model', 'values', 'errors.ts'],
  'meter/limits': ['meter/model', 'values', 'errors.ts'],
  'meter/promql': ['meter/model', 'values', 'errors.ts'],
  'meter/rollups': ['meter/model', 'meter/live/exact-sum.ts', 'meter/segments', 'values', 'errors.ts'],
  'meter/ports': [
    'meter/model',
    'meter/promql',
    'meter/rollups',
    'meter/segments',
    'meter/live',
    'meter/limits',
    'values',
    'process',
    'errors.ts',
  ],
  'meter/steps': [
    'meter/model',
    'meter/formats',
    'meter/segments',
    'meter/live',
    'meter/limits',
    'meter/rollups',
    'meter/ports',
    'values',
    'process',
    'errors.ts',
  ],
  'meter/answers': [
    'meter/model',
    'meter/formats',
    'meter/segments',
    'meter/live',
    'meter/limits',
    'meter/promql',
    'meter/rollups',
    'tables',
    'meter/ports',
    'values',
    'process',
    'errors.ts',
  ],

  google: ['errors.ts'],
  'google/meter': [
    'google',
    'meter/model',
    'meter/rollups',
    'meter/segments',
    'meter/live',
    'meter/limits',
    'meter/ports',
    'values',
    'process',
    'errors.ts',
  ],
  // Parts are stored as the executor compresses them, and what planning keeps is stored as it says.
  'google/mill': [
    'google',
    'mill/model',
    'mill/planning',
    'mill/execution/artifact-codec.ts',
    'mill/ports',
    'values',
    'process',
    'errors.ts',
  ],
  emulators: [],

  // The numbers that the specification sets are the defaults of the configuration.
  config: [
    'mill/model',
    'meter/model/limits.ts',
    'meter/model/organization.ts',
    'mill/lifecycle/limits.ts',
    'mill/tiers/default-tiers.ts',
    'values',
    'errors.ts',
  ],
  // Of the manifest's room it loads what was built; building is the command line's.
  // Where the wings meet: closed days of what was collected are files of the mill's.
  'collected-files.ts': ['google/meter', 'meter/answers', 'meter/model', 'mill/ports', 'mill/model'],
  // … and results of the mill are what the meter is asked for.
  'compose-results.ts': [
    'config',
    'google/mill/firestore-artifacts.ts',
    'mill/manifest/read-manifest.ts',
    'mill/model',
    'mill/ports',
    'meter/ports',
  ],
  'compose-meter.ts': [
    'config',
    'google',
    'google/meter',
    'meter/model',
    'meter/limits',
    'meter/ports',
    'meter/steps',
    'meter/answers',
    'process',
    'errors.ts',
    'compose-results.ts',
    'values',
    'meter/promql',
  ],
  'compose.ts': [
    'collected-files.ts',
    'config',
    'google',
    'google/mill',
    'mill/model',
    'mill/ports',
    'mill/worker',
    'mill/manifest/import-guard.ts',
    'mill/manifest/load-definitions.ts',
    'mill/manifest/read-manifest.ts',
    'mill/simulation/simulator.ts',
    'mill/simulation/unfenced.ts',
    'mill/sources/project-files.ts',
    'mill/sources/stored-days.ts',
    'process',
    'errors.ts',
  ],
  // Errors are written in the words of the protocol that they answer.
  http: [
    'values',
    'compose.ts',
    'compose-view.ts',
    'compose-meter.ts',
    'config',
    'mill/model',
    'mill/steps',
    // What of a grid has changed is told while somebody looks.
    'mill/answers',
    'meter/formats/otlp/write.ts',
    'meter/model',
    'meter/live/frame.ts',
    'meter/answers/metrics/tell-windows.ts',
    'meter/ports',
    'meter/promql/query-error.ts',
    'meter/steps/collect/report-self.ts',
    'meter/steps/jobs',
    'process',
    'errors.ts',
  ],
  // The page's function: the mill's ports, and what reads the files that its datasets are loaded from.
  // Of the meter only whose metrics there are to be looked at.
  'compose-view.ts': [
    'compose.ts',
    'config',
    'google/firestore-client.ts',
    'google/meter/firestore-organizations.ts',
    'mill/ports',
    'mill/sources/file-memory.ts',
    'mill/sources/read-source.ts',
    'process',
    'errors.ts',
  ],
  'http/routes/mill': [
    'http/route.ts',
    'http/live-grid.ts',
    'http/http-error.ts',
    'compose-view.ts',
    'mill/answers',
    'mill/model',
    'mill/steps',
    'meter/model/role.ts',
    'values',
    'errors.ts',
  ],
  // Each route is one call of a step or an answer, and how it is written.
  'http/routes': [
    'http/route.ts',
    'compose-meter.ts',
    'http/frame-queue.ts',
    'http/http-error.ts',
    'meter/live/frame.ts',
    'meter/model',
    'meter/formats',
    'meter/steps',
    'meter/answers',
    'meter/promql',
    'tables',
    'values',
    'errors.ts',
  ],
  // What a deployment consists of; Google's REST APIs are its own affair.
  deploy: ['deploy/desired', 'config', 'mill/model', 'mill/manifest', 'process', 'values', 'errors.ts'],
  'deploy/desired': [
    'deploy/names.ts',
    'deploy/resource.ts',
    'deploy/services.ts',
    'config/cloud-target.ts',
    'config/own-functions.ts',
    'config/project-settings.ts',
    'mill/model',
  ],
  'compose-keys.ts': ['config', 'google', 'google/meter', 'meter/ports', 'process'],
  // It reads arguments, asks, and prints. `daymill run` starts the day's workflow and reads how it went.
  cli: [
    'compose.ts',
    'compose-meter.ts',
    'meter/steps/collect/dead-letters.ts',
    'compose-keys.ts',
    'config',
    'mill/model',
    // Of planning the words: sums of costs, sets of days and the stands of a report are said by it. It decides nothing.
    'mill/planning/cost.ts',
    'mill/planning/day-set.ts',
    'mill/planning/report.ts',
    'mill/steps',
    'mill/answers',
    'mill/manifest',
    'mill/ports/read-whole.ts',
    'mill/sources',
    // Of the meter who is who: tokens are made here, and keys.
    'meter/model',
    'meter/ports/api-keys.ts',
    'google/workflows-client.ts',
    'google/mill/workflows-pipeline.ts',
    'google/scheduler-client.ts',
    'deploy',
    'values',
    'process',
    'errors.ts',
    'tables',
    'google/object-sink.ts',
    'meter/answers/export',
    'meter/answers/query/query.ts',
    'meter/promql',
  ],
  // Local mode alone knows the local cloud.
  'cli/local': [
    'cli',
    'compose.ts',
    'config',
    'deploy/services.ts',
    'mill/model',
    'mill/steps/work/note-death.ts',
    // The page plans with the code as it is, which is written down for it.
    'mill/manifest/read-manifest.ts',
    'google/workflows-client.ts',
    // On a quiet day the command serves the functions that plan.
    'http/answer-json.ts',
    'http/dispatch-function.ts',
    'http/index-function.ts',
    'http/preflight-function.ts',
    'http/step-function.ts',
    'emulators',
    'process',
    'errors.ts',
  ],
  functions: ['http', 'mill/steps', 'compose-meter.ts', 'config', 'values'],
  // The page, in a browser: of the rest it knows what answers look like, and no more.
  dashboard: ['mill/answers', 'meter/answers'],
};

/** Rooms that decide: no waiting, no clock, no chance, no environment. */
const PURE = new Set([
  'values',
  'mill/model',
  'mill/planning',
  'mill/lifecycle',
  'mill/tiers',
  'meter/model',
  'meter/formats',
  'meter/segments',
  'meter/live',
  'meter/limits',
  'meter/promql',
  'meter/rollups',
  'deploy/desired',
]);

/** Loaded by name, as a thread or a process of their own. */
const ENTRIES = new Set(['src/mill/worker/watchdog-thread.ts', 'src/mill/simulation/simulation-process.ts']);

/** Hashing and compressing are functions of their argument. */
const PURE_NODE_MODULES = new Set(['node:crypto', 'node:zlib']);

const files = globSync(['src/**/*.{ts,tsx}', 'functions/**/*.ts'], { cwd: ROOT })
  .sort()
  .map((path) => readSource(ROOT, path));
const byPath = new Map(files.map((file) => [file.path, file]));

describe('every room', () => {
  test('is in the table, and every row of the table is a room', () => {
    const rooms = new Set(files.map(({ path }) => folderOf(path)));
    const rows = new Set(Object.keys(ROOMS).map((row) => folderOf(row)));
    expect([...rooms].sort()).toEqual([...rows].sort());
  });

  test.each(Object.keys(ROOMS))('%s imports only what it may', (room) => {
    const breaches = files
      .filter(({ path }) => roomOf(path) === room)
      .flatMap((file) => localImports(ROOT, file).map(({ target }) => ({ path: file.path, target })))
      .filter(({ target }) => !mayImport(room, inHouse(target)))
      .map(({ path, target }) => `${path} imports ${target}`);
    expect(breaches).toEqual([]);
  });

  test('has a line on top of each file that says what the file is for', () => {
    const silent = files.filter(({ text }) => !/^(#!.*\n)?(\/\*\*|\/\/)\s*\S+/.test(text)).map(({ path }) => path);
    expect(silent).toEqual([]);
  });
});

describe('a pure room', () => {
  const pure = files.filter(({ path }) => PURE.has(roomOf(path)));

  test('waits for nothing and asks neither clock nor chance nor environment', () => {
    expect(pure.length).toBeGreaterThan(20);
    expect(pure.flatMap(({ path, text }) => impuritiesIn(text).map((what) => `${path}: ${what}`))).toEqual([]);
  });

  test('touches nothing of the machine', () => {
    const touches = pure.flatMap(({ path, imports }) =>
      imports
        .filter(({ specifier }) => specifier.startsWith('node:') && !PURE_NODE_MODULES.has(specifier))
        .map(({ specifier }) => `${path} imports ${specifier}`),
    );
    expect(touches).toEqual([]);
  });
});

describe('production', () => {
  const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
    peerDependencies: Record<string, string>;
  };
  /** What the functions load, threads and the computations among it, which are loaded by name. */
  const loaded = reachableFrom(
    files.map(({ path }) => path).filter((path) => /^(functions|src\/computations)\//.test(path) || ENTRIES.has(path)),
  );

  test('loads no package that is only there for development', () => {
    const missing = loaded.flatMap((file) =>
      packagesOf(file)
        .filter((name) => !(name in dependencies) && !(name in peerDependencies))
        .map((name) => `${file.path} loads ${name}`),
    );
    expect(missing).toEqual([]);
  });

  test('loads neither the local cloud, nor the command line, nor what builds manifests', () => {
    const rooms = new Set(loaded.map(({ path }) => roomOf(path)));
    expect([...rooms]).toEqual(expect.arrayContaining(['mill/steps', 'google/mill', 'compose.ts']));
    expect([...rooms].filter((room) => ['emulators', 'cli'].includes(room))).toEqual([]);
    const paths = loaded.map(({ path }) => path);
    expect(paths).not.toContain('src/mill/manifest/build-manifest.ts');
    // Loading by hand is the command line's.
    expect(paths).not.toContain('src/mill/sources/day-spill.ts');
  });
});

describe('the page', () => {
  test('takes nothing of the rest into a browser but types', () => {
    const page = files.filter(({ path }) => path.startsWith('src/dashboard/'));
    expect(page.length).toBeGreaterThan(20);
    const taken = page.flatMap((file) =>
      localImports(ROOT, file)
        .filter(({ target, erased }) => !target.startsWith('src/dashboard/') && !erased)
        .map(({ target }) => `${file.path} imports ${target}`),
    );
    expect(taken).toEqual([]);
  });
});

describe('what is published', () => {
  test("has no way to Google's administration APIs, which tests alone have, with packages that are there for development", () => {
    const ADMIN = 'src/emulators/admin/';
    const ways = files
      .filter(({ path }) => !path.startsWith(ADMIN))
      .flatMap((file) => localImports(ROOT, file).map(({ target }) => ({ path: file.path, target })))
      .filter(({ target }) => target.startsWith(ADMIN));
    expect(ways).toEqual([]);
    const { exclude } = JSON.parse(
      readFileSync(join(ROOT, 'tsconfig.build.json'), 'utf8').replace(/^\s*\/\/.*$/gm, ''),
    ) as { exclude: string[] };
    expect(exclude).toContain('src/emulators/admin');
  });
});

describe('these rules', () => {
  test.each([
    ['type-only imports', "import type { A } from '../google/a.ts';", '../google/a.ts'],
    ['mixed imports', "import { type A, b } from '../google/a.ts';", '../google/a.ts'],
    ['re-exports', "export { a } from '../google/a.ts';", '../google/a.ts'],
    ['imports at run time', "await import('../google/a.ts');", '../google/a.ts'],
    ['types by import', "type A = import('../google/a.ts').A;", '../google/a.ts'],
    ['threads', "new URL('./thread.ts', import.meta.url);", './thread.ts'],
  ])('see %s', (_, text, specifier) => {
    expect(importsIn(text).map((found) => found.specifier)).toEqual([specifier]);
  });

  test.each([
    ['await a', 'await'],
    ['async () => 1', 'async'],
    ['Date.now()', 'Date.now'],
    ['new Date()', 'new Date()'],
    ['Math.random()', 'Math.random'],
    ['process.env', 'process'],
    ['performance.now()', 'performance'],
    ['setTimeout(a, 1)', 'setTimeout'],
  ])('see that "%s" is impure', (text, what) => {
    expect(impuritiesIn(text)).toEqual([what]);
  });

  test.each(['new Date(0)', 'Date.parse(a)', 'Math.max(1, 2)', 'a.process'])('see that "%s" is pure', (text) => {
    expect(impuritiesIn(text)).toEqual([]);
  });

  test('let no decision reach for a step, nor a step for a cloud', () => {
    expect(mayImport('mill/planning', 'mill/ports/tasks.ts')).toBe(false);
    expect(mayImport('mill/steps', 'google/mill/paths.ts')).toBe(false);
    expect(mayImport('google', 'mill/steps/work/work.ts')).toBe(false);
    expect(mayImport('emulators', 'errors.ts')).toBe(false);
    expect(mayImport('google/mill', 'mill/ports/tasks.ts')).toBe(true);
  });

  test('let no answer reach for who asks, nor who asks decide', () => {
    for (const target of ['cli/output.ts', 'compose.ts', 'google/mill/paths.ts', 'config/config.ts'])
      expect(mayImport('mill/answers', target)).toBe(false);
    expect(mayImport('cli', 'mill/planning/plan.ts')).toBe(false);
    expect(mayImport('cli', 'mill/answers/plan.ts')).toBe(true);
  });
});

/** `src/mill/steps/work/work.ts` is `mill/steps/work/work.ts`, `functions/work.ts` stays. */
const inHouse = (path: string): string => path.replace(/^src\//, '');

/** A wing's rooms are the folders in it, as is what `google/` has of a wing. */
function folderOf(path: string): string {
  const parts = inHouse(path).split('/');
  const inWing = /^(mill|meter|google)$/.test(parts[0] ?? '') && /^\w+$/.test(parts[1] ?? '');
  return parts.slice(0, inWing ? 2 : 1).join('/');
}

/** The longest row that fits. */
const roomOf = (path: string): string =>
  Object.keys(ROOMS)
    .filter((row) => inHouse(path) === row || inHouse(path).startsWith(`${row}/`))
    .sort((left, right) => right.length - left.length)[0] ?? folderOf(path);

const mayImport = (room: string, target: string): boolean =>
  [room, ...(ROOMS[room] ?? [])].some((allowed) => target === allowed || target.startsWith(`${allowed}/`));

/** Packages that it loads at run time. */
const packagesOf = ({ imports }: SourceFile): string[] =>
  imports
    .filter(({ specifier, erased }) => !erased && !/^(\.|node:)/.test(specifier))
    .map(({ specifier }) =>
      specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/'),
    );

function reachableFrom(entries: readonly string[]): SourceFile[] {
  const reached = new Map<string, SourceFile>();
  const visit = (path: string): void => {
    const file = byPath.get(path);
    if (file === undefined || reached.has(path)) return;
    reached.set(path, file);
    for (const { target, erased } of localImports(ROOT, file)) if (!erased) visit(target);
  };
  for (const entry of entries) visit(entry);
  return [...reached.values()];
}

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
  // Node alone: it guards the process that author code runs in.
  'author-code.ts': ['errors.ts'],
  'index.ts': ['model'],
  model: ['errors.ts'],
  planning: ['model', 'errors.ts'],
  lifecycle: ['model', 'errors.ts'],
  execution: ['model', 'errors.ts', 'author-code.ts'],
  // It names the public module by URL, to tell authors' own code from Daymill's; it never loads it.
  manifest: ['model', 'errors.ts', 'index.ts', 'author-code.ts'],
  sources: ['model', 'errors.ts', 'author-code.ts'],
  'process-usage.ts': [],
  // Its process, which it starts by URL, loads author code as a worker does.
  simulation: [
    'model',
    'errors.ts',
    'execution',
    'manifest/import-guard.ts',
    'manifest/load-definitions.ts',
    'process-usage.ts',
  ],
  computations: ['index.ts'],
  // Of the simulation what is pure: the fabricated inputs and the verdict. Running it is a port.
  steps: [
    'model',
    'planning',
    'lifecycle',
    'execution',
    'errors.ts',
    'author-code.ts',
    'simulation/compare.ts',
    'simulation/fabricate-days.ts',
    'simulation/limits.ts',
    'simulation/simulation-job.ts',
  ],
  // Parts are stored as the executor compresses them, and the book in the planner's own words.
  // What planning keeps is stored as it says: books by their ids, standings by their schemas.
  google: ['model', 'errors.ts', 'steps/ports.ts', 'planning', 'execution/artifact-codec.ts'],
  emulators: [],
  // The numbers that the specification sets are the defaults of the configuration.
  'config.ts': ['model', 'errors.ts', 'lifecycle/limits.ts', 'lifecycle/default-tiers.ts'],
  'log.ts': ['steps/ports.ts'],
  'memory-probe.ts': ['steps/ports.ts'],
  // It starts its thread by URL.
  'watchdog.ts': ['config.ts', 'steps/ports.ts', 'watchdog-thread.ts'],
  // The thread is an entry of its own: it gives a task up where the main thread cannot.
  'watchdog-thread.ts': ['config.ts', 'watchdog.ts', 'compose.ts', 'steps/work.ts'],
  // Of the manifest's room it loads what was built; building is the command line's.
  'compose.ts': [
    'config.ts',
    'log.ts',
    'memory-probe.ts',
    'watchdog.ts',
    'google',
    'model',
    'steps/ports.ts',
    'manifest/import-guard.ts',
    'manifest/load-definitions.ts',
    'manifest/read-manifest.ts',
    'simulation/simulator.ts',
  ],
  http: ['compose.ts', 'config.ts', 'errors.ts', 'author-code.ts', 'model', 'steps'],
  // `daymill run` starts the day's workflow and reads how it went; results are decoded as they are stored.
  cli: [
    'compose.ts',
    'config.ts',
    'errors.ts',
    'author-code.ts',
    'model',
    'planning',
    'execution/artifact-codec.ts',
    // What a plan costs depends on the tier.
    'lifecycle/tier-router.ts',
    'steps',
    'manifest',
    'sources',
    'google/workflows-client.ts',
  ],
  // Local mode alone knows the local cloud.
  'cli/local': [
    'cli',
    'config.ts',
    'errors.ts',
    'model',
    'process-usage.ts',
    'google/workflows-client.ts',
    'emulators',
  ],
  functions: ['http', 'model', 'steps'],
};

/** Rooms that decide: no waiting, no clock, no chance, no environment. */
const PURE = new Set(['model', 'planning', 'lifecycle']);

/** Loaded by name, as a thread or a process of their own. */
const ENTRIES = new Set(['src/watchdog-thread.ts', 'src/simulation/simulation-process.ts']);

/** Hashing is a function of its argument. */
const PURE_NODE_MODULES = new Set(['node:crypto']);

const files = globSync(['src/**/*.ts', 'functions/**/*.ts'], { cwd: ROOT })
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
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  /** What the functions load, threads and the computations among it, which are loaded by name. */
  const loaded = reachableFrom(
    files.map(({ path }) => path).filter((path) => /^(functions|src\/computations)\//.test(path) || ENTRIES.has(path)),
  );

  test('loads no package that is only there for development', () => {
    const missing = loaded.flatMap((file) =>
      packagesOf(file)
        .filter((name) => !(name in dependencies))
        .map((name) => `${file.path} loads ${name}`),
    );
    expect(missing).toEqual([]);
  });

  test('loads neither the local cloud, nor the command line, nor what builds manifests', () => {
    const rooms = new Set(loaded.map(({ path }) => roomOf(path)));
    expect([...rooms]).toEqual(expect.arrayContaining(['steps', 'google', 'compose.ts']));
    expect([...rooms].filter((room) => ['emulators', 'cli', 'sources'].includes(room))).toEqual([]);
    expect(loaded.map(({ path }) => path)).not.toContain('src/manifest/build-manifest.ts');
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
    expect(mayImport('planning', 'steps/ports.ts')).toBe(false);
    expect(mayImport('steps', 'google/paths.ts')).toBe(false);
    expect(mayImport('google', 'steps/work.ts')).toBe(false);
    expect(mayImport('emulators', 'errors.ts')).toBe(false);
    expect(mayImport('google', 'steps/ports.ts')).toBe(true);
  });
});

/** `src/steps/work.ts` is `steps/work.ts`, `functions/work.ts` stays. */
const inHouse = (path: string): string => path.replace(/^src\//, '');

const folderOf = (path: string): string => inHouse(path).split('/')[0] ?? '';

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

/** The project's test files, and which of them load a computation's module. */
import { globSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import type { ManifestComputation } from '../model/manifest.ts';
import type { ModuleGraph } from './module-graph.ts';
import type { SourceModule } from './source-module.ts';
import { isNode, nodesBelow } from './syntax-node.ts';

/** As `node --test` and vitest both find them. */
export const TEST_FILES = '*.test.{ts,js,mts,mjs}';

/** What was built, installed, or hidden is nobody's test. */
const LEFT_OUT = /^(?:node_modules|dist|\..+)$/;

export interface Reached {
  /** Test files that load a module of one of the computations, at once or through others; relative to the root, sorted. */
  readonly files: readonly string[];
  /** Names of the computations that no test file loads. */
  readonly untested: readonly string[];
}

/** Relative to the root, with `/` on every system; sorted. */
export const testFilesIn = (root: string): string[] =>
  globSync(`**/${TEST_FILES}`, { cwd: root, exclude: (path) => LEFT_OUT.test(basename(path)) })
    .map((path) => path.split(sep).join('/'))
    .sort();

/** @throws {UserError} BAD_DEFINITION when one of the files, or what it loads, does not parse */
export function testsReaching(
  graph: ModuleGraph,
  testFiles: readonly string[],
  computations: readonly Pick<ManifestComputation, 'name' | 'module'>[],
): Reached {
  const loads = new Map(
    testFiles.map((file) => {
      const test = graph.moduleAt(join(graph.root, file));
      const modules = graph.closureOf([test, ...loadedLater(test, graph)]);
      return [file, new Set(modules.map(({ path }) => graph.relative(path)))];
    }),
  );
  const files = testFiles.filter((file) => computations.some(({ module }) => loads.get(file)?.has(module)));
  const tested = new Set(files.flatMap((file) => [...(loads.get(file) ?? [])]));
  return { files, untested: computations.filter(({ module }) => !tested.has(module)).map(({ name }) => name) };
}

/** Modules that the test names in an `import()`: what is replaced in them is replaced first, so tests like to load them late. */
function loadedLater(test: SourceModule, graph: ModuleGraph): SourceModule[] {
  const specifiers = test.units
    .flatMap(({ node }) => [node, ...nodesBelow(node)])
    .filter(({ type }) => type === 'ImportExpression')
    .flatMap(({ source }) => (isNode(source) && typeof source['value'] === 'string' ? [source['value']] : []));
  return specifiers.flatMap((specifier) => {
    const namespace = graph.namespaceOf(specifier, test, 'import');
    return namespace !== undefined && 'module' in namespace ? [namespace.module] : [];
  });
}

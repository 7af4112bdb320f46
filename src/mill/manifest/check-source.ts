/** What Node does not run of TypeScript, what it does not find, and definitions that nobody can find: all of it, by file and line. */
import { dirname, extname, resolve } from 'node:path';
import { parseSync } from 'oxc-parser';
import type { ModuleGraph } from './module-graph.ts';
import { type Directories, modulesIn } from './modules-in.ts';
import { isFile } from './resolve-module.ts';
import { lineFinder, type SourceModule, type Unit } from './source-module.ts';
import { isNode, nameOf, nodesIn, type SyntaxNode, withoutTypeWrappers } from './syntax-node.ts';

export interface Problem {
  /** Relative to the project's folder. */
  readonly file: string;
  /** From 1 on. */
  readonly line: number;
  readonly message: string;
}

/**
 * In the modules below the directories and all of the project's that they load, in the order of paths and lines.
 * @throws {UserError} BAD_DEFINITION for a module that does not parse, MISSING_FILE
 */
export function checkSource(graph: ModuleGraph, directory: Directories): Problem[] {
  const inside = modulesIn(graph.root, directory).map((path) => graph.moduleAt(path));
  const modules = graph.closureOf(inside).filter(({ path }) => graph.holds(path));
  const kinds = [untyped, unresolved, unexported];
  const problems = modules.flatMap((module) => kinds.flatMap((problemsIn) => problemsIn(graph, module)));
  return problems.sort(byPlace);
}

export const byPlace = (a: Problem, b: Problem): number =>
  a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1;

/** Syntax that is more than types: Node strips types, and makes no code (https://nodejs.org/api/typescript.html#typescript-features). */
const NOT_STRIPPED: Readonly<Record<string, (node: SyntaxNode) => string | undefined>> = {
  TSEnumDeclaration: () => 'an enum. Write an object `as const`, or a union of strings',
  TSModuleDeclaration: (node) => (hasCode(node) ? 'a namespace with code in it. Write a module' : undefined),
  TSParameterProperty: () => 'a parameter property. Declare the field, and assign to it in the constructor',
  TSImportEqualsDeclaration: (node) =>
    node['importKind'] === 'type' ? undefined : '`import … = …`. Write an import or a const',
  TSExportAssignment: () => '`export = …`. Write `export default …`',
  Decorator: () => 'a decorator. Call the function',
};

function untyped(graph: ModuleGraph, { path }: SourceModule): Problem[] {
  if (!/\.[mc]?ts$/.test(path)) return [];
  const text = graph.read(path).toString('utf8');
  const lineAt = lineFinder(text);
  return [...runnable(parseSync(path, text).program as unknown as SyntaxNode)].flatMap((node): Problem[] => {
    const what = NOT_STRIPPED[node.type]?.(node);
    const line = lineAt(node.start);
    const message = `Node strips types and runs the rest, and this is ${what}.`;
    return what === undefined ? [] : [{ file: graph.relative(path), line, message }];
  });
}

/** All nodes but those below a `declare`, which is only types. */
function* runnable(node: SyntaxNode): Generator<SyntaxNode> {
  if (node['declare'] === true) return;
  yield node;
  for (const value of Object.values(node))
    for (const child of Array.isArray(value) ? nodesIn(value) : isNode(value) ? [value] : []) yield* runnable(child);
}

const ONLY_TYPES = new Set(['TSTypeAliasDeclaration', 'TSInterfaceDeclaration']);

function hasCode(namespace: SyntaxNode): boolean {
  const body = isNode(namespace['body']) ? namespace['body'] : undefined;
  if (body?.type === 'TSModuleDeclaration') return hasCode(body);
  return nodesIn(body?.['body']).some((statement) => {
    const declared = isNode(statement['declaration']) ? statement['declaration'] : statement;
    return declared['declare'] !== true && !ONLY_TYPES.has(declared.type);
  });
}

function unresolved(graph: ModuleGraph, module: SourceModule): Problem[] {
  const text = graph.read(module.path).toString('utf8');
  return [...new Set(module.requests)].flatMap((specifier): Problem[] => {
    const found = graph.resolve(specifier, module);
    const message =
      found.kind === 'local' && !isFile(found.path)
        ? `there is no ${specifier}.${nearby(module.path, specifier)}`
        : found.kind === 'package' && found.folder === undefined
          ? `no package "${found.package}" is installed.${aliased(specifier)}`
          : undefined;
    if (message === undefined) return [];
    return [{ file: graph.relative(module.path), line: lineOf(text, specifier), message }];
  });
}

/** Node takes specifiers as they are; TypeScript and bundlers try extensions. */
function nearby(from: string, specifier: string): string {
  const path = resolve(dirname(from), specifier);
  const stem = /\.[mc]?js$/.test(extname(path)) ? path.slice(0, -extname(path).length) : path;
  const short = stem === path ? specifier : specifier.slice(0, -extname(path).length);
  const end = ['.ts', '.mts', '.cts', '.js', '/index.ts', '/index.js'].find((each) => isFile(stem + each));
  return end === undefined ? '' : ` Write "${short.replace(/\/$/, '')}${end}": Node adds no extension.`;
}

const aliased = (specifier: string): string =>
  /^[@~]\//.test(specifier)
    ? ' Node does not know the paths of tsconfig.json: write a path, or an entry of package.json’s "imports" ("#…").'
    : ' Install it, or write ./ before the path of a file.';

/** Of the first place where it is written as a string. */
function lineOf(text: string, specifier: string): number {
  const at = ["'", '"'].map((quote) => text.indexOf(`${quote}${specifier}${quote}`)).filter((found) => found !== -1);
  return lineFinder(text)(Math.min(...at, text.length));
}

const DEFINING = new Set(['defineComputation', 'defineDataset', 'defineDocument']);

/** A worker finds a definition by its export. */
function unexported(graph: ModuleGraph, module: SourceModule): Problem[] {
  const exported = new Set(module.exports.values());
  return module.units.flatMap((unit): Problem[] => {
    const made = definedBy(unit, graph, module);
    if (made === undefined || unit.kind === 'default' || unit.names.some((name) => exported.has(name))) return [];
    const [name] = unit.kind === 'statement' ? [] : unit.names;
    const remedy = name === undefined ? 'Write `export const … =` before it' : `Write \`export const ${name} =\``;
    const message = `what ${made} makes is not exported${name === undefined ? '' : ` as ${name}`}, so nothing finds it. ${remedy}.`;
    return [{ file: graph.relative(module.path), line: unit.line, message }];
  });
}

/** `defineComputation`, if the unit is a call of it. */
function definedBy({ node }: Unit, graph: ModuleGraph, module: SourceModule): string | undefined {
  const value =
    node.type === 'VariableDeclarator'
      ? node['init']
      : node.type === 'ExpressionStatement'
        ? node['expression']
        : undefined;
  const call = isNode(value) ? withoutTypeWrappers(value) : undefined;
  if (call?.type !== 'CallExpression') return undefined;
  const meaning = graph.meaningOf(nameOf(call['callee']) ?? '', module);
  return meaning?.kind === 'authoring' && DEFINING.has(meaning.imported) ? meaning.imported : undefined;
}

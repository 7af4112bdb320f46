/** What a file of source says of itself, by a real parser: its imports, and what in it is impure. */
import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parseSync } from 'oxc-parser';

export interface Import {
  readonly specifier: string;
  /** Type-only: gone at run time. */
  readonly erased: boolean;
}

export interface SourceFile {
  /** From the repository's root. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

/** Reads and parses a file. @throws {Error} when it does not parse. */
export function readSource(root: string, path: string): SourceFile {
  const text = readFileSync(join(root, path), 'utf8');
  const { errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]?.message}`);
  return { path, text, imports: importsIn(text, path) };
}

/** Everything that a text imports, types and threads included. */
export function importsIn(text: string, path = 'a.ts'): Import[] {
  const { program, module } = parseSync(path, text);
  const found: Import[] = [];
  for (const { moduleRequest, entries } of module.staticImports) {
    found.push({ specifier: moduleRequest.value, erased: entries.length > 0 && entries.every(({ isType }) => isType) });
  }
  for (const { entries } of module.staticExports) {
    for (const { moduleRequest, isType } of entries) {
      if (moduleRequest !== null) found.push({ specifier: moduleRequest.value, erased: isType });
    }
  }
  for (const node of nodesIn(program)) {
    const [first] = Array.isArray(node['arguments']) ? (node['arguments'] as unknown[]) : [];
    const isUrl = node['type'] === 'NewExpression' && nameIn(node['callee']) === 'URL';
    if (isUrl && text.slice(Number(node['start']), Number(node['end'])).includes('import.meta.url'))
      found.push({ specifier: literalIn(first), erased: false });
    if (node['type'] === 'ImportExpression') found.push({ specifier: literalIn(node['source']), erased: false });
    if (node['type'] === 'TSImportType') found.push({ specifier: literalIn(node['source']), erased: true });
  }
  return found.filter(({ specifier }) => specifier !== '');
}

/** What pure code does not do. */
export function impuritiesIn(text: string): string[] {
  const { program } = parseSync('a.ts', text);
  const found: string[] = [];
  for (const node of nodesIn(program)) {
    const type = String(node['type']);
    if (type === 'AwaitExpression' || (type === 'ForOfStatement' && node['await'] === true)) found.push('await');
    if (/Function/.test(type) && node['async'] === true) found.push('async');
    if (type === 'NewExpression' && nameIn(node['callee']) === 'Date' && (node['arguments'] as unknown[]).length === 0)
      found.push('new Date()');
    if (type === 'MemberExpression') {
      const name = `${nameIn(node['object'])}.${nameIn(node['property'])}`;
      if (['Date.now', 'Math.random'].includes(name)) found.push(name);
    }
    // A member or a key of that name is none of the machine's.
    const own = [node['object'], node['callee'], ...(Array.isArray(node['arguments']) ? node['arguments'] : [])];
    found.push(...own.map(nameIn).filter((name) => IMPURE_GLOBALS.has(name)));
  }
  return found;
}

const IMPURE_GLOBALS = new Set([
  'process',
  'performance',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'fetch',
  'console',
  'globalThis',
]);

type Node = object & Readonly<Record<string, unknown>>;

function* nodesIn(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const item of value) yield* nodesIn(item);
  else if (typeof value === 'object' && value !== null) {
    const node: Node = { ...value };
    if ('type' in node) yield node;
    for (const member of Object.values(value)) yield* nodesIn(member);
  }
}

const nameIn = (node: unknown): string =>
  typeof node === 'object' && node !== null && 'name' in node ? String(node.name) : '';

const literalIn = (node: unknown): string =>
  typeof node === 'object' && node !== null && 'value' in node ? String(node.value) : '';

/** The files that it imports, from the root. */
export function localImports(root: string, file: SourceFile): { target: string; erased: boolean }[] {
  return file.imports
    .filter(({ specifier }) => specifier.startsWith('.'))
    .map(({ specifier, erased }) => ({
      target: relative(root, resolve(root, dirname(file.path), specifier)),
      erased,
    }));
}

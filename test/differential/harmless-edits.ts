/** Edits of text that change nothing that a program does. */
import { isDeepStrictEqual } from 'node:util';
import { parseSync } from 'oxc-parser';
import type { Chance } from './chance.ts';
import type { Files } from './form.ts';
import type { Edited } from './graph-edits.ts';

interface HarmlessEdit {
  readonly what: string;
  readonly inGuide?: true;
  /** Which files it may be made in; the author's own modules by default. */
  readonly files?: RegExp;
  /** Undefined when there is nothing in the text to edit so. */
  readonly edit: (text: string, chance: Chance, path: string) => string | undefined;
}

/** What is installed, or only reached through what is, counts by its files, so it is not edited. */
const OWN_MODULE = /^(?!(?:.*\/)?node_modules\/|vendor).*\.(ts|mts|mjs|js|cjs)$/;
const OWN_TYPESCRIPT = /^(?!(?:.*\/)?node_modules\/).*\.ts$/;

const EDITS: readonly HarmlessEdit[] = [
  {
    what: 'a comment',
    inGuide: true,
    edit: (text, chance, path) => insertLine(text, '// Another word on it.', path, chance),
  },
  {
    what: 'a comment in a line',
    inGuide: true,
    edit: (text, chance, path) => insertAt(text, '/* so be it */ ', startsIn(text, path), chance),
  },
  { what: 'blank lines', inGuide: true, edit: (text, chance, path) => insertLine(text, '\n', path, chance) },
  {
    what: 'spaces',
    inGuide: true,
    edit: (text, chance, path) => insertAt(text, '    ', startsIn(text, path), chance),
  },
  { what: 'line endings', inGuide: true, edit: (text) => text.replaceAll('\n', '\r\n') },
  { what: 'quotes', edit: requote },
  { what: 'the name of a parameter', inGuide: true, edit: renameParameter },
  {
    what: 'the description',
    inGuide: true,
    files: /^computations\//,
    edit: (text) => replaced(text, /description: '.*'/, "description: 'Told in other words'"),
  },
  {
    what: 'the category',
    inGuide: true,
    files: /^computations\//,
    edit: (text) => replaced(text, "category: 'made'", "category: 'told'"),
  },
  {
    what: 'a headline',
    inGuide: true,
    files: /^computations\//,
    edit: (text) => replaced(text, '  output: Day,', '  output: Day,\n  headline: () => `all of it`,'),
  },
  {
    what: 'a helper that nobody calls',
    edit: (text, chance) =>
      text + chance.oneOf(['const unusedHelper = (n) => n * 3;\n', 'function unusedHelper(n) {\n  return n * 3;\n}\n']),
    files: /^(?!(?:.*\/)?node_modules\/).*\.(mjs|js|cjs)$/,
  },
  {
    what: 'a helper that nobody calls',
    edit: (text, chance) =>
      text +
      chance.oneOf([
        'const unusedHelper = (n: number) => n * 3;\n',
        'export const unusedHelper = (n: number): number => n * 3;\n',
        'function unusedHelper(n: number) {\n  return n * 3;\n}\n',
        'const UNUSED = [1, 2, 3];\n',
      ]),
    files: OWN_TYPESCRIPT,
  },
  {
    what: 'a type',
    files: OWN_TYPESCRIPT,
    edit: (text, chance, path) =>
      insertLine(
        text,
        chance.oneOf(['interface Unused {\n  a: number;\n}', 'type Unused = readonly string[];']),
        path,
        chance,
      ),
  },
  {
    what: 'an annotation',
    files: OWN_TYPESCRIPT,
    edit: (text) => replaced(text, '(d: any): any', '(d: Record<string, any>): unknown'),
  },
  {
    what: 'the order of imports without effects',
    files: /^computations\//,
    edit: (text) => replaced(text, /^(import { Day } from 'daymill';)\n(import .* from 'daymill';)$/m, '$2\n$1'),
  },
  {
    what: 'JSON laid out anew',
    files: /^(?!(?:.*\/)?node_modules\/).*\.json$/,
    edit: (text) => laidOutAnew(text),
  },
];

/** JSON.stringify writes -0 as 0, which says something else. */
function laidOutAnew(json: string): string | undefined {
  const value: unknown = JSON.parse(json);
  const anew = JSON.stringify(value, undefined, 4);
  return isDeepStrictEqual(JSON.parse(anew), value) ? anew : undefined;
}

/** The computations' folder is told anew, and the modules move below it. */
const MOVED = 'computations/moved/';

/** Undefined when the edit that chance chose has nothing to do here. */
export function editHarmlessly(files: Files, chance: Chance): Edited<Files> | undefined {
  if (chance.once(EDITS.length + 1)) return move(files);
  const { what, inGuide = false, files: fitting = OWN_MODULE, edit } = chance.oneOf(EDITS);
  const paths = Object.keys(files).filter((path) => fitting.test(path) && !files[path]!.startsWith('-> '));
  if (paths.length === 0) return undefined;
  const path = chance.oneOf(paths);
  const text = edit(files[path]!, chance, path);
  if (text === undefined || text === files[path]) return undefined;
  return { what: `${what} in ${path}`, inGuide, after: { ...files, [path]: text } };
}

function move(files: Files): Edited<Files> {
  const moved = Object.entries(files).map(([path, text]): [string, string] =>
    path.startsWith('computations/')
      ? [path.replace('computations/', MOVED), text.replaceAll(/(['"`])\.\.\//g, '$1../../')]
      : [path, text],
  );
  // The guide moves a module whose imports are all static.
  const inGuide = !moved.some(([path, text]) => path.startsWith(MOVED) && /\bimport\(/.test(text));
  return { what: 'the module moves to another folder', inGuide, after: Object.fromEntries(moved) };
}

/** Where the module is in either version. */
export const placeIn = (files: Files, module: string): string =>
  module in files ? module : module.replace('computations/', MOVED);

const replaced = (text: string, passage: string | RegExp, replacement: string): string | undefined => {
  const result = text.replace(passage, replacement);
  return result === text ? undefined : result;
};

function insertLine(text: string, line: string, path: string, chance: Chance): string {
  return insertAt(text, `${line}\n`, startsIn(text, path), chance);
}

function insertAt(text: string, inserted: string, offsets: readonly number[], chance: Chance): string {
  const at = offsets.length === 0 ? 0 : chance.oneOf(offsets);
  return text.slice(0, at) + inserted + text.slice(at);
}

type Node = { readonly type: string; readonly start: number; readonly end: number } & Readonly<Record<string, unknown>>;

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value;

/** Where the top-level statements start; a directive stays first. */
function startsIn(text: string, path: string): number[] {
  return nodesOf(text, path).body.flatMap(({ start, directive }) => (directive === undefined ? [start] : []));
}

function nodesOf(text: string, path: string): { readonly body: readonly Node[]; readonly all: readonly Node[] } {
  const body = parseSync(path, text).program.body as unknown as Node[];
  const all: Node[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (!isNode(value)) return;
    all.push(value);
    Object.values(value).forEach(visit);
  };
  visit(body);
  return { body, all };
}

/** One string literal in other quotes. */
function requote(text: string, chance: Chance, path: string): string | undefined {
  const literals = nodesOf(text, path).all.filter(
    ({ type, value, start, end }) =>
      type === 'Literal' && typeof value === 'string' && /^'[^'"\\\n]*'$/.test(text.slice(start, end)),
  );
  if (literals.length === 0) return undefined;
  const { start, end } = chance.oneOf(literals);
  return `${text.slice(0, start)}"${text.slice(start + 1, end - 1)}"${text.slice(end)}`;
}

/** One parameter, and all that is called like it in its function. */
function renameParameter(text: string, chance: Chance, path: string): string | undefined {
  const { all } = nodesOf(text, path);
  const choices = all.flatMap((node) => {
    if (!/Function/.test(node.type) || !Array.isArray(node['params'])) return [];
    return (node['params'] as Node[]).flatMap((parameter) =>
      parameter.type === 'Identifier' && parameter['name'] !== 'this'
        ? [{ scope: node, name: String(parameter['name']) }]
        : [],
    );
  });
  if (choices.length === 0) return undefined;
  const { scope, name } = chance.oneOf(choices);
  const inside = all.filter(({ start, end }) => start >= scope.start && end <= scope.end);
  const keys = new Set<unknown>();
  for (const node of inside) {
    if (node['shorthand'] === true && isNode(node['key']) && node['key']['name'] === name) return undefined;
    if (node['computed'] === true) continue;
    if (node.type === 'MemberExpression') keys.add(node['property']);
    else keys.add(node['key']);
  }
  const places = inside.filter((node) => node.type === 'Identifier' && node['name'] === name && !keys.has(node));
  let result = text;
  for (const start of new Set(places.map((node) => node.start).sort((a, b) => b - a)))
    result = `${result.slice(0, start)}${name}Renamed${result.slice(start + name.length)}`;
  return result;
}

/** Where an import or a `require` leads: Node itself resolves, so conditions, `imports`, workspaces and links are as at run time. */
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { createRequire, isBuiltin, registerHooks } from 'node:module';
import { dirname, extname, join, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isOwn } from './own-code.ts';

export type ResolvedModule =
  | { readonly kind: 'local'; readonly path: string }
  /** A local file that is no program: JSON, most of all. */
  | { readonly kind: 'data'; readonly path: string }
  /** Daymill's own API: its code is part of the executor's version, not of the author's layer. */
  | { readonly kind: 'authoring' }
  /** Node's own, or a `data:` address, which is all in its specifier. */
  | { readonly kind: 'builtin' }
  /** `folder` is absolute; undefined when it is not installed. */
  | { readonly kind: 'package'; readonly package: string; readonly folder: string | undefined };

const PROGRAMS = new Set(['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs']);
const AUTHORING_PACKAGE = 'daymill';
const INSTALLED = `${sep}node_modules${sep}`;

/** `how` it is asked for decides on conditions and extensions, as in Node. */
export function resolveModule(specifier: string, from: string, how: 'import' | 'require'): ResolvedModule {
  if (isBuiltin(specifier) || specifier.startsWith('data:')) return { kind: 'builtin' };
  const isPath = /^(\.{0,2}\/|\.{1,2}$|file:)/.test(specifier);
  const name = isPath ? '' : packageNameOf(specifier);
  if (name === AUTHORING_PACKAGE) return { kind: 'authoring' };
  const path = how === 'import' ? importedPath(specifier, from, isPath) : requiredPath(specifier, from);
  if (path === undefined) {
    if (isPath) return { kind: 'local', path: resolve(dirname(from), specifier) };
    return { kind: 'package', package: name, folder: undefined };
  }
  if (path === '') return { kind: 'builtin' };
  const real = existsSync(path) ? realpathSync(path) : path;
  if (isOwn(real)) return { kind: 'authoring' };
  const at = real.lastIndexOf(INSTALLED);
  if (at === -1) return { kind: isProgram(real) ? 'local' : 'data', path: real };
  const inside = real.slice(at + INSTALLED.length);
  const installed = packageNameOf(inside.split(sep).join('/'));
  return { kind: 'package', package: installed, folder: join(real.slice(0, at), 'node_modules', installed) };
}

const packageNameOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

/** A path with its extension is taken as it is; anything else is a question to Node. Undefined when nothing is there. */
function importedPath(specifier: string, from: string, isPath: boolean): string | undefined {
  if (isPath && !/[?#%]/.test(specifier) && !specifier.startsWith('file:')) {
    const path = resolve(dirname(from), specifier);
    return isFile(path) ? path : undefined;
  }
  try {
    const url = askNode(specifier, from);
    return url.startsWith('file:') ? fileURLToPath(url) : '';
  } catch {
    return undefined; // Node says it better when the module is imported.
  }
}

function requiredPath(specifier: string, from: string): string | undefined {
  try {
    return createRequire(from).resolve(specifier);
  } catch {
    return undefined;
  }
}

const QUESTION = 'daymill-resolve:';
let hooked = false;

/** `import.meta.resolve` answers for its own module only; through a hook it is asked for any other: https://nodejs.org/api/module.html#resolvespecifier-context-nextresolve */
function askNode(specifier: string, from: string): string {
  if (!hooked) {
    registerHooks({
      resolve(asked, context, next) {
        if (!asked.startsWith(QUESTION)) return next(asked, context);
        const [wanted = '', parentURL] = JSON.parse(decodeURIComponent(asked.slice(QUESTION.length))) as string[];
        return { ...next(wanted, { ...context, parentURL }), shortCircuit: true };
      },
    });
    hooked = true;
  }
  const question = encodeURIComponent(JSON.stringify([specifier, pathToFileURL(from).href]));
  return import.meta.resolve(`${QUESTION}${question}`);
}

/** A folder is no module. */
export const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

const isProgram = (path: string): boolean => PROGRAMS.has(extname(path)) || extname(path) === '';

/**
 * How Node reads a program, by its name and the nearest package.json; `detect` leaves it to the syntax:
 * https://nodejs.org/api/packages.html#determining-module-system
 */
export function formatOf(path: string): 'module' | 'commonjs' | 'detect' {
  const extension = extname(path);
  if (extension.startsWith('.m')) return 'module';
  if (extension.startsWith('.c')) return 'commonjs';
  return packageType(dirname(path)) ?? 'detect';
}

function packageType(folder: string): 'module' | 'commonjs' | undefined {
  const file = join(folder, 'package.json');
  if (existsSync(file)) return typeIn(file);
  return folder === dirname(folder) ? undefined : packageType(dirname(folder));
}

function typeIn(file: string): 'module' | 'commonjs' | undefined {
  try {
    const { type } = JSON.parse(readFileSync(file, 'utf8')) as { type?: unknown };
    return type === 'module' || type === 'commonjs' ? type : undefined;
  } catch {
    return undefined;
  }
}

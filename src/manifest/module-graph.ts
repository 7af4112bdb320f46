/** The project's modules, each read and parsed once, and what a name in one of them stands for. */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, extname, isAbsolute, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findCycle } from './cycle.ts';
import { parseModule, type Declaration, type SourceModule } from './source-module.ts';

/** What an import specifier leads to. */
export type ResolvedModule =
  | { readonly kind: 'local'; readonly path: string }
  /** A local file that is no program: JSON. */
  | { readonly kind: 'data'; readonly path: string }
  /** Daymill's own API: its code is part of the executor's version, not of the author's layer. */
  | { readonly kind: 'authoring' }
  | { readonly kind: 'builtin' }
  | { readonly kind: 'package'; readonly package: string };

/** What a name stands for once imports and re-exports have been followed to the end. */
export type Meaning =
  | {
      readonly kind: 'declaration';
      readonly module: SourceModule;
      readonly declaration: Declaration;
      /** Which of the declaration's names. */
      readonly name: string;
      /** Modules that only hand it on. */
      readonly through: readonly SourceModule[];
    }
  | { readonly kind: 'namespace'; readonly module: SourceModule }
  | { readonly kind: 'data'; readonly path: string; readonly imported: string }
  | {
      readonly kind: 'authoring' | 'builtin' | 'package';
      readonly package?: string;
      readonly specifier: string;
      readonly imported: string;
    };

const PROGRAMS = new Set(['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs']);
const AUTHORING_PACKAGE = 'daymill';
const AUTHORING_INDEX = fileURLToPath(new URL('../index.ts', import.meta.url));
const OWN_FOLDER = fileURLToPath(new URL('./', import.meta.url));
const AUTHORING_FOLDER = fileURLToPath(new URL('../model/', import.meta.url));

export class ModuleGraph {
  /** Absolute; symbolic links followed, as Node does when it imports. */
  readonly root: string;
  readonly #modules = new Map<string, SourceModule>();
  readonly #resolved = new Map<string, ResolvedModule>();

  constructor(root: string) {
    this.root = realpathSync(resolve(root));
  }

  /** @throws {UserError} BAD_DEFINITION when the file does not parse. */
  moduleAt(path: string): SourceModule {
    let module = this.#modules.get(path);
    if (module === undefined) {
      module = parseModule(path, readFileSync(path, 'utf8'), this.relative(path));
      this.#modules.set(path, module);
    }
    return module;
  }

  /** As the manifest and messages name it: relative to the root, with `/` on every system. */
  relative(path: string): string {
    return relative(this.root, path).split(sep).join('/');
  }

  /** Whether the file is the author's: in the project, and neither a package's nor Daymill's own. */
  holds(path: string): boolean {
    const inProject = path.startsWith(`${this.root}${sep}`) && !path.includes(`${sep}node_modules${sep}`);
    return inProject && !path.startsWith(AUTHORING_FOLDER) && !path.startsWith(OWN_FOLDER);
  }

  resolve(specifier: string, from: SourceModule): ResolvedModule {
    const key = `${dirname(from.path)}\u0000${specifier}`;
    let resolved = this.#resolved.get(key);
    if (resolved === undefined) {
      resolved = resolveSpecifier(specifier, from.path);
      this.#resolved.set(key, resolved);
    }
    return resolved;
  }

  /** Local modules that `from` loads before it runs, in order; files that are not there are left out (Node names them better). */
  importsOf(from: SourceModule): SourceModule[] {
    const paths = new Set<string>();
    for (const specifier of from.requests) {
      const resolved = this.resolve(specifier, from);
      if (resolved.kind === 'local' && existsSync(resolved.path)) paths.add(resolved.path);
    }
    return [...paths].map((path) => this.moduleAt(path));
  }

  /** The modules given and all local ones that they load, each once. */
  closureOf(entries: readonly SourceModule[]): SourceModule[] {
    const reached = new Set(entries);
    for (const module of reached) for (const imported of this.importsOf(module)) reached.add(imported);
    return [...reached];
  }

  /** Paths, relative to the root, along one cycle of imports among all that `entry` loads; undefined when there is none. */
  importCycle(entry: SourceModule): readonly string[] | undefined {
    const modules = this.closureOf([entry]);
    const graph = new Map(
      modules.map((module) => [
        this.relative(module.path),
        this.importsOf(module).map(({ path }) => this.relative(path)),
      ]),
    );
    return findCycle(graph);
  }

  /** What a free name in the module's text stands for; undefined for globals. */
  meaningOf(name: string, module: SourceModule): Meaning | undefined {
    return this.#meaningOf(name, module, []);
  }

  /** What a module exports under the name, through re-exports; undefined when nothing. */
  exportOf(module: SourceModule, exported: string): Meaning | undefined {
    return this.#exportOf(module, exported, []);
  }

  /** What `import('specifier')` leads to; undefined when no such file is there, which matters only when it runs. */
  namespaceOf(specifier: string, module: SourceModule): Meaning | undefined {
    const resolved = this.resolve(specifier, module);
    if ((resolved.kind === 'local' || resolved.kind === 'data') && !existsSync(resolved.path)) return undefined;
    return this.#meaningOfImport(specifier, '*', module, []);
  }

  /** All names that the module exports, `export *` included; sorted. */
  exportNames(module: SourceModule, seen: readonly SourceModule[] = []): string[] {
    const names = new Set([...module.exports.keys(), ...module.reexports.keys()]);
    for (const star of module.stars) {
      const resolved = this.resolve(star, module);
      if (resolved.kind !== 'local' || seen.some(({ path }) => path === resolved.path)) continue;
      for (const name of this.exportNames(this.moduleAt(resolved.path), [...seen, module])) {
        if (name !== 'default') names.add(name);
      }
    }
    return [...names].sort();
  }

  #meaningOf(name: string, module: SourceModule, through: readonly SourceModule[]): Meaning | undefined {
    const declaration = module.declarations.get(name);
    if (declaration !== undefined) return { kind: 'declaration', module, declaration, name, through };
    const imported = module.imports.get(name);
    if (imported === undefined) return undefined;
    return this.#meaningOfImport(imported.specifier, imported.imported, module, through);
  }

  #exportOf(module: SourceModule, exported: string, before: readonly SourceModule[]): Meaning | undefined {
    if (before.includes(module)) return undefined;
    const local = module.exports.get(exported);
    if (local !== undefined && module.declarations.has(local)) return this.#meaningOf(local, module, before);
    const through = [...before, module];
    if (local !== undefined) return this.#meaningOf(local, module, through);
    const reexport = module.reexports.get(exported);
    if (reexport !== undefined) return this.#meaningOfImport(reexport.specifier, reexport.imported, module, through);
    if (exported === 'default') return undefined;
    for (const star of module.stars) {
      const resolved = this.resolve(star, module);
      const found =
        resolved.kind === 'local' ? this.#exportOf(this.moduleAt(resolved.path), exported, through) : undefined;
      if (found !== undefined) return found;
    }
    // What no local module exports must come from an `export *` that leads out of the project.
    const outside = module.stars.find((star) => this.resolve(star, module).kind !== 'local');
    return outside === undefined ? undefined : this.#meaningOfImport(outside, exported, module, through);
  }

  #meaningOfImport(
    specifier: string,
    imported: string,
    from: SourceModule,
    through: readonly SourceModule[],
  ): Meaning | undefined {
    const resolved = this.resolve(specifier, from);
    switch (resolved.kind) {
      case 'local': {
        const module = this.moduleAt(resolved.path);
        return imported === '*' ? { kind: 'namespace', module } : this.#exportOf(module, imported, through);
      }
      case 'data':
        return { kind: 'data', path: resolved.path, imported };
      case 'package':
        return { kind: 'package', package: resolved.package, specifier, imported };
      default:
        return { kind: resolved.kind, specifier, imported };
    }
  }
}

function resolveSpecifier(specifier: string, from: string): ResolvedModule {
  if (isBuiltin(specifier)) return { kind: 'builtin' };
  if (/^(\.{1,2}\/|\/|file:)/.test(specifier)) {
    const path = specifier.startsWith('file:') ? fileURLToPath(specifier) : resolve(dirname(from), specifier);
    return atPath(path);
  }
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  if (name === AUTHORING_PACKAGE) return { kind: 'authoring' };
  const own = ownFile(specifier, from);
  return own === undefined ? { kind: 'package', package: name } : atPath(own);
}

/**
 * The author's own file behind a bare specifier: a workspace's package, which npm links into `node_modules`, or a short form
 * such as `#stats` (package.json "imports"). Undefined for installed packages.
 */
function ownFile(specifier: string, from: string): string | undefined {
  try {
    const target = createRequire(from).resolve(specifier);
    return isAbsolute(target) && !target.includes(`${sep}node_modules${sep}`) ? target : undefined;
  } catch {
    return undefined; // Not for `require`, or not there at all, which Node says better when the module is imported.
  }
}

function atPath(path: string): ResolvedModule {
  const real = existsSync(path) ? realpathSync(path) : path;
  if (real === AUTHORING_INDEX || real.startsWith(AUTHORING_FOLDER)) return { kind: 'authoring' };
  return { kind: PROGRAMS.has(extname(real)) ? 'local' : 'data', path: real };
}

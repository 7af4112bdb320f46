/** The project's modules, each read and parsed once, and what a name in one of them stands for. */
import { readFileSync, realpathSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import { hashOf, type Hash } from '../../values/hash.ts';
import { findCycle } from './cycle.ts';
import { isOwn } from './own-code.ts';
import { formatOf, isFile, type ResolvedModule, resolveModule } from './resolve-module.ts';
import { parseModule, type SourceModule, type Unit } from './source-module.ts';

/** What a name stands for once imports and re-exports have been followed to the end. */
export type Meaning =
  | {
      readonly kind: 'declaration';
      readonly module: SourceModule;
      readonly unit: Unit;
      /** Which of the unit's names. */
      readonly name: string;
    }
  | { readonly kind: 'namespace'; readonly module: SourceModule }
  /** Of a CommonJS module, whose exports nobody knows until it runs. */
  | { readonly kind: 'commonjs'; readonly module: SourceModule; readonly imported: string }
  | { readonly kind: 'data'; readonly path: string; readonly imported: string }
  | {
      readonly kind: 'package';
      readonly package: string;
      readonly folder: string | undefined;
      readonly specifier: string;
      readonly imported: string;
    }
  | { readonly kind: 'authoring' | 'builtin'; readonly specifier: string; readonly imported: string };

/** A question about a specifier whose answer no path alone tells, and the answer as JSON. */
export interface Resolution {
  readonly specifier: string;
  readonly from: string;
  readonly how: 'import' | 'require';
  readonly answer: string;
}

/** `inline`: a module that is all in its specifier, `data:text/javascript,…`. */
export type EvaluationStep =
  | { readonly kind: 'module'; readonly module: SourceModule }
  | {
      readonly kind: 'package';
      readonly package: string;
      readonly folder: string | undefined;
      readonly specifier: string;
    }
  | { readonly kind: 'inline'; readonly specifier: string };

export class ModuleGraph {
  /** Absolute; symbolic links followed, as Node does when it imports. */
  readonly root: string;
  readonly #modules = new Map<string, SourceModule>();
  readonly #resolved = new Map<string, ResolvedModule>();
  readonly #hashes = new Map<string, Hash>();
  readonly #resolutions: Resolution[] = [];
  readonly #steps = new Map<SourceModule, readonly EvaluationStep[]>();
  readonly #orders = new Map<SourceModule, readonly EvaluationStep[]>();

  constructor(root: string) {
    this.root = realpathSync(resolve(root));
  }

  /** @throws {UserError} BAD_DEFINITION when the file does not parse. */
  moduleAt(path: string): SourceModule {
    let module = this.#modules.get(path);
    if (module === undefined) {
      const bytes = this.read(path);
      module = parseModule(path, bytes.toString('utf8'), this.relative(path), formatOf(path));
      this.#modules.set(path, module);
    }
    return module;
  }

  /** Reads a file once, so that what is parsed is what is hashed. */
  read(path: string): Buffer {
    const bytes = readFileSync(path);
    this.#hashes.set(path, hashOf(bytes));
    return bytes;
  }

  get resolutions(): readonly Resolution[] {
    return this.#resolutions;
  }

  /** Content hashes of all local files that were read, by path. */
  get files(): ReadonlyMap<string, Hash> {
    return this.#hashes;
  }

  /** As the manifest and messages name it: relative to the root, with `/` on every system. */
  relative(path: string): string {
    return relative(this.root, path).split(sep).join('/');
  }

  /** Whether the file is the author's: in the project, and neither a package's nor Daymill's own. */
  holds(path: string): boolean {
    const inProject = path.startsWith(`${this.root}${sep}`) && !path.includes(`${sep}node_modules${sep}`);
    return inProject && !isOwn(path);
  }

  resolve(specifier: string, from: SourceModule, how = howOf(from)): ResolvedModule {
    const key = `${how} ${dirname(from.path)}\u0000${specifier}`;
    let resolved = this.#resolved.get(key);
    if (resolved === undefined) {
      resolved = resolveModule(specifier, from.path, how);
      this.#resolved.set(key, resolved);
      const isPath = /^\.{0,2}\/.*\.[cm]?[jt]s$/.test(specifier);
      if (!isPath || resolved.kind !== 'local')
        this.#resolutions.push({ specifier, from: from.path, how, answer: JSON.stringify(resolved) });
    }
    return resolved;
  }

  /** Local modules that `from` loads before it runs, in order; files that are not there are left out (Node names them better). */
  importsOf(from: SourceModule): SourceModule[] {
    const paths = new Set<string>();
    for (const specifier of from.requests) {
      const resolved = this.resolve(specifier, from);
      if (resolved.kind === 'local' && isFile(resolved.path)) paths.add(resolved.path);
    }
    return [...paths].map((path) => this.moduleAt(path));
  }

  /** The modules given and all local ones that they load, each once. */
  closureOf(entries: readonly SourceModule[]): SourceModule[] {
    const reached = new Set(entries);
    for (const module of reached) for (const imported of this.importsOf(module)) reached.add(imported);
    return [...reached];
  }

  /** What is evaluated when `entry` is loaded, itself last, in order: depth first, each once. */
  evaluationOrder(entry: SourceModule): readonly EvaluationStep[] {
    let order = this.#orders.get(entry);
    if (order === undefined) {
      const entered = new Set<unknown>();
      const evaluated: EvaluationStep[] = [];
      const enter = (module: SourceModule): void => {
        entered.add(module);
        for (const step of this.#stepsOf(module)) {
          if (entered.has(step.kind === 'module' ? step.module : step.specifier)) continue;
          if (step.kind === 'module') enter(step.module);
          else {
            entered.add(step.specifier);
            evaluated.push(step);
          }
        }
        evaluated.push({ kind: 'module', module });
      };
      enter(entry);
      order = evaluated;
      this.#orders.set(entry, order);
    }
    return order;
  }

  /** What the module asks for itself, in order. */
  #stepsOf(module: SourceModule): readonly EvaluationStep[] {
    let steps = this.#steps.get(module);
    if (steps === undefined) {
      steps = module.requests.flatMap((specifier) => this.#stepOf(specifier, module) ?? []);
      this.#steps.set(module, steps);
    }
    return steps;
  }

  #stepOf(specifier: string, from: SourceModule): EvaluationStep | undefined {
    const resolved = this.resolve(specifier, from);
    if (resolved.kind === 'package') return { ...resolved, specifier };
    if (resolved.kind === 'builtin' && specifier.startsWith('data:')) return { kind: 'inline', specifier };
    const isThere = resolved.kind === 'local' && isFile(resolved.path);
    return isThere ? { kind: 'module', module: this.moduleAt(resolved.path) } : undefined;
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
    const unit = module.format === 'commonjs' ? undefined : module.declarations.get(name);
    if (unit !== undefined) return { kind: 'declaration', module, unit, name };
    const imported = module.imports.get(name);
    if (imported === undefined) return undefined;
    return this.#meaningOfImport(imported.specifier, imported.imported, module, []);
  }

  /** What a module exports under the name, through re-exports; undefined when nothing. */
  exportOf(module: SourceModule, exported: string): Meaning | undefined {
    return this.#exportOf(module, exported, []);
  }

  /** What `import('specifier')` or `require('specifier')` leads to; undefined when no such file is there, which matters only when it runs. */
  namespaceOf(specifier: string, module: SourceModule, how: 'import' | 'require'): Meaning | undefined {
    const resolved = this.resolve(specifier, module, how);
    if ((resolved.kind === 'local' || resolved.kind === 'data') && !isFile(resolved.path)) return undefined;
    return this.#meaningOfResolved(resolved, specifier, '*', []);
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

  /** `export *` of what is not a local module: its names are not known here. */
  outwardStars(module: SourceModule): Meaning[] {
    return module.stars.flatMap((star) => {
      const resolved = this.resolve(star, module);
      const isKnown = resolved.kind === 'local' && this.moduleAt(resolved.path).format === 'module';
      return isKnown ? [] : (this.#meaningOfResolved(resolved, star, '*', []) ?? []);
    });
  }

  #exportOf(module: SourceModule, exported: string, before: readonly SourceModule[]): Meaning | undefined {
    if (module.format === 'commonjs') return { kind: 'commonjs', module, imported: exported };
    if (before.includes(module)) return undefined;
    const local = module.exports.get(exported);
    if (local !== undefined) return this.meaningOf(local, module);
    const through = [...before, module];
    const reexport = module.reexports.get(exported);
    if (reexport !== undefined) return this.#meaningOfImport(reexport.specifier, reexport.imported, module, through);
    if (exported === 'default') return undefined;
    for (const star of module.stars) {
      const resolved = this.resolve(star, module);
      if (resolved.kind !== 'local') continue;
      const target = this.moduleAt(resolved.path);
      const found = target.format === 'module' ? this.#exportOf(target, exported, through) : undefined;
      if (found !== undefined) return found;
    }
    // What no local module exports must come from an `export *` whose names are not known here.
    const [outside] = this.outwardStars(module);
    return outside === undefined || !('imported' in outside) ? undefined : { ...outside, imported: exported };
  }

  #meaningOfImport(
    specifier: string,
    imported: string,
    from: SourceModule,
    through: readonly SourceModule[],
  ): Meaning | undefined {
    return this.#meaningOfResolved(this.resolve(specifier, from), specifier, imported, through);
  }

  #meaningOfResolved(
    resolved: ResolvedModule,
    specifier: string,
    imported: string,
    through: readonly SourceModule[],
  ): Meaning | undefined {
    switch (resolved.kind) {
      case 'local': {
        const module = this.moduleAt(resolved.path);
        return imported === '*' && module.format === 'module'
          ? { kind: 'namespace', module }
          : this.#exportOf(module, imported, through);
      }
      case 'data':
        return { kind: 'data', path: resolved.path, imported };
      case 'package':
        return { ...resolved, specifier, imported };
      default:
        return { kind: resolved.kind, specifier, imported };
    }
  }
}

const howOf = ({ format }: SourceModule): 'import' | 'require' => (format === 'commonjs' ? 'require' : 'import');

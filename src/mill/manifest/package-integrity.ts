/** What of an installed package is there, with all that it depends on: a patched file counts, whatever version it claims. */
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { hashOf, hashOfParts, type Hash } from '../../values/hash.ts';

const Names = z.record(z.string(), z.unknown()).default({});

const PackageFile = z.object({
  version: z.string().default('unknown'),
  sideEffects: z.unknown().optional(),
  dependencies: Names,
  optionalDependencies: Names,
  peerDependencies: Names,
});
type PackageFile = z.infer<typeof PackageFile>;

/** What is known of a package under a stamp of its files: their content, and the packages that they may import, declared or not. */
export interface KnownPackage {
  readonly stamp: Hash;
  readonly content: Hash;
  readonly imports: readonly string[];
  /** Where it leads that nobody can follow, for people: `it loads ../../config.js, which is not its own`. */
  readonly outward?: string;
}

/** By folder, so that an unchanged package is not read again. */
export type KnownPackages = Map<string, KnownPackage>;

/** Of this process: a stamp tells whether it still holds. */
const REMEMBERED: KnownPackages = new Map();

export class PackageIntegrity {
  readonly #known: KnownPackages;
  readonly #closures = new Map<string, readonly string[]>();
  readonly #contents = new Map<string, string>();
  readonly #doubts = new Map<string, string>();
  readonly #looked = new Map<string, KnownPackage>();

  /** What is found is added to `known`, and what is asked for no more stays there. */
  constructor(known = REMEMBERED) {
    this.#known = known;
  }

  /** `name@version hash` of the package in the folder and of every package below it, each as Node finds it; sorted. */
  of(name: string, folder: string | undefined): readonly string[] {
    if (folder === undefined || !existsSync(folder)) return [`${name}@none`];
    const real = realpathSync(folder);
    let closure = this.#closures.get(real);
    if (closure === undefined) {
      const folders = new Map([[real, name]]);
      for (const [at, called] of folders) {
        const { version, dependencies, optionalDependencies, peerDependencies } = packageFile(at);
        const { content, imports } = this.#packageAt(at);
        const declared = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
        for (const needed of new Set([...declared, ...imports])) {
          const found = installedAt(needed, at);
          if (found !== undefined && !folders.has(found)) folders.set(found, needed);
        }
        this.#contents.set(at, this.#contents.get(at) ?? `${called}@${version} ${content}`);
      }
      for (const [at, called] of folders) {
        const { outward } = this.#packageAt(at);
        if (outward !== undefined) this.#doubts.set(real, `the package ${called} ${outward}`);
      }
      closure = [...folders.keys()].map((at) => this.#contents.get(at) ?? '').sort();
      this.#closures.set(real, closure);
    }
    return closure;
  }

  /** Why the files of the package and of those below it may not be all that they load; undefined when they are. */
  doubtOf(name: string, folder: string | undefined): string | undefined {
    this.of(name, folder);
    return folder !== undefined && existsSync(folder) ? this.#doubts.get(realpathSync(folder)) : undefined;
  }

  #packageAt(folder: string): KnownPackage {
    let found = this.#looked.get(folder);
    if (found === undefined) {
      found = this.#look(folder);
      this.#looked.set(folder, found);
    }
    return found;
  }

  #look(folder: string): KnownPackage {
    const files = filesBelow(folder);
    const stamp = stampOf(folder, files);
    const known = this.#known.get(folder);
    if (known?.stamp === stamp) return known;
    const imports = new Set<string>();
    let outward: string | undefined;
    const parts = files.flatMap((file) => {
      const bytes = readFileSync(join(folder, file));
      // Node strips no types below node_modules, so what is loaded is JavaScript.
      if (/\.[cm]?js$/.test(file) && !BESIDE.test(file)) {
        const text = bytes.toString('utf8');
        for (const name of importedBy(text)) imports.add(name);
        outward ??= outwardIn(text, file);
      }
      return [file, hashOf(bytes)];
    });
    const content = hashOfParts(parts);
    const found = { stamp, content, imports: [...imports].sort(), ...(outward === undefined ? {} : { outward }) };
    this.#known.set(folder, found);
    return found;
  }
}

/** Tests and tools of a package are not what is loaded. */
const BESIDE = /(^|[\\/])(tests?|__tests__|fixtures|examples?|bench(mark)?s?|scripts|bin|docs?)[\\/]/;

/** What a module of a package loads of which its own files say nothing. */
function outwardIn(text: string, file: string): string | undefined {
  const own = file.split(/[\\/]/).length - 1;
  const beyond = [...text.matchAll(/\b(?:from|import|require)\s*\(?\s*(["'`])((?:\.\.\/)+)[^"'`\s]*\1/g)].find(
    ([, , up = '']) => up.length / 3 > own,
  );
  if (beyond !== undefined)
    return `loads ${beyond[0].slice(beyond[0].indexOf('..'), -1)}, which is not its own, in ${file}`;
  return /(?<![.\w$])(?:require|import)\s*\(\s*[A-Za-z_$][\w$.]*\s*[,)]/.test(text)
    ? `loads what it is told to while it runs, in ${file}`
    : undefined;
}

/** Names of packages in the text of a module, as bare specifiers; those in comments do no harm. */
const importedBy = (text: string): string[] =>
  [...text.matchAll(/\b(?:from|import|require)\s*\(?\s*(["'`])([^"'`\s.:/][^"'`\s:]*)\1/g)].map(
    ([, , specifier = '']) =>
      specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/'),
  );

/** Another one whenever a file of the folder is another, as far as the file system tells without reading it. */
export const stampOf = (folder: string, files = filesBelow(folder)): Hash =>
  hashOfParts(
    files.map((file) => {
      // The time of the last change of state cannot be set back by who patches a file.
      const { size, mtimeMs, ctimeMs, ino } = statSync(join(folder, file));
      return `${file} ${size} ${mtimeMs} ${ctimeMs} ${ino}`;
    }),
  );

/** Loading it sets nothing but its own defaults; it declares some of its files as effects for those. */
const WITHOUT_EFFECTS = new Set(['zod']);

/** Whether loading the package does nothing to others, as its author declares for bundlers: https://webpack.js.org/guides/tree-shaking/ */
export const declaresNoEffects = (name: string, folder: string | undefined): boolean =>
  WITHOUT_EFFECTS.has(name) || (folder !== undefined && packageFile(folder).sideEffects === false);

function packageFile(folder: string): PackageFile {
  try {
    return PackageFile.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
  } catch {
    return PackageFile.parse({}); // None, or none that can be read: the package's files still count.
  }
}

/** Where Node finds a package from within another: in its own `node_modules`, else in the next one outwards. */
function installedAt(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const at = join(folder, 'node_modules', name);
    if (existsSync(at)) return realpathSync(at);
    if (folder === dirname(folder)) return undefined;
  }
}

/** Relative paths, sorted; packages inside of it are packages of their own. Types and maps are never run. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.d\.[cm]?ts$|\.map$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((file) => !/(^|[\\/])node_modules[\\/]/.test(file))
    .sort();
}

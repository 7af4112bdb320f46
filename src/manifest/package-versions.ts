/** Which versions of a package, and of all that it depends on, the project has. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const Names = z.record(z.string(), z.string()).default({});

/** npm's lock file, version 2 or 3: https://docs.npmjs.com/cli/configuring-npm/package-lock-json#packages */
const LockFile = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      /** Where it came from: for a git dependency the commit, which its version does not tell. */
      resolved: z.string().optional(),
      dependencies: Names,
      optionalDependencies: Names,
      peerDependencies: Names,
    }),
  ),
});
type LockedPackages = z.infer<typeof LockFile>['packages'];

const PackageFile = z.object({ version: z.string().optional() });

export class PackageVersions {
  readonly #root: string;
  readonly #locked: LockedPackages;
  readonly #found = new Map<string, readonly string[]>();

  constructor(root: string) {
    this.#root = root;
    this.#locked = LockFile.safeParse(readJson(join(root, 'package-lock.json'))).data?.packages ?? {};
  }

  /** `name@version` of the package and of every package below it by the lock file; without one, of the installed package alone. */
  of(name: string): readonly string[] {
    let versions = this.#found.get(name);
    if (versions === undefined) {
      versions = this.#lockedVersions(name) ?? [`${name}@${this.#installedVersion(name)}`];
      this.#found.set(name, versions);
    }
    return versions;
  }

  #lockedVersions(name: string): readonly string[] | undefined {
    const start = this.#lockedPath(name, '');
    if (start === undefined) return undefined;
    const paths = new Set([start]);
    for (const path of paths) {
      const entry = this.#locked[path];
      for (const needed of Object.keys({
        ...entry?.dependencies,
        ...entry?.optionalDependencies,
        ...entry?.peerDependencies,
      })) {
        const below = this.#lockedPath(needed, path);
        if (below !== undefined) paths.add(below);
      }
    }
    return [...paths].map((path) => {
      const { version = 'linked', resolved = '' } = this.#locked[path] ?? {};
      return `${path.split('node_modules/').at(-1)}@${resolved.startsWith('git') ? resolved : version}`;
    });
  }

  /** Where Node finds the package from within `from`: in its own `node_modules`, else in the next one outwards. */
  #lockedPath(name: string, from: string): string | undefined {
    for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/') - 1))) {
      const path = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
      if (Object.hasOwn(this.#locked, path)) return path;
      if (folder === '') return undefined;
    }
  }

  #installedVersion(name: string): string {
    for (let folder = this.#root; ; folder = dirname(folder)) {
      const file = join(folder, 'node_modules', name, 'package.json');
      if (existsSync(file)) return PackageFile.safeParse(readJson(file)).data?.version ?? 'unknown';
      if (folder === dirname(folder)) return 'unknown';
    }
  }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // No lock file, or none that can be read: the installed packages tell.
  }
}

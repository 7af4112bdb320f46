/** Which version of a package the project has: from its lock file, else from the installed package itself. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** npm's lock file, version 2 and 3: https://docs.npmjs.com/cli/configuring-npm/package-lock-json */
const LockFile = z.object({ packages: z.record(z.string(), z.object({ version: z.string().optional() })) });
const PackageFile = z.object({ version: z.string().optional() });

const UNKNOWN_VERSION = 'unknown';

export class PackageVersions {
  readonly #root: string;
  readonly #locked: ReadonlyMap<string, string>;
  readonly #found = new Map<string, string>();

  constructor(root: string) {
    this.#root = root;
    const lock = LockFile.safeParse(readJson(join(root, 'package-lock.json')));
    this.#locked = new Map(
      Object.entries(lock.data?.packages ?? {}).flatMap(([path, { version }]) =>
        version === undefined ? [] : [[path, version]],
      ),
    );
  }

  /** `unknown` when it is neither locked nor installed. */
  versionOf(name: string): string {
    let version = this.#found.get(name);
    if (version === undefined) {
      version = this.#locked.get(`node_modules/${name}`) ?? this.#installed(name) ?? UNKNOWN_VERSION;
      this.#found.set(name, version);
    }
    return version;
  }

  /** Looks upwards, as Node does. */
  #installed(name: string): string | undefined {
    for (let folder = this.#root; ; folder = dirname(folder)) {
      const file = join(folder, 'node_modules', name, 'package.json');
      if (existsSync(file)) return PackageFile.safeParse(readJson(file)).data?.version;
      if (folder === dirname(folder)) return undefined;
    }
  }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** What an image is built from: the project's code as the manifest names it, its settings, its packages, and the manifest; no more. */
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { isClone, OWN } from '../../config/clone.ts';
import { FUNCTIONS_MODULE } from '../../config/own-functions.ts';
import { CONFIG_FILES } from '../../config/read-project.ts';
import { UserError } from '../../errors.ts';
import { ModuleGraph } from '../../mill/manifest/module-graph.ts';
import type { Manifest } from '../../mill/model/manifest.ts';
import { MANIFEST_FILE } from '../desired/functions.ts';
import { ENTRY, packageFiles } from './package-files.ts';
import { tar } from './tar.ts';

/** What no function of a clone loads; of the computations, the manifest names those that are the project's. */
const NOT_SERVED = /^src\/(cli|client|computations|deploy|emulators|testing)\//;

/** Code is small: what is larger than this was not meant to go along. */
const MAX_SOURCE_BYTES = 50_000_000;

/** Of SHA-256, in hexadecimal: what is built by it is never anything else. */
const HASH_DIGITS = 40;

export interface Staged {
  /** By their path in the image's folder. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Of all of them: the same content has the same, wherever and whenever it was staged. */
  readonly hash: string;
  /** A tar.gz of them. */
  readonly archive: Buffer;
}

/** @throws {UserError} MISSING_FILE, or BAD_ARGUMENT naming what cannot be built in the cloud, or is too large. */
export function stage(root: string, manifest: Manifest): Staged {
  const files = new Map<string, Uint8Array>(packageFiles(root));
  const paths = [...codeOf(manifest), ...entriesOf(root), ...(isClone(root) ? ownCode() : [])];
  for (const path of paths) files.set(path, readFileSync(join(root, path)));
  files.set(ENTRY, Buffer.from(`import '${isClone(root) ? './functions/main.ts' : 'daymill/functions'}';\n`));
  files.set(MANIFEST_FILE, Buffer.from(`${JSON.stringify(manifest)}\n`));
  assertSmall(files);
  const archive = tar(files);
  // Compressed bytes differ from one version of zlib to the next: the content's address is of what is in them.
  return {
    files,
    hash: createHash('sha256').update(archive).digest('hex').slice(0, HASH_DIGITS),
    archive: gzipSync(archive),
  };
}

const codeOf = (manifest: Manifest): string[] => [
  ...Object.keys(manifest.files ?? {}),
  ...[...manifest.computations, ...manifest.datasets].map(({ module }) => module),
];

/** daymill.config.ts and the project's own functions, as far as there are any, with what they import of the project. */
function entriesOf(root: string): string[] {
  const files = [...CONFIG_FILES, FUNCTIONS_MODULE].filter((name) => existsSync(join(root, name)));
  const graph = new ModuleGraph(root);
  const modules = graph.closureOf(files.map((file) => graph.moduleAt(join(graph.root, file))));
  return modules.filter(({ path }) => graph.holds(path)).map(({ path }) => graph.relative(path));
}

const ownCode = (): string[] =>
  globSync(['functions/**/*.ts', 'src/**/*.ts'], { cwd: OWN })
    .map((path) => path.split(sep).join('/'))
    .filter((path) => !NOT_SERVED.test(path));

function assertSmall(files: ReadonlyMap<string, Uint8Array>): void {
  const bytes = [...files.values()].reduce((sum, { length }) => sum + length, 0);
  if (bytes <= MAX_SOURCE_BYTES) return;
  const largest = [...files].sort(([, a], [, b]) => b.length - a.length).slice(0, 3);
  const names = largest.map(([path, { length }]) => `${path} (${Math.ceil(length / 1e6)} MB)`).join(', ');
  throw new UserError(
    'BAD_ARGUMENT',
    `What would be deployed is ${Math.ceil(bytes / 1e6)} MB, and ${MAX_SOURCE_BYTES / 1e6} is the most. The largest are ${names}. ` +
      'Keep data in a bucket or a dataset, and import code alone.',
  );
}

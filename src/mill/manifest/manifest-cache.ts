/**
 * The manifest of the last time, kept while nothing that it is made from has changed. The project's files are looked at by content,
 * so that neither a touched file nor a restored one misleads it.
 */
import { existsSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hashOf, hashOfParts, type Hash } from '../../values/hash.ts';
import type { Manifest } from '../model/manifest.ts';
import type { BuildOptions, BuiltManifest } from './build-manifest.ts';
import type { Resolution } from './module-graph.ts';
import { modulesIn } from './modules-in.ts';
import { MAKER_FOLDERS, ownStamp } from './own-code.ts';
import { type KnownPackage, stampOf } from './package-integrity.ts';
import { resolveModule } from './resolve-module.ts';

interface Kept {
  /** Of what does not lie in the project: options, Node, Daymill itself. */
  readonly maker: Hash;
  readonly modules: readonly string[];
  /** Content hashes by path; null where there must be none. */
  readonly files: Readonly<Record<string, Hash | null>>;
  readonly resolutions: readonly Resolution[];
  /** By folder. */
  readonly packages: readonly (readonly [folder: string, known: KnownPackage])[];
  readonly manifest: Manifest;
}

/**
 * As `buildManifest`, from `file` when that still holds. A project with computations that cannot be analysed is always built anew:
 * what its modules define may depend on anything.
 */
export async function cachedManifest(options: BuildOptions, file: string): Promise<Manifest> {
  const kept = read(file);
  const maker = makerOf(options);
  if (kept !== undefined && kept.maker === maker && holds(kept, options)) return kept.manifest;
  // The parser and all that analyses are only loaded when there is something to analyse.
  const { buildManifestFrom } = await import('./build-manifest.ts');
  const packages = new Map(kept?.packages);
  const built = await buildManifestFrom(options, packages);
  const isAnalysed = built.manifest.computations.every(({ untrusted }) => untrusted === undefined);
  // Who only looks at a project that never ran makes no folder there.
  if (isAnalysed && existsSync(dirname(file))) write(file, { ...keep(built, options), maker, packages: [...packages] });
  return built.manifest;
}

function keep({ manifest, graph }: BuiltManifest, options: BuildOptions): Omit<Kept, 'maker' | 'packages'> {
  const paths = [...graph.files.keys()];
  const folders = new Set(paths.flatMap((path) => foldersAbove(path, graph.root)));
  const settings = [...folders].map((folder) => join(folder, 'package.json'));
  return {
    modules: modulesIn(graph.root, options.directory),
    files: Object.fromEntries([...graph.files, ...settings.map((path) => [path, hashAt(path)] as const)]),
    resolutions: graph.resolutions,
    manifest,
  };
}

/** From the file's own folder up to the root's. */
function foldersAbove(path: string, root: string): string[] {
  const folder = dirname(path);
  const isTop = folder === root || folder === dirname(folder);
  return isTop ? [folder] : [folder, ...foldersAbove(folder, root)];
}

function holds({ modules, files, resolutions, packages }: Kept, { root, directory }: BuildOptions): boolean {
  const found = modulesIn(realpathSync(root), directory);
  if (found.length !== modules.length || found.some((path, index) => path !== modules[index])) return false;
  if (Object.entries(files).some(([path, hash]) => hashAt(path) !== hash)) return false;
  if (packages.some(([folder, { stamp }]) => !existsSync(folder) || stampOf(folder) !== stamp)) return false;
  return resolutions.every(
    ({ specifier, from, how, answer }) => JSON.stringify(resolveModule(specifier, from, how)) === answer,
  );
}

const hashAt = (path: string): Hash | null => (existsSync(path) ? hashOf(readFileSync(path)) : null);

/** Other code of ours, another Node or other options make other manifests. */
const makerOf = ({ root, directory, epoch }: BuildOptions): Hash =>
  hashOfParts([root, JSON.stringify(directory), String(epoch), process.version, ownStamp(MAKER_FOLDERS)]);

function read(file: string): Kept | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Kept;
  } catch {
    return undefined; // None yet, or cut off: it is made anew.
  }
}

function write(file: string, kept: Kept): void {
  const unfinished = `${file}.${process.pid}.unfinished`;
  writeFileSync(unfinished, JSON.stringify(kept));
  renameSync(unfinished, file);
}

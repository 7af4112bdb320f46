/** The project as its source is now: its manifest, and the files and generators that its datasets are loaded from. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { UserError } from '../errors.ts';
import { loadDataset } from '../mill/manifest/load-definitions.ts';
import { cachedManifest } from '../mill/manifest/manifest-cache.ts';
import { ownStamp, READER_FOLDERS } from '../mill/manifest/own-code.ts';
import { readManifest } from '../mill/manifest/read-manifest.ts';
import type { Manifest } from '../mill/model/manifest.ts';
import { type FileMemory, fileMemory } from '../mill/sources/file-memory.ts';
import { coverage, sourceDays } from '../mill/sources/read-source.ts';
import { type BundledSource, bundledSources } from '../mill/steps/load/bundled-sources.ts';

export const projectManifest = ({ root, home, computations, epoch }: Config): Promise<Manifest> =>
  cachedManifest({ root, directory: computations, epoch }, join(home, 'manifest-cache.json'));

/** For a command that makes the project's state: what comes after its first run finds the manifest there. */
export function keptManifest(config: Config): Promise<Manifest> {
  // As the state file's folder is made.
  mkdirSync(config.home, { recursive: true, mode: 0o700 });
  return projectManifest(config);
}

/** For commands about runs, not about code: while the code cannot be read, the project is as it was at its last run. */
export async function manifestOfRuns(config: Config): Promise<Manifest> {
  try {
    return await projectManifest(config);
  } catch (thrown) {
    if (!(thrown instanceof UserError) || !existsSync(config.manifestFile)) throw thrown;
    return readManifest(config.manifestFile);
  }
}

export const projectSources = (config: Pick<Config, 'root' | 'home'>, manifest: Manifest): Promise<BundledSource[]> =>
  bundledSources({
    root: config.root,
    manifest,
    definitions: { dataset: (entry) => loadDataset(config.root, entry) },
    ...fileReaders(config),
  });

/** What questions want of bundled files beside the ports. */
export const fileReaders = ({ home }: Pick<Config, 'home'>) => ({ coverage, sourceDays, fileMemory: memoryIn(home) });

const memories = new Map<string, FileMemory>();

/** One a process. */
function memoryIn(home: string): FileMemory {
  const memory =
    memories.get(home) ?? fileMemory({ file: join(home, 'files-cache.json'), maker: ownStamp(READER_FOLDERS) });
  memories.set(home, memory);
  return memory;
}

/** The project as its source is now: its manifest, and the files that its datasets are loaded from. */
import type { Config } from '../config.ts';
import { buildManifest } from '../manifest/build-manifest.ts';
import { loadDataset } from '../manifest/load-definitions.ts';
import type { Manifest } from '../model/manifest.ts';
import { coverage } from '../sources/read-source.ts';
import { type BundledFile, bundledFiles } from '../steps/bundled-files.ts';

export const projectManifest = ({ root, computations, epoch }: Config): Promise<Manifest> =>
  buildManifest({ root, directory: computations, epoch });

export const projectFiles = ({ root }: Pick<Config, 'root'>, manifest: Manifest): Promise<BundledFile[]> =>
  bundledFiles({ root, manifest, coverage, definitions: { dataset: (entry) => loadDataset(root, entry) } });

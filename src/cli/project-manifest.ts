/** The manifest of the project as its source is now. */
import type { Config } from '../config.ts';
import { buildManifest } from '../manifest/build-manifest.ts';
import type { Manifest } from '../model/manifest.ts';

export const projectManifest = ({ root, computations, epoch }: Config): Promise<Manifest> =>
  buildManifest({ root, directory: computations, epoch });

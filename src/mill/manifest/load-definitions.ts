/** From the manifest's data back to the author's functions, at a worker's cold start. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { authorCode, sayStray } from '../../process/author-code.ts';
import { UserError } from '../../errors.ts';
import { isComputation, type Computation } from '../model/computation.ts';
import { isDataset, type Dataset } from '../model/dataset.ts';
import type { ManifestComputation, ManifestDataset } from '../model/manifest.ts';
import { ownMember } from '../../values/own-member.ts';

/**
 * Imports the computation's module, and with it whatever that imports, and nothing else.
 * @throws {UserError} NO_MANIFEST when the module does not export it, so that code and manifest do not belong together.
 */
export async function loadComputation(root: string, entry: ManifestComputation): Promise<Computation> {
  const value = await exported(root, entry);
  if (isComputation(value) && value.name === entry.name) return value;
  throw staleManifest('computation', entry);
}

/** @throws {UserError} NO_MANIFEST when the module does not export it. */
export async function loadDataset(root: string, entry: ManifestDataset): Promise<Dataset> {
  const value = await exported(root, entry);
  if (isDataset(value) && value.name === entry.name) return value;
  throw staleManifest('dataset', entry);
}

interface Entry {
  readonly name: string;
  readonly module: string;
  readonly exportName: string;
}

async function exported(root: string, entry: Entry): Promise<unknown> {
  const file = resolve(root, entry.module);
  if (!existsSync(file)) throw staleManifest('module', entry);
  const code = authorCode({ name: entry.module, onStray: sayStray(entry.module) });
  const namespace = await code.wait(() => import(pathToFileURL(file).href) as Promise<Record<string, unknown>>);
  return ownMember(namespace, entry.exportName);
}

const staleManifest = (what: string, entry: Entry): UserError =>
  new UserError(
    'NO_MANIFEST',
    `The manifest says that ${entry.module} exports ${entry.name} as "${entry.exportName}", but that ${what} is not there. ` +
      'Run `npx daymill manifest` to make the manifest again.',
  );

/** A dataset by the name that a person typed. */
import { UserError } from '../errors.ts';
import { didYouMean } from '../values/suggest.ts';
import type { Manifest, ManifestDataset } from '../mill/model/manifest.ts';
import { normalizeName } from '../values/name.ts';

/** @throws {UserError} UNKNOWN_DATASET, with the nearest name. */
export function findDataset(manifest: Manifest, typed: string): ManifestDataset {
  const wanted = normalizeName(typed) ?? typed;
  const found = manifest.datasets.find(({ name }) => name === wanted);
  if (found !== undefined) return found;
  const names = manifest.datasets.map(({ name }) => name);
  const near = didYouMean(typed, names);
  throw new UserError(
    'UNKNOWN_DATASET',
    `There is no dataset "${typed}". ${near === undefined ? `There are: ${names.join(', ') || 'none'}.` : `Did you mean "${near}"?`}`,
  );
}

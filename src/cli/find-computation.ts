/** A computation by the name that a person typed. */
import { UserError } from '../errors.ts';
import { didYouMean } from '../values/suggest.ts';
import { computationIn, type Manifest, type ManifestComputation } from '../mill/model/manifest.ts';
import { normalizeName } from '../values/name.ts';

/** @throws {UserError} UNKNOWN_COMPUTATION, with the nearest name. */
export function findComputation(manifest: Manifest, typed: string): ManifestComputation {
  const found = computationIn(manifest, normalizeName(typed) ?? typed);
  if (found !== undefined) return found;
  const names = manifest.computations.map(({ name }) => name);
  const near = didYouMean(typed, names);
  throw new UserError(
    'UNKNOWN_COMPUTATION',
    `There is no computation "${typed}". ${near === undefined ? `There are: ${names.sort().join(', ')}.` : `Did you mean "${near}"?`}`,
  );
}

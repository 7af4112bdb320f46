/** Reads for days of a chain, in their order: what they read is asked for at once, and what they give is handed on. */
import type { LostInput } from '../../model/place.ts';
import type { Artifacts, StoredArtifact } from '../../ports/artifacts.ts';
import type { Decoded } from './decoded.ts';
import { inputsIn, type InputRequest, type LoadedInputs, nameOf, placesOf, readPlaces } from './load-inputs.ts';

/** By the names of their places: what days of a chain gave in this attempt. Undefined: it is committed, and in shards. */
export type MadeDays = ReadonlyMap<string, StoredArtifact | undefined>;

/** What the answer gives for a day is as `loadInputs` gives it; it must be asked for once the days before it are made. */
export async function loadDays(
  requests: readonly InputRequest[],
  artifacts: Artifacts,
  { made, decoded }: { readonly made: MadeDays; readonly decoded: Decoded },
): Promise<(request: InputRequest) => Promise<LoadedInputs | readonly LostInput[]>> {
  // A day that is made for the first time has nothing stored; of one that may turn out unchanged the stored result is read.
  const toCome = new Set(
    requests.flatMap(({ cell }) => (cell.unlessVector === undefined ? [nameOf({ kind: 'cell', ...cell })] : [])),
  );
  const isStored = ({ name }: { readonly name: string }): boolean => !toCome.has(name) && !made.has(name);
  const ahead = requests
    .flatMap(placesOf)
    .map(({ need, planned, places }) => ({ need, planned, places: places.filter(isStored) }));
  const found = new Map(await readPlaces(ahead, artifacts));
  return async ({ computation, cell }) => {
    const wanted = placesOf({ computation, cell });
    for (const { name } of wanted.flatMap(({ places }) => places)) {
      if (!made.has(name)) continue;
      const own = made.get(name);
      if (own === undefined) found.delete(name);
      else found.set(name, own);
    }
    const rest = wanted.filter(({ places }) => places.some(({ name }) => !found.has(name)));
    for (const [name, artifact] of await readPlaces(rest, artifacts)) found.set(name, artifact);
    return inputsIn(found, computation, wanted, decoded);
  };
}

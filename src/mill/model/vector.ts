/** The fingerprint: the vector of hashes that a cell was made from. */
import { z } from 'zod';
import { Hash, hashOfParts } from '../../values/hash.ts';

/** The half that does not depend on the date; made at build time. */
export const Fingerprint = z.object({
  /** The computation's own module, comments, types, layout and descriptive metadata dropped. */
  code: Hash,
  /** Everything that it reaches in other local modules. */
  layer: Hash,
  /** Node's major version, the versions of the packages that it reaches, the executor's own version. */
  infrastructure: Hash,
  /** The system epoch; raising it makes everything new. */
  epoch: z.number().int(),
});
export type Fingerprint = z.infer<typeof Fingerprint>;

/** One hash for the whole fingerprint: what messages carry and logs show. */
export const fingerprintHash = (f: Fingerprint): Hash =>
  hashOfParts([f.code, f.layer, f.infrastructure, String(f.epoch)]);

/** The half of a fingerprint that a simulation can prove equal: what the code does. Infrastructure and epoch are not of it. */
export const behaviourOf = ({ code, layer }: Pick<Fingerprint, 'code' | 'layer'>): Hash => hashOfParts([code, layer]);

/** Input id (see `inputIdOf`) to the content hash that was read, or `none`. */
export const InputHashes = z.record(z.string(), z.string());
export type InputHashes = z.infer<typeof InputHashes>;

export const Vector = z.object({ fingerprint: Fingerprint, inputs: InputHashes });
export type Vector = z.infer<typeof Vector>;

/** What differs between two fingerprints: `code`, `layer`, `infrastructure`, `epoch`. */
export const fingerprintParts = (before: Fingerprint, after: Fingerprint): string[] =>
  (['code', 'layer', 'infrastructure', 'epoch'] as const).filter((part) => before[part] !== after[part]);

/** What differs between two vectors, in words of the vector: `code`, `layer`, `infrastructure`, `epoch` and input ids. */
export function changedParts(before: Vector, after: Vector): string[] {
  const changed = fingerprintParts(before.fingerprint, after.fingerprint);
  const ids = new Set([...Object.keys(before.inputs), ...Object.keys(after.inputs)]);
  for (const id of [...ids].sort()) if (before.inputs[id] !== after.inputs[id]) changed.push(id);
  return changed;
}

/** One hash for a whole vector. */
export const vectorHash = ({ fingerprint, inputs }: Vector): Hash =>
  hashOfParts([
    fingerprintHash(fingerprint),
    ...Object.keys(inputs)
      .sort()
      .flatMap((id) => [id, inputs[id] ?? '']),
  ]);

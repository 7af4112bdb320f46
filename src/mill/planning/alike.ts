/** Code that is on record to have made the stored result: going back to it runs nothing, as a build system's cache would have it. */
import type { Settled } from '../model/cell.ts';
import { changedParts, type Fingerprint, fingerprintHash, type Vector } from '../model/vector.ts';

/** Fingerprints that a settled cell remembers beside its own: who goes back, goes back soon. */
export const MAX_ALIKE = 3;

/** `to` with what `known`, which it takes the place of, was made by: where that made the same result of the same inputs. */
export function withAlike(to: Settled, known: Settled | undefined): Settled {
  if (to.status !== 'COMPLETED' || known?.status !== 'COMPLETED' || to.resultHash !== known.resultHash) return to;
  const { fingerprint } = to.vector;
  if (changedParts(to.vector, { ...known.vector, fingerprint }).length > 0) return to;
  const own = fingerprintHash(fingerprint);
  const alike = [known.vector.fingerprint, ...(known.alike ?? [])].filter((one) => fingerprintHash(one) !== own);
  return alike.length === 0 ? to : { ...to, alike: alike.slice(0, MAX_ALIKE) };
}

/** What the cell was made from, in the words of this fingerprint where it would have made the same. */
export function vectorFor(settled: Settled, fingerprint: Fingerprint): Vector | undefined {
  if (settled.status !== 'COMPLETED' || settled.alike === undefined) return settled.vector;
  const hash = fingerprintHash(fingerprint);
  return settled.alike.some((one) => fingerprintHash(one) === hash)
    ? { fingerprint, inputs: settled.vector.inputs }
    : settled.vector;
}

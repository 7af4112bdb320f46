/** Two vectors part by part: what a cell was made from, and what it would be made from now. */
import { z } from 'zod';
import { type ManifestComputation, inputIdOf, isSeed } from '../model/manifest.ts';
import type { Vector } from '../model/vector.ts';

export const VectorPart = z.object({
  /** `code`, `layer`, `infrastructure`, `epoch`, or an input's id. */
  part: z.string(),
  /** Null: it was not part of it, or the cell never ran. */
  stored: z.string().nullable(),
  /** Null: not known yet, because it is still to be made or loaded. */
  current: z.string().nullable(),
  same: z.boolean().nullable(),
});
export type VectorPart = z.infer<typeof VectorPart>;

/** The fingerprint's parts first, then inputs in the order of the computation's needs. */
export function compareVectors(
  computation: ManifestComputation,
  stored: Vector | undefined,
  inputs: Vector['inputs'] | undefined,
): VectorPart[] {
  const compare = (part: string, before: string | undefined, now: string | undefined): VectorPart => ({
    part,
    stored: before ?? null,
    current: now ?? null,
    same: stored === undefined || now === undefined ? null : before === now,
  });
  // A seed is there on the days that read it.
  const needs = computation.needs.filter((need) => !isSeed(need) || inputs?.[inputIdOf(need)] !== undefined);
  const ids = new Set([...needs.map(inputIdOf), ...Object.keys(stored?.inputs ?? {})]);
  return [
    ...(['code', 'layer', 'infrastructure', 'epoch'] as const).map((part) =>
      compare(part, stored && String(stored.fingerprint[part]), String(computation.fingerprint[part])),
    ),
    ...[...ids].map((id) => compare(id, stored?.inputs[id], inputs?.[id])),
  ];
}

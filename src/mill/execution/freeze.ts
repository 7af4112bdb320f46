/** Values that cells share: none of them may change what another one reads. */
import type { Dated, Needs } from '../model/need.ts';

/** Freezes JSON as it was decoded, all the way down. Most of its parts are texts and numbers: for those nothing is called or made. */
export function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  if (Array.isArray(value)) for (const part of value as unknown[]) freeze(part);
  // What was decoded inherits nothing that this would find.
  else for (const key in value) freeze((value as Record<string, unknown>)[key]);
}

/** What windows hold: a worker decodes it once for all days that read it, so that code which changes it fails wherever it runs. */
export function freezeWindows(needs: Needs, inputs: Readonly<Record<string, unknown>>): void {
  for (const [key, need] of Object.entries(needs)) {
    if (need.kind === 'history' || need.kind === 'own-history') freezeValues(inputs[key]);
    if (need.kind === 'previous' && need.seed !== undefined) freezeValues((inputs[key] as { seed: unknown }).seed);
  }
}

const freezeValues = (days: unknown): void => {
  for (const { value } of days as readonly Dated<unknown>[]) freeze(value);
};

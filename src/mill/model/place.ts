/** A place where an artifact lies: a cell's result, or a day of a root dataset. */
import { z } from 'zod';
import { RetryableError } from '../../errors.ts';
import { Day } from '../../values/date.ts';
import { Hash } from '../../values/hash.ts';

export const Place = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('cell'), computation: z.string(), date: Day }),
  z.object({ kind: z.literal('root'), dataset: z.string(), date: Day }),
]);
export type Place = z.infer<typeof Place>;
export type RootPlace = Extract<Place, { kind: 'root' }>;

/** `airport-day@2001-01-15`, `flights of 2001-01-15` */
export const placeName = (place: Place): string =>
  place.kind === 'cell' ? `${place.computation}@${place.date}` : `${place.dataset} of ${place.date}`;

/** What a worker found where the plan says that an artifact is. */
export const LostInput = z.object({
  place: Place,
  /** Hash of what lies there; absent when there is nothing, or nothing whole. */
  found: Hash.optional(),
});
export type LostInput = z.infer<typeof LostInput>;

/** The artifact is still pointed to, and a part of it is not there. */
export class InputLostError extends RetryableError {
  readonly place: Place;
  constructor(place: Place) {
    super('INPUT_LOST', `a part of ${placeName(place)} is gone from the store`);
    this.place = place;
  }
}

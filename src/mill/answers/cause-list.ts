/** Causes as they are found: as many as a person reads, and of those above it how many they are and what they come to. */
import { z } from 'zod';

import { Day } from '../../values/date.ts';

export const Cause = z.object({
  /** How far from the cell that was asked about, from 1. */
  depth: z.number(),
  /** `airport-day@2001-01-15`, `dataset flights` or a part of the vector; `…` for what is left out. */
  subject: z.string(),
  text: z.string(),
  /** Days of the same computation before it that ran for the same reason, each for the one before: they are in `text`, and have no causes of their own. */
  alike: z.object({ days: z.number(), first: Day }).optional(),
});
export type Cause = z.infer<typeof Cause>;

/** More than a person reads; what follows is another `explain`. */
export const MAX_CAUSES = 40;

/** Roots of the causes that are left out. */
export const MAX_ROOTS = 10;

export class CauseList {
  readonly #causes: Cause[] = [];
  readonly #leftOut = new Map<string, Cause>();
  #more = 0;

  /** `isRoot`: it has no cause of its own: changed code, data, an error. */
  add(cause: Cause, isRoot: boolean): void {
    if (this.#causes.length < MAX_CAUSES) {
      this.#causes.push(cause);
      return;
    }
    this.#more++;
    if (isRoot) this.#leftOut.set(nameOf(cause), cause);
  }

  /** `isCut`: there is more than was looked at. */
  all(isCut: boolean): Cause[] {
    if (this.#more === 0 && !isCut) return this.#causes;
    const named = new Set(this.#causes.map(nameOf));
    const roots = [...this.#leftOut.values()].filter((root) => !named.has(nameOf(root)));
    const others = roots.length - MAX_ROOTS;
    const text =
      `and ${this.#more} more ${this.#more === 1 ? 'cause' : 'causes'}` +
      (isCut ? ', as far as it was looked at; explain one of those above for more' : '') +
      (roots.length === 0 ? (isCut ? '' : ', which come to the same') : ', which come to') +
      (others > 0 ? ` ${roots.length} roots, these among them` : '');
    return [
      ...this.#causes,
      { depth: 1, subject: '…', text },
      ...roots.slice(0, MAX_ROOTS).map(({ subject, text: why }) => ({ depth: 2, subject, text: why })),
    ];
  }
}

const nameOf = ({ subject, text }: Cause): string => `${subject}: ${text}`;

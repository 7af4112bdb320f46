/** What a reader refused, bounded: a body of small bad items must not become a list that is many times its size. */
import type { Rejection, RejectionCode } from '../model/rejection.ts';
import type { Refusal } from '../model/series-resolver.ts';

/** Rejections of one request that are listed with their items; more are counted by code. */
export const MAX_LISTED = 10_000;

/** Bytes of labels that items of rejections may have together; those that come later have none. */
export const MAX_ITEM_BYTES = 16_777_216;

/** Characters of a name that a reason repeats. */
const QUOTED_CHARACTERS = 100;

/** A name as reasons say it. */
export const quoted = (name: string): string =>
  JSON.stringify(name.length <= QUOTED_CHARACTERS ? name : `${name.slice(0, QUOTED_CHARACTERS)}…`);

export class Rejections {
  readonly #listed: Rejection[] = [];
  #itemBytes = 0;
  readonly #more = new Map<RejectionCode, { readonly index: number; count: number }>();

  /** `item` is asked for only where it is listed; `bytes` is about how large it will be. */
  add(index: number, { code, reason }: Refusal, item?: () => unknown, bytes = 0): void {
    if (this.#listed.length < MAX_LISTED) {
      const made = this.#itemBytes + bytes > MAX_ITEM_BYTES ? undefined : item?.();
      if (made !== undefined) this.#itemBytes += bytes;
      this.#listed.push(made === undefined ? { index, code, reason } : { index, code, reason, item: made });
      return;
    }
    const more = this.#more.get(code);
    if (more === undefined) this.#more.set(code, { index, count: 1 });
    else more.count++;
  }

  all(): Rejection[] {
    const more = Array.from(this.#more, ([code, { index, count }]) => ({
      index,
      code,
      reason: `${count} more, of which the first is item ${index}; the ${MAX_LISTED} before them are listed one by one`,
      count,
    }));
    return [...this.#listed, ...more];
  }
}

/** Parts of books, and availability: packed documents of days, kept in a process as long as the state names the sequence that wrote them. */
import type { DocumentSnapshot } from '@google-cloud/firestore';
import { z } from 'zod';
import { Settled } from '../../mill/model/cell.ts';
import { Day } from '../../values/date.ts';
import { Hash } from '../../values/hash.ts';
import { ownMember } from '../../values/own-member.ts';
import { packed } from './book-parts.ts';
import { unpack } from './planner-document.ts';

export const Book = z.record(Day, Settled);
export const DayHashes = z.record(Day, Hash);

/** A part of a book, or a dataset's days, with the sequence that wrote it. */
export interface Kept<T> {
  readonly writtenIn: number;
  readonly days: ReadonlyMap<Day, T>;
  /** Of its content. */
  readonly bytes: number;
}

/** Memory that a process gives to what it keeps of each, as `memoryOf` estimates it. */
export const KEPT_BYTES = 32 * 1_048_576;

/** A settled cell in memory, of few inputs: `npm run bench -- worker-memory`. Of many, what is packed is unpacked to so many times as much. */
const DAY_BYTES = 700;
const UNPACKED = 12;

const memoryOf = ({ days, bytes }: Kept<unknown>): number => Math.max(days.size * DAY_BYTES, bytes * UNPACKED);

/** Forgets what was read or written longest ago. */
export function forgetOldest<T>(kept: Map<string, Kept<T>>, maxBytes: number): void {
  let total = kept.values().reduce((sum, one) => sum + memoryOf(one), 0);
  for (const [id, one] of kept) {
    if (total <= maxBytes) return;
    kept.delete(id);
    total -= memoryOf(one);
  }
}

/** Keeps it as what was used last. */
export function keepLast<T>(kept: Map<string, Kept<T>>, id: string, one: Kept<T>): void {
  kept.delete(id);
  kept.set(id, one);
}

/** Documents to fetch, and where what they hold is kept. */
export function wantedOf<T>(
  ids: Iterable<string>,
  collection: string,
  writtenIn: Readonly<Record<string, number>>,
  schema: z.ZodType<Record<Day, T>>,
  kept: Map<string, Kept<T>>,
  remake: (id: string) => Promise<ReadonlyMap<Day, T>>,
) {
  return [...ids].flatMap((id) => {
    const expected = ownMember(writtenIn, id);
    // What was never written is empty.
    if (expected === undefined) return [];
    const keep = (days: ReadonlyMap<Day, T>, bytes: number): void =>
      keepLast(kept, id, { writtenIn: expected, days, bytes });
    return [
      {
        collection,
        id,
        writtenIn: expected,
        keep(document: DocumentSnapshot) {
          const content: unknown = document.get('content');
          const days = new Map(Object.entries(schema.parse(unpack(content))));
          keep(days, content instanceof Uint8Array ? content.byteLength : 0);
        },
        async remake() {
          const days = await remake(id);
          keep(days, packed(days).byteLength);
        },
      },
    ];
  });
}

/** Books and availability: packed documents of days, kept in a process as long as the state names the sequence that wrote them. */
import type { DocumentSnapshot, Firestore } from '@google-cloud/firestore';
import { z } from 'zod';
import { compressJson } from '../../mill/execution/artifact-codec.ts';
import { Settled } from '../../mill/model/cell.ts';
import { bookId } from '../../mill/planning/shelf.ts';
import type { PlanningChange } from '../../mill/ports/planning.ts';
import { Day } from '../../values/date.ts';
import { Hash } from '../../values/hash.ts';
import { ownMember } from '../../values/own-member.ts';
import type { MeasuredBatch } from '../measured-batch.ts';
import { unpack } from './planner-document.ts';

export const Book = z.record(Day, Settled);
export const DayHashes = z.record(Day, Hash);

/** A book or a dataset's days, with the sequence that wrote it. */
export interface Kept<T> {
  readonly writtenIn: number;
  readonly days: ReadonlyMap<Day, T>;
}

/** Documents to fetch, and where what they hold is kept. */
export function wantedOf<T>(
  ids: ReadonlySet<string>,
  collection: string,
  writtenIn: Readonly<Record<string, number>>,
  schema: z.ZodType<Record<Day, T>>,
  kept: Map<string, Kept<T>>,
  shown: ReadonlyMap<string, ReadonlyMap<Day, T>>,
  remake: (id: string) => Promise<ReadonlyMap<Day, T>>,
) {
  return [...ids].map((id) => {
    const expected = ownMember(writtenIn, id);
    const show = (days: ReadonlyMap<Day, T>): void => {
      if (expected !== undefined) kept.set(id, { writtenIn: expected, days });
      (shown as Map<string, ReadonlyMap<Day, T>>).set(id, days);
    };
    return {
      collection,
      id,
      writtenIn: expected,
      keep: (document: DocumentSnapshot | undefined) =>
        show(
          document === undefined ? new Map() : new Map(Object.entries(schema.parse(unpack(document.get('content'))))),
        ),
      remake: async () => show(await remake(id)),
    };
  });
}

type SettledChange = NonNullable<PlanningChange['settled']>[number];

/** By book. */
export const booksTouchedBy = ({ settled = [] }: PlanningChange): Map<string, SettledChange[]> =>
  Map.groupBy(settled, ({ cell }) => bookId(cell.computation, cell.date));

/** Packed: as a map of fields it would cost thousands of index entries and ten times the bytes. */
export function writeDays(
  db: Firestore,
  batch: MeasuredBatch,
  collection: string,
  id: string,
  sequence: number,
  days: ReadonlyMap<Day, unknown>,
): void {
  const content = compressJson(JSON.stringify(Object.fromEntries(days)));
  batch.set(db.collection(collection).doc(id), { sequence, content });
}

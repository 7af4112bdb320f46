/**
 * What the planner keeps, made anew from what it was made from: each result says itself what it was made of. For a book, or a whole
 * state, that was lost or set back.
 */
import { type DocumentSnapshot, FieldPath, type Firestore } from '@google-cloud/firestore';
import { CellError, Settled } from '../../mill/model/cell.ts';
import type { Day } from '../../values/date.ts';
import { Hash } from '../../values/hash.ts';
import { PartialResult } from '../../mill/model/partial-result.ts';
import { daySetOfDays } from '../../mill/planning/day-set.ts';
import { bookId } from '../../mill/planning/shelf.ts';
import { type Standing, unknownStanding } from '../../mill/planning/standing.ts';
import { type CommitName, setApart } from '../measured-batch.ts';
import { computationOf, firstDayOf, type PackedPart, type PartId } from './book-parts.ts';
import { recordIn, vectorIn } from './cell-document.ts';
import { BOOKS, daysOf, INDEXES, MEMORY, PLANNER, RESULTS, resultDays } from './paths.ts';

const RESULT_FIELDS = ['status', 'vector', 'error', 'artifact.hash', 'record'] as const;

/** No dispatch is called so. */
const RECOVERED = 'recovered';

/** The settled cells of a part of a book, one of these `parts`; see `settledInResults`. */
export async function settledInPart(db: Firestore, id: PartId, parts: readonly PartId[]): Promise<Map<Day, Settled>> {
  const next = parts[parts.indexOf(id) + 1];
  // No day is after it.
  const end = next === undefined ? `${firstDayOf(id).slice(0, 4)}~` : firstDayOf(next);
  return settledInResults(db, computationOf(id), { from: firstDayOf(id), before: end });
}

/** The settled cells of some days, or of all; results that do not say what they were made from are left out, and are made again. */
async function settledInResults(
  db: Firestore,
  computation: string,
  days?: { readonly from: string; readonly before: string },
): Promise<Map<Day, Settled>> {
  const all = db.collection(resultDays(computation)).select(...RESULT_FIELDS);
  const name = FieldPath.documentId();
  const wanted = days === undefined ? all : all.where(name, '>=', days.from).where(name, '<', days.before);
  const found = await wanted.get();
  const settled = new Map<Day, Settled>();
  for (const result of found.docs) {
    const one = settledOf(result);
    if (one !== undefined) settled.set(result.id, one);
  }
  return settled;
}

function settledOf(result: DocumentSnapshot): Settled | undefined {
  const vector = vectorIn(result);
  if (vector === undefined) return undefined;
  const base = { vector, dispatchId: RECOVERED };
  const hash = Hash.safeParse(result.get('artifact.hash'));
  if (result.get('status') === 'COMPLETED' && hash.success)
    return { ...base, status: 'COMPLETED', resultHash: hash.data, ...partialOf(result) };
  const error = CellError.safeParse(result.get('error'));
  return result.get('status') === 'FAILED' && error.success
    ? { ...base, status: 'FAILED', error: error.data }
    : undefined;
}

function partialOf(result: DocumentSnapshot): { readonly partial?: PartialResult } {
  const found = PartialResult.safeParse(recordIn(result));
  return found.success ? { partial: found.data } : {};
}

/** Hashes of the days of a dataset, those of `open` days. */
export async function hashesInDays(
  db: Firestore,
  dataset: string,
  isOpen: (day: Day) => boolean,
): Promise<Map<Day, Hash>> {
  const found = await db.collection(daysOf(dataset)).select('status', 'hash').get();
  return new Map(
    found.docs
      .filter((day) => day.get('status') === 'COMPLETED' && isOpen(day.id))
      .map((day) => [day.id, String(day.get('hash'))]),
  );
}

/** What a recovered state begins with. */
export interface Recovered {
  readonly sequence: number;
  readonly standings: Readonly<Record<string, Standing>>;
  /** By id, each to be kept as written in `sequence`. */
  readonly books: ReadonlyMap<string, ReadonlyMap<Day, Settled>>;
}

/**
 * Reads every result once, and forgets what was indexed, so that root data is looked at anew. What was proven or learned is
 * proven and learned again. `after` is the newest sequence that anybody has seen.
 */
export async function recover(db: Firestore, after: number): Promise<Recovered> {
  const standings = new Map<string, Standing>();
  const books = new Map<string, Map<Day, Settled>>();
  for (const { id: computation } of await db.collection(RESULTS).listDocuments()) {
    const settled = await settledInResults(db, computation);
    const days = (status: Settled['status']) =>
      daySetOfDays([...settled].filter(([, one]) => one.status === status).map(([day]) => day));
    const partial = daySetOfDays([...settled].flatMap(([day, one]) => ('partial' in one ? [day] : [])));
    standings.set(computation, {
      ...unknownStanding(days('COMPLETED'), days('FAILED')),
      ...(partial.length === 0 ? {} : { partial }),
    });
    for (const [day, one] of settled) {
      const id = bookId(computation, day);
      books.set(id, (books.get(id) ?? new Map<Day, Settled>()).set(day, one));
    }
  }
  for (const index of await db.collection(INDEXES).listDocuments()) await index.delete();
  // Beyond every number that a process may remember: by the clock, since the numbers themselves are what was lost.
  return { sequence: Math.max(after + 1, Date.now()), standings: Object.fromEntries(standings), books };
}

/** The newest sequence among books; 0 where there is none. */
export async function newestBook(db: Firestore): Promise<number> {
  const newest = await db.collection(BOOKS).orderBy('sequence', 'desc').limit(1).select('sequence').get();
  return Number(newest.docs[0]?.get('sequence') ?? 0);
}

export const writeRecovered = async (
  db: Firestore,
  { sequence, parts }: { readonly sequence: number; readonly parts: readonly PackedPart[] },
  head: object,
  name: CommitName,
): Promise<void> => {
  await setApart(
    db,
    name,
    parts.map(({ id, content }) => ({ ref: db.collection(BOOKS).doc(id), fields: { sequence, content } })),
  );
  await db.doc(MEMORY).delete();
  // Last: until it is there, whoever looks finds the plan lost, and begins again.
  await db.doc(PLANNER).set(head, { mergeFields: Object.keys(head) });
};

/**
 * Pages on which the planner's state goes on when it outgrows its document. They are written ahead of the head, under the name of the
 * commit that will point to them, so that a commit is no larger for them and the head swaps all of it at once. Who dies in between leaves
 * pages that nothing points to; the next commit takes them away.
 */
import type { Firestore } from '@google-cloud/firestore';
import { type CommitName, setApart } from '../measured-batch.ts';
import { PLANNER, PLANNER_PAGES } from './paths.ts';

/** What says which pages a state has. */
export interface PagesOf {
  readonly sequence: number;
  readonly pages: number;
  /** The commit that wrote them; absent of pages that older versions wrote together with the head. */
  readonly pagesOf?: string | undefined;
}

const refsOf = (db: Firestore, { pages, pagesOf }: Omit<PagesOf, 'sequence'>) =>
  Array.from({ length: pages }, (_, index) =>
    db.collection(PLANNER_PAGES).doc(pagesOf === undefined ? String(index + 1) : `${pagesOf}-${index + 1}`),
  );

/** Undefined when they are not there, or of another commit. */
export async function readPages(db: Firestore, head: PagesOf): Promise<Uint8Array[] | undefined> {
  const refs = refsOf(db, head);
  const found = refs.length === 0 ? [] : await db.getAll(...refs);
  return found.every((page) => page.get('sequence') === head.sequence)
    ? found.map((page) => page.get('content') as Uint8Array)
    : undefined;
}

/** Nobody sees them until the head names `pagesOf`. */
export const writePages = (
  db: Firestore,
  { sequence, pagesOf }: Pick<PagesOf, 'sequence' | 'pagesOf'>,
  pages: readonly Uint8Array[],
  name: CommitName,
): Promise<void> =>
  setApart(
    db,
    name,
    refsOf(db, { pages: pages.length, pagesOf }).map((ref, index) => ({
      ref,
      fields: { sequence, content: pages[index] },
    })),
  );

/** Takes away those of a commit that was refused; not when it was refused because it had landed before. */
export async function dropPages(
  db: Firestore,
  pages: PagesOf & { readonly commit?: string | undefined },
): Promise<void> {
  if (pages.pages === 0 || (await db.doc(PLANNER).get()).get('commit') === pages.commit) return;
  await Promise.all(refsOf(db, pages).map((ref) => ref.delete()));
}

/**
 * Takes away the pages of commits before this one, of those that failed or died as well: nobody can commit as an earlier sequence any
 * more. What cannot be taken away now is when the next commit has been made.
 */
export async function collectPages(db: Firestore, sequence: number): Promise<void> {
  try {
    const old = await db.collection(PLANNER_PAGES).where('sequence', '<', sequence).select().get();
    await Promise.all(old.docs.map(({ ref }) => ref.delete()));
  } catch {
    // They cost storage alone.
  }
}

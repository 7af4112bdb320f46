/** Computations by what was found of their newest code. Pure. */
import type { CodeAnswer } from '../../mill/answers/code.ts';

export type CodeRow = CodeAnswer['computations'][number];
export type Version = CodeRow['versions'][number];

/** Of the newest version: to whom it makes a difference. */
export const VERDICTS = {
  same: { word: 'does the same', order: 2 },
  changed: { word: 'changed', order: 0 },
  unproven: { word: 'not proven', order: 1 },
} as const;

/** Those whose newest code is another than before. */
export const isChanged = ({ versions }: CodeRow): boolean => versions.length > 1 && versions[0]?.verdict !== undefined;

/** What is shown: changed ones first, what has the filter in its name; the newest change first. */
export function shownRows(
  rows: readonly CodeRow[],
  { filter, isAll, open }: { readonly filter: string; readonly isAll: boolean; readonly open: string | null },
): CodeRow[] {
  const wanted = filter.trim().toLowerCase();
  const order = ({ versions }: CodeRow): number => {
    const verdict = versions[0]?.verdict;
    return verdict === undefined ? 3 : VERDICTS[verdict].order;
  };
  return rows
    .filter(
      (row) => (isAll || isChanged(row) || row.computation === open) && row.computation.toLowerCase().includes(wanted),
    )
    .toSorted((a, b) => order(a) - order(b) || (b.versions[0]?.sinceMs ?? 0) - (a.versions[0]?.sinceMs ?? 0));
}

export const savedBy = ({ versions }: CodeRow): number =>
  versions.reduce((sum, { cellsSaved = 0 }) => sum + cellsSaved, 0);

/** What came of the trials, by family. */
import type { Trial } from './trial.ts';

export interface Row {
  readonly family: string;
  /** Edits that the project could still be loaded with. */
  edits: number;
  /** Of them those that a day showed to change something. */
  changed: number;
  /** Of `changed`: refused by the syntax alone, not proven after a simulation, different in one. */
  refused: number;
  notProven: number;
  different: number;
  /** Of `changed`: the code hash did not see it, or it was called SAME. */
  wrong: number;
  /** Of the others, by verdict. */
  readonly alike: { unchanged: number; same: number; notProven: number; different: number };
}

export function tally(trials: readonly (readonly [family: string, trial: Trial])[]): Row[] {
  const rows = new Map<string, Row>();
  for (const [family, { judged, verdict }] of trials) {
    if (judged === 'refused' || verdict === undefined) continue;
    const row = rows.get(family) ?? emptyRow(family);
    rows.set(family, row);
    row.edits++;
    if (judged === 'changed') {
      row.changed++;
      if (verdict === 'REFUSED') row.refused++;
      else if (verdict === 'NOT_PROVEN') row.notProven++;
      else if (verdict === 'DIFFERENT') row.different++;
      else row.wrong++;
    } else if (verdict === 'UNCHANGED') row.alike.unchanged++;
    else if (verdict === 'SAME') row.alike.same++;
    else if (verdict === 'DIFFERENT') row.alike.different++;
    else row.alike.notProven++;
  }
  return [...rows.values()];
}

const emptyRow = (family: string): Row => ({
  family,
  edits: 0,
  changed: 0,
  refused: 0,
  notProven: 0,
  different: 0,
  wrong: 0,
  alike: { unchanged: 0, same: 0, notProven: 0, different: 0 },
});

/** All families as one. */
export function total(rows: readonly Row[]): Row {
  const sum = emptyRow('all');
  for (const row of rows) {
    for (const key of ['edits', 'changed', 'refused', 'notProven', 'different', 'wrong'] as const) sum[key] += row[key];
    for (const key of ['unchanged', 'same', 'notProven', 'different'] as const) sum.alike[key] += row.alike[key];
  }
  return sum;
}

/** Whether no cell runs again because of the edit. */
export const isSpared = ({ verdict }: Trial): boolean => verdict === 'SAME' || verdict === 'UNCHANGED';

/** Spared, though a day is known on which it matters. */
export const isWrong = (trial: Trial): boolean => trial.judged === 'changed' && isSpared(trial);

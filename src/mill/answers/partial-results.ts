/** Results that lack entities: how many, of which computation, and one that shows why. */
import { z } from 'zod';
import { Day } from '../../values/date.ts';
import type { CellKey } from '../model/cell.ts';
import { ErrorKind } from '../model/cell-record.ts';
import type { PartialResult } from '../model/partial-result.ts';
import { daysOfSet, intersect, NO_DAYS, type DaySet } from '../planning/day-set.ts';
import type { Cells } from '../ports/cells.ts';
import type { Planning } from '../ports/planning.ts';
import type { Survey } from '../steps/dispatch/survey.ts';
import { settledCells } from './settled-cells.ts';

export const PartialRow = z.object({
  computation: z.string(),
  /** Of its cells, those that lack entities: how many, from the first day to the last. */
  cells: z.number(),
  first: Day,
  last: Day,
  failedEntities: z.number(),
  /** That those cells tried. */
  entities: z.number(),
  /** Cells of which a greater share failed than the project allows (`failedShare`). */
  above: z.number(),
  /** The cell that lacks the greatest share. */
  worst: z.object({
    date: Day,
    failedEntities: z.number(),
    entities: z.number(),
    /** Each distinct error, with the first entity that failed so, and its place in the author's code. */
    errors: z.array(ErrorKind).readonly(),
  }),
});
export type PartialRow = z.infer<typeof PartialRow>;

/** One that lacks entities. */
export interface PartialCell {
  readonly cell: CellKey;
  readonly partial: PartialResult;
}

/** Computations whose worst cell is read for its errors: a document each. */
const SHOWN_ERRORS = 20;

/** By computation, in the order of `found`. */
export async function partialResults(
  found: readonly PartialCell[],
  failedShare: number,
  { cells }: { readonly cells: Pick<Cells, 'read'> },
): Promise<PartialRow[]> {
  const rows = [...Map.groupBy(found, ({ cell }) => cell.computation)].map(([computation, its]) =>
    rowOf(computation, its, failedShare),
  );
  const shown = rows.slice(0, SHOWN_ERRORS);
  const stored = await cells.read(shown.map(({ computation, worst: { date } }) => ({ computation, date })));
  for (const [index, { worst }] of shown.entries()) {
    worst.errors = stored[index]?.record?.kinds ?? [];
  }
  return rows;
}

function rowOf(computation: string, found: readonly PartialCell[], failedShare: number): PartialRow {
  const days = found.map(({ cell }) => cell.date).sort();
  const worst = found.reduce((one, other) => (shareOf(other) > shareOf(one) ? other : one));
  const sum = (of: (partial: PartialResult) => number): number =>
    found.reduce((total, { partial }) => total + of(partial), 0);
  return {
    computation,
    cells: found.length,
    first: days[0] ?? worst.cell.date,
    last: days.at(-1) ?? worst.cell.date,
    failedEntities: sum(({ failedEntities }) => failedEntities),
    entities: sum(({ entities }) => entities),
    above: found.filter((one) => shareOf(one) > failedShare).length,
    worst: { date: worst.cell.date, ...worst.partial, errors: [] },
  };
}

const shareOf = ({ partial }: PartialCell): number => partial.failedEntities / partial.entities;

/** Those of the computations in a window; reads the books that they are in. */
export async function partialCells(
  { snapshot, folded }: Pick<Survey, 'snapshot' | 'folded'>,
  asked: { readonly computations: readonly string[]; readonly window: DaySet },
  planning: Pick<Planning, 'fetch'>,
): Promise<PartialCell[]> {
  const { standings } = folded.state;
  const days = asked.computations.flatMap((computation) =>
    daysOfSet(intersect(standings.get(computation)?.partial ?? NO_DAYS, asked.window)).map((date) => ({
      computation,
      date,
    })),
  );
  const settled = await settledCells(days, { snapshot, folded }, planning);
  return days.flatMap((cell, index) => {
    const one = settled[index];
    return one?.status === 'COMPLETED' && one.partial !== undefined ? [{ cell, partial: one.partial }] : [];
  });
}

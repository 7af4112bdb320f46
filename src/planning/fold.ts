/** Folds what tasks report into the book. Pure; the dispatcher is the single writer. */
import { type CellKey, cellName, type Settled } from '../model/cell.ts';
import type { Day } from '../model/date.ts';
import type { Run } from '../model/run.ts';
import { isTerminal, outcomeOf, type Task } from '../model/task.ts';
import { vectorHash } from '../model/vector.ts';
import type { Book } from './state.ts';

export interface OpenRun {
  readonly run: Run;
  readonly tasks: readonly Task[];
}

export interface Fold {
  readonly book: Book;
  /** What the fold changed in the book. */
  readonly settled: readonly { readonly cell: CellKey; readonly to: Settled }[];
  /** `computation@date` to run, for cells without an outcome yet. */
  readonly inFlight: ReadonlyMap<string, string>;
  /** Runs all of whose tasks are terminal: they need not be looked at again. */
  readonly closedRuns: readonly string[];
}

export function fold(book: Book, open: readonly OpenRun[]): Fold {
  // Only the computations that a run touched are copied: on a quiet day the book is passed on as it is.
  const copies = new Map<string, Map<Day, Settled>>();
  const settled: { cell: CellKey; to: Settled }[] = [];
  const inFlight = new Map<string, string>();
  const closedRuns: string[] = [];
  for (const { run, tasks } of open) {
    if (tasks.every(isTerminal)) closedRuns.push(run.id);
    for (const task of tasks) {
      for (const { computation, date } of task.cells) {
        const cell = { computation, date };
        const outcome = outcomeOf(task, cell);
        if (outcome === undefined) {
          inFlight.set(cellName(cell), run.id);
        } else if (outcome.status === 'COMPLETED' || outcome.status === 'FAILED') {
          const days = copies.get(computation) ?? new Map(book.get(computation));
          copies.set(computation, days);
          const known = days.get(date);
          const to: Settled = { ...outcome, claimedMs: run.createdMs };
          if (known !== undefined && (isLater(known, run) || isSame(known, to))) continue;
          days.set(date, to);
          settled.push({ cell, to });
        }
      }
    }
  }
  return { book: copies.size === 0 ? book : new Map([...book, ...copies]), settled, inFlight, closedRuns };
}

/** A run stays open until its last task ends; meanwhile a later run may have made some of its cells again, and closed. */
const isLater = (known: Settled, run: Run): boolean => known.claimedMs !== undefined && known.claimedMs > run.createdMs;

const isSame = (one: Settled, other: Settled): boolean => identityOf(one) === identityOf(other);

const identityOf = (settled: Settled): string =>
  [
    settled.status,
    settled.claimedMs,
    settled.dispatchId,
    settled.vector === undefined ? '' : vectorHash(settled.vector),
    settled.status === 'COMPLETED' ? settled.resultHash : settled.error.code,
  ].join(' ');

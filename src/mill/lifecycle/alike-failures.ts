/** Whether the rest of a task is worth trying: a computation whose cells fail alike, one after the other, will fail again. Pure. */
import { kindOfError, PARK_AFTER_DATES } from '../model/alike-failures.ts';
import type { CellOutcome } from '../model/cell.ts';

export interface AlikeFailures {
  note(computation: string, outcome: CellOutcome): void;
  /** The cells that are left are not tried; the planner parks them, or has them tried again. */
  isHopeless(computation: string): boolean;
}

export function alikeFailures(): AlikeFailures {
  const rows = new Map<string, { readonly kind: string; readonly count: number }>();
  return {
    note(computation, outcome) {
      if (outcome.status === 'COMPLETED') rows.delete(computation);
      if (outcome.status !== 'FAILED') return;
      const kind = kindOfError(outcome.error);
      const before = rows.get(computation);
      rows.set(computation, { kind, count: before?.kind === kind ? before.count + 1 : 1 });
    },
    isHopeless: (computation) => (rows.get(computation)?.count ?? 0) >= PARK_AFTER_DATES,
  };
}

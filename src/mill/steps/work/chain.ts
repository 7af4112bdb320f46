/** What days of a chain give those that follow them in the same attempt, before and after it is committed. */
import { addDays } from '../../../values/date.ts';
import type { CellOutcome } from '../../model/cell.ts';
import type { StoredArtifact } from '../../ports/artifacts.ts';
import type { CellWrite } from '../../ports/cells.ts';
import type { MadeCell } from './cell-outcome.ts';
import { inMemory } from './in-memory.ts';
import type { MadeDays } from './load-days.ts';
import { type InputRequest, nameOf } from './load-inputs.ts';

export interface Chain {
  readonly made: MadeDays;
  /** Takes in what a day gave; what no later day can read is let go. */
  note(day: InputRequest, write: CellWrite | undefined): void;
}

export function startChain(): Chain {
  const made = new Map<string, StoredArtifact | undefined>();
  const dates = new Map<string, string>();
  return {
    made,
    note({ cell: { date }, computation }, write) {
      if (write?.status !== 'COMPLETED') return;
      // The newest is read by the next day, however long after it that is.
      const window = Math.max(0, ...computation.needs.map((need) => (need.kind === 'own-history' ? need.days : 0)));
      const first = addDays(date, 1 - window);
      for (const [name, day] of dates) {
        if (day >= first) break;
        made.delete(name);
        dates.delete(name);
      }
      const name = nameOf({ kind: 'cell', ...write });
      made.set(name, 'parts' in write.artifact ? inMemory(write.artifact) : undefined);
      dates.set(name, date);
    },
  };
}

/** Whether the days after it are not tried: see `isStopped`. */
export const endsChain = ({ status }: CellOutcome): boolean =>
  status === 'FAILED' || status === 'NOT_TRIED' || status === 'INPUT_LOST';

/** Whether it is committed before the next day is looked at: a failure ends the chain, and shards are read from where they lie. */
export const mustBeCommitted = ({ outcome, write }: MadeCell): boolean =>
  (endsChain(outcome) && outcome.status !== 'NOT_TRIED') ||
  (write?.status === 'COMPLETED' && 'shards' in write.artifact);

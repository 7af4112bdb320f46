/** When what readers see of a dataset or a computation changed: what lets a reader look at the changed days alone. */
import { z } from 'zod';
import { DaySet, NO_DAYS, unite } from './day-set.ts';

export const ChangeLog = z.object({
  /** Changes up to this sequence were forgotten: who looked last before it must look at everything. */
  forgotten: z.number().int(),
  /** Ascending by sequence. */
  changes: z.array(z.tuple([z.number().int(), DaySet])),
});
export type ChangeLog = z.infer<typeof ChangeLog>;

export const EMPTY_LOG: ChangeLog = { forgotten: 0, changes: [] };

/** Changes kept before the oldest are told as one: a reader then looks at a few days too many, never at too few. */
export const MAX_CHANGES = 64;

export function logged(log: ChangeLog, sequence: number, days: DaySet): ChangeLog {
  if (days.length === 0) return log;
  const last = log.changes.at(-1);
  const changes =
    last?.[0] === sequence
      ? [...log.changes.slice(0, -1), [sequence, unite(last[1], days)] as [number, DaySet]]
      : [...log.changes, [sequence, days] as [number, DaySet]];
  return { ...log, changes: changes.length > MAX_CHANGES ? merged(changes) : changes };
}

function merged(changes: ChangeLog['changes']): ChangeLog['changes'] {
  const half = changes.slice(0, MAX_CHANGES >> 1);
  return [[half.at(-1)?.[0] ?? 0, unite(...half.map(([, days]) => days))], ...changes.slice(half.length)];
}

/** The days that changed after `sequence`; undefined when that is no longer known. */
export function changedAfter(log: ChangeLog, sequence: number): DaySet | undefined {
  if (sequence < log.forgotten) return undefined;
  const last = log.changes.at(-1);
  if (last === undefined || last[0] <= sequence) return NO_DAYS;
  return unite(...log.changes.filter(([at]) => at > sequence).map(([, days]) => days));
}

/** Forgets what every reader has seen. */
export function forgetThrough(log: ChangeLog, sequence: number): ChangeLog {
  const changes = log.changes.filter(([at]) => at > sequence);
  return changes.length === log.changes.length ? log : { forgotten: sequence, changes };
}

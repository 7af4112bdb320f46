/** The report's days as rows: what each comes to, and whether that is all of its cells. */
import { STATES } from '../ui/stand-marks.ts';
import type { FailuresAnswer } from '../../mill/answers/failures.ts';
import type { ReportAnswer } from '../../mill/answers/report.ts';
import type { CellState } from '../../mill/answers/state-marks.ts';

type Day = ReportAnswer['days'][number];
export type Stand = Exclude<CellState, 'running'>;

/** As the command line has them: what is to be done first, what rests last. */
export const STANDS: readonly Stand[] = STATES.filter((state) => state !== 'running');

export interface DayRow {
  readonly day: Day;
  /** Of all stands. */
  readonly sum: number;
  /** How many cells it has: as many as computations. */
  readonly cells: number;
  /** Of its cells those that failed: the first by its computation's name, and its error. */
  readonly failure?: { readonly fingerprint: string; readonly code: string; readonly message: string };
}

/** Newest first: what was last is what is looked for. */
export function dayRows(
  { days, expected }: Pick<ReportAnswer, 'days' | 'expected'>,
  failures: FailuresAnswer['groups'] = [],
): DayRow[] {
  const cells = days.length === 0 ? 0 : expected / days.length;
  const byDate = new Map(failures.flatMap((one) => one.dates.map((date) => [date, one] as const)));
  return days
    .map((day) => {
      const failure = byDate.get(day.date);
      return { day, sum: sumOf(day), cells, ...(failure === undefined || day.failed === 0 ? {} : { failure }) };
    })
    .reverse();
}

export const sumOf = (day: Day): number => STANDS.reduce((sum, stand) => sum + day[stand], 0);

/** Of all days. */
export const totalsOf = (days: readonly Day[]): Readonly<Record<Stand, number>> =>
  Object.fromEntries(STANDS.map((stand) => [stand, days.reduce((sum, day) => sum + day[stand], 0)])) as Record<
    Stand,
    number
  >;

/** Pieces of a bar: which stand, where it begins, how much of it, as shares of the whole; empty ones left out. */
export function pieces(day: Day): { readonly stand: Stand; readonly at: number; readonly share: number }[] {
  const sum = sumOf(day);
  let at = 0;
  return STANDS.filter((stand) => day[stand] > 0).map((stand) => {
    const share = day[stand] / sum;
    const piece = { stand, at, share };
    at += share;
    return piece;
  });
}

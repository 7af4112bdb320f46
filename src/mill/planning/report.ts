/** How the cells of each day stand, counted from ranges: a history of any length costs its computations, not its cells. Pure. */
import { z } from 'zod';
import { Day, type DayOrdinal, daysAfter, fromOrdinal, toOrdinal } from '../../values/date.ts';
import { Distrust, distrustIn } from '../model/distrust.ts';
import type { Manifest } from '../model/manifest.ts';
import { behaviourOf } from '../model/vector.ts';
import { dayCount, type DaySet, daysOfSet, daySpan, intersect, NO_DAYS, rangesOf, subtract, unite } from './day-set.ts';
import type { Plan, PlannedStretch } from './plan.ts';
import { rateAtMost } from './rate-at-most.ts';
import { Audits, type Standing } from './standing.ts';

/** In the order in which they are shown. */
export const STANDS = [
  'run',
  'rerun',
  'failed',
  'upstreamFailed',
  'blocked',
  'impossible',
  'stable',
  'upToDate',
] as const;
/**
 * - `run` never ran; `rerun` something that it was made from differs, or may (`conditional`)
 * - `failed` its last attempt failed; `upstreamFailed` what it reads failed; `blocked` it waits for another cell or another run
 * - `impossible` for want of data; `stable` its code changed, but not what it does
 * - `upToDate` nothing has changed (`cutOff`: what it reads ran again in the last dispatch, with the same result)
 */
export type Stand = (typeof STANDS)[number];

export const DayStands = z.object({
  date: Day,
  ...(Object.fromEntries(STANDS.map((stand) => [stand, z.number()])) as Record<Stand, z.ZodNumber>),
  /** Of `rerun`. */
  conditional: z.number(),
  /** Of `upToDate`. */
  cutOff: z.number(),
});
export type DayStands = z.infer<typeof DayStands>;

/** A computation whose days are not each counted once. */
const Discrepancy = z.object({ computation: z.string(), missing: z.array(Day), twice: z.array(Day) });
type Discrepancy = z.infer<typeof Discrepancy>;

export const AuditReport = Audits.extend({
  /** With a confidence of 95 %, not more than this share of all skips is wrong. */
  atMost: z.number(),
});
export type AuditReport = z.infer<typeof AuditReport>;

const Distrusted = z.object({ computation: z.string(), because: Distrust.shape.because, text: z.string() });
type Distrusted = z.infer<typeof Distrusted>;

export const GridReport = z.object({
  from: Day,
  to: Day,
  /** Each day of the window, oldest first. */
  days: z.array(DayStands),
  /** Computations times days. */
  expected: z.number(),
  counted: z.number(),
  /** Empty when everything adds up. */
  discrepancies: z.array(Discrepancy),
  /** Cells that rest, for whatever reason, on all days of the grid. */
  skipped: z.number(),
  /** Skipped cells that were made again in shadow; absent when none were. */
  audits: AuditReport.optional(),
  /** Computations that have no right to skip, and what was seen of them. */
  distrusted: z.array(Distrusted),
});
export type GridReport = z.infer<typeof GridReport>;

export interface ReportRequest {
  readonly plan: Plan;
  readonly computations: readonly string[];
  /** A part of the plan's grid, both included. */
  readonly from: Day;
  readonly to: Day;
}

export function report({ plan, computations, from, to }: ReportRequest): GridReport {
  const [first, last] = [toOrdinal(from), toOrdinal(to)];
  const window = daySpan(first, last);
  const columns = Object.fromEntries(
    [...STANDS, 'conditional', 'cutOff'].map((name) => [name, new Int32Array(last - first + 2)]),
  );
  let counted = 0;
  /** One more on each of the days, as differences between neighbouring days. */
  const count = (name: Stand | 'conditional' | 'cutOff', days: DaySet): void => {
    const column = columns[name] as Int32Array;
    for (const [start, end] of rangesOf(days)) {
      column[start - first] = (column[start - first] as number) + 1;
      column[end - first + 1] = (column[end - first + 1] as number) - 1;
    }
  };
  const discrepancies: Discrepancy[] = [];
  for (const computation of computations) {
    const standing = plan.request.state.standings.get(computation);
    let seen = NO_DAYS;
    let twice = NO_DAYS;
    for (const { stand, days: all, conditional } of standsOf(plan, computation)) {
      const days = intersect(all, window);
      twice = unite(twice, intersect(seen, days));
      seen = unite(seen, days);
      counted += dayCount(days);
      count(stand, days);
      if (conditional) count('conditional', days);
      if (stand === 'upToDate') count('cutOff', intersect(days, cutOffDays(standing)));
    }
    const missing = subtract(window, seen);
    if (missing.length > 0 || twice.length > 0)
      discrepancies.push({ computation, missing: daysOfSet(missing), twice: daysOfSet(twice) });
  }
  return {
    from,
    to,
    days: daysOf(columns, first, last),
    expected: computations.length * dayCount(window),
    counted,
    discrepancies,
    skipped: computations.reduce((sum, name) => sum + dayCount(plan.daysWith(name, 'SKIP', 'STABLE')), 0),
    ...auditsOf(plan, computations),
    distrusted: distrustedNow(plan.request.manifest, plan.request.state.distrusted).filter(({ computation }) =>
      computations.includes(computation),
    ),
  };
}

/** As their code is now. */
export const distrustedNow = (manifest: Manifest, distrusted: ReadonlyMap<string, Distrust>): Distrusted[] =>
  manifest.computations.flatMap(({ name: computation, fingerprint }): Distrusted[] => {
    const distrust = distrustIn(distrusted, computation, behaviourOf(fingerprint));
    return distrust === undefined ? [] : [{ computation, because: distrust.because, text: distrust.text }];
  });

function auditsOf(plan: Plan, computations: readonly string[]): Pick<GridReport, 'audits'> {
  const all = computations.flatMap((name) => plan.request.state.standings.get(name)?.audits ?? []);
  if (all.length === 0) return {};
  const sum = (of: 'checked' | 'wrong'): number => all.reduce((total, audits) => total + audits[of], 0);
  const [checked, wrong] = [sum('checked'), sum('wrong')];
  const [since] = all.flatMap((audits) => audits.since ?? []).sort();
  return { audits: { checked, wrong, ...(since === undefined ? {} : { since }), atMost: rateAtMost(wrong, checked) } };
}

export interface StandDays {
  readonly stand: Stand;
  readonly why: PlannedStretch['why'];
  /** Of what changed. */
  readonly parts?: readonly string[] | undefined;
  readonly days: DaySet;
  readonly conditional: boolean;
}

/** How the days of a computation stand: each day of the plan's grid is in one of them. */
export function standsOf(plan: Plan, computation: string): StandDays[] {
  const standing = plan.request.state.standings.get(computation);
  return plan.stretches(computation).flatMap(({ outcome, why, parts, days: all }): StandDays[] => {
    const conditional = why === 'UPSTREAM_RUNS';
    const as = (stand: Stand, days = all): StandDays => ({ stand, why, parts, days, conditional });
    switch (outcome) {
      case 'RUN':
        return [as('run')];
      case 'RERUN': {
        const failed = intersect(all, standing?.failed ?? NO_DAYS);
        return [{ ...as('failed', failed), conditional: false }, as('rerun', subtract(all, failed))];
      }
      case 'FAILED_DEPENDENCY':
        return [as('upstreamFailed')];
      case 'BLOCKED':
        return [as('blocked')];
      case 'IMPOSSIBLE':
        return [as('impossible')];
      case 'STABLE':
        return [as('stable')];
      case 'SKIP':
        return [as('upToDate')];
    }
  });
}

const cutOffDays = (standing: Standing | undefined): DaySet =>
  unite(...(standing?.rest ?? []).filter(({ reason }) => reason.why === 'EARLY_CUTOFF').map(({ days }) => days));

function daysOf(columns: Readonly<Record<string, Int32Array>>, first: DayOrdinal, last: DayOrdinal): DayStands[] {
  const days: DayStands[] = [];
  const sums = Object.fromEntries(Object.keys(columns).map((name) => [name, 0]));
  for (let day = first; day <= last; day = daysAfter(day, 1)) {
    for (const [name, column] of Object.entries(columns))
      sums[name] = (sums[name] ?? 0) + (column[day - first] as number);
    days.push({ date: fromOrdinal(day), ...(sums as Omit<DayStands, 'date'>) });
  }
  return days;
}

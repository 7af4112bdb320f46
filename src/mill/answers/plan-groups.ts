/** A plan for people: cells with the same fate together, their dates as stretches of consecutive days. */
import { type Day, fromOrdinal } from '../../values/date.ts';
import { type Decision, describeReason, type Outcome } from '../model/decision.ts';
import { dayCount, type DaySet, NO_DAYS, rangesOf, subtract, unite } from '../planning/day-set.ts';
import type { Plan } from '../planning/plan.ts';

/** Both included. */
export interface Stretch {
  readonly from: Day;
  readonly to: Day;
}

export interface PlanGroup {
  readonly computation: string;
  readonly outcome: Outcome;
  /** Of a RERUN that happens only if what it reads turns out different. */
  readonly conditional: boolean;
  readonly why: Decision['reason']['why'];
  readonly text: string;
  readonly days: number;
  readonly stretches: readonly Stretch[];
}

/** In the plan's order, the days of `without` left out. */
export function groupPlan(
  plan: Plan,
  computations: Iterable<string> = plan.computations,
  without: (computation: string) => DaySet = () => NO_DAYS,
): PlanGroup[] {
  return [...computations].flatMap((computation) => {
    const fates = plan
      .fates(computation)
      .map(({ decision, days }) => ({ decision, text: wordsOf(decision), days: subtract(days, without(computation)) }))
      .filter(({ days }) => days.length > 0);
    return [...Map.groupBy(fates, ({ decision, text }) => `${decision.outcome} ${text}`).values()].map((same) =>
      groupOf(same[0] as (typeof fates)[number], unite(...same.map(({ days }) => days))),
    );
  });
}

function groupOf({ decision, text }: { decision: Decision; text: string }, days: DaySet): PlanGroup {
  return {
    computation: decision.computation,
    outcome: decision.outcome,
    conditional: isConditional(decision),
    why: decision.reason.why,
    text,
    days: dayCount(days),
    stretches: rangesOf(days).map(([from, to]) => ({ from: fromOrdinal(from), to: fromOrdinal(to) })),
  };
}

/** The same day of another computation is the same reason every day. */
const wordsOf = (decision: Decision): string => describeReason(decision).replaceAll(`@${decision.date}`, '');

export const isConditional = ({ reason }: Decision): boolean => reason.why === 'UPSTREAM_RUNS';

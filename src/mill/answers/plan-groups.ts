/** A plan for people: cells with the same fate together, their dates as stretches of consecutive days. */
import { z } from 'zod';
import { Day, fromOrdinal } from '../../values/date.ts';
import { type Decision, describeReason, Outcome, Reason } from '../model/decision.ts';
import { dayCount, type DaySet, NO_DAYS, rangesOf, subtract, unite } from '../planning/day-set.ts';
import type { Plan } from '../planning/plan.ts';

/** Both included. */
const Stretch = z.object({ from: Day, to: Day });
export type Stretch = z.infer<typeof Stretch>;

export const PlanGroup = z.object({
  computation: z.string(),
  outcome: Outcome,
  /** Of a RERUN that happens only if what it reads turns out different. */
  conditional: z.boolean(),
  why: z.enum(Reason.options.map(({ shape }) => shape.why.value)),
  text: z.string(),
  days: z.number(),
  stretches: z.array(Stretch),
});
export type PlanGroup = z.infer<typeof PlanGroup>;

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

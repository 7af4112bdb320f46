/** A plan for people: cells with the same fate together, their dates as stretches of consecutive days. */
import { addDays, type Day } from '../model/date.ts';
import { type Decision, describeReason, type Outcome } from '../model/decision.ts';
import type { PlannedCell } from '../planning/plan.ts';

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

type Growing = Omit<PlanGroup, 'days' | 'stretches'> & { days: number; stretches: { from: Day; to: Day }[] };

/** In the plan's order. Cells must come in date order within each computation, as the planner gives them. */
export function groupPlan(cells: readonly PlannedCell[]): PlanGroup[] {
  const groups = new Map<string, Growing>();
  for (const { decision } of cells) {
    const { computation, date, outcome, reason } = decision;
    // The same day of another computation is the same reason every day.
    const text = describeReason(decision).replaceAll(`@${date}`, '');
    const key = [computation, outcome, text].join('\u0000');
    let group = groups.get(key);
    if (group === undefined) {
      group = {
        computation,
        outcome,
        conditional: isConditional(decision),
        why: reason.why,
        text,
        days: 0,
        stretches: [],
      };
      groups.set(key, group);
    }
    group.days++;
    const last = group.stretches.at(-1);
    if (last !== undefined && addDays(last.to, 1) === date) last.to = date;
    else group.stretches.push({ from: date, to: date });
  }
  return [...groups.values()];
}

export const isConditional = ({ reason }: Decision): boolean => reason.why === 'UPSTREAM_RUNS';

/** Rerun: what asking for cells again would run, beside what runs anyway, and what that costs. Notes nothing: `askAgain` does. */
import { z } from 'zod';
import { type Day, fromOrdinal, toOrdinal } from '../../values/date.ts';
import { selectComputations } from '../manifest/select.ts';
import { dayCount, type DaySet, daySpan, subtract, unite } from '../planning/day-set.ts';
import { afterNoting, NO_STANDING } from '../planning/standing.ts';
import type { PlanningState } from '../planning/state.ts';
import { survey } from '../steps/dispatch/survey.ts';
import { changedComputations } from './changed-computations.ts';
import { type Days, foresee, type ForeseePorts, type Foresight } from './foresee.ts';
import { type PlanCost, planCost, type PriceList } from './plan-cost.ts';
import { groupPlan, type PlanGroup } from './plan-groups.ts';
import { RunSummary } from './run-summary.ts';

const AskedCounts = z.object({ cells: z.number(), impossible: z.number() });

/** Of a run that made them; or alone, when nothing of it can be made. */
export const RerunAnswer = z.union([
  RunSummary.extend({ asked: AskedCounts }),
  z.object({ asked: AskedCounts.describe('{…}') }),
]);

export interface RerunAsked {
  /** Which days of them, both included. */
  readonly span: Days;
  /** Which computations; see `selectComputations`. */
  readonly select: string;
  /** The first day of the grid, and the target: as they are configured. */
  readonly configured: { readonly from: Day | undefined; readonly date: Day | undefined };
}

export interface RerunForecast {
  /** What reads the asked days may lie after them: as far as anything was ever made, or the configured target. */
  readonly grid: Days;
  /** How many are selected, possible or not. */
  readonly computations: number;
  readonly asked: z.infer<typeof AskedCounts>;
  /** By computation, those that can be made; none without a day. */
  readonly days: ReadonlyMap<string, DaySet>;
  /** Asked for, and not to be made now. */
  readonly others: readonly PlanGroup[];
  /** Undefined when none of it can be made. */
  readonly price: RerunPrice | undefined;
}

export interface RerunPrice {
  readonly certain: number;
  /** At most: they run only if what they read turns out different. */
  readonly conditional: number;
  readonly cost: PlanCost;
}

export type RerunPorts = ForeseePorts & PriceList;

/** @throws {UserError} as `selectComputations` */
export async function rerunForecast(
  { span, select, configured }: RerunAsked,
  ports: RerunPorts,
): Promise<RerunForecast> {
  const grid = await gridOf(span, configured, ports);
  const foreseen = await foresee(grid, ports);
  const { plan } = foreseen;
  const selected = selectComputations(ports.manifest, select, { changed: changedComputations(plan) });
  const names = plan.computations.filter((name) => selected.has(name));
  const wanted = daySetOf(span);
  const days = new Map(
    names
      .map((name): [string, DaySet] => [name, subtract(wanted, plan.daysWith(name, 'IMPOSSIBLE'))])
      .filter(([, own]) => own.length > 0),
  );
  const cells = [...days.values()].reduce((sum, own) => sum + dayCount(own), 0);
  return {
    grid,
    computations: names.length,
    asked: { cells, impossible: names.length * dayCount(wanted) - cells },
    days,
    others: groupPlan(plan, names, () => subtract(daySetOf(grid), wanted)).filter(({ outcome }) =>
      ['IMPOSSIBLE', 'BLOCKED', 'FAILED_DEPENDENCY'].includes(outcome),
    ),
    price: cells === 0 ? undefined : await priceOf(foreseen, days, grid, ports),
  };
}

const daySetOf = ({ from, date }: Days): DaySet => daySpan(toOrdinal(from), toOrdinal(date));

async function gridOf(
  span: Days,
  { from = span.from, date }: RerunAsked['configured'],
  { planning }: Pick<RerunPorts, 'planning'>,
): Promise<Days> {
  const { standings } = await planning.load();
  const made = unite(...[...standings.values()].map((standing) => standing.made)).at(-1);
  const last = date ?? (made === undefined ? span.date : fromOrdinal(made));
  return { from: from < span.from ? from : span.from, date: last > span.date ? last : span.date };
}

/** Of a plan with what is asked for. */
async function priceOf(
  foreseen: Foresight,
  asked: ReadonlyMap<string, DaySet>,
  { from, date: to }: Days,
  ports: RerunPorts,
): Promise<RerunPrice> {
  const withAsked = (state: PlanningState): PlanningState => {
    const standings = new Map(state.standings);
    for (const [name, days] of asked) {
      const one = { reason: { why: 'ASKED', atMs: 0 } as const, days, since: state.sequence + 1 };
      standings.set(name, afterNoting(standings.get(name) ?? NO_STANDING, one));
    }
    return foreseen.foreseen({ ...state, standings });
  };
  const priced = await survey({ from, to, foreseen: withAsked }, ports, foreseen.snapshot);
  const { RUN, RERUN } = priced.plan.counts();
  const conditional = groupPlan(priced.plan)
    .filter((group) => group.conditional)
    .reduce((sum, { days }) => sum + days, 0);
  const { remade, loads, verdicts } = foreseen;
  const cost = await planCost({ ...priced, remade, loads, verdicts }, priced.plan.computations, ports, ports);
  return { certain: RUN + RERUN - conditional, conditional, cost };
}

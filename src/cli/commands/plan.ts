/** `daymill plan`: what a run would do, and why, without doing it. */
import { selectComputations } from '../../mill/manifest/select.ts';
import type { CellKey } from '../../mill/model/cell.ts';
import type { Manifest } from '../../mill/model/manifest.ts';
import type { OutcomeCounts } from '../../mill/model/decision.ts';
import { changedComputations } from '../../mill/answers/changed-computations.ts';
import { type Arguments, type Command, type Context, type ExitCode, text } from '../command.ts';
import { assertAfterFirstData, type Days, readDays } from '../days.ts';
import { describeReasons } from '../describe-reasons.ts';
import { describeDistrust, distrustOf } from '../distrust-of.ts';
import { describeLoad, describeMissingData, foresee, type MissingDays, type PendingLoad } from '../foresee.ts';
import { describeLoadedOtherwise, type LoadedOtherwise } from '../loaded-otherwise.ts';
import { look } from '../look.ts';
import { counted } from '../counted.ts';
import { describeCost, planCost, type PlanCost } from '../plan-cost.ts';
import { projectFiles, projectManifest } from '../project.ts';
import { groupPlan, type PlanGroup, type Stretch } from '../../mill/answers/plan-groups.ts';
import type { Output } from '../output.ts';
import { drawWatch, nightOf } from '../../mill/steps/dispatch/night-watch.ts';
import { table } from '../table.ts';

export const plan: Command = {
  name: 'plan',
  usage: `daymill plan [--date DAY] [--from DAY] [--select EXPR]

Says which cells a run for DAY would make, and why, which it would not, and what that costs. Changes nothing and runs nothing.
  --date     the target, YYYY-MM-DD (default: daymill.config.ts's date, else yesterday)
  --from     the first day of the grid (default: daymill.config.ts's from, else the target)
  --select   show these only: rsi-14, +rsi-14 (and what it reads), rsi-14+ (and what reads it), 2+rsi-14, category:airports,
             tag:delay, line:aviation, dataset:flights, state:changed; spaces or commas add up, !x takes away
  --json     {"date", "from", "cells": {outcome: count}, "conditional", "loads": [{"dataset", "days", "first", "last", "again"}],
            "loadedOtherwise": [{"dataset", "days", "first", "last", "file"}], "missing": [{"dataset", "days"}],
             "groups": [{"computation", "outcome", "conditional", "why", "text", "days", "stretches": [{"from", "to"}]}],
             "cost": {"prices", "computations": [{"computation", "tier", "guess", "certain", "conditional"}], "certain",
             "conditional", "pipeline", "watch", "saved": {"unchanged", "cutOff", "stable"}, "proofs": {"cells", "reads", "dollars"}},
             "watch": [{"computation", "date"}], "distrusted": [{"computation", "text"}]},
             each cost being {"cells", "tasks", "reads", "writes", "deletes", "seconds", "dollars"}
Costs are estimated from what cells took before, at list prices (daymill.config.ts's prices: us-central1, nam5 or a table).
A RERUN that is conditional happens only if something that it reads turns out different.
Exit code: 0 done, 2 wrong use.`,
  options: { date: { type: 'string' }, from: { type: 'string' }, select: { type: 'string' } },
  reachesCloud: true,
  run: runCommand,
};

export interface PlanAnswer extends Days {
  readonly cells: OutcomeCounts;
  /** How many of the RERUN cells happen only if something that they read turns out different. */
  readonly conditional: number;
  readonly loads: readonly PendingLoad[];
  readonly loadedOtherwise: readonly LoadedOtherwise[];
  readonly missing: readonly MissingDays[];
  readonly groups: readonly PlanGroup[];
  /** Of what is selected. */
  readonly cost: PlanCost;
  /** Settled cells that a run would make again in shadow tonight, of all computations; none when it has done so today. */
  readonly watch: readonly CellKey[];
  /** Computations that may give another result from the same inputs, and how that is known. */
  readonly distrusted: readonly { readonly computation: string; readonly text: string }[];
}

async function runCommand(args: Arguments, context: Context): Promise<ExitCode> {
  const days = readDays(args, context);
  const manifest = await projectManifest(context.config);
  const expression = text(args, 'select') ?? '*';
  // Says what is wrong with an expression before anything is opened.
  selectComputations(manifest, expression, { changed: new Set() });
  assertAfterFirstData(days.date, await projectFiles(context.config, manifest));
  const answer = await look(context.config, manifest, async (ports): Promise<PlanAnswer> => {
    const foreseen = await foresee(days, ports);
    const selected = selectComputations(manifest, expression, { changed: changedComputations(foreseen.plan) });
    const computations = foreseen.plan.computations.filter((name) => selected.has(name));
    const groups = groupPlan(foreseen.plan, computations);
    const isDue = nightOf(foreseen.snapshot, ports) !== undefined;
    const watch = isDue ? drawWatch(foreseen, ports.audit).map(({ computation, date }) => ({ computation, date })) : [];
    return {
      ...days,
      cells: foreseen.plan.counts(computations),
      conditional: groups.filter(({ conditional }) => conditional).reduce((sum, group) => sum + group.days, 0),
      loads: foreseen.loads,
      loadedOtherwise: await foreseen.loadedOtherwise(),
      missing: foreseen.missing,
      groups,
      cost: await planCost(foreseen, computations, context.config, ports, watch),
      watch,
      distrusted: computations.flatMap((computation) => {
        const seen = distrustOf(computation, foreseen);
        return seen === undefined ? [] : [{ computation, text: seen }];
      }),
    };
  });
  printPlan(answer, manifest, context.output);
  context.output.data(answer);
  return 0;
}

function printPlan(answer: PlanAnswer, manifest: Manifest, output: Output): void {
  const { cells, conditional, groups, loads } = answer;
  const skipped = groups.filter(isUpToDate);
  const impossible = groups.filter(isImpossible);
  const rest = groups.filter((group) => !isUpToDate(group) && !isImpossible(group));
  for (const load of loads) output.line(describeLoad(load));
  for (const other of answer.loadedOtherwise) output.line(describeLoadedOtherwise(other));
  for (const days of answer.missing) output.line(describeMissingData(days));
  if (loads.length + answer.loadedOtherwise.length + answer.missing.length > 0) output.line();
  if (rest.length > 0) {
    const passOf = new Map(manifest.computations.map(({ name, pass }) => [name, String(pass)]));
    const rows = rest.map(({ computation, outcome, conditional: maybe, days, stretches, text: why }) => [
      passOf.get(computation) ?? '',
      computation,
      maybe ? `${outcome}?` : outcome,
      String(days),
      describeStretches(stretches),
      why,
    ]);
    const columns = [
      { title: 'pass', align: 'right' as const },
      { title: 'computation' },
      { title: 'outcome' },
      { title: 'days', align: 'right' as const },
      { title: 'when' },
      { title: 'why' },
    ];
    for (const line of table(columns, rows)) output.line(line);
    output.line();
  }
  for (const line of describeReasons(impossible)) output.line(line);
  if (impossible.length > 0) output.line();
  if (skipped.length > 0) {
    const upToDate = skipped.reduce((sum, { days }) => sum + days, 0);
    const names = new Set(skipped.map(({ computation }) => computation));
    output.line(
      `Up to date: ${counted(upToDate, 'cell')} of ${counted(names.size, 'computation')}; nothing that they read has changed.`,
    );
  }
  for (const { computation, text: seen } of answer.distrusted) output.line(describeDistrust(computation, seen));
  const cost = describeCost(answer.cost);
  for (const line of cost) output.line(line);
  if (cost.length > 0) output.line();
  const certain = cells.RUN + cells.RERUN - conditional;
  const maybe =
    conditional === 0 ? '' : ` and up to ${conditional} more (RERUN?) if what they read turns out different`;
  output.line(
    `${answer.from} … ${answer.date}: ${certain === 0 ? 'nothing' : counted(certain, 'cell')} would run${maybe}; ` +
      `${cells.IMPOSSIBLE} impossible, ${cells.BLOCKED + cells.FAILED_DEPENDENCY} waiting.`,
  );
}

/** What was proven stable is shown with its reason: people want to see that their change was understood. */
const isUpToDate = ({ outcome }: PlanGroup): boolean => outcome === 'SKIP';

/** Days without data are many and all alike: they are said in a line a reason. */
const isImpossible = ({ outcome }: PlanGroup): boolean => outcome === 'IMPOSSIBLE';

/** The whole span, and whether it has holes: the holes are other rows of the same computation. */
function describeStretches(stretches: readonly Stretch[]): string {
  const [first, last] = [stretches[0], stretches.at(-1)];
  if (first === undefined || last === undefined) return '';
  const span = first.from === last.to ? first.from : `${first.from} … ${last.to}`;
  return stretches.length === 1 ? span : `${span}, ${stretches.length} stretches`;
}

/** `daymill plan`: what a run would do, and why, without doing it. */
import { selectComputations } from '../../manifest/select.ts';
import type { Manifest } from '../../model/manifest.ts';
import type { Decision, OutcomeCounts } from '../../model/decision.ts';
import type { Plan } from '../../planning/plan.ts';
import { type Arguments, type Command, type Context, type ExitCode, text } from '../command.ts';
import { assertAfterFirstData, type Days, readDays } from '../days.ts';
import { describeLoad, foresee, type PendingLoad } from '../foresee.ts';
import { look } from '../look.ts';
import { counted } from '../counted.ts';
import { projectFiles, projectManifest } from '../project.ts';
import { groupPlan, type PlanGroup, type Stretch } from '../plan-groups.ts';
import type { Output } from '../output.ts';
import { table } from '../table.ts';

export const plan: Command = {
  name: 'plan',
  usage: `daymill plan [--date DAY] [--from DAY] [--select EXPR]

Says which cells a run for DAY would make, and why, and which it would not. Changes nothing and runs nothing.
  --date     the target, YYYY-MM-DD (default: package.json's daymill.date, else yesterday)
  --from     the first day of the grid (default: package.json's daymill.from, else the target)
  --select   show these only: rsi-14, +rsi-14 (and what it reads), rsi-14+ (and what reads it), 2+rsi-14, category:airports,
             tag:delay, line:aviation, dataset:flights, state:changed; spaces or commas add up, !x takes away
  --json     {"date", "from", "cells": {outcome: count}, "conditional", "loads": [{"dataset", "days", "first", "last", "again"}],
             "groups": [{"computation", "outcome", "conditional", "why", "text", "days", "stretches": [{"from", "to"}]}]}
A RERUN that is conditional happens only if something that it reads turns out different.
Exit code: 0 done, 2 wrong use.`,
  options: { date: { type: 'string' }, from: { type: 'string' }, select: { type: 'string' } },
  run: runCommand,
};

export interface PlanAnswer extends Days {
  readonly cells: OutcomeCounts;
  /** How many of the RERUN cells happen only if something that they read turns out different. */
  readonly conditional: number;
  readonly loads: readonly PendingLoad[];
  readonly groups: readonly PlanGroup[];
}

async function runCommand(args: Arguments, context: Context): Promise<ExitCode> {
  const days = readDays(args, context);
  const manifest = await projectManifest(context.config);
  const expression = text(args, 'select') ?? '*';
  // Says what is wrong with an expression before anything is opened.
  selectComputations(manifest, expression, { changed: new Set() });
  assertAfterFirstData(days.date, await projectFiles(context.config, manifest));
  const foreseen = await look(context.config, manifest, (ports) => foresee(days, ports));
  const changed = changedComputations(foreseen.plan);
  const selected = selectComputations(manifest, expression, { changed });
  const groups = groupPlan(foreseen.plan, selectedInOrder(foreseen.plan, selected));
  const answer: PlanAnswer = {
    ...days,
    cells: foreseen.plan.counts(selectedInOrder(foreseen.plan, selected)),
    conditional: groups.filter(({ conditional }) => conditional).reduce((sum, group) => sum + group.days, 0),
    loads: foreseen.loads,
    groups,
  };
  printPlan(answer, manifest, context.output);
  context.output.data(answer);
  return 0;
}

const selectedInOrder = (made: Plan, selected: ReadonlySet<string>): string[] =>
  made.computations.filter((name) => selected.has(name));

/** Of its own: not because something that it reads changed. */
function changedComputations(made: Plan): Set<string> {
  const own = new Set(['code', 'layer', 'infrastructure', 'epoch']);
  const isOwn = ({ reason }: Decision): boolean =>
    reason.why === 'NEW' || (reason.why === 'CHANGED' && reason.parts.some((part) => own.has(part)));
  return new Set(made.computations.filter((name) => made.fates(name).some(({ decision }) => isOwn(decision))));
}

function printPlan(answer: PlanAnswer, manifest: Manifest, output: Output): void {
  const { cells, conditional, groups, loads } = answer;
  const [skipped, rest] = [groups.filter(isUpToDate), groups.filter((group) => !isUpToDate(group))];
  for (const load of loads) output.line(describeLoad(load));
  if (loads.length > 0) output.line();
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
  if (skipped.length > 0) {
    const upToDate = skipped.reduce((sum, { days }) => sum + days, 0);
    const names = new Set(skipped.map(({ computation }) => computation));
    output.line(
      `Up to date: ${counted(upToDate, 'cell')} of ${counted(names.size, 'computation')}; nothing that they read has changed.`,
    );
  }
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

/** The whole span, and whether it has holes: the holes are other rows of the same computation. */
function describeStretches(stretches: readonly Stretch[]): string {
  const [first, last] = [stretches[0], stretches.at(-1)];
  if (first === undefined || last === undefined) return '';
  const span = first.from === last.to ? first.from : `${first.from} … ${last.to}`;
  return stretches.length === 1 ? span : `${span}, ${stretches.length} stretches`;
}

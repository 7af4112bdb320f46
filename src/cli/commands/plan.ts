/** `daymill plan`: what a run would do, and why, without doing it. */
import { PlanAnswer, planAnswer } from '../../mill/answers/plan.ts';
import type { PlanGroup } from '../../mill/answers/plan-groups.ts';
import { selectComputations } from '../../mill/manifest/select.ts';
import type { Manifest } from '../../mill/model/manifest.ts';
import { Cost, sum } from '../../mill/planning/cost.ts';
import { type Arguments, type Command, type Context, type ExitCode, text } from '../command.ts';
import { counted } from '../counted.ts';
import { assertAfterFirstData, readDays } from '../days.ts';
import { printCost } from '../describe-cost.ts';
import { describeData } from '../describe-data.ts';
import { describeDistrust } from '../describe-distrust.ts';
import { describeReasons } from '../describe-reasons.ts';
import { describeSchema, jsonUsage } from '../describe-schema.ts';
import { describeStretches } from '../describe-stretches.ts';
import { look } from '../look.ts';
import { countsInWords, OUTCOME_WORDS, paintOutcome } from '../outcome-words.ts';
import type { Output } from '../output.ts';
import { paint } from '../paint.ts';
import { projectManifest, projectSources } from '../project.ts';
import type { Column } from '../table.ts';
import { duration, money } from '../units.ts';

export const plan: Command = {
  name: 'plan',
  usage: `daymill plan [--date DAY] [--from DAY] [--select EXPR]

Says which cells a run for DAY would make, and why, which it would not, and what that costs. Changes nothing and runs nothing.
  --date     the target, YYYY-MM-DD (default: daymill.config.ts's date, else yesterday)
  --from     the first day of the grid (default: daymill.config.ts's from, else the target)
  --select   show these only: rsi-14, air*, +rsi-14 (and what it reads), rsi-14+ (and what reads it), 2+rsi-14, @rsi-14 (what reads it,
             and what those read), category:airports, tag:delay, line:aviation, dataset:flights (or flights), path:src/computations/market,
             state:changed; spaces add up, a comma keeps what both sides select, !x takes away
${jsonUsage('  --json     ', PlanAnswer, `, each cost being ${describeSchema(Cost)}`)}
Costs are estimated from what cells took before, at list prices (daymill.config.ts's prices: us-central1, nam5 or a table).
A rerun? is conditional: it happens only if something that it reads turns out different.
Exit code: 0 done, 2 wrong use.`,
  options: { date: { type: 'string' }, from: { type: 'string' }, select: { type: 'string' } },
  reachesCloud: true,
  run: runCommand,
};

async function runCommand(args: Arguments, context: Context): Promise<ExitCode> {
  const days = readDays(args, context);
  const manifest = await projectManifest(context.config);
  const select = text(args, 'select') ?? '*';
  // Says what is wrong with an expression before anything is opened.
  selectComputations(manifest, select, { changed: new Set() });
  assertAfterFirstData(days.date, await projectSources(context.config, manifest));
  const { prices } = context.config;
  const answer = await look(context.config, manifest, (ports) => planAnswer({ ...days, select }, { ...ports, prices }));
  printPlan(answer, manifest, context.output);
  context.output.data(answer);
  return 0;
}

function printPlan(answer: PlanAnswer, manifest: Manifest, output: Output): void {
  const { cells, conditional, groups } = answer;
  const skipped = groups.filter(isUpToDate);
  const impossible = groups.filter(isImpossible);
  const rest = groups.filter((group) => !isUpToDate(group) && !isImpossible(group));
  for (const line of describeData(answer)) output.line(line);
  if (rest.length > 0) {
    const passOf = new Map(manifest.computations.map(({ name, pass }) => [name, String(pass)]));
    const rows = rest.map(({ computation, outcome, conditional: maybe, days, stretches, text: why }) => [
      passOf.get(computation) ?? '',
      computation,
      `${OUTCOME_WORDS[outcome]}${maybe ? '?' : ''}`,
      String(days),
      describeStretches(stretches),
      why,
    ]);
    output.table(COLUMNS, rows);
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
  printCost(answer.cost, output);
  for (const over of answer.overLimits) output.line(`${paint.bad('refused')}  It would be refused: ${over}.`);
  const certain = cells.RUN + cells.RERUN - conditional;
  const maybe =
    conditional === 0 ? '' : ` and up to ${conditional} more (rerun?) if what they read turns out different`;
  const others = countsInWords(cells, ['FAILED_DEPENDENCY', 'BLOCKED', 'SKIP', 'STABLE', 'IMPOSSIBLE']).join(', ');
  const { certain: sure, pipeline, watch } = answer.cost;
  const { seconds, dollars } = sum(sure, pipeline, watch);
  output.line(
    `${answer.from} … ${answer.date}: ${paint.strong(`${certain === 0 ? 'nothing' : counted(certain, 'cell')} would run`)}${maybe}` +
      `${others === '' ? '' : `; ${others}`}${certain === 0 ? '' : `; about ${duration(seconds * 1_000)} of work, ${money(dollars)}`}.`,
  );
}

const COLUMNS: readonly Column[] = [
  { title: 'pass', align: 'right', yields: 2 },
  { title: 'computation' },
  { title: 'outcome', paint: (word) => paintOutcome(word) },
  { title: 'days', align: 'right' },
  { title: 'when', wraps: true, yields: 1 },
  { title: 'why', wraps: true, atLeast: 16 },
];

/** What was proven stable is shown with its reason: people want to see that their change was understood. */
const isUpToDate = ({ outcome }: PlanGroup): boolean => outcome === 'SKIP';

/** Days without data are many and all alike: they are said in a line a reason. */
const isImpossible = ({ outcome }: PlanGroup): boolean => outcome === 'IMPOSSIBLE';

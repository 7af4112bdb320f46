/** `daymill rerun`: make cells again whatever the plan thinks, and what reads a changed result too. */
import type { CommandPorts } from '../with-ports.ts';
import { UserError } from '../../errors.ts';
import { selectComputations } from '../../mill/manifest/select.ts';
import { fromOrdinal, toOrdinal } from '../../values/date.ts';
import type { Manifest } from '../../mill/model/manifest.ts';
import { dayCount, type DaySet, daySpan, subtract, unite } from '../../mill/planning/day-set.ts';
import { afterNoting, NO_STANDING } from '../../mill/planning/standing.ts';
import type { PlanningState } from '../../mill/planning/state.ts';
import { askAgain } from '../../mill/steps/mend/ask-again.ts';
import { survey } from '../../mill/steps/dispatch/survey.ts';
import { assertTarget, yesterday } from '../../mill/steps/dispatch/target.ts';
import { changedComputations } from '../../mill/answers/changed-computations.ts';
import { type Arguments, type Command, type Context, type ExitCode, text } from '../command.ts';
import { counted } from '../counted.ts';
import type { Days } from '../../mill/answers/foresee.ts';
import { describeReasons } from '../describe-reasons.ts';
import { foresee, type Foresight } from '../../mill/answers/foresee.ts';
import { groupPlan } from '../../mill/answers/plan-groups.ts';
import { planCost } from '../../mill/answers/plan-cost.ts';
import { describeCost } from '../describe-cost.ts';
import { projectManifest } from '../project.ts';
import { runPipeline } from '../run-pipeline.ts';

export const rerun: Command = {
  name: 'rerun',
  usage: `daymill rerun SELECTION [--date DAY] [--from DAY] [--by NAME]

Makes cells again whatever the plan thinks of them, then whatever reads a result that turned out different. Says how many first, and
what that costs. What cannot be made now stays asked for until it can; asked for twice is asked for once.
  --date   the day, YYYY-MM-DD (default: daymill.config.ts's date, else yesterday)
  --from   with it, all days from this one to --date
  --by     who asks (default: the environment's USER)
  --json   as daymill run, with "asked": {"cells", "impossible"}
SELECTION is one computation, or an expression as in daymill graph --select: rerun rsi-14, rerun +regime, rerun category:airports.
Exit code: 0 done, 1 some cells failed, it was cancelled or nothing of it can be made, 2 wrong use, 130 interrupted.`,
  positionals: ['SELECTION'],
  options: { date: { type: 'string' }, from: { type: 'string' }, by: { type: 'string' } },
  reachesCloud: true,
  run: runCommand,
};

async function runCommand(args: Arguments, context: Context): Promise<ExitCode> {
  const { config, env } = context;
  const [expression = ''] = args.positionals;
  const asked = readAsked(args, context);
  const manifest = await projectManifest(config);
  // Says what is wrong with an expression before anything is opened.
  selectComputations(manifest, expression, { changed: new Set() });
  const request = { asked, expression, by: text(args, 'by') ?? env['USER'] };
  return runPipeline(manifest, (ports) => ask(request, manifest, ports, context), context);
}

/** @throws {UserError} BAD_DATE for days that no run looks at. */
function readAsked(args: Arguments, { config, now }: Context): Days {
  const date = text(args, 'date') ?? config.date ?? yesterday(now());
  assertTarget(date, now());
  const from = text(args, 'from') ?? date;
  assertTarget(from, now());
  if (from > date)
    throw new UserError('BAD_DATE', `${date} is before ${from}. Choose a later --date, or an earlier --from.`);
  if (config.from !== undefined && from < config.from) {
    throw new UserError(
      'BAD_DATE',
      `${from} is before ${config.from}, where the grid starts (daymill.config.ts: from), so nothing of it is ever made. Choose a later ${text(args, 'from') === undefined ? '--date' : '--from'}.`,
    );
  }
  return { date, from };
}

interface Request {
  readonly asked: Days;
  readonly expression: string;
  readonly by: string | undefined;
}

/** Says what is asked for and what it costs, notes it, and answers the days to run; undefined when none of it can be made. */
async function ask({ asked, expression, by }: Request, manifest: Manifest, ports: CommandPorts, context: Context) {
  const { config, output } = context;
  const days = await gridOf(asked, config, ports);
  const foreseen = await foresee(days, ports);
  const selected = selectComputations(manifest, expression, { changed: changedComputations(foreseen.plan) });
  const names = foreseen.plan.computations.filter((name) => selected.has(name));
  const span = daySpan(toOrdinal(asked.from), toOrdinal(asked.date));
  const possible = new Map(
    names
      .map((name): [string, DaySet] => [name, subtract(span, foreseen.plan.daysWith(name, 'IMPOSSIBLE'))])
      .filter(([, own]) => own.length > 0),
  );
  const cells = [...possible.values()].reduce((sum, own) => sum + dayCount(own), 0);
  const impossible = names.length * dayCount(span) - cells;
  const rest = groupPlan(foreseen.plan, names, () => outside(span, days)).filter(({ outcome }) =>
    ['IMPOSSIBLE', 'BLOCKED', 'FAILED_DEPENDENCY'].includes(outcome),
  );
  for (const line of describeReasons(rest)) output.line(line);
  if (cells === 0) {
    output.trouble(
      `Nothing can be made again: ${names.length === 0 ? 'nothing is selected' : 'all of it is impossible'}.`,
    );
    output.data({ asked: { cells, impossible } });
    return undefined;
  }
  output.line(
    `Asked for: ${counted(cells, 'cell')} of ${counted(possible.size, 'computation')}, ${asked.from === asked.date ? asked.date : `${asked.from} … ${asked.date}`}.`,
  );
  await sayPrice(foreseen, possible, days, ports, context);
  await askAgain({ days: possible, by }, ports);
  return { days, beside: { asked: { cells, impossible } } };
}

/** What reads the asked days may lie after them: as far as anything was ever made, or the default target. */
async function gridOf(
  asked: Days,
  { from = asked.from, date }: Context['config'],
  { planning }: Pick<CommandPorts, 'planning'>,
): Promise<Days> {
  const { standings } = await planning.load();
  const made = unite(...[...standings.values()].map((standing) => standing.made)).at(-1);
  const last = date ?? (made === undefined ? asked.date : fromOrdinal(made));
  return { from: from < asked.from ? from : asked.from, date: last > asked.date ? last : asked.date };
}

const outside = (span: DaySet, { from, date }: Days): DaySet =>
  subtract(daySpan(toOrdinal(from), toOrdinal(date)), span);

/** Of a plan with what is asked for. */
async function sayPrice(
  foreseen: Foresight,
  asked: ReadonlyMap<string, DaySet>,
  { from, date: to }: Days,
  ports: CommandPorts,
  { config, output }: Context,
): Promise<void> {
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
  const maybe = groupPlan(priced.plan)
    .filter(({ conditional }) => conditional)
    .reduce((sum, { days }) => sum + days, 0);
  output.line(
    `${counted(RUN + RERUN - maybe, 'cell')} will run${maybe === 0 ? '' : ` and up to ${maybe} more (RERUN?) if what they read turns out different`}.`,
  );
  const cost = await planCost({ ...priced, remade: foreseen.remade }, priced.plan.computations, config, ports);
  for (const line of describeCost(cost)) output.line(line);
  output.line();
}

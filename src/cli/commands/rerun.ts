/** `daymill rerun`: make cells again whatever the plan thinks, and what reads a changed result too. */
import { UserError } from '../../errors.ts';
import type { Days } from '../../mill/answers/foresee.ts';
import { RerunAnswer, rerunForecast } from '../../mill/answers/rerun.ts';
import { selectComputations } from '../../mill/manifest/select.ts';
import { assertTarget, yesterday } from '../../mill/steps/dispatch/target.ts';
import type { Asking } from '../../mill/model/action.ts';
import { rerunByHand } from '../../mill/steps/mend/by-hand.ts';
import { ASKING, askingOf, askingUsage } from '../asking.ts';
import { type Arguments, type Command, type Context, type ExitCode, text } from '../command.ts';
import { counted } from '../counted.ts';
import { printCost } from '../describe-cost.ts';
import { describeReasons } from '../describe-reasons.ts';
import { jsonUsage } from '../describe-schema.ts';
import { projectManifest } from '../project.ts';
import { runPipeline } from '../run-pipeline.ts';
import type { CommandPorts } from '../with-ports.ts';

export const rerun: Command = {
  name: 'rerun',
  usage: `daymill rerun SELECTION [--date DAY] [--from DAY] [--reason TEXT] [--by NAME]

Makes cells again whatever the plan thinks of them, then whatever reads a result that turned out different. Says how many first, and
what that costs. What cannot be made now stays asked for until it can; asked for twice is asked for once.
  --date   the day, YYYY-MM-DD (default: daymill.config.ts's date, else yesterday)
  --from   with it, all days from this one to --date
${askingUsage(' ')}
${jsonUsage('  --json   ', RerunAnswer)}
SELECTION is one computation, or an expression as in daymill graph --select: rerun rsi-14, rerun +regime, rerun category:airports.
Exit code: 0 done, 1 some cells failed, it was cancelled or nothing of it can be made, 2 wrong use, 130 interrupted.`,
  positionals: ['SELECTION'],
  options: { date: { type: 'string' }, from: { type: 'string' }, ...ASKING },
  reachesCloud: true,
  run: runCommand,
};

async function runCommand(args: Arguments, context: Context): Promise<ExitCode> {
  const { config, env } = context;
  const [select = ''] = args.positionals;
  const asked = readAsked(args, context);
  const manifest = await projectManifest(config);
  // Says what is wrong with an expression before anything is opened.
  selectComputations(manifest, select, { changed: new Set() });
  const request = { asked, select, asking: askingOf(args, env) };
  return runPipeline(manifest, (ports) => ask(request, ports, context), context);
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
  readonly select: string;
  readonly asking: Asking;
}

/** Says what is asked for and what it costs, notes it, and answers the days to run; undefined when none of it can be made. */
async function ask({ asked: span, select, asking }: Request, ports: CommandPorts, { config, output }: Context) {
  const { prices, from, date } = config;
  const forecast = await rerunForecast({ span, select, configured: { from, date } }, { ...ports, prices });
  const { grid, asked, days, others, price, computations } = forecast;
  for (const line of describeReasons(others)) output.line(line);
  if (price === undefined) {
    output.trouble(
      `Nothing can be made again: ${computations === 0 ? 'nothing is selected' : 'all of it is impossible'}.`,
    );
    output.data({ asked });
    return undefined;
  }
  output.line(
    `Asked for: ${counted(asked.cells, 'cell')} of ${counted(days.size, 'computation')}, ${span.from === span.date ? span.date : `${span.from} … ${span.date}`}.`,
  );
  const { certain, conditional, cost } = price;
  output.line(
    `${counted(certain, 'cell')} will run${conditional === 0 ? '' : ` and up to ${conditional} more (rerun?) if what they read turns out different`}.`,
  );
  printCost(cost, output);
  const target = `${select}, ${span.from === span.date ? span.date : `${span.from} … ${span.date}`}`;
  await rerunByHand({ days, target }, asking, ports);
  return { days: grid, beside: { asked }, expectsWork: true };
}

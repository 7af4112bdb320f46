/** `daymill run`: load root data, run the day's workflow, say what ran and what it found. */
import type { CommandPorts } from '../with-ports.ts';
import { UserError } from '../../errors.ts';
import { isReadAsLatest } from '../../mill/manifest/edges.ts';
import { selectComputations } from '../../mill/manifest/select.ts';
import type { Manifest } from '../../mill/model/manifest.ts';
import { failedComputations } from '../../mill/answers/failed-computations.ts';
import { changedComputations } from '../../mill/answers/changed-computations.ts';
import { MAX_REASON } from '../../mill/model/action.ts';
import { ASKING, askingOf } from '../asking.ts';
import { type Arguments, type Command, type Context, type ExitCode, text } from '../command.ts';
import type { Days } from '../../mill/answers/foresee.ts';
import { assertAfterFirstData, readDays } from '../days.ts';
import { RunSummary } from '../../mill/answers/run-summary.ts';
import { jsonUsage } from '../describe-schema.ts';
import { foresee } from '../../mill/answers/foresee.ts';
import type { Output } from '../output.ts';
import { keptManifest, projectManifest, projectSources } from '../project.ts';
import { type Prepared, runPipeline } from '../run-pipeline.ts';
import { runShow } from './run-show.ts';

export const run: Command = {
  name: 'run',
  usage: `daymill run [--date DAY] [--from DAY] [--select EXPR | --only-failed] [--reason TEXT] [--by NAME]
       daymill run show ID

Runs the pipeline for DAY on the local cloud, catching up on every day from --from on. What is settled does not run again.
  --date         the target, YYYY-MM-DD (default: daymill.config.ts's date, else yesterday)
  --from         the first day of the grid (default: daymill.config.ts's from, else the target)
  --select       these only: rsi-14, +rsi-14 (and what it reads), category:airports …; see daymill plan --help. The others stay as
                 they are, and what waits for one of them waits
  --only-failed  what failed last time, and what reads it
  --reason       puts it on record, for daymill actions to list; at most ${MAX_REASON} characters
  --by           with it, who (default: the environment's USER)
${jsonUsage('  --json         ', RunSummary)}
                 the summary as one line of JSON, last on standard output
Exit code: 0 done, 1 some cells failed, or a cell lacks a greater share of its entities than failedShare of the settings (1 %), or it was cancelled, 2 wrong use, 130 interrupted (what was committed stays; run again to go on from there).`,
  options: {
    date: { type: 'string' },
    from: { type: 'string' },
    select: { type: 'string' },
    'only-failed': { type: 'boolean' },
    ...ASKING,
  },
  subcommands: { show: runShow },
  reachesCloud: true,
  run: runCommand,
};

async function runCommand(args: Arguments, context: Context): Promise<ExitCode> {
  const { config, output } = context;
  const days = readDays(args, context);
  const manifest = await (config.target === undefined ? keptManifest : projectManifest)(config);
  const sources = await projectSources(config, manifest);
  assertAfterFirstData(days.date, sources);
  for (const { dataset, coverage } of sources) {
    if (coverage === undefined) output.line(`The file of ${dataset.name} has no rows.`);
    else if (coverage.last !== undefined && coverage.last < days.date && !isReadAsLatest(manifest, dataset.name))
      output.line(`${dataset.name} ends on ${coverage.last}: later days have none of it.`);
  }
  const select = selectionOf(args, manifest);
  const asking = text(args, 'reason') === undefined ? undefined : askingOf(args, context.env);
  return runPipeline(manifest, async (ports) => ({ days, asking, ...(await select(days, ports, output)) }), context);
}

type Select = (
  days: Days,
  ports: CommandPorts,
  output: Output,
) => Promise<Pick<Prepared, 'computations' | 'expectsWork'>>;

/** @throws {UserError} saying what is wrong with it before anything is opened */
function selectionOf({ values }: Arguments, manifest: Manifest): Select {
  const { select: expression, 'only-failed': onlyFailed } = values;
  if (onlyFailed === true) {
    if (expression !== undefined)
      throw new UserError('BAD_ARGUMENT', 'Use --select or --only-failed: what failed is a selection of its own.');
    return failedOnes(manifest);
  }
  if (typeof expression !== 'string') return () => Promise.resolve({});
  const selected = selectComputations(manifest, expression, { changed: new Set() });
  // Only what has changed needs a look at the state, and a trial of the changes.
  if (!expression.includes('state:')) return () => Promise.resolve({ computations: [...selected] });
  return async (days, ports) => {
    const changed = changedComputations((await foresee(days, ports)).plan);
    return { computations: [...selectComputations(manifest, expression, { changed })] };
  };
}

/** When nothing failed, nothing runs. */
const failedOnes =
  (manifest: Manifest): Select =>
  async (days, ports, output) => {
    const names = await failedComputations(days, ports);
    output.line(names.length === 0 ? 'Nothing failed last time.' : `Failed last time: ${names.join(', ')}.`);
    if (names.length === 0) return { computations: [] };
    const computations = [...selectComputations(manifest, names.map((name) => `${name}+`).join(' '))];
    return { computations, expectsWork: true };
  };

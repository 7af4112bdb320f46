/** `daymill explain`: why a cell ran or did not: its last attempt, what would happen now, its vector, and the chain of causes. */
import { UserError } from '../../errors.ts';
import { ExplainAnswer, explainAnswer } from '../../mill/answers/explain.ts';
import { describeLoad } from '../../mill/answers/foresee.ts';
import type { Cause } from '../../mill/answers/cause-list.ts';
import type { ManifestComputation } from '../../mill/model/manifest.ts';
import { assertTarget, gridStart } from '../../mill/steps/dispatch/target.ts';
import type { Day } from '../../values/date.ts';
import { type Arguments, type Command, type Context, type ExitCode, text } from '../command.ts';
import { alike } from '../describe-partial.ts';
import { describeDistrust } from '../describe-distrust.ts';
import { jsonUsage } from '../describe-schema.ts';
import { findComputation } from '../find-computation.ts';
import { look } from '../look.ts';
import { inOutcomeWords, OUTCOME_WORDS, paintOutcome } from '../outcome-words.ts';
import type { Output } from '../output.ts';
import { paint } from '../paint.ts';
import { projectManifest } from '../project.ts';
import { duration, instant } from '../units.ts';

export const explain: Command = {
  name: 'explain',
  usage: `daymill explain COMPUTATION DATE [--from DAY]

Says why a cell ran or did not: how it ended last, what a run would do with it now, what it was made from beside what it would
be made from, and the chain of causes to the root.
  --from   the first day of the grid (default: daymill.config.ts's from, else DATE)
${jsonUsage('  --json   ', ExplainAnswer)}
Exit code: 0 done, 2 wrong use.`,
  positionals: ['COMPUTATION', 'DATE'],
  options: { from: { type: 'string' } },
  reachesCloud: true,
  run: runCommand,
};

async function runCommand(args: Arguments, context: Context): Promise<ExitCode> {
  const { config, output, now } = context;
  const [name = '', date = ''] = args.positionals;
  assertTarget(date, now());
  const from = text(args, 'from') ?? gridStart(undefined, config.from, date);
  assertTarget(from, now());
  const manifest = await projectManifest(config);
  const computation = findComputation(manifest, name);
  if (date < from) {
    throw new UserError(
      'BAD_DATE',
      `${date} is before ${from}, where the grid starts, so nothing of it is ever planned. Choose a later date, or an earlier --from.`,
    );
  }
  const answer = await look(config, manifest, (ports) => explainAnswer({ computation, date, from }, ports));
  printExplanation(answer, computation, config.date, output);
  output.data(answer);
  return 0;
}

export function printExplanation(
  { computation, date, last, now, vector, causes, distrust, loads }: ExplainAnswer,
  { pass, category, module, line }: ManifestComputation,
  target: Day | undefined,
  output: Output,
): void {
  output.line(`${computation}@${date}   pass ${pass}, ${category}, ${module}:${line}`);
  if (target !== undefined && date > target)
    output.line(`(after ${target}, the default target: run --date ${date} would reach it)`);
  output.line();
  if (last === null) output.line('Last  it has never run');
  else {
    output.line(
      `Last  ${last.status}${last.finishedAt === null ? '' : ` ${instant(Date.parse(last.finishedAt))}`}${describeEffort(last)}`,
    );
    if (last.reason !== null) output.line(`      because ${inOutcomeWords(last.reason)}`);
    if (last.error !== null) output.line(`      ${last.error.code}: ${last.error.message}`);
    for (const { id, message, count } of last.kinds) output.line(`      entity ${id}: ${message}${alike(count)}`);
    for (const { id, message } of last.kinds.length === 0 ? last.errors : [])
      output.line(`      entity ${id}: ${message}`);
    if (last.runId !== null)
      output.line(`      run ${last.runId}${last.resultHash === null ? '' : `, result ${last.resultHash}`}`);
  }
  // What does not run has no causes but those of its last run.
  const sayCauses = (chain: readonly Cause[] = causes): void => {
    for (const { depth, subject, text: why } of chain)
      output.line(`      ${'  '.repeat(depth - 1)}<- ${subject}: ${inOutcomeWords(why)}`);
  };
  const settled = now.outcome === 'SKIP';
  if (settled) sayCauses();
  output.line(`Now   ${paintOutcome(OUTCOME_WORDS[now.outcome])}: ${now.text}`);
  if (now.cutOff !== undefined) {
    output.line(`      early cutoff: ${now.cutOff.inputs.join(', ')} ran again with the same result`);
    sayCauses(now.cutOff.causes);
  }
  if (now.madeBy !== undefined) {
    const { code, layer } = now.madeBy;
    output.line(
      `      its result was made by code ${code}, layer ${layer}; a simulation proved that the code now does the same`,
    );
  }
  if (distrust !== null) output.line(`      ${describeDistrust(computation, distrust)}`);
  for (const load of loads) output.line(`      ${describeLoad(load)}`);
  if (!settled) sayCauses();
  output.line();
  const rows = vector.map(({ part, stored, current, same }) => [
    part,
    stored ?? '-',
    current ?? (now.outcome === 'IMPOSSIBLE' ? '-' : 'not known yet'),
    same === null ? '' : same ? 'same' : 'different',
  ]);
  const columns = [
    { title: 'made from' },
    { title: 'when it ran', yields: 1 },
    { title: 'now', yields: 2 },
    { title: '', paint: (word: string) => (word === 'different' ? paint.warn(word) : paint.quiet(word)) },
  ];
  output.table(columns, rows);
}

function describeEffort({ seconds, attempt, entities, failedEntities }: NonNullable<ExplainAnswer['last']>): string {
  const parts = [
    ...(seconds === null ? [] : [`in ${duration(seconds * 1_000)}`]),
    ...(attempt === null || attempt < 2 ? [] : [`attempt ${attempt}`]),
    ...(entities === null || entities === 0 ? [] : [`${entities} entities`]),
    ...(failedEntities === null || failedEntities === 0 ? [] : [`${failedEntities} of them failed`]),
  ];
  return parts.length === 0 ? '' : ` ${parts.join(', ')}`;
}

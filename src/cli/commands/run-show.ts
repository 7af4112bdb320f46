/** `daymill run show`: one run, its tasks by status and tier, what its attempts took, and what failed. */
import { RunAnswer, runAnswer } from '../../mill/answers/run.ts';
import { printAttempts } from '../attempt-table.ts';
import { type Arguments, type Command, type Context, type ExitCode } from '../command.ts';
import { counted } from '../counted.ts';
import { describePartial } from '../describe-partial.ts';
import { jsonUsage } from '../describe-schema.ts';
import { look } from '../look.ts';
import type { Output } from '../output.ts';
import { manifestOfRuns } from '../project.ts';
import { readLimit } from '../read-limit.ts';
import { duration, instant } from '../units.ts';

const DEFAULT_LIMIT = 20;

export const runShow: Command = {
  name: 'run show',
  usage: `daymill run show ID [--limit N]

Shows a run: its state and callback, its tasks by status and tier, what its attempts took, and what failed.
  --limit   attempts to list, the slowest first (default ${DEFAULT_LIMIT}; 0 for all)
${jsonUsage('  --json    ', RunAnswer)}
Exit code: 0 done, 2 wrong use.`,
  positionals: ['ID'],
  options: { limit: { type: 'string' } },
  reachesCloud: true,
  run: runCommand,
};

async function runCommand(args: Arguments, { config, output }: Context): Promise<ExitCode> {
  const [id = ''] = args.positionals;
  const limit = readLimit(args, DEFAULT_LIMIT);
  const answer = await look(config, await manifestOfRuns(config), (ports) => runAnswer({ id, limit }, ports));
  print(answer, output);
  output.data(answer);
  return 0;
}

function print({ run, tasks, tiers, attempts, failures, partial, slowest }: RunAnswer, output: Output): void {
  output.line(`${run.id}   ${run.date}, pass ${run.pass ?? 'any'}, dispatch ${run.dispatchId}`);
  output.line();
  output.line(
    `State     ${run.state}, ${counted(run.remaining, 'task')} of ${run.tasks} open; callback ${run.callback}`,
  );
  output.line(
    `Time      started ${instant(Date.parse(run.startedAt))} (UTC)${run.tookMs === null ? '' : `, over after ${duration(run.tookMs)}`}`,
  );
  output.line(`Tasks     ${inWords(tasks)}; ${inWords(tiers)}; ${counted(run.cells, 'cell')}`);
  output.line(`Attempts  ${inWords(attempts)}`);
  for (const { cell, error } of failures) output.line(`FAILED    ${cell}: ${error}`);
  for (const one of partial) output.line(describePartial(one));
  if (slowest.length === 0) return;
  output.line();
  printAttempts(slowest, 'cell', output);
}

const inWords = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([word, count]) => `${count} ${word}`)
    .join(', ') || 'none';

/** `daymill attempts`: every attempt to make a cell, over all runs. */
import { AttemptsAnswer, attemptsAnswer } from '../../mill/answers/attempts.ts';
import { cellName } from '../../mill/model/cell.ts';
import { assertTarget } from '../../mill/steps/dispatch/target.ts';
import { printAttempts } from '../attempt-table.ts';
import { type Arguments, type Command, type Context, type ExitCode } from '../command.ts';
import { jsonUsage } from '../describe-schema.ts';
import { findComputation } from '../find-computation.ts';
import { look } from '../look.ts';
import { inOutcomeWords } from '../outcome-words.ts';
import type { Output } from '../output.ts';
import { manifestOfRuns } from '../project.ts';

export const attempts: Command = {
  name: 'attempts',
  usage: `daymill attempts COMPUTATION DATE

Lists every attempt to make a cell, over all runs of the last 90 days, newest first. Figures are of the whole task: a task may make
several cells. "reads" and "writes" are Firestore documents; of an attempt that died they are those up to its last commit.
${jsonUsage('  --json   ', AttemptsAnswer)}
Exit code: 0 done, 2 wrong use.`,
  positionals: ['COMPUTATION', 'DATE'],
  options: {},
  reachesCloud: true,
  run: runCommand,
};

async function runCommand(args: Arguments, { config, output, now }: Context): Promise<ExitCode> {
  const [name = '', date = ''] = args.positionals;
  assertTarget(date, now());
  const manifest = await manifestOfRuns(config);
  const cell = { computation: findComputation(manifest, name).name, date };
  const answer = await look(config, manifest, (ports) => attemptsAnswer(cell, ports));
  print(answer, output);
  output.data(answer);
  return 0;
}

function print({ computation, date, tasks }: AttemptsAnswer, output: Output): void {
  if (tasks.length === 0) {
    output.line(
      `No task was to make ${cellName({ computation, date })}. daymill explain ${computation} ${date} says why.`,
    );
    return;
  }
  for (const { runId, status, reason } of tasks) output.line(`${runId}  ${status}  ${inOutcomeWords(String(reason))}`);
  output.line();
  printAttempts(
    tasks.flatMap((task) => task.attempts),
    'run',
    output,
  );
}
